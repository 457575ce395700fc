"""A delete leaves nothing in the ledger: not of what it removed, and not of what is not there."""

from __future__ import annotations

import multiprocessing
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_pipelines.jobs.adding import Adding
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.jobs.deleting import delete, delete_of, refusal, refused
from graphmem_pipelines.jobs.report import report_of
from graphmem_pipelines.ledger.writes import Waiting, Write, WriteLedger
from graphmem_schemas import DeleteReceipt

MODELS = LazyModels(FakeEmbedder(), FakeExtractor())
MANY = Waiting(10**6, 10**9)
SECRET = "Zerlina keeps a ledger."


class Home:
    """A store, the memory of a space of it, and the ledger beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path.with_suffix(".db.jobs")
        self.store, self.ledger = SqliteStore(path), WriteLedger(self.path)
        self.memory = self.memory_of("s")

    def memory_of(self, space: str) -> Memory:
        return Memory(self.store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor())

    def keep(self, source: str = "note", said: str = SECRET) -> str:
        item = item_of(1, "text", {"text": said, "source": source})
        (kept,) = self.ledger.keep([Write("s", (item,), False, None, "d")], MANY)
        return kept.job

    def queue_delete(self, **named: str) -> str:
        (kept,) = self.ledger.keep([delete_of("s", named)], MANY)
        return kept.job

    def turn(self) -> None:
        Adding(self.ledger, self.store, MODELS, self.memory_of).turn("s")

    def delete(self, **named: str) -> Any:
        return delete(self.store, self.memory, self.path, **named)

    def sources(self) -> list[str]:
        return [source.name for source in self.memory.sources().sources]

    def held(self) -> str:
        """Return whatever can be read in the ledger's items."""
        with closing(sqlite3.connect(self.path)) as rows:
            found = rows.execute("SELECT content, key, error FROM item").fetchall()
        return str(
            [(zlib.decompress(content) if content else b"", *rest) for content, *rest in found]
        )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "agent.db")
    yield home
    home.memory.close()
    home.ledger.close()
    home.store.close()


def test_a_source_that_is_named_by_its_uid_goes_from_the_ledger_too(home: Home) -> None:
    home.ledger.withdraw(home.keep())
    home.keep()
    home.turn()
    home.queue_delete(uid=content_uid("source", "note"))
    later = home.keep()
    home.turn()
    assert home.sources() == ["note"]
    assert home.ledger.totals(later).items["applied"] == 1
    home.ledger.forget(later)
    assert "note" not in home.held()
    assert SECRET not in home.held()


@pytest.mark.parametrize("named", [{"source": "who"}, {"uid": "who"}, {"entity": "who"}])
def test_of_what_is_not_there_nothing_is_kept_but_that_it_is_not(
    home: Home, named: dict[str, str]
) -> None:
    job = home.queue_delete(**named)
    home.turn()
    item = refused(home.ledger, job)
    assert item
    assert (item.state, item.content, item.code) == ("skipped", None, "not_found")
    assert "who" not in home.held()
    assert home.ledger.try_again(job) == 0
    assert not home.ledger.queue().n_failed
    (receipt,) = home.ledger.receipts(job)
    report = report_of(home.ledger, home.ledger.job(job))
    assert (item.error,) == report.notes == DeleteReceipt.model_validate_json(receipt).notes
    assert "nothing was deleted" in report.notes[0]
    error = refusal(item, "s", named)
    assert isinstance(error, NotFound)
    assert "'who' in space 's'" in str(error)


def test_what_cannot_be_deleted_is_told_to_who_asked(home: Home) -> None:
    home.memory.add("Zerlina lives in Trieste.", source="note")
    uid = content_uid("source", "note")
    job = home.queue_delete(entity=uid)
    home.turn()
    item = refused(home.ledger, job)
    assert item
    assert (item.state, item.content) == ("failed", None)
    assert uid not in home.held()
    (failure,) = report_of(home.ledger, home.ledger.job(job)).failures
    assert (failure.key, failure.reason) == ("delete", item.error)
    assert "give the uid of one" in failure.reason
    assert isinstance(refusal(item, "s", {"entity": uid}), InvalidInput)


@pytest.mark.parametrize("named", [{"source": "note"}, {"space": "s"}])
def test_what_waits_beside_a_memory_goes_with_it(home: Home, named: dict[str, str]) -> None:
    home.keep()
    home.turn()
    home.keep()
    assert home.delete(**named).nodes["Source"] == 1
    home.turn()
    assert home.sources() == []
    assert SECRET not in home.held()
    assert "note" not in home.held()


def test_what_only_waits_is_deleted_as_well(home: Home) -> None:
    home.keep()
    assert home.delete(source="note").nodes == {}
    assert SECRET not in home.held()
    with pytest.raises(NotFound, match="no source 'note'"):
        home.delete(source="note")
    assert not home.ledger.waiting_spaces()


def test_without_a_ledger_it_is_deleted_all_the_same(home: Home, tmp_path: Path) -> None:
    home.memory.add(SECRET, source="note")
    delete(home.store, home.memory, tmp_path / "none", source="note")
    assert home.sources() == []
    assert not (tmp_path / "none").exists()


def _serve(path: Path, ready: Any, go: Any) -> None:
    """Apply what waits, as a server that has its turn."""
    server = Home(path)
    with server.ledger.turn("s") as mine:
        assert mine
        ready.set()
        go.wait()
        while not server.ledger.queue().n_waiting:
            pass
        server.turn()


def test_a_server_that_has_its_turn_deletes_it(home: Home, tmp_path: Path) -> None:
    home.memory.add(SECRET, source="note")
    start = multiprocessing.get_context("spawn")
    ready, go = start.Event(), start.Event()
    server = start.Process(target=_serve, args=(tmp_path / "agent.db", ready, go))
    server.start()
    ready.wait()
    go.set()
    assert home.delete(source="note").nodes["Source"] == 1
    server.join()
    assert server.exitcode == 0
    assert home.sources() == []
