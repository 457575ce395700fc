"""A few searches at once, for as long as these are quick; nothing else waits for them."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from graphmem import Memory
from graphmem.errors import GraphMemError
from graphmem_api import searching
from graphmem_api.searching import Pace, PacedMemory
from graphmem_api.settings import Limits, Settings
from graphmem_api.spaces import Spaces

PATIENCE_S = 240.0


async def _search(pace: Pace, begun: list[int], number: int, until: asyncio.Event) -> None:
    async with pace.turn():
        begun.append(number)
        await until.wait()


async def _turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_few_search_at_once_and_who_waits_comes_in_order() -> None:
    async def run() -> None:
        pace, begun, ends = Pace(2), list[int](), [asyncio.Event() for _ in range(4)]
        tasks = [
            asyncio.create_task(_search(pace, begun, number, end))
            for number, end in enumerate(ends)
        ]
        await _turns()
        assert begun == [0, 1]
        ends[1].set()
        await _turns()
        assert begun == [0, 1, 2]
        for end in ends:
            end.set()
        await asyncio.gather(*tasks)
        assert begun == [0, 1, 2, 3]

    asyncio.run(run())


def test_what_takes_long_holds_up_nobody_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "_LONGEST_S", 0.05)

    async def run() -> None:
        pace, begun, end, none = Pace(1), list[int](), asyncio.Event(), asyncio.Event()
        none.set()
        held = [asyncio.create_task(_search(pace, begun, n, end)) for n in range(3)]
        while len(begun) < len(held):
            await asyncio.sleep(0.01)
        await _search(pace, begun, 3, none)
        end.set()
        await asyncio.gather(*held)
        # Their places were given back once: there is one still.
        monkeypatch.setattr(searching, "_LONGEST_S", PATIENCE_S)
        async with pace.turn():
            waiting = asyncio.create_task(_search(pace, begun, 4, none))
            await _turns()
            assert begun == [0, 1, 2, 3]
        await waiting

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


def test_who_leaves_while_he_waits_takes_no_place() -> None:
    async def run() -> None:
        pace, begun, end = Pace(1), list[int](), asyncio.Event()
        first = asyncio.create_task(_search(pace, begun, 0, end))
        await _turns()
        leaver = asyncio.create_task(_search(pace, begun, 1, end))
        await _turns()
        leaver.cancel()
        end.set()
        await asyncio.gather(first, leaver, return_exceptions=True)
        await _search(pace, begun, 2, end)
        assert begun == [0, 2]

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


def test_a_search_that_fails_gives_its_place_back(tmp_path: Path) -> None:
    async def run() -> None:
        with ThreadPoolExecutor(2) as pool, Memory(tmp_path / "a.db") as memory:
            paced = PacedMemory(memory, pool, Pace(1))
            for _ in range(3):
                with pytest.raises(GraphMemError):
                    await paced.search("Who?", k=-1)
            assert (await paced.context("Who?")).abstained

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


def test_a_search_does_not_wait_for_calls_that_wait_for_others(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "a.db"), limits=Limits(concurrent=8, searches=1))
    begun, gate = threading.Semaphore(0), threading.Event()

    def held_up(*_: object, **__: object) -> None:
        begun.release()
        gate.wait(PATIENCE_S)

    async def hold_up(spaces: Spaces) -> None:
        async with spaces.lend("a") as memory:
            await memory.add("Ann is here.", progress=held_up)

    async def run() -> None:
        spaces = Spaces(settings)
        held = [asyncio.create_task(hold_up(spaces)) for _ in range(3)]
        await asyncio.to_thread(begun.acquire)
        async with spaces.lend("b") as memory:
            assert (await memory.search("Who is here?")).abstained
        gate.set()
        await asyncio.gather(*held)
        assert await spaces.close(PATIENCE_S)

    asyncio.run(asyncio.wait_for(run(), PATIENCE_S))


def test_searches_that_wait_for_an_embedder_elsewhere_wait_together(tmp_path: Path) -> None:
    settings = Settings(store=str(tmp_path / "a.db"), embedder="openai:text-embedding-3-small")
    assert Spaces(settings).n_searching == 32


@pytest.mark.parametrize(
    ("processors", "workers", "n"), [(2, 1, 2), (2, 2, 1), (4, 2, 2), (64, 1, 2), (1, 4, 1)]
)
def test_processes_of_a_server_share_the_processors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, processors: int, workers: int, n: int
) -> None:
    monkeypatch.setattr("graphmem_api.spaces.allowed", lambda: tuple(range(processors)))
    store = str(tmp_path / "a.db")
    assert Spaces(Settings(store=store, workers=workers)).n_searching == n
    given = Limits(searches=5)
    assert Spaces(Settings(store=store, workers=workers, limits=given)).n_searching == 5
