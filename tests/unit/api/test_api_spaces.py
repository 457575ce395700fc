"""Memories that are lent: in turn, to as many as may work at once, and not closed under a call."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.errors import InvalidInput
from graphmem_api.admission import CALLER
from graphmem_api.problems import Problem
from graphmem_api.settings import Limits, Settings
from graphmem_api.spaces import Spaces

PATIENCE_S = 120


def settings(folder: Path, **given: Any) -> Settings:
    return Settings(store=str(folder / "a.db"), **given)


def test_what_was_used_longest_ago_is_closed_and_what_is_in_use_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(Memory, "close", lambda memory: closed.append(memory.space))

    async def run() -> None:
        spaces = Spaces(settings(tmp_path, spaces_held=1))
        async with spaces.lend("a") as held:
            async with spaces.lend("b") as other:
                await other.stats()
            # "b" is idle and one too many; "a" was opened before it, and is at work.
            await until(lambda: closed == ["b"])
            assert (await held.stats()).space == "a"
            async with spaces.lend("a") as same:
                assert same.memory is held.memory
        async with spaces.lend("b") as again:
            assert again.memory is not other.memory
            assert (await again.stats()).space == "b"
        await spaces.close(PATIENCE_S)
        await spaces.close(PATIENCE_S)

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
        await spaces.close(PATIENCE_S)

    folder = tmp_path / "a.db.views"
    asyncio.run(run())
    assert [path for path in folder.rglob("*") if path.is_file()]


def test_many_that_ask_for_a_new_space_at_once_get_one_memory(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path))

        async def ask() -> object:
            async with spaces.lend(spellings[len(lent) % 2]) as memory:
                return memory.memory

        spellings = ("caf\u00e9", "cafe\u0301")
        lent: list[object] = []
        for _ in range(2):
            lent += await asyncio.gather(*(ask() for _ in range(5)))
        assert len(set(map(id, lent))) == 1
        await spaces.close(PATIENCE_S)

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
        await spaces.close(PATIENCE_S)

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
        await spaces.close(PATIENCE_S)

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
        await spaces.close(PATIENCE_S)

    asyncio.run(run())


def test_who_leaves_makes_no_room_while_his_call_is_under_way(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, limits=Limits(concurrent=1)))
        begun, gate = threading.Event(), threading.Event()

        def held_up(*_: object) -> None:
            begun.set()
            gate.wait(PATIENCE_S)

        async def leave() -> None:
            async with spaces.lend("a") as memory:
                await memory.add("Alice is here.", progress=held_up)

        leaver = asyncio.create_task(leave())
        await until(begun.is_set)
        leaver.cancel()
        await asyncio.gather(leaver, return_exceptions=True)
        other = asyncio.create_task(_lend(spaces, "bob"))
        done, _ = await asyncio.wait((other,), timeout=0.2)
        assert not done
        gate.set()
        await asyncio.wait_for(other, PATIENCE_S)
        assert await spaces.close(PATIENCE_S)

    asyncio.run(run())


def test_what_is_free_goes_to_whoever_has_least(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, limits=Limits(concurrent=2)))
        order: list[str] = []

        async def ask(caller: str) -> None:
            CALLER.set(caller)
            async with spaces.lend("a"):
                order.append(caller)
                await asyncio.sleep(0)

        CALLER.set("greedy")
        async with spaces.lend("a"):
            async with spaces.lend("a"):
                waiting = [asyncio.create_task(ask("greedy")) for _ in range(5)]
                await asyncio.sleep(0)
                waiting.append(asyncio.create_task(ask("modest")))
                await asyncio.sleep(0)
            await until(lambda: order)
        await asyncio.gather(*waiting)
        assert order == ["modest", *["greedy"] * 5]
        await spaces.close(PATIENCE_S)

    asyncio.run(run())


def test_who_waits_most_makes_room_for_another(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path, limits=Limits(concurrent=1)))
        async with spaces.lend("a"):
            waiting = [asyncio.create_task(_lend(spaces, "greedy")) for _ in range(8)]
            await asyncio.sleep(0)
            modest = asyncio.create_task(_lend(spaces, "modest"))
            await asyncio.wait((waiting[-1],), timeout=PATIENCE_S)
            assert isinstance(waiting[-1].exception(), Problem)
        await asyncio.gather(modest, *waiting[:-1])
        await spaces.close(PATIENCE_S)

    asyncio.run(run())


def test_an_end_waits_for_calls_and_not_for_ever(tmp_path: Path) -> None:
    async def run() -> None:
        spaces = Spaces(settings(tmp_path))
        begun, gate = threading.Event(), threading.Event()

        def held_up(*_: object) -> None:
            begun.set()
            gate.wait(PATIENCE_S)

        async def add() -> None:
            async with spaces.lend("a") as memory:
                await memory.add("Alice is here.", progress=held_up)

        adding = asyncio.create_task(add())
        await until(begun.is_set)
        assert not await spaces.close(0.05)
        gate.set()
        await adding  # the store is there still
        spaces.store.close()

    asyncio.run(run())


async def until(look: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not look():
            await asyncio.sleep(0.01)


async def _lend(spaces: Spaces, caller: str) -> None:
    CALLER.set(caller)
    async with spaces.lend("a"):
        pass


async def _lend_slowly(spaces: Spaces) -> None:
    async with spaces.lend("a", slow=True):
        pass
