"""Sources added in one call and one by one give the same graph, to the last edge."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Document

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
DATES = [None, *(datetime(2020 + year, 1, 1, tzinfo=UTC) for year in range(4))]

texts = st.lists(st.sampled_from(FACTS), min_size=1, max_size=3).map(" ".join)
documents = st.lists(st.tuples(texts, st.sampled_from(DATES)), min_size=1, max_size=5)


def graph_of(batches: list[list[Document]]) -> list[str]:
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
