from __future__ import annotations

import os
import random
import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from graphmem.errors import StoreFull, StoreReadOnly, StoreUnavailable
from graphmem.views import snapshot

Arrays = dict[str, npt.NDArray[np.generic]]
KIND, IDENTITY = "adjacency/1", "store-a/space é\ud800"


def _arrays() -> Arrays:
    return {
        "rows": np.arange(1_000, dtype=np.int32),
        "empty": np.empty((0, 3), np.float32),
        "matrix": np.arange(12, dtype=np.float32).reshape(3, 4).T,
        "keys": np.array([b"a\0", b"bb"], "S16"),
        "flags": np.array([True, False]),
    }


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "views" / "adjacency.bin"
    snapshot.save(path, kind=KIND, identity=IDENTITY, seq=7, arrays=_arrays())
    return path


def _load(path: Path) -> snapshot.Snapshot | None:
    return snapshot.load(path, kind=KIND, identity=IDENTITY)


def test_what_was_saved_comes_back_mapped_and_private(saved: Path) -> None:
    loaded = _load(saved)
    assert loaded is not None
    assert (loaded.kind, loaded.identity, loaded.seq) == (KIND, IDENTITY, 7)
    assert list(loaded.arrays) == list(_arrays())
    for name, expected in _arrays().items():
        array = loaded.arrays[name]
        assert array.dtype == expected.dtype
        assert np.array_equal(array, expected)
        array[...] = np.zeros((), array.dtype)  # stays in memory
    again = _load(saved)
    assert again is not None
    assert np.array_equal(again.arrays["rows"], _arrays()["rows"])
    assert os.listdir(saved.parent) == [saved.name]


def test_the_same_arrays_give_the_same_bytes(saved: Path) -> None:
    before = saved.read_bytes()
    snapshot.save(saved, kind=KIND, identity=IDENTITY, seq=7, arrays=_arrays())
    assert saved.read_bytes() == before


def test_foreign_files_are_none(saved: Path, tmp_path: Path) -> None:
    assert snapshot.load(saved, kind="adjacency/2", identity=IDENTITY) is None
    assert snapshot.load(saved, kind=KIND, identity="store-b") is None
    assert _load(tmp_path / "missing") is None
    assert _load(tmp_path) is None


def test_any_cut_is_none(saved: Path) -> None:
    whole = saved.read_bytes()
    for length in [*range(0, 900, 37), len(whole) // 2, len(whole) - 64]:
        saved.write_bytes(whole[:length])
        assert _load(saved) is None, length


def test_damage_is_none_or_harmless(saved: Path) -> None:
    whole = saved.read_bytes()
    rng = random.Random(1)
    for _ in range(300):
        noisy = bytearray(whole)
        noisy[rng.randrange(len(whole))] ^= 1 << rng.randrange(8)
        saved.write_bytes(noisy)
        loaded = _load(saved)
        if loaded is not None:  # the flipped bit lay in the padding
            assert all(np.array_equal(loaded.arrays[name], a) for name, a in _arrays().items())


def test_noise_is_none(saved: Path) -> None:
    rng = random.Random(2)
    for size in (1, 16, 200, 5_000):
        saved.write_bytes(rng.randbytes(size))
        assert _load(saved) is None
        saved.write_bytes(b"GMSNAP01" + rng.randbytes(size))
        assert _load(saved) is None


def test_a_replaced_file_leaves_the_mapped_arrays_alone(saved: Path) -> None:
    loaded = _load(saved)
    assert loaded is not None
    other = {"rows": np.zeros(5, np.int32)}
    snapshot.save(saved, kind=KIND, identity=IDENTITY, seq=8, arrays=other)
    assert np.array_equal(loaded.arrays["rows"], _arrays()["rows"])


def test_objects_are_refused(tmp_path: Path) -> None:
    arrays = {"things": np.array([object()])}
    with pytest.raises(TypeError, match="'things'"):
        snapshot.save(tmp_path / "a", kind=KIND, identity=IDENTITY, seq=1, arrays=arrays)


def test_leftovers_of_killed_writers_go_when_old(saved: Path) -> None:
    old, young = (
        saved.with_name(f".{saved.name}.1-1.tmp"),
        saved.with_name(f".{saved.name}.2-2.tmp"),
    )
    old.write_bytes(b"x")
    young.write_bytes(b"x")
    os.utime(old, (1, 1))
    snapshot.save(saved, kind=KIND, identity=IDENTITY, seq=7, arrays=_arrays())
    assert not old.exists()
    assert young.exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
def test_a_full_disk_is_named(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = saved.read_bytes()
    temporary = saved.with_name(f".{saved.name}.77-{threading.get_ident()}.tmp")
    temporary.symlink_to("/dev/full")
    monkeypatch.setattr(os, "getpid", lambda: 77)
    with pytest.raises(StoreFull, match="no room"):
        snapshot.save(saved, kind=KIND, identity=IDENTITY, seq=9, arrays=_arrays())
    assert saved.read_bytes() == before
    assert not temporary.is_symlink()


def test_a_file_for_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="could not be saved"):
        snapshot.save(tmp_path / "file" / "a", kind=KIND, identity="", seq=1, arrays={})


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreReadOnly, match="cannot be written"):
        snapshot.save(tmp_path / "a", kind=KIND, identity="", seq=1, arrays={})
    tmp_path.chmod(0o700)
