"""AsyncMemory: all of Memory, by threads, whoever is cancelled and whichever loop asks."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import graphmem
from graphmem.aio import AsyncMemory, AsyncWorkspace
from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem.memory import Memory
from graphmem.ports import Float32
from graphmem.reading.workspace import Workspace
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder

ASKED = contextvars.ContextVar("asked", default="nobody")


class Gate(FakeEmbedder):
    """An embedder that lets nobody through before it is opened, and fails where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.reached, self.opened = threading.Event(), threading.Event()
        self.fails = False

    def embed(self, texts: Sequence[str]) -> Float32:
        self.reached.set()
        assert self.opened.wait(30)
        if self.fails:
            raise InvalidInput("the gate was told to fail")
        return super().embed(texts)


def blocking(
    store: MemoryStore | Path | None = None, embedder: FakeEmbedder | None = None
) -> Memory:
    return Memory(
        MemoryStore() if store is None else store,
        embedder=embedder or FakeEmbedder(),
        extractor=FakeExtractor(),
    )


def public(kind: type) -> dict[str, object]:
    return {name: getattr(kind, name) for name in dir(kind) if not name.startswith("_")}


@pytest.mark.parametrize(("kind", "awaited"), [(Memory, AsyncMemory), (Workspace, AsyncWorkspace)])
def test_everything_public_is_there_with_its_signature_and_its_words(
    kind: type, awaited: type
) -> None:
    of_its_own = (
        {"open", "memory", "run", "space", "under_way"} if awaited is AsyncMemory else set()
    )
    attributes = {"question", "rounds", "notes", "drafted"} if kind is Workspace else set()
    assert public(awaited).keys() == public(kind).keys() | of_its_own | attributes
    for name, method in public(kind).items():
        if callable(method) and name != "close":
            other = public(awaited)[name]
            assert callable(other)
            assert inspect.signature(other) == inspect.signature(method), name
            assert other.__doc__ == method.__doc__, name


def test_opening_takes_what_memory_takes() -> None:
    assert inspect.signature(AsyncMemory.open) == inspect.signature(Memory)
    assert AsyncMemory.open.__doc__ == Memory.__doc__


def test_it_is_a_public_name_that_is_loaded_when_asked_for() -> None:
    assert graphmem.AsyncMemory is AsyncMemory
    lazily = "import sys, graphmem; assert 'asyncio' not in sys.modules; graphmem.AsyncMemory"
    subprocess.run([sys.executable, "-c", lazily], check=True)


def test_a_memory_of_its_own_is_opened_used_and_closed(tmp_path: Path) -> None:
    async def use() -> None:
        async with AsyncMemory.open(
            tmp_path / "a.db", space="s", embedder=FakeEmbedder(), extractor=FakeExtractor()
        ) as memory:
            assert memory.space == memory.memory.space == "s"
            receipt = await memory.add("Caroline lives in Lisbon.", source="note")
            found = await memory.search("Where does Caroline live?")
            assert found.hits[0].uid in receipt.added["Passage"]
        with pytest.raises(StoreUnavailable, match="has been closed"):
            await memory.stats()

    asyncio.run(use())


def test_what_cannot_be_opened_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    async def use() -> None:
        with pytest.raises(InvalidInput, match="embedder"):
            await AsyncMemory.open(tmp_path / "a.db", embedder="nobody:knows")

    asyncio.run(use())
    assert not list(tmp_path.iterdir())


def test_errors_come_as_they_are() -> None:
    async def use() -> None:
        async with AsyncMemory(blocking()) as memory:
            with pytest.raises(InvalidInput, match="question is empty"):
                await memory.search(" ")

    asyncio.run(use())


def test_the_loop_goes_on_while_a_call_waits() -> None:
    gate = Gate()

    async def use() -> None:
        async with AsyncMemory(blocking(embedder=gate)) as memory:
            adding = asyncio.create_task(memory.add("Tom likes Lisbon.", source="note"))
            await asyncio.to_thread(gate.reached.wait, 30)
            assert not adding.done()
            assert (await memory.stats()).nodes == {}
            gate.opened.set()
            assert (await adding).changed

    asyncio.run(use())


