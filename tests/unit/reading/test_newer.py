from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.terms import terms
from graphmem.reading.newer import N_LOOKED, asks_for_now, newer_first
from graphmem.reading.values import sought, values_in
from graphmem_schemas import Hit, Passage

NOW = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = "How many sources are in my Zotero library?"
OLD = "My Zotero library has 45 sources."
NEW = "I have added more: my Zotero library has 52 sources now."


def _passage(uid: str, text: str, position: int, **said: Any) -> Passage:
    given: dict[str, Any] = {"source": "s", "speaker": "user", **said}
    return Passage(uid=uid, recorded_at=NOW, text=text, position=position, **given)


def _order(
    question: str, *passages: Passage, began: dict[str, datetime | None] | None = None
) -> list[str]:
    hits = [
        Hit(uid=p.uid, kind="passage", text=p.text, score=1.0 - at / 100)
        for at, p in enumerate(passages)
    ]
    asked = dict.fromkeys(terms(question), 1.0)
    weights = {term: 1.0 / len(asked) for term in asked}
    found = newer_first(question, hits, {p.uid: p for p in passages}, began or {}, weights)
    assert [hit.score for hit in found] == [hit.score for hit in hits]
    for hit in found:
        before = next(one.score for one in hits if one.uid == hit.uid)
        assert before + sum(part.value for part in hit.parts) == pytest.approx(hit.score)
    return [hit.uid for hit in found]


def test_only_a_question_for_one_value_now_asks_for_now() -> None:
    for question in (
        QUESTION, "What is my monthly budget?", "When is the webinar?", "Where do I live?",
        "What time should I be there?", "Who is my doctor?", "What accuracy does it have?",
    ):  # fmt: skip
        assert asks_for_now(question), question
    for question in (
        "How many sources did I have before?", "What was my budget?", "In what order do I cook?",
        "Tell me about my library", "How has my budget changed over time?", "How long ago is it?",
    ):  # fmt: skip
        assert not asks_for_now(question), question


def test_the_later_value_comes_directly_before_the_earlier() -> None:
    other = _passage("c", "I drank 3 cups of tea.", 1)
    assert _order(QUESTION, _passage("a", OLD, 0), other, _passage("b", NEW, 5)) == ["b", "a", "c"]


def test_who_names_the_value_and_answers_as_well_needs_no_word_of_change() -> None:
    question = "What is the accuracy of my screening tool?"
    old = _passage("a", "My screening tool has an accuracy of 87%.", 0)
    new = "My screening tool has an accuracy of 90%."
    rest = [_passage(f"c{n}", "Rain.", 20 + 2 * n) for n in range(9)]
    assert _order(question, old, _passage("b", new, 5), *rest)[:2] == ["b", "a"]
    assert _order(question, old, *rest, _passage("b", new, 5))[0] == "a"
    other = "My screening tool has a response rate of 95%."
    assert _order(question, old, _passage("b", other, 5)) == ["a", "b"]


def test_what_stands_in_code_is_nobodys_word() -> None:
    code = "```\n-- my Zotero library now has 52 sources\n```"
    assert _order(QUESTION, _passage("a", OLD, 0), _passage("b", code, 5)) == ["a", "b"]


@pytest.mark.parametrize(
    "later",
    [
        _passage("b", "My Zotero library has 52 sources.", 5),  # tells of no change
        _passage("b", "I have more in my Zotero library now.", 5),  # no value
        _passage("b", "I now spend $52 on my Zotero library.", 5),  # of another kind
        _passage("b", NEW.replace("52", "45"), 5),  # the same value
        _passage("b", NEW, 5, speaker="Ben"),
        _passage("b", NEW, 1),  # the same breath
        _passage("b", NEW, 5, source="t"),  # nobody knows which was first
        _passage("b", "I now own 52 cats.", 5),  # of something else
        _passage("b", "I have a new idea for what I call my old library of 52 sources.", 5),
    ],
)
def test_what_is_no_later_value_of_the_same_stays_below(later: Passage) -> None:
    assert _order(QUESTION, _passage("a", OLD, 0), later) == ["a", "b"]


def test_what_an_assistant_says_is_not_taken_for_news() -> None:
    one, other = (
        _passage(u, t, n, speaker="assistant") for u, t, n in (("a", OLD, 0), ("b", NEW, 9))
    )
    assert _order(QUESTION, one, other) == ["a", "b"]


