"""Changes as they come: from where somebody stopped, in parts, and for as many as may listen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress

import pytest

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_api.inbox.feed import Feed, Mark, Message
from graphmem_api.problems import Problem


@asynccontextmanager
async def feed_of(store: MemoryStore, most: int = 10) -> AsyncIterator[Feed]:
    with ThreadPoolExecutor(2) as threads:
        feed = Feed(store, threads, most)
        yield feed
        feed.end()


def memory_of(store: MemoryStore, space: str = "s") -> Memory:
    return Memory(store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor())


async def read(feed: Feed, after: Mark | None, n: int, space: str = "s") -> list[Message]:
    found: list[Message] = []
    async with aclosing(feed.changes(space, after)) as messages:
        async for message in messages:
            found.append(message)
            if len(found) == n:
                break
    return found


def test_who_comes_hears_what_is_new_from_then_on() -> None:
    async def listen() -> None:
        store = MemoryStore()
        memory_of(store).add("Alice is here.", source="before")
        async with feed_of(store) as feed:
            coming = asyncio.create_task(read(feed, None, 2))
            while not feed._listeners["s"]:
                await asyncio.sleep(0)
            await asyncio.sleep(0.05)
            memory_of(store).add("Bob is there.", source="after")
            feed.wake("s")
            ready, changes = await coming
            assert ready.event == "ready"
            assert changes.event == "changes"
            said = {node["text"] for node in changes.data["nodes"]}
            assert "Bob is there." in said
            assert "Alice is here." not in said
            assert changes.mark is not None
            assert changes.mark.seq == store.newest("s")[0]

    asyncio.run(listen())


def test_who_comes_again_goes_on_where_he_stopped() -> None:
    async def listen() -> None:
        store = MemoryStore()
        memory_of(store).add("Alice is here.", source="one")
        seen = Mark(*store.newest("s"))
        memory_of(store).add("Bob is there.", source="two")
        async with feed_of(store) as feed:
            ready, changes = await read(feed, Mark.of(seen.text), 2)
            assert (ready.event, ready.mark) == ("ready", seen)
            assert "Alice is here." not in str(changes.data["nodes"])
            assert changes.mark == Mark(*store.newest("s"))

    asyncio.run(listen())


@pytest.mark.parametrize("gone", [Mark(1, "another"), Mark(999, "x")])
def test_who_saw_a_commit_that_is_gone_is_told_to_begin_anew(gone: Mark) -> None:
    async def listen() -> None:
        store = MemoryStore()
        memory_of(store).add("Alice is here.")
        async with feed_of(store) as feed:
            (reset,) = await read(feed, gone, 1)
            assert (reset.event, reset.mark) == ("reset", Mark(*store.newest("s")))

    asyncio.run(listen())


def test_a_long_commit_comes_in_parts_and_only_the_last_can_be_gone_on_from() -> None:
    async def listen() -> None:
        store = MemoryStore()
        text = "\n\n".join(f"Person{n} met Friend{n} in Town{n}." for n in range(300))
        memory_of(store).add(text)
        async with feed_of(store) as feed:
            found = [*(await read(feed, Mark(0, ""), 3))]
            assert [message.mark is None for message in found[1:]] == [True, True]
            rows = sum(len(part) for key, part in found[1].data.items() if key != "seq")
            assert rows == 500

    asyncio.run(listen())


def test_a_delete_is_told() -> None:
    async def listen() -> None:
        store = MemoryStore()
        memory = memory_of(store)
        uid = memory.add("Alice is here.", source="one").added["Passage"][0]
        seen = Mark(*store.newest("s"))
        memory.delete(source="one")
        async with feed_of(store) as feed:
            _, changes = await read(feed, seen, 2)
            assert uid in changes.data["removed_nodes"]

    asyncio.run(listen())


def test_places_are_limited_and_come_back() -> None:
    async def listen() -> None:
        async with feed_of(MemoryStore(), most=1) as feed:
            with feed.place(), pytest.raises(Problem) as refused, feed.place():
                pass
            assert refused.value.status == 429
            with feed.place():
                assert feed.n_listeners == 1
            assert feed.n_listeners == 0

    asyncio.run(listen())


def test_nobody_has_all_places_while_there_are_others() -> None:
    async def listen() -> None:
        async with feed_of(MemoryStore(), most=10) as feed:
            with ExitStack() as open_:

                def places(of: str) -> int:
                    n = 0
                    with suppress(Problem):
                        while True:
                            open_.enter_context(feed.place(of))
                            n += 1
                    return n

                assert [places(of) for of in ("ann", "bo", "cy", "ann")] == [5, 3, 1, 0]
            assert feed.n_listeners == 0
            assert not feed._places

    asyncio.run(listen())


def test_every_stream_ends_when_it_must() -> None:
    async def listen() -> None:
        async with feed_of(MemoryStore()) as feed:
            coming = asyncio.create_task(read(feed, None, 99))
            await asyncio.sleep(0.02)
            feed.end()
            assert [one.event for one in await coming] == ["ready"]
            assert not feed._news

    asyncio.run(listen())


@pytest.mark.parametrize("text", ["", "abc", "7", "-x", "x-1", "٣-a", "1" * 300 + "-a"])
def test_what_is_no_mark_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        Mark.of(text)
    assert refused.value.status == 422