def test_a_cancelled_write_goes_on_to_its_end_and_close_waits_for_it() -> None:
    gate, store = Gate(), MemoryStore()

    async def use() -> None:
        memory = AsyncMemory(blocking(store, gate))
        adding = asyncio.create_task(memory.add("Tom likes Lisbon.", source="note"))
        await asyncio.to_thread(gate.reached.wait, 30)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        assert store.count("default").nodes == {}
        closing = asyncio.create_task(memory.close())
        await asyncio.sleep(0)
        assert not closing.done()
        gate.opened.set()
        await closing

    asyncio.run(use())
    assert store.count("default").nodes["Passage"] == 1


def test_who_is_cancelled_before_his_turn_has_called_nothing() -> None:
    gate, store = Gate(), MemoryStore()

    async def use() -> None:
        with ThreadPoolExecutor(1) as one:
            async with AsyncMemory(blocking(store, gate), one) as memory:
                first = asyncio.create_task(memory.add("Tom likes Lisbon.", source="first"))
                await asyncio.to_thread(gate.reached.wait, 30)
                second = asyncio.create_task(memory.add("Ada likes Porto.", source="second"))
                await asyncio.sleep(0)
                second.cancel()
                gate.opened.set()
                assert (await first).changed
                with pytest.raises(asyncio.CancelledError):
                    await second
            # The threads are their owner's.
            assert one.submit(int).result() == 0

    asyncio.run(use())
    assert store.count("default").nodes["Source"] == 1


def test_what_fails_after_its_caller_was_cancelled_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gate = Gate()
    gate.fails = True

    async def use() -> None:
        memory = AsyncMemory(blocking(embedder=gate))
        adding = asyncio.create_task(memory.add("Tom likes Lisbon.", source="note"))
        await asyncio.to_thread(gate.reached.wait, 30)
        adding.cancel()
        with pytest.raises(asyncio.CancelledError):
            await adding
        gate.opened.set()
        await memory.close()

    def slow(record: logging.LogRecord) -> bool:
        time.sleep(0.2)  # whoever closes waits for it
        return True

    logger = logging.getLogger("graphmem")
    logger.addFilter(slow)
    try:
        with caplog.at_level(logging.WARNING, "graphmem"):
            asyncio.run(use())
    finally:
        logger.removeFilter(slow)
    assert [record.getMessage() for record in caplog.records] == [
        "a call failed after its caller was cancelled: the gate was told to fail"
    ]


def test_closing_goes_on_where_the_one_that_waits_is_cancelled_and_his_loop_ends() -> None:
    gate, memories = Gate(), list[AsyncMemory]()

    async def leave() -> None:
        memory = AsyncMemory(blocking(embedder=gate))
        memories.append(memory)
        adding = asyncio.create_task(memory.add("Tom likes Lisbon.", source="note"))
        await asyncio.to_thread(gate.reached.wait, 30)
        closing = asyncio.create_task(memory.close())
        await asyncio.sleep(0)
        closing.cancel()
        adding.cancel()
        await asyncio.gather(closing, adding, return_exceptions=True)

    asyncio.run(leave())
    gate.opened.set()

    async def again() -> None:
        await asyncio.gather(memories[0].close(), memories[0].close())
        with pytest.raises(StoreUnavailable):
            await memories[0].search("Who likes Lisbon?")

    asyncio.run(again())


def test_a_memory_that_nobody_waits_for_any_more_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, opened, closed = threading.Event(), threading.Event(), threading.Event()
    monkeypatch.setattr(Memory, "close", lambda self: closed.set())

    def slow(*_: object) -> MemoryStore:
        asked.set()
        assert opened.wait(30)
        return MemoryStore()

    monkeypatch.setattr("graphmem.memory.open_store", slow)

    async def use() -> None:
        opening = asyncio.ensure_future(AsyncMemory.open("a.db").__aenter__())
        await asyncio.to_thread(asked.wait, 30)
        opening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await opening

    asyncio.run(use())
    opened.set()
    assert closed.wait(30)


