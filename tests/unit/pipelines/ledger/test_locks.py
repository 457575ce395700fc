"""Who may hold up a ledger: whoever may write it, and nobody else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmem_pipelines.ledger.writes import WriteLedger

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")


@pytest.fixture(params=[0o000, 0o022], autouse=True)
def open_to_all(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def _modes(folder: Path) -> set[int]:
    return {one.stat().st_mode & 0o777 for one in folder.glob("*.lock")}


def test_nobody_else_can_take_a_lock(tmp_path: Path) -> None:
    with (
        closing(WriteLedger(tmp_path / "a.db.jobs")) as ledger,
        ledger.turn("s") as mine,
        ledger.held("job"),
    ):
        assert mine
        assert len(list(tmp_path.glob("*.lock"))) == 2
        assert _modes(tmp_path) == {0o600}


@pytest.mark.parametrize("mode", [0o600, 0o660])
def test_a_lock_that_is_there_takes_the_mode_of_its_ledger(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "a.db.jobs"
    with closing(WriteLedger(path)) as ledger:
        with ledger.turn("s"):
            (lock,) = tmp_path.glob("*.lock")
        lock.chmod(0o644)
        path.chmod(mode)
        with ledger.turn("s") as mine:
            assert mine
            assert _modes(tmp_path) == {mode}
