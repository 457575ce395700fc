"""Relations that are defined late, or twice, give the facts of those that were defined first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Proposition

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
TRIPLE = st.tuples(
    st.sampled_from(("cup", "pen", "box")),
    st.sampled_from(("be in", "on", "holds", "like")),
    st.sampled_from(("box", "bag", "pen")),
).filter(lambda said: said[0] != said[2])
PASSAGE = st.tuples(st.lists(TRIPLE, min_size=1, max_size=2, unique=True), st.integers(0, 4))


def define(memory: Memory, *, functional: bool = True) -> None:
    memory.define("be in", functional=functional, synonyms=["on"], inverse=["holds"])


def picture(memory: Memory) -> tuple[list[Any], list[str]]:
    """Facts and their edges; how a fact is worded is a matter of who said it first."""
    store, space = memory._store, memory.space
    nodes = [n for b in store.changes(space, 0, labels=("Proposition",)) for n in b.nodes]
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    facts = [n.model_dump(exclude={"text"}) for n in nodes if isinstance(n, Proposition)]
    return sorted(facts, key=lambda fact: fact["uid"]), sorted(e.model_dump_json() for e in edges)


@given(st.lists(PASSAGE, min_size=1, max_size=6), st.data())
def test_when_a_relation_is_defined_does_not_show(
    passages: list[Any], data: st.DataObject
) -> None:
    moment = data.draw(st.integers(0, len(passages)))
    undone = data.draw(st.booleans())
    with made() as late, made() as early:
        define(early)
        for number, (told, day) in enumerate(passages):
            if number == moment:
                define(late)
            for memory in (late, early):
                key = f"p{number}"
                memory.add_extracted(
                    [{"id": key, "text": key, "at": FIRST + timedelta(days=day)}],
                    [{"id": key, "triples": told}],
                )
        if moment == len(passages):
            define(late)
        if undone:
            define(late, functional=False)
            define(late)
        assert picture(late) == picture(early)
        seq = late.stats().seq
        define(late)
        assert late.stats().seq == seq


def made() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(FIRST)
    )
