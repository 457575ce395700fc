"""Views that let go of what was removed answer as those that hold on to it, bit for bit."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views import kept
from graphmem.wiring import HeldReader
from graphmem_schemas import Recall

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCES = tuple(f"s{number}" for number in range(4))
WORDS = ("Ann", "Bo", "Rome", "Oslo", "likes", "boats", "1998", "blue.", "why?")
QUESTIONS = ("Who likes blue boats?", "What does Ann like in Rome?", "Bo in Oslo 1998")
TEXT = st.lists(st.sampled_from(WORDS), min_size=1, max_size=8).map(" ".join)
TOLD = st.one_of(
    TEXT.map(lambda text: f"{text}\n\nAnn lives in Rome. {text}"),
    st.lists(
        st.tuples(st.sampled_from(("Ann", "Bo", "user")), TEXT).map(
            lambda turn: {"speaker": turn[0], "text": turn[1]}
        ),
        min_size=1,
        max_size=4,
    ),
)
STEPS = st.lists(st.tuples(st.sampled_from(SOURCES), st.none() | TOLD), min_size=8, max_size=16)


def opened(store: MemoryStore) -> Memory:
    return Memory(
        store,
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
    )


@contextmanager
def letting_go(from_: int) -> Iterator[None]:
    """Have views let go of what was removed where it is more than so much."""
    with patch.object(kept, "_LEAST_DEAD", from_):
        yield


def told(recall: Recall) -> Recall:
    """Return what is no measured time of it."""
    return recall.model_copy(update={"trace": recall.trace.model_copy(update={"timings_ms": {}})})


def n_held(memory: Memory) -> tuple[int, ...]:
    assert isinstance(memory._reader, HeldReader)
    views = memory._reader._views
    assert views is not None
    texts, vectors, links = views.text._arrays, views.vectors._content, views.adjacency._links
    return len(texts.rows["uid"]), len(vectors._rows), len(links.index)


@settings(max_examples=settings.default.max_examples // 3)
@given(STEPS)
def test_what_views_let_go_of_changes_no_bit(steps: list[tuple[str, object]]) -> None:
    store = MemoryStore()
    with opened(store) as writer, opened(store) as lets_go, opened(store) as holds_on:
        there: set[str] = set()
        for at, (source, text) in enumerate(steps):
            if source in there:
                writer.delete(source=source)
                there.remove(source)
            if text is not None:
                writer.add(text, source=source)  # type: ignore[arg-type]
                there.add(source)
            question = QUESTIONS[at % len(QUESTIONS)]
            with letting_go(0):
                found = lets_go.search(question)
            with letting_go(1 << 30):
                assert told(found) == told(holds_on.search(question))


def test_views_hold_no_more_than_is_there_and_some() -> None:
    store = MemoryStore()
    with opened(store) as memory, letting_go(10):
        for number in range(60):
            memory.add(f"Ann likes boat{number} in Rome{number}.", source=f"s{number}")
            if number >= 5:
                memory.delete(source=f"s{number - 5}")
            memory.search(QUESTIONS[0])
        assert max(n_held(memory)) <= 2 * 5 * 10
        with letting_go(1 << 30), opened(store) as other:
            other.search(QUESTIONS[0])
            assert other.search(QUESTIONS[1]).hits == memory.search(QUESTIONS[1]).hits
