"""Sources added in one call and one by one give the same graph, to the last edge."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import example, given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Conversation, Document, Message

START = datetime(2026, 1, 1, tzinfo=UTC)
FACTS = [
    "Ann lives in Rome.",
    "Ann lives in Oslo.",
    "Ann moved to Oslo.",
    "Ann lived in Bonn.",
    "Ann Lee likes Rome.",
    "Lee does not likes Rome.",
    "Ann likes Ann Lee.",
    "Ann is tall.",
    "Rome is old.",
]
# Of one thing: what may be so, what ends some of it, and denials of each.
ENDING = [
    f"Ann {way} Mate."
    for way in (
        "drinks", "does not drinks", "uses", "does not uses", "owns", "does not owns",
        "gave up", "does not gave up", "sold", "does not sold",
    )
]  # fmt: skip
DATES = [None, *(datetime(2020 + year, 1, 1, tzinfo=UTC) for year in range(4))]

texts = st.lists(st.sampled_from(FACTS), min_size=1, max_size=3).map(" ".join)
documents = st.lists(st.tuples(texts, st.sampled_from(DATES)), min_size=1, max_size=5)

ends = st.lists(st.tuples(st.sampled_from(ENDING), st.sampled_from(DATES)), min_size=3, max_size=7)


def graph_of(batches: list[list[Document]] | list[list[Conversation]]) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out.jsonl"
        with Memory(
            "memory://", embedder=FakeEmbedder(), extractor=FakeExtractor(),
            clock=FixedClock(START),
        ) as memory:  # fmt: skip
            for batch in batches:
                memory.add(batch)
            memory.export(path)
        return sorted(path.read_text().splitlines())


@given(documents)
def test_one_call_and_many_give_the_same_graph(told: list[tuple[str, datetime | None]]) -> None:
    sources = [Document(text=text, ref=f"d{n}", at=at) for n, (text, at) in enumerate(told)]
    assert graph_of([sources]) == graph_of([[source] for source in sources])


turns = st.lists(st.tuples(st.sampled_from(["Ann", "Bo"]), texts), min_size=1, max_size=4)


@given(st.lists(st.tuples(turns, st.sampled_from(DATES)), min_size=1, max_size=4))
def test_conversations_in_one_call_and_one_by_one_give_the_same_graph(
    held: list[tuple[list[tuple[str, str]], datetime | None]],
) -> None:
    sources = [
        Conversation(
            messages=tuple(Message(speaker=who, text=text) for who, text in said),
            source=f"c{n}",
            at=at,
        )
        for n, (said, at) in enumerate(held)
    ]
    assert graph_of([sources]) == graph_of([[source] for source in sources])


# In one call all that stands beside a fact is there; one by one it has to be looked up.
@given(ends)
@example([(ENDING[at], DATES[day]) for at, day in ((0, 1), (1, 1), (2, 2), (6, 3), (2, 4))])
def test_what_ends_others_is_looked_up_with_all_that_it_may_end(
    told: list[tuple[str, datetime | None]],
) -> None:
    sources = [Document(text=text, ref=f"d{n}", at=at) for n, (text, at) in enumerate(told)]
    assert graph_of([sources]) == graph_of([[source] for source in sources])
