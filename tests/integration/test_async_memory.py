"""AsyncMemory over a real file: storms of cancelling, and questions while others add."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

from graphmem import AsyncMemory
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Passage, Source

TURNS = 5
PEOPLE = ("Ada", "Bea", "Cleo", "Dora", "Eva", "Fay", "Gus", "Hal")


def turns(one: int) -> list[dict[str, str]]:
    return [
        {"speaker": "Tom", "text": f"Person{one} likes Lisbon and place {at} of tour {one}."}
        for at in range(TURNS)
    ]


def kept(store: Path) -> dict[str, int]:
    """How many passages each source has."""
    with Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        found = memory._store.changes(memory.space, 0, labels=("Source", "Passage"))
        nodes = [node for batch in found for node in batch.nodes]
    names = {node.uid: node.name for node in nodes if isinstance(node, Source)}
    owners = [names[node.source] for node in nodes if isinstance(node, Passage)]
    return {name: owners.count(name) for name in names.values()}


def test_in_a_storm_of_cancelling_every_write_is_whole_or_not_there(tmp_path: Path) -> None:
    store, seed = tmp_path / "a.db", random.Random(7)

    async def storm() -> set[str]:
        async with AsyncMemory.open(
            store, embedder=FakeEmbedder(), extractor=FakeExtractor()
        ) as memory:
            tasks = {
                f"tour-{one}": asyncio.create_task(memory.add(turns(one), source=f"tour-{one}"))
                for one in range(60)
            }
            asking = [asyncio.create_task(memory.search("Who likes Lisbon?")) for _ in range(20)]
            waiting = [*tasks.values(), *asking]
            while open_ := [task for task in waiting if not task.done()]:
                await asyncio.wait(open_, return_when=asyncio.FIRST_COMPLETED)
                if seed.random() < 0.5:
                    seed.choice(open_).cancel()
            failed = [t.exception() for t in waiting if not t.cancelled() and t.exception()]
            assert not failed
            return {name for name, task in tasks.items() if not task.cancelled()}

    acknowledged = asyncio.run(storm())
    there = kept(store)
    assert 0 < len(acknowledged) < 60
    assert acknowledged <= there.keys()
    assert set(there.values()) == {TURNS}


def test_real_models_answer_while_others_add(tmp_path: Path) -> None:
    async def use() -> None:
        async with AsyncMemory.open(tmp_path / "a.db") as memory:

            async def add(name: str) -> None:
                await memory.add(f"{name} moved to Porto in May 2023.", source=name)
                found = await memory.search(f"Where did {name} move to?", k=3)
                assert any(name in hit.text for hit in found.hits), found

            async with asyncio.timeout(120):
                await asyncio.gather(*map(add, PEOPLE))
                context = await memory.context("When did Ada move to Porto?")
                assert "Ada moved to Porto" in context.text
                assert (await memory.stats()).nodes["Source"] == len(PEOPLE)

    asyncio.run(use())
    with Memory(tmp_path / "a.db") as memory:
        assert [fact.text for fact in memory.current("Ada")]
