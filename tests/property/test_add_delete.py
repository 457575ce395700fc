"""Adding and taking back, in any order, leaves exactly what is still supported."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Node

NAMES = ("Ann", "Bo", "Cy Young", "Young")
PLACES = ("Rome", "Oslo", "New Rome")
SENTENCE = st.builds(
    lambda who, what, where: f"{who} {what} {where}.",
    st.sampled_from(NAMES),
    st.sampled_from(("likes", "does not likes", "is", "lives in")),
    st.sampled_from(PLACES),
)
TEXT = st.lists(SENTENCE, min_size=1, max_size=4).map(" ".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=5)


def open_memory() -> Memory:
    return Memory(
        MemoryStore(),
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
    )


def picture(memory: Memory) -> tuple[list[str], list[str]]:
    store = memory._store
    nodes = store.changes(memory.space, 0, labels=tuple(Node.registry))
    edges = store.changes(memory.space, 0, kinds=EDGE_KINDS)
    return (
        sorted(n.model_dump_json() for b in nodes for n in b.nodes),
        sorted(e.model_dump_json() for b in edges for e in b.edges),
    )


@given(TEXTS, st.data())
def test_add_then_delete_leaves_the_graph_as_without_the_source(
    texts: list[str], data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.integers(0, len(texts) - 1)))
    with open_memory() as full, open_memory() as kept:
        for number, text in enumerate(texts):
            full.add(text, source=f"s{number}", at="2025-01-01")
            if number not in gone:
                kept.add(text, source=f"s{number}", at="2025-01-01")
        for number in sorted(gone):
            full.delete(source=f"s{number}")
        # Statuses and times are compared in `test_facts_in_time.py`.
        assert without_names_and_order(full) == without_names_and_order(kept)


def without_names_and_order(memory: Memory) -> tuple[set[str], set[str]]:
    """Uids and edges with their weights; the first-seen surface of a name may differ."""
    store = memory._store
    nodes = store.changes(memory.space, 0, labels=tuple(Node.registry))
    edges = store.changes(memory.space, 0, kinds=EDGE_KINDS)
    return (
        {n.uid for b in nodes for n in b.nodes},
        {f"{e.kind} {e.start} {e.end} {e.sources}" for b in edges for e in b.edges},
    )


@given(TEXTS)
def test_adding_everything_again_changes_nothing(texts: list[str]) -> None:
    with open_memory() as memory:
        for number, text in enumerate(texts):
            memory.add(text, source=f"s{number}")
        before = picture(memory)
        for number, text in enumerate(texts):
            assert not memory.add(text, source=f"s{number}").changed
        assert picture(memory) == before
