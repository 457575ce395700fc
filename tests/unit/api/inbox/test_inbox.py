"""What an inbox tells of itself: the queue, whatever is at work, and faults of the server."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from graphmem import Memory
from graphmem.errors import NotFound, StoreFull
from graphmem.models.loading import LazyModels
from graphmem.ports import Plan
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.writing.writer import Writer
from graphmem_api.inbox.applying import Faults
from graphmem_api.inbox.deleting import delete
from graphmem_api.inbox.inbox import Inbox
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.kept import Kept, Write
from graphmem_pipelines.ledger.writes import WriteLedger
from graphmem_schemas.writes import JobStatus

PATIENCE_S = 120


class Store(MemoryStore):
    """Has no room in some spaces; what is said elsewhere waits for a gate."""

    def __init__(self) -> None:
        super().__init__()
        self.full: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.n_inside = 0

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        self.n_inside += 1
        assert self.gate.wait(PATIENCE_S)
        if space in self.full:
            raise StoreFull("no room left")
        return super().apply(space, plan)


@asynccontextmanager
async def inbox_of(store: Store, folder: Path, **settings: Any) -> AsyncIterator[Inbox]:
    embedder, extractor = FakeEmbedder(), FakeExtractor()
    models = LazyModels(embedder, extractor)
    borrow = partial(_memory, store, embedder, extractor)
    spaces = cast(Spaces, SimpleNamespace(store=store, models=models, borrow=borrow))
    inbox = Inbox(Settings(ledger=str(folder / "jobs"), **settings), spaces)
    try:
        yield inbox
    finally:
        store.gate.set()
        await inbox.close(PATIENCE_S)


def _memory(store: Store, embedder: FakeEmbedder, extractor: FakeExtractor, space: str) -> Memory:
    return Memory(store, space=space, embedder=embedder, extractor=extractor)


def write(space: str, text: str = "Alice is here.") -> Write:
    return Write(space, (item_of(1, "text", {"text": text}),), False, None, "d")


async def until(look: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not look():
            await asyncio.sleep(0.02)


def test_the_queue_is_looked_at_while_every_applier_is_at_a_long_text(tmp_path: Path) -> None:
    async def all_of_it() -> None:
        store = Store()
        store.gate.clear()
        async with inbox_of(store, tmp_path, appliers=2) as inbox:
            for space in ("a", "b"):
                await inbox.keep(write(space))
            await until(lambda: store.n_inside == 2)
            for _ in range(2):  # what comes now is seen as well
                await inbox.keep(write("c"))
            await until(lambda: inbox.health().n_waiting == 4)
            assert inbox.health().ok
            store.gate.set()
            await until(lambda: inbox.health().n_waiting == 0)

    asyncio.run(all_of_it())


def test_what_a_stop_cuts_off_waits_again_and_nobody_died_over_it(tmp_path: Path) -> None:
    async def all_of_it() -> None:
        store = Store()
        store.gate.clear()
        async with inbox_of(store, tmp_path, appliers=1) as inbox:
            await inbox.keep(write("a"))
            await until(lambda: store.n_inside == 1)
            assert not await inbox.close(0.05)
            with closing(WriteLedger(tmp_path / "jobs")) as ledger:
                (taken,) = ledger.take("a", 1, 10**9)
            assert taken.n_deaths == 0
            store.gate.set()
            assert await inbox.close(PATIENCE_S)

    asyncio.run(all_of_it())


def test_a_space_that_fails_alone_is_no_fault_of_the_server(tmp_path: Path) -> None:
    async def all_of_it() -> None:
        store = Store()
        store.full = {"bad"}
        async with inbox_of(store, tmp_path) as inbox:
            await inbox.keep(write("bad"))
            await until(lambda: not inbox.health().ok)  # nothing else says that the store works
            kept = await inbox.keep(write("good"))
            assert await inbox.wait(kept.job, PATIENCE_S)
            await until(lambda: inbox.health().ok)
            n_before = store.n_inside
            await until(lambda: store.n_inside > n_before)  # it is tried, and fails, again
            await until(lambda: inbox.health().n_waiting == 1)
            assert inbox.health().ok

    asyncio.run(all_of_it())


def test_a_store_without_room_is_a_fault_until_it_has_some(tmp_path: Path) -> None:
    async def all_of_it() -> None:
        store = Store()
        async with inbox_of(store, tmp_path) as inbox:
            kept = await inbox.keep(write("a"))
            assert await inbox.wait(kept.job, PATIENCE_S)
            store.full = {"a", "b"}
            for space in store.full:
                await inbox.keep(write(space, "Bob is there."))
            await until(lambda: not inbox.health().ok)
            assert inbox.health().reason == "no room left"
            store.full = set()
            await until(lambda: inbox.health().ok)
            await until(lambda: inbox.health().n_waiting == 0)

    asyncio.run(all_of_it())


def test_what_the_content_of_one_item_brings_out_holds_up_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(self: Writer, *_: object) -> None:
        raise NotFound("there is no such thing")

    monkeypatch.setattr(Writer, "add", add)

    async def all_of_it() -> None:
        async with inbox_of(Store(), tmp_path) as inbox:
            kept = await inbox.keep(write("a"))
            assert await inbox.wait(kept.job, PATIENCE_S)
            await until(lambda: inbox.health().n_failed == 1)
            assert inbox.health().ok

    asyncio.run(all_of_it())


def test_what_was_given_up_fails_no_more() -> None:
    faults = Faults()
    faults.failed("a", "no room left", of_server=True)
    now = time.monotonic()
    assert faults.of_server({"a": 1}, now) == "no room left"
    assert faults.of_server((), now - 60) == "no room left"  # it was not there to be seen then
    assert faults.of_server((), now + 60) is None
    assert faults.of_server({"a": 1}, now) is None


def test_a_defect_is_of_its_space_and_not_of_the_server() -> None:
    faults = Faults()
    faults.failed("a", "IndexError", of_server=False)
    assert faults.of_server({"a": 1}, time.monotonic()) is None


def test_who_does_not_wait_for_a_delete_gets_its_job_however_soon_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def all_of_it() -> None:
        async with inbox_of(Store(), tmp_path) as inbox:
            keep = inbox.keep

            async def kept_and_done(write: Write) -> Kept:
                kept = await keep(write)
                assert await inbox.wait(kept.job, PATIENCE_S)
                return kept

            monkeypatch.setattr(inbox, "keep", kept_and_done)
            with pytest.raises(NotFound):
                await delete(inbox, "a", PATIENCE_S, source="nothing")
            job, found = await delete(inbox, "a", None, source="nothing")
            assert isinstance(found, JobStatus)
            assert (found.id, found.state) == (job, "done")
            assert (await inbox.read(lambda ledger: ledger.job(job))).id == job

    asyncio.run(all_of_it())