def test_several_loops_share_one_memory() -> None:
    memory = AsyncMemory(blocking())

    async def add(one: int) -> None:
        await asyncio.gather(
            *(memory.add(f"Person{one}{two} likes Lisbon.", source=f"{one}-{two}") for two in "ab")
        )

    loops = [threading.Thread(target=lambda one=one: asyncio.run(add(one))) for one in range(4)]
    for loop in loops:
        loop.start()
    for loop in loops:
        loop.join(60)
    assert memory.memory.stats().nodes["Source"] == 8
    asyncio.run(memory.close())


def test_progress_is_heard_in_the_thread_with_the_callers_variables() -> None:
    heard: list[tuple[str, bool]] = []
    here = threading.get_ident()

    def hear(stage: str, done: int, total: int) -> None:
        heard.append((ASKED.get(), threading.get_ident() == here))

    async def ask(memory: AsyncMemory, name: str) -> None:
        ASKED.set(name)
        await memory.add(f"{name} likes Lisbon.", source=name, progress=hear)

    async def use() -> None:
        async with AsyncMemory(blocking()) as memory:
            await asyncio.gather(ask(memory, "Tom"), ask(memory, "Ada"))

    asyncio.run(use())
    assert set(heard) == {("Tom", False), ("Ada", False)}


def test_a_workspace_is_a_block_of_its_own_whose_calls_come_one_by_one() -> None:
    async def use() -> None:
        async with AsyncMemory(blocking()) as memory:
            await memory.add("Caroline lives in Lisbon. Tom likes Lisbon.", source="note")
            async with memory.workspace("Who knows Lisbon?", rounds=2) as ws:
                assert (ws.question, ws.rounds) == ("Who knows Lisbon?", 2)
                await asyncio.gather(*(ws.explore(f"Lisbon {one}") for one in range(8)))
                assert ws.seen
                assert ws.notes == []
                assert ws.drafted == set()
                point = await ws.insert("Both know Lisbon.", ["Caroline", "Tom"])
                assert ws.points == (point,)
                kept = await ws.keep()
                assert len(kept.added["Hyperedge"]) == 1
            assert (await memory.get(kept.added["Hyperedge"][0])).label == "Hyperedge"
            alone = await memory.workspace("Who?")
            await alone.close()
            with pytest.raises(InvalidInput, match="blank"):
                await memory.workspace(" ")

    asyncio.run(use())


def wrongly(call: str) -> str:
    return f"""
from typing import assert_type
from graphmem import AsyncMemory
from graphmem.aio import AsyncWorkspace
from graphmem_schemas import Proposition, Recall
async def use() -> None:
    async with AsyncMemory.open("a.db", space="s") as memory, memory.workspace("q") as ws:
        assert_type(memory, AsyncMemory)
        assert_type(ws, AsyncWorkspace)
        assert_type(await memory.search("q", k=3), Recall)
        assert_type(await memory.current("Tom"), list[Proposition])
        {call}
"""


@pytest.mark.slow
def test_type_checkers_see_the_same_types_and_mistakes(tmp_path: Path) -> None:
    def lines_with_errors(*command: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-m", *command], capture_output=True, text=True, timeout=180
        )
        return [line for line in done.stdout.splitlines() if "error:" in line or "error " in line]

    page = tmp_path / "wrong.py"
    page.write_text(wrongly('await memory.search("q", much=3)'), encoding="utf-8")
    checkers: list[Callable[[], list[str]]] = [
        lambda: lines_with_errors("mypy", "--strict", str(page)),
        lambda: lines_with_errors("pyright", "--pythonpath", sys.executable, str(page)),
    ]
    for check in checkers:
        found = [line for line in check() if "wrong.py:" in line]
        assert len(found) == 1, found
        assert "much" in found[0]
