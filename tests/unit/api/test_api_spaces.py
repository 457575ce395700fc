"""Memories that are lent: in turn, to as many as may work at once, and not closed under a call."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.aio import AsyncMemory
from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem_api.problems import Problem
from graphmem_api.settings import Limits, Settings
from graphmem_api.spaces import Spaces


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(store=str(folder / "a.db"), **given)


def test_what_was_used_longest_ago_is_closed_and_what_is_in_use_is_not(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, spaces_held=1))
        async with spaces.lend("a") as held:
            async with spaces.lend("b") as other:
                await other.stats()
            await asyncio.sleep(0)
            # "b" is idle and one too many; "a" was opened before it, and is at work.
            assert (await held.stats()).space == "a"
            async with spaces.lend("a") as same:
                assert same is held
        await asyncio.wait_for(_closed(other), 60)
        async with spaces.lend("b") as again:
            assert again is not other
            assert (await again.stats()).space == "b"
        await spaces.close()
        await spaces.close()

    asyncio.run(run())


def test_views_of_a_space_that_is_let_go_are_kept(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.db", space="a") as memory:
        memory.add("Caroline moved to Lisbon.", source="note")

    async def run() -> None:
        spaces = Spaces(settings(tmp_path, spaces_held=1))
        async with spaces.lend("a") as memory:
            assert (await memory.search("Where does Caroline live?")).hits
        async with spaces.lend("b"):
            pass
        await spaces.close()

    folder = tmp_path / "a.db.views"
    asyncio.run(run())
    assert [path for path in folder.rglob("*") if path.is_file()]


def test_many_that_ask_for_a_new_space_at_once_get_one_memory(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path))

        async def ask() -> object:
            async with spaces.lend(spellings[len(lent) % 2]) as memory:
                return memory

        spellings = ("caf\u00e9", "cafe\u0301")
        lent: list[object] = []
        for _ in range(2):
            lent += await asyncio.gather(*(ask() for _ in range(5)))
        assert len(set(map(id, lent))) == 1
        await spaces.close()

    asyncio.run(run())


@pytest.mark.parametrize("space", ["", "..", "a\nb", " a", "\ufffd"])
def test_a_space_that_cannot_be_is_refused(tmp_path: Path, space: str) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path))
        with pytest.raises(InvalidInput):
            async with spaces.lend(space):
                pass
        # Its turn was given back.
        async with spaces.lend("a"):
            pass
        await spaces.close()

    asyncio.run(run())


def test_who_comes_where_too_many_wait_is_told_to_come_again(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, limits=Limits(concurrent=1)))
        order: list[int] = []

        async def ask(number: int) -> None:
            async with spaces.lend("a"):
                order.append(number)

        async with spaces.lend("a"):
            waiting = [asyncio.create_task(ask(number)) for number in range(8)]
            await asyncio.sleep(0)
            with pytest.raises(Problem) as refused:
                await ask(9)
            assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "1"})
            waiting[0].cancel()
            await asyncio.gather(waiting[0], return_exceptions=True)
        await asyncio.gather(*waiting[1:])
        assert order == list(range(1, 8))
        await spaces.close()

    asyncio.run(run())


def test_slow_calls_leave_room_for_quick_ones(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, limits=Limits(concurrent=4)))
        async with spaces.lend("a", slow=True), spaces.lend("a", slow=True):
            third = asyncio.create_task(_lend_slowly(spaces))
            async with spaces.lend("a") as memory:
                await memory.stats()
            assert not third.done()
        await third
        await spaces.close()

    asyncio.run(run())


async def _closed(memory: AsyncMemory) -> None:
    with suppress(StoreUnavailable):
        while True:  # in the background
            await memory.stats()


async def _lend_slowly(spaces: Spaces) -> None:
    async with spaces.lend("a", slow=True):
        pass
