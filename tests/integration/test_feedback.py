"""Feedback changes ranking at once, within bounds, in its space alone, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from graphmem.bench.spaces import open_engine
from graphmem.memory import Memory
from graphmem.reading.credit import MARGIN
from graphmem.stores.memory import MemoryStore
from graphmem.stores.registry import open_store
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Recall, SearchRequest

START = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = "Where does Ann keep the red kite?"
ALIKE = "Tell me, where does Ann keep the red kite?"
OTHER = "Who paints boats in Oslo?"
QUESTIONS = (ASKED, ALIKE, OTHER)
TALK = [
    ("Ann", "I keep the red kite in the shed."),
    ("Bob", "Ann, where do you keep the kite?"),
    ("Ann", "The kite that I keep is red, Bob."),
    ("Bob", "I paint boats in Oslo."),
    ("Ann", "The shed is red."),
    ("Bob", "Who paints the shed, Ann?"),
]
NOTES = ["The red kite of Ann hangs in the hall.", "Boats of Oslo are painted by Cleo."]


def open_memory(store: Any, space: str = "default") -> Memory:
    return Memory(
        store,
        space=space,
        embedder=FakeEmbedder(64),
        extractor=FakeExtractor(),
        clock=FixedClock(START, timedelta(seconds=1)),
    )


def fill(memory: Memory) -> None:
    memory.add([{"speaker": who, "text": text} for who, text in TALK], source="talk")
    for number, text in enumerate(NOTES):
        memory.add(text, source=f"note-{number}")


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory("memory://") as memory:
        fill(memory)
        yield memory


Told = list[list[tuple[str, float, tuple[tuple[str, float], ...]]]]


def rankings(memory: Memory) -> Told:
    """Everything that is told of hits, to the last bit."""
    return [hits_of(memory.search(question, k=50)) for question in QUESTIONS]


def hits_of(recall: Recall) -> list[tuple[str, float, tuple[tuple[str, float], ...]]]:
    return [(h.uid, h.score, tuple((p.name, p.value) for p in h.parts)) for h in recall.hits]


def say(memory: Memory, place: int, outcome: Any, question: str = ASKED) -> tuple[str, str]:
    """Judge the hit at a place; return the uid of the feedback and of the hit."""
    recall = memory.search(question, k=50)
    uid = recall.hits[place].uid
    receipt = memory.feedback(recall.id, [uid], outcome)
    return receipt.added["Query"][0], uid


def score(memory: Memory, question: str, uid: str) -> float:
    return {hit.uid: hit.score for hit in memory.search(question, k=50).hits}[uid]


def credit(memory: Memory, question: str, uid: str) -> float:
    hit = {hit.uid: hit for hit in memory.search(question, k=50).hits}[uid]
    return sum(part.value for part in hit.parts if part.name == "credit")


def test_what_was_of_use_rises_at_once_and_what_was_not_falls(memory: Memory) -> None:
    for outcome, sign in (("success", 1), ("failure", -1)):
        before = {hit.uid: hit.score for hit in memory.search(ASKED, k=50).hits}
        feedback, uid = say(memory, 1, outcome)
        after = score(memory, ASKED, uid)
        assert sign * (after - before[uid]) > 0.1
        assert after - before[uid] == pytest.approx(credit(memory, ASKED, uid), abs=1e-4)
        memory.delete(feedback)


def test_it_tells_of_alike_questions_less_and_of_others_nothing(memory: Memory) -> None:
    before = rankings(memory)
    _, uid = say(memory, 1, 1.0)
    assert 0.0 < credit(memory, ALIKE, uid) < credit(memory, ASKED, uid)
    assert rankings(memory)[2] == before[2]
    assert rankings(memory)[0] != before[0]


def test_no_amount_of_it_moves_a_passage_by_more_than_the_margin(memory: Memory) -> None:
    last = len(memory.search(ASKED, k=50).hits) - 1
    uid = memory.search(ASKED, k=50).hits[last].uid
    before, other = score(memory, ASKED, uid), score(memory, OTHER, uid)
    credits = [0.0]
    for _ in range(8):
        recall = memory.search(ASKED, k=50)
        memory.feedback(recall.id, [uid], True)
        credits.append(credit(memory, ASKED, uid))
    assert credits == sorted(credits)
    assert credits[-1] < MARGIN
    assert score(memory, ASKED, uid) - before < MARGIN
    assert score(memory, OTHER, uid) == other


def test_taking_it_back_restores_every_ranking_to_the_last_bit(memory: Memory) -> None:
    before = rankings(memory)
    first, _ = say(memory, 2, "failure")
    between = rankings(memory)
    second, _ = say(memory, 1, "success", ALIKE)
    assert rankings(memory) != between
    memory.delete(second)
    assert rankings(memory) == between
    memory.delete(first)
    assert rankings(memory) == before


def test_another_outcome_takes_the_place_of_the_first_and_unknown_is_none(memory: Memory) -> None:
    before = rankings(memory)
    recall = memory.search(ASKED, k=50)
    uid = recall.hits[1].uid
    memory.feedback(recall.id, [uid], "success")
    liked = rankings(memory)
    memory.feedback(recall.id, [uid], "failure")
    assert credit(memory, ASKED, uid) < 0.0
    memory.feedback(recall.id, [uid], "unknown")
    assert rankings(memory) == before
    memory.feedback(recall.id, [uid], "success")
    assert rankings(memory) == liked


def test_what_a_context_cited_is_credited_as_well(memory: Memory) -> None:
    context = memory.context(ASKED)
    uid = context.citations[0].passage
    memory.feedback(context.recall.id, [uid], True)
    assert credit(memory, ASKED, uid) > 0.0


def test_a_deleted_passage_takes_its_credit_along(memory: Memory) -> None:
    before = rankings(memory)
    recall = memory.search(ASKED, k=50)
    uid = next(hit.uid for hit in recall.hits if hit.source == "note-0")
    memory.feedback(recall.id, [uid], True)
    assert rankings(memory) != before
    memory.delete(source="note-0")
    assert "Query" not in memory.stats().nodes
    memory.add(NOTES[0], source="note-0")
    assert rankings(memory) == before


def test_another_space_and_an_emptied_one_know_nothing_of_it() -> None:
    store = MemoryStore(shared=True)
    with open_memory(store, "a") as one, open_memory(store, "b") as other:
        fill(one)
        fill(other)
        before = rankings(other)
        say(one, 1, True)
        assert rankings(one) != before
        assert rankings(other) == before
        one.delete(space="a")
        fill(one)
        assert rankings(one) == before


def test_it_stays_after_reopening_and_rebuilding(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_memory(path) as memory:
        fill(memory)
        before = rankings(memory)
        feedback, _ = say(memory, 1, True)
        say(memory, 2, 0.25, ALIKE)
        liked = rankings(memory)
        assert liked != before
    with open_memory(path) as memory:
        assert rankings(memory) == liked
        memory.rebuild()
        assert rankings(memory) == liked
        memory.rebuild("vectors")
        assert rankings(memory) == liked
        memory.export(tmp_path / "all.jsonl")
    with open_memory(tmp_path / "b.db") as copy:
        copy.import_(tmp_path / "all.jsonl")
        assert rankings(copy) == liked
        copy.delete(feedback)
        assert rankings(copy) != liked


def test_what_benches_ask_is_ranked_without_it_and_leaves_none(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    with open_memory(path) as memory:
        fill(memory)
    ranked = bench_rankings(path)
    with open_memory(path) as memory:
        assert rankings(memory) == ranked
        say(memory, 1, True)
        assert rankings(memory) != ranked
        seq = memory.stats().seq
    assert bench_rankings(path) == ranked
    with open_memory(path) as memory:
        assert memory.stats().seq == seq


def bench_rankings(path: Path) -> Told:
    """What the engine of the benches finds, after each question was asked before."""
    store = open_store(path)
    try:
        engine = open_engine(store, "default", FakeEmbedder(64))
        assert engine.judgements is None
        found = [
            [hits_of(engine.search(SearchRequest(question=q, k=50))) for q in QUESTIONS]
            for _ in range(2)
        ]
        assert found[0] == found[1]
        return found[0]
    finally:
        store.close()


def test_searching_is_not_feedback(memory: Memory) -> None:
    first, seq = rankings(memory), memory.stats().seq
    for _ in range(3):
        assert rankings(memory) == first
    assert memory.stats().seq == seq
