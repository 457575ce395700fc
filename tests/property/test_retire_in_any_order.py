"""Retiring a fact means the same before and after what else is told, late or early, or deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Proposition

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
NOW = FIRST + timedelta(days=1_000)
RETIRED_FROM = FIRST + timedelta(days=10)
WAYS = (
    "{} lives in Rome.", "{} lives in Oslo.", "{} moved to Oslo.", "{} lived in Rome.",
    "{} does not lives in Rome.",
)  # fmt: skip
# Of the very day from which it is retired, the later word counts: both orders are right.
DAYS = st.none() | st.integers(0, 14).filter(lambda day: day != 10)
TOLD = st.tuples(st.sampled_from(WAYS), DAYS, st.sampled_from((1.0, 1.0, 0.3)))


def run(told: list[Any], order: list[int], retired_after: int, gone: set[int]) -> list[Any]:
    """Tell it in an order, retire that Ann lives in Rome in between, delete some; return facts."""
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=lambda: NOW
    ) as memory:
        memory.add("Ann lives in Rome.", source="first", at=FIRST + timedelta(days=2))
        for turn, number in enumerate(order):
            if turn == retired_after:
                retire_rome(memory)
            way, day, trust = told[number]
            at = None if day is None else FIRST + timedelta(days=day)
            memory.add(way.format("Ann"), source=str(number), at=at, trust=trust)
        if retired_after >= len(order):
            retire_rome(memory)
        for number in sorted(gone):
            memory.delete(source=str(number))
        return [
            (fact.text.replace("moved to", "lives in"), fact.valid_from, fact.valid_to,
             fact.status, fact.retired_at)
            for fact in (change.node for change in memory.history(entity="Ann"))
            if isinstance(fact, Proposition)
        ]  # fmt: skip


def retire_rome(memory: Memory) -> None:
    """Retire the last fact that says so by then."""
    facts = [
        fact
        for fact in (change.node for change in memory.history(entity="Ann"))
        if isinstance(fact, Proposition) and fact.text == "Ann lives in Rome"
        and not (fact.valid_from and fact.valid_from >= RETIRED_FROM)
    ]  # fmt: skip
    memory.retire(facts[-1].uid, at=RETIRED_FROM)


@given(st.lists(TOLD, max_size=4), st.data())
def test_it_does_not_matter_when_a_fact_is_retired(told: list[Any], data: st.DataObject) -> None:
    n = len(told)
    gone = data.draw(st.sets(st.sampled_from(range(n)))) if n else set()
    runs = []
    for _ in range(2):
        order = data.draw(st.permutations(range(n)))
        retired_after = data.draw(st.integers(0, n))
        try:
            runs.append(run(told, list(order), retired_after, gone))
        except InvalidInput as error:  # told before that it holds on: it cannot be retired
            if "was said to hold at" not in str(error):
                raise
            return
    assert runs[0] == runs[1]
