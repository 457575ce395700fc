"""A delete that is done again, since its process ended over it, is done and cleans up."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmem.errors import StoreFull
from graphmem.facets import upkeep
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import ShownRecall
from graphmem.stores.beside import SHOWN, beside
from graphmem.stores.shown import ShownFile
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_pipelines.jobs.adding import Adding
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.writes import Waiting, Write, WriteLedger

MODELS = LazyModels(FakeEmbedder(), FakeExtractor())
ASKED = "What does Zerlina keep?"


class Home:
    def __init__(self, path: Path) -> None:
        self.store, self.ledger = SqliteStore(path), WriteLedger(path.with_suffix(".jobs"))

    def keep(self, kind: str, content: dict[str, str]) -> str:
        item = item_of(1, kind, content)
        (kept,) = self.ledger.keep([Write("s", (item,), True, None, "d")], Waiting(10**6, 10**9))
        return kept.job

    def memory(self, space: str = "s") -> Memory:
        return Memory(self.store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor())

    def turn(self) -> None:
        Adding(self.ledger, self.store, MODELS, self.memory).turn("s")

    def show(self) -> None:
        path = beside(self.store, SHOWN)
        assert path is not None
        file = ShownFile(path)
        file.put("s", "r", ShownRecall(ASKED, frozenset(("u",))))
        file.close()

    def shown(self) -> list[str]:
        path = beside(self.store, SHOWN)
        assert path is not None
        with closing(sqlite3.connect(path)) as rows:
            return [question for (question,) in rows.execute("SELECT question FROM shown")]

    def state(self, job: str) -> tuple[int, int]:
        counts = self.ledger.totals(job).items
        return counts["applied"], counts["failed"]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "agent.db")
    home.keep("text", {"text": "Zerlina keeps a ledger.", "source": "note"})
    home.turn()
    yield home
    home.ledger.close()
    home.store.close()


@pytest.mark.parametrize("named", [{"source": "note"}, {"space": "s"}])
def test_after_a_death_behind_the_commit(home: Home, named: dict[str, str]) -> None:
    job = home.keep("delete", named)
    home.ledger.take("s", 1, 10**9)
    home.memory().delete(**named)
    home.show()
    home.turn()
    assert home.state(job) == (1, 0)
    assert home.shown() == []


def test_after_files_that_could_not_be_written(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = home.keep("delete", {"source": "note"})
    home.show()

    def full(*_: object) -> None:
        raise StoreFull("no room left")

    with monkeypatch.context() as patch:
        patch.setattr(upkeep, "forget_shown", full)
        for _ in range(2):
            with pytest.raises(StoreFull):
                home.turn()
    assert home.state(job) == (0, 0)
    home.turn()
    assert home.state(job) == (1, 0)
    assert home.shown() == []
