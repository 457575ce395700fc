"""Facts in time: neither the order of adds nor what was deleted since shows in the graph."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Node

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
SENTENCE = st.builds(
    "{} {} {}.".format,
    st.sampled_from(("Ann", "Bo")),
    st.sampled_from(
        ("lives in", "moved to", "does not lives in", "lived in", "works at", "likes",
         "does not likes")
    ),
    st.sampled_from(("Rome", "Oslo", "Turin")),
)  # fmt: skip
TEXT = st.lists(SENTENCE, min_size=1, max_size=2).map(" ".join)
TEXTS = st.lists(TEXT, min_size=1, max_size=7)


def memory() -> Memory:
    return Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=FixedClock(FIRST)
    )


def say(memory: Memory, text: str, day: int) -> None:
    memory.add(text, source=f"s{day}", at=FIRST + timedelta(days=day))


def picture(memory: Memory) -> tuple[list[str], list[str]]:
    """All nodes and edges; the wording of a fact is that of who said it first to the memory."""
    store, space = memory._store, memory.space
    nodes = [n for b in store.changes(space, 0, labels=tuple(Node.registry)) for n in b.nodes]
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return sorted(n.model_dump_json() for n in nodes), sorted(e.model_dump_json() for e in edges)


@given(TEXTS, st.data())
def test_any_order_of_adds_and_deletes_is_what_remains_in_order_of_time(
    texts: list[str], data: st.DataObject
) -> None:
    days = list(range(len(texts)))
    order = data.draw(st.permutations(days))
    gone = data.draw(st.sets(st.sampled_from(days)))
    with memory() as shuffled, memory() as sorted_:
        for day in order:
            say(shuffled, texts[day], day)
        for day in sorted(gone):
            shuffled.delete(source=f"s{day}")
        for day in days:
            if day not in gone:
                say(sorted_, texts[day], day)
        assert picture(shuffled) == picture(sorted_)
