"""Facts in time against a naive model: any talk, in any order, trusted or not, deleted or not."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.errors import NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Proposition

_SPEC = importlib.util.spec_from_file_location(
    "reference_facts", Path(__file__).with_name("reference_facts.py")
)
assert _SPEC
assert _SPEC.loader
model = importlib.util.module_from_spec(_SPEC)
sys.modules["reference_facts"] = model
_SPEC.loader.exec_module(model)

FIRST = datetime(2020, 1, 1, tzinfo=UTC)
WAYS = {
    "{} lives in {}.": ("live in", False, False),
    "{} moved to {}.": ("move to", False, False),
    "{} does not lives in {}.": ("live in", True, False),
    "{} does not moved to {}.": ("move to", True, False),
    "{} lived in {}.": ("live in", False, True),
    "{} likes {}.": ("like", False, False),
    "{} owns {}.": ("own", False, False),
    "{} sold {}.": ("sell", False, False),
    "{} does not likes {}.": ("like", True, False),
}
SENTENCE = st.tuples(
    st.sampled_from(list(WAYS)), st.sampled_from(("Ann", "Bo")), st.sampled_from(("Rome", "Oslo"))
)
TURN = st.tuples(
    st.lists(SENTENCE, min_size=1, max_size=2, unique=True), st.none() | st.integers(0, 4)
)
TALK = st.tuples(st.lists(TURN, min_size=1, max_size=3), st.sampled_from((1.0, 1.0, 0.3, 0.1)))


class Days:
    """A clock that goes on by a day with each step."""

    def __init__(self) -> None:
        self.day = 0

    def __call__(self) -> datetime:
        return FIRST + timedelta(days=1_000 + self.day)


def rows_of(talk: int, turns: list[Any], trust: float) -> list[tuple[int, Any]]:
    """What the talk says, by its turn."""
    return [
        (position, model.Row(model.Said(who, *WAYS[way][:1], place, *WAYS[way][1:]), day,
                             f"t{talk}", position, trust))
        for position, (said, day) in enumerate(turns)
        for way, who, place in said
    ]  # fmt: skip


def messages(turns: list[Any]) -> list[dict[str, Any]]:
    """The turns, each with words of its own, so that none is taken for another."""
    return [
        {"speaker": "Eve", "ref": str(number),
         "text": " ".join(way.format(who, place) for way, who, place in said) + f" So {number}.",
         "at": None if day is None else FIRST + timedelta(days=day)}
        for number, (said, day) in enumerate(turns)
    ]  # fmt: skip


def picture(memory: Memory, known_at: datetime | None = None) -> list[Any]:
    """All facts of the memory, in the model's words."""
    facts = []
    for who in ("Ann", "Bo"):
        try:
            told = memory.history(entity=who, known_at=known_at)
        except NotFound:
            continue
        facts += [change.node for change in told if isinstance(change.node, Proposition)]
    return sorted((in_words(memory, fact) for fact in facts), key=repr)


def in_words(memory: Memory, fact: Proposition) -> Any:
    """One stored fact, in the model's words."""

    def day(at: datetime | None) -> int | None:
        return None if at is None else (at - FIRST).days

    who = memory.get(fact.subject).name  # type: ignore[attr-defined]
    place = memory.get(fact.object).name  # type: ignore[attr-defined, arg-type]
    said = model.Said(who, fact.predicate, place, fact.negated, fact.status == "retired")
    return model.Fact(said, day(fact.valid_from), day(fact.valid_to), fact.status)


@given(st.lists(TALK, min_size=1, max_size=5), st.data())
def test_any_course_of_things_gives_the_facts_that_the_words_of_the_design_give(
    talks: list[Any], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(talks))))
    gone = data.draw(st.sets(st.sampled_from(range(len(talks)))))
    clock = Days()
    rows: list[tuple[int, int, Any]] = []
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
    ) as memory:
        for talk in order:
            turns, trust = talks[talk]
            clock.day += 1
            half = data.draw(st.integers(1, len(turns)))
            for until in sorted({half, len(turns)}):
                memory.add(messages(turns)[:until], source=f"t{talk}", trust=trust)
            rows += [(clock.day, talk, row) for _, row in rows_of(talk, turns, trust)]
        assert picture(memory) == model.facts_of([row for _, _, row in rows])
        for talk in sorted(gone):
            memory.delete(source=f"t{talk}")
        left = [(day, row) for day, talk, row in rows if talk not in gone]
        facts = model.facts_of([row for _, row in left])
        assert picture(memory) == facts
        held = [f for f in facts if f.status in ("current", "contradicted")]
        now = [in_words(memory, fact) for who in ("Ann", "Bo") for fact in current(memory, who)]
        assert sorted(now, key=repr) == sorted(held, key=repr)
        for known in range(1, clock.day + 1):
            then = FIRST + timedelta(days=1_000 + known)
            known_rows = [row for day, row in left if day <= known]
            assert picture(memory, then) == model.facts_of(known_rows)


def current(memory: Memory, who: str) -> list[Proposition]:
    """The facts that hold, none where nobody was spoken of."""
    try:
        return memory.current(who)
    except NotFound:
        return []
