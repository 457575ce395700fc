"""What stands beside a passage, and what is found by it together with its neighbours."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.kernels.windows import joined
from graphmem.core.lexical import TextQuery
from graphmem.core.uid_index import to_keys
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem.views.text_match import Match
from graphmem_schemas import Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SPACE = "s"


def uid(number: int) -> str:
    return f"{number:032x}"


def turn(number: int, text: str = "So it is.", source: str = "chat") -> Passage:
    return Passage(
        uid=uid(number), recorded_at=NOW, source=source, position=number, text=text,
        speaker="Ana" if number % 2 else "Ben", at=NOW + timedelta(days=number),
    )  # fmt: skip


def store_of(*passages: Passage) -> MemoryStore:
    store = MemoryStore()
    store.apply(SPACE, lambda _: Changes(nodes=passages))
    return store


def asked(store: MemoryStore, until: datetime | None = None) -> Match:
    view = TextView(SPACE, None)
    view.refresh(store)
    moment = int(until.timestamp()) if until else None
    return view.match(TextQuery(("so",), ("so",), moment))


def windows(match: Match, numbers: list[int], reach: int) -> list[list[str | None]]:
    found = match.windows(match.find(to_keys([uid(n) for n in numbers])), reach)
    flat = match.uids(np.maximum(found, 0).ravel())
    named = [u if row >= 0 else None for u, row in zip(flat, found.ravel(), strict=True)]
    return np.array(named, object).reshape(found.shape).tolist()


def named(*numbers: int | None) -> list[str | None]:
    return [None if n is None else uid(n) for n in numbers]


def test_a_window_ends_where_the_source_does() -> None:
    store = store_of(*(turn(n) for n in range(4)), turn(9, source="other"))
    with asked(store) as match:
        assert windows(match, [0, 2, 9], 2) == [
            named(None, None, 0, 1, 2),
            named(0, 1, 2, 3, None),
            named(None, None, 9, None, None),
        ]
        assert windows(match, [1], 0) == [named(1)]
        assert match.windows(np.empty(0, np.int64), 2).shape == (0, 5)


def test_nothing_later_than_the_question_counts() -> None:
    store = store_of(*(turn(n) for n in range(5)))
    with asked(store, until=NOW + timedelta(days=2)) as match:
        assert windows(match, [1, 2], 2) == [
            named(None, 0, 1, 2, None),
            named(0, 1, 2, None, None),
        ]


def test_who_answers_stands_behind_a_question() -> None:
    texts = ["How was Rome?", "Fine.", "Ah.", "Is it? Well, " + "they say so, " * 9, "Yes."]
    store = store_of(*(turn(n, text) for n, text in enumerate(texts)), turn(9, "?", "other"))
    with asked(store) as match:
        rows = match.find(to_keys([uid(n) for n in range(5)]))
        assert match.answers(rows).tolist() == [False, True, False, False, False]


def test_a_removed_question_has_no_answer_any_more() -> None:
    store = store_of(turn(0), turn(1, "Where is it?"), turn(2), turn(3))
    view = TextView(SPACE, None)
    view.refresh(store)
    store.apply(SPACE, lambda _: Changes(remove_nodes=(uid(1),)))
    view.refresh(store)
    with view.match(TextQuery(("so",), ("so",))) as match:
        assert windows(match, [2], 2) == [named(None, 0, 2, 3, None)]
        assert not match.answers(match.find(to_keys([uid(2)]))).any()


@settings(deadline=None, max_examples=30)
@given(order=st.permutations(range(6)), cut=st.integers(0, 6))
def test_the_order_of_adding_does_not_show(order: list[int], cut: int) -> None:
    store, view = MemoryStore(), TextView(SPACE, None)
    for part in (order[:cut], order[cut:]):
        passages = tuple(turn(n, "Why?" if n % 3 == 0 else "So.") for n in part)
        store.apply(SPACE, lambda _, passages=passages: Changes(nodes=passages))
        view.refresh(store)
    with view.match(TextQuery(("so",), ("so",))) as match:
        found = windows(match, list(range(6)), 2)
        rows = match.find(to_keys([uid(n) for n in range(6)]))
        assert match.answers(rows).tolist() == [False, True, False, False, True, False]
    chain = [None, None, *(uid(n) for n in range(6)), None, None]
    assert found == [chain[at : at + 5] for at in range(6)]


@pytest.mark.parametrize("whole", [True, False])
def test_an_answer_is_found_by_what_was_asked(whole: bool) -> None:
    # The question is about both the place and the food, the answer's own words about neither.
    place, food, rest = np.eye(3, 8, dtype=np.float32)
    store = store_of(turn(0, "How was Rome?"), turn(1), turn(2))
    if not whole:
        store.apply(SPACE, lambda _: Changes(remove_nodes=(uid(0),)))
    with asked(store) as match:
        found = windows(match, [1], 1)[0][:2]
    at = [-1 if one is None else int(one, 16) for one in found]
    (unit,) = joined(np.stack([place, food, rest]), np.array([at]))
    both = (place + food) / np.sqrt(np.float32(2))
    assert float(unit @ both) == pytest.approx(1.0 if whole else 1 / np.sqrt(2), abs=1e-6)