def test_sources_are_ordered_by_when_they_began() -> None:
    passages = _passage("a", OLD, 9), _passage("b", NEW, 0, source="t")
    began: dict[str, datetime | None] = {"s": NOW, "t": NOW + timedelta(days=1)}
    assert _order(QUESTION, *passages, began=began) == ["b", "a"]
    began["t"] = NOW - timedelta(days=1)
    assert _order(QUESTION, *passages, began=began) == ["a", "b"]


@given(values=st.permutations(range(20)), told=st.lists(st.booleans(), min_size=20, max_size=20))
def test_nothing_is_lost_and_it_always_ends(values: list[int], told: list[bool]) -> None:
    passages = [
        _passage(
            f"p{n}", f"My Zotero library has {40 + n} sources{' now' if told[n] else ''}.", 2 * n
        )
        for n in values
    ]
    found = _order(QUESTION, *passages)
    assert sorted(found) == sorted(p.uid for p in passages)
    assert found[N_LOOKED:] == [p.uid for p in passages[N_LOOKED:]]
    position = {p.uid: p.position for p in passages}
    newest = max((n for n in values[:N_LOOKED] if told[n]), default=None)
    if newest is not None:
        above = found[: found.index(f"p{newest}")]
        assert all(position[uid] > 2 * newest for uid in above)


def test_the_kind_of_value_is_read_from_the_question() -> None:
    for question, kind in (
        ("What time is it?", "time"), ("How long does it take?", "duration"),
        ("When is it due?", "date"), ("What is the tax rate?", "percentage"),
        ("What is my budget?", "money"), (QUESTION, "count"), ("What is my size?", "any"),
        ("How many tests have I passed to improve my accuracy?", "count"),
    ):  # fmt: skip
        assert sought(question).kind == kind


def test_values_are_of_their_kind() -> None:
    text = "We met on May 5 at 4:30 PM. It was 15% off after 3 weeks. I paid $1,200 for 12 lamps."
    for question, found in (
        ("What time is it?", ["4:30 pm"]), ("How long is it?", ["3 weeks"]),
        ("When is it?", ["may 5"]), ("What percent is it?", []),
        ("What is the rate?", ["15%"]), ("How much is it?", ["$1,200"]),
        ("How many lamps are there?", ["12"]), ("How many hours is it?", []),
        ("How many cats are there?", []),
    ):  # fmt: skip
        assert [value.text for value in values_in(text, sought(question))] == found, question


def test_a_count_that_names_nothing_counts_what_was_named_before() -> None:
    what = sought("How many commits are there?")
    for text, found in (
        ("The commits on the main branch have now reached 165, which is a lot.", ["165"]),
        ("The commits on the main branch need 165 checks before they count.", []),
    ):
        assert [value.text for value in values_in(text, what)] == found


def test_who_asks_for_now_has_first_what_tells_of_a_turn_in_the_same_thing() -> None:
    old = _passage("a", "I drive a Panda to work.", 0)
    new = _passage("b", "I traded the Panda in for an Octavia.", 9)
    other = _passage("c", "I bought a Panda toy for Ida's birthday.", 4, speaker="Ida")
    for question in ("What do I drive now?", "Do I still drive a car?"):
        assert asks_for_now(question)
        assert _order(question, old, other, new) == ["b", "a", "c"]
    assert not asks_for_now("What did I drive?")
    # Whoever is asked about is in all of it, and says nothing of what it is about.
    tom = _passage("a", "Tom works at a bank.", 0)
    bike = _passage("b", "Tom bought a bike.", 9)
    assert _order("Where does Tom work now?", tom, bike) == ["a", "b"]
    assert _order("What do I drive now?", old, _passage("b", "I washed the Panda.", 9))[0] == "a"


def test_news_of_who_lives_there_too_says_nothing_of_where() -> None:
    home = _passage("a", "Well, I live in Leeds with our kids, Ida and Tom.", 0)
    news = _passage("b", "Sad day. The cat died and Ida, our eldest, bought flowers.", 9)
    gone = _passage("c", "Good news, I have left Leeds for good.", 9)
    assert _order("Where do I live now?", home, news) == ["a", "b"]
    assert _order("Where do I live now?", home, gone) == ["c", "a"]
    # "I" is no name.
    tea = _passage("b", "And then I sold the kettle.", 9)
    assert (
        _order("What do I drink now?", _passage("a", "Well, I drink tea, as I said.", 0), tea)[0]
        == "a"
    )
