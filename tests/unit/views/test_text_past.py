"""What is asked as of a moment, against an index that later passages never came to."""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.lexical import Feature, PassageKind, TextQuery
from graphmem.core.terms import terms, words
from graphmem.core.uid_index import to_keys
from graphmem.reading.analyse import analyse
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem.views.text_match import Match
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = "s"
WORDS = ("boat", "Ann", "Oslo", "paints", "blue", "1998", "why?", "I")
QUESTIONS = (
    "Which boat does Ann paint in Oslo?",
    "Night Ferry boat",
    "When did Bo paint it blue?",
)


@st.composite
def passages(draw: st.DrawFn) -> list[Passage]:
    """Return passages in a few sources, some of each said later, in any order."""
    found = []
    people = st.sampled_from([None, "Ann", "Bo", "user"])
    for number in range(draw(st.integers(1, 24))):
        day = draw(st.sampled_from([None, -400, -3, 5, 900]))
        text = " ".join(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9)))
        source = draw(st.sampled_from("abc"))
        found.append(
            Passage(
                uid=f"{number:032x}", recorded_at=NOW, source=source,
                position=draw(st.integers(0, 9)), text=f"{text}. {text[::-1]}.",
                speaker=draw(people) if source > "a" else None,
                title="Night Ferry" if source == "a" else None,
                at=None if day is None else UNTIL + timedelta(days=day),
            )
        )  # fmt: skip
    return found


def put(store: MemoryStore, one: Passage) -> None:
    store.apply(SPACE, lambda _: Changes(nodes=(one,)))


def view_of(some: list[Passage]) -> TextView:
    store, view = MemoryStore(), TextView(SPACE, None)
    for one in some:
        put(store, one)
        view.refresh(store)
    return view


def is_told(one: Passage) -> bool:
    return one.at is None or one.at <= UNTIL


def told_by(match: Match, uids: list[str]) -> list[object]:
    """Return everything that is told of some passages, under uids instead of numbers."""
    rows = match.find(to_keys(uids))
    evidence = match.describe(rows)
    kinds = evidence.features[:, Feature.KIND].astype(np.intp)
    found: list[object] = [
        match.terms, match.idfs, match.mass, match.speakers, match.titles, match.n_passages,
        sorted(match.uids(match.best(3))), match.collections(rows, kinds).tolist(),
        [named(match, rows) for rows in (match.windows(rows, 2), match.around(rows))],
        match.answers(rows).tolist(), match.source_uids(rows),
    ]  # fmt: skip
    is_part = np.isin(kinds, (PassageKind.PERSON_TURN, PassageKind.TITLED))
    parts = [match.describe_part(rows[at : at + 1]) for at in np.flatnonzero(is_part)]
    arrays = [*vars_of(evidence), *match.owned(rows), *(p for p in parts if p is not None)]
    return found + [array.tobytes() for array in arrays]


def vars_of(evidence: object) -> list[npt.NDArray[np.generic]]:
    return [getattr(evidence, name) for name in ("features", "covered", "covered_near")]


def named(match: Match, rows: npt.NDArray[np.int64]) -> list[str | None]:
    uids = match.uids(np.maximum(rows, 0).ravel())
    return [u if row >= 0 else None for u, row in zip(uids, rows.ravel(), strict=True)]


@settings(max_examples=150, deadline=None)
@given(passages(), st.sampled_from(QUESTIONS))
def test_as_of_a_moment_no_bit_tells_of_what_was_said_later(
    some: list[Passage], question: str
) -> None:
    told = [one for one in some if is_told(one)]
    uids = [one.uid for one in told]
    query = analyse(question, UNTIL).query
    # Those of equal place stand in the order in which they came, in both.
    with view_of(some).match(query) as match, view_of(told).match(query) as other:
        assert (
            match.find(to_keys([one.uid for one in some if not is_told(one)])).max(initial=-1)
            == -1
        )
        if uids:
            assert told_by(match, uids) == told_by(other, uids)


def test_asking_of_the_past_leaves_the_present_as_it_was() -> None:
    some = [
        Passage(
            uid=f"{n:032x}", recorded_at=NOW, source="a", position=n, text=f"boat {n}",
            at=UNTIL + timedelta(days=n - 3),
        )
        for n in range(6)
    ]  # fmt: skip
    view, uids = view_of(some), [one.uid for one in some]
    now = TextQuery(tuple(words("boat 3")), tuple(terms("boat 3")))
    then = analyse("boat 3", UNTIL).query
    with view.match(now) as match:
        first = told_by(match, uids)
    with view.match(then) as match:
        assert match.n_passages == 4
        assert not match.is_empty
    with view.match(analyse("boat", UNTIL - timedelta(days=9)).query) as match:
        assert (match.n_passages, match.is_empty) == (0, False)
    with view.match(now) as match:
        assert told_by(match, uids) == first


def test_what_comes_between_two_questions_about_one_moment_is_told() -> None:
    store, view = MemoryStore(), TextView(SPACE, None)

    def add(number: int, days: int) -> None:
        one = Passage(
            uid=f"{number:032x}", recorded_at=NOW, source="a", position=number, text="boat",
            at=UNTIL + timedelta(days=days),
        )  # fmt: skip
        put(store, one)
        view.refresh(store)

    query = analyse("boat", UNTIL).query
    add(0, -1)
    add(1, 1)
    with view.match(query) as match:
        assert match.n_passages == 1
    add(2, -1)
    with view.match(query) as match:
        assert match.n_passages == 2
        assert named(match, match.around(match.find(to_keys([f"{2:032x}"])))) == [
            f"{0:032x}",
            None,
        ]


def test_what_comes_while_a_question_is_answered_is_not_in_it() -> None:
    store, view = MemoryStore(), TextView(SPACE, None)

    some = [
        Passage(
            uid=f"{number:032x}", recorded_at=NOW, source="a", position=number,
            text="boat" if number < 2 else "boat lantern", title="Night Ferry",
            at=UNTIL + timedelta(days=1 if number == 1 else -1),
        )
        for number in range(1_500)
    ]  # fmt: skip
    store.apply(SPACE, lambda _: Changes(nodes=tuple(some[:2])))
    view.refresh(store)
    with view.match(analyse("Night Ferry boat lantern", UNTIL).query) as match:
        store.apply(SPACE, lambda _: Changes(nodes=tuple(some[2:])))
        view.refresh(store)
        assert match.uids(match.best(9)) == [f"{0:032x}"]
        rows = match.find(to_keys([f"{n:032x}" for n in range(5)]))
        assert rows.tolist() == [0, -1, -1, -1, -1]
        assert match.windows(rows[:1], 2).tolist() == [[-1, -1, 0, -1, -1]]
        told = match.describe_part(rows[:1])
        assert told is not None
        assert np.isfinite(told).all()
