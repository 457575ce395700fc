"""The budget of a context under any counter, and what stands in it together or not at all."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.points import Point
from graphmem.core.token_counts import estimate_tokens
from graphmem.reading.pack import Packed, pack
from graphmem.reading.readout import read_out
from graphmem_schemas import Hit, Passage, Recall

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COUNTERS: dict[str, Callable[[str], int]] = {
    "estimate": estimate_tokens,
    "signs": len,
    "rounded down": lambda text: len(text) // 10,
    "mostly nothing": lambda text: len(text) // 60,
    "nothing": lambda _: 0,
    "more with length": lambda text: len(text) ** 2 // 1_000,
    "a start for all": lambda text: 30 + len(text) // 4,
}
counters = st.sampled_from(list(COUNTERS))


def hit(uid: str, score: float, text: str, **fields: object) -> Hit:
    return Hit.model_validate(
        {"uid": uid, "kind": "passage", "text": text, "score": score, "source": "s", **fields}
    )


def in_order(hits: list[Hit]) -> dict[str, Passage]:
    return {
        one.uid: Passage(uid=one.uid, recorded_at=NOW, source="s", position=at, text=one.text)
        for at, one in enumerate(hits)
    }


def packed_of(hits: list[Hit], told: list[Hit], budget: int, counter: str = "signs") -> Packed:
    best_first = sorted(hits, key=lambda one: -one.score)
    return pack(best_first, in_order(told), budget, COUNTERS[counter])


def cited(packed: Packed) -> set[str]:
    return {citation.passage for citation in packed.citations}


@given(
    lengths=st.lists(st.integers(1, 200), max_size=15),
    counter=counters,
    budget=st.integers(1, 400),
)
def test_no_counter_makes_a_text_exceed_its_budget(
    lengths: list[int], counter: str, budget: int
) -> None:
    hits = [hit(f"u{at:02d}", 5.0 - at / 4, "x" * n) for at, n in enumerate(lengths)]
    packed = packed_of(hits, hits, budget, counter)
    assert packed.n_tokens <= budget
    assert packed.n_tokens == (COUNTERS[counter](packed.text) if packed.text else 0)
    assert all(f"[{one.number}] " in packed.text for one in packed.citations)
    assert [one.number for one in packed.citations] == list(range(1, len(packed.citations) + 1))


@given(n=st.integers(0, 8), counter=counters, budget=st.integers(1, 400))
def test_points_and_passages_keep_within_the_budget_together(
    n: int, counter: str, budget: int
) -> None:
    hits = [hit(f"u{at}", 5.0 - at / 4, f"word{at} " * 9) for at in range(n)]
    points = [Point(f"p{at}", "relation", f"point {at} " * 5, (), evidence=(f"u{at}",))
              for at in range(n)]  # fmt: skip
    recall = Recall(id="r", question="q")
    context = read_out(points, hits, in_order(hits), recall, budget, COUNTERS[counter])
    assert context.n_tokens <= budget
    assert not context.text or context.n_tokens == COUNTERS[counter](context.text)


@given(
    pairs=st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=4),
    lengths=st.lists(st.integers(1, 60), min_size=10, max_size=10),
    budget=st.integers(700, 1_000),
)
def test_both_sides_come_together_or_not_at_all(
    pairs: set[tuple[int, int]], lengths: list[int], budget: int
) -> None:
    against = {(a, b) for a, b in pairs if a != b} | {(b, a) for a, b in pairs if a != b}
    hits = [
        hit(f"u{at}", 5.0 - at / 2, f"word{at} " * length,
            opposed_to=tuple(f"u{b}" for a, b in sorted(against) if a == at))
        for at, length in enumerate(lengths)
    ]  # fmt: skip
    # Whatever belongs together would fit by itself.
    if sum(len(one.text) + 20 for one in hits if one.opposed_to) > budget:
        return
    found = cited(packed_of(hits, hits, budget))
    for a, b in against:
        assert (f"u{a}" in found) == (f"u{b}" in found)


def test_a_side_goes_alone_only_where_both_can_never_fit() -> None:
    hits = [
        hit("a", 5.0, "I have never written a route in Flask", opposed_to=("b",)),
        hit("c", 4.9, "Nadia bought a green bicycle in March"),
        hit("b", 4.5, "I added the login route to my Flask app", opposed_to=("a",)),
    ]
    # All three, then two of them, then one.
    assert cited(packed_of(hits, hits, 150)) == {"a", "b", "c"}
    assert cited(packed_of(hits, hits, 110)) == {"a", "b"}
    assert cited(packed_of(hits, hits, 60)) == {"a"}


@pytest.mark.parametrize("asking", ["What is its name?", "And its name? 😊", "それの名前は？"])
def test_an_answer_comes_with_the_question_before_it(asking: str) -> None:
    turns = [
        hit("q", -9.0, asking, speaker="Eva"),
        hit("a", 5.0, "It is called Moss.", speaker="Tom"),
        hit("x", -9.0, "I see.", speaker="Eva"),
    ]
    assert cited(packed_of([turns[1], turns[0], turns[2]], turns, 500)) == {"q", "a"}
    # Nobody answers oneself, and a text that nobody says has no turns.
    for speakers in ({"speaker": "Tom"}, {"speaker": None}):
        alone = [one.model_copy(update=speakers) for one in turns]
        assert cited(packed_of([alone[1], alone[0], alone[2]], alone, 500)) == {"a"}


def test_a_question_may_stand_without_its_answer() -> None:
    turns = [
        hit("q", 5.0, "What is the name of the cat you found?", speaker="Eva"),
        hit("a", -9.0, "Moss.", speaker="Tom"),
    ]
    assert cited(packed_of(turns, turns, 500)) == {"q"}


def test_a_day_that_the_source_is_named_by_is_told_once() -> None:
    at = datetime(2025, 6, 8, tzinfo=UTC)
    hits = [
        hit("a", 2.0, "Mara moved.", source="messages 2025-06-08", at=at),
        hit("b", 1.0, "She paints.", source="letters", at=at),
    ]
    packed = packed_of(hits, hits, 400)
    assert "(messages 2025-06-08) Mara" in packed.text
    assert "(letters, 2025-06-08) She" in packed.text
