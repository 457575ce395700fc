"""Who may read the files of a memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.views.snapshot import make_folder


@pytest.fixture(params=[0o000, 0o022])
def open_to_all(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
@pytest.mark.usefixtures("open_to_all")
def test_a_new_memory_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask lets others do."""
    path = tmp_path / "a.db"
    with Memory(path, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        memory.add("Ann lives in Rome.")
        memory.search("Where does Ann live?")
        files = [one for one in tmp_path.iterdir() if one.is_file()]
        assert {one.name for one in files} >= {"a.db", "a.db-wal", "a.db-shm"}
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    home = tmp_path / "a.db.views"
    assert home.stat().st_mode & 0o777 == 0o700
    (views,) = home.iterdir()
    assert list(views.iterdir())
    assert views.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_a_file_keeps_the_mode_that_somebody_gave_it(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    for _ in range(2):
        with Memory(path, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
            memory.add("Ann lives in Rome.")
        path.chmod(0o660)
    assert path.stat().st_mode & 0o777 == 0o660


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_folders_that_are_there_keep_their_mode(tmp_path: Path) -> None:
    home = tmp_path / "shared"
    views = home / "views"
    for folder in (home, views):
        folder.mkdir()
        folder.chmod(0o755)
    make_folder(views)
    make_folder(views / "one")
    assert [one.stat().st_mode & 0o777 for one in (home, views)] == [0o755, 0o755]
    assert (views / "one").stat().st_mode & 0o777 == 0o700
