"""Relations: what closes what, by English and by what a space defines."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations

import pytest

from graphmem.core.contents import Claim, Content
from graphmem.core.doubts import lay_out
from graphmem.core.forms import relation_forms
from graphmem.core.last_words import last_words
from graphmem.core.registry import ENGLISH, Registry, registry_of
from graphmem_schemas import Predicate

NOW = datetime(2024, 1, 1, tzinfo=UTC)


def predicate(key: str, **more: object) -> Predicate:
    said = {"uid": key, "recorded_at": NOW, "name": key, "key": key, **more}
    return Predicate.model_validate(said)


def content(obj: str, relation: str = "live in", **more: bool) -> Content:
    return Content("ann", relation, obj, None, **{"negated": False, **more})


def claim(what: Content, source: str, position: int, trust: float = 1.0) -> Claim:
    return Claim(what, None, f"{source}{position}", None, source, position, trust)


def test_nobody_defines_anything_is_english() -> None:
    assert registry_of([]) is ENGLISH
    assert ENGLISH.plain
    assert ENGLISH.family_of("move to") == ENGLISH.family_of("live in")
    assert not ENGLISH.is_functional("like")


def test_one_meaning_is_one_registry() -> None:
    both = [predicate("be in", functional=True), predicate("own", inverse=("belong to",))]
    assert registry_of(both) is registry_of(both[::-1])


def test_what_is_defined_takes_precedence_over_english() -> None:
    registry = registry_of(
        [predicate("live in", functional=True, synonyms=("dwell in", "move to")),
         predicate("work at", functional=False)]
    )  # fmt: skip
    assert "move to" not in registry.family_of("reside in")
    assert registry.family_of("dwell in") == registry.family_of("live in")
    assert registry.canonical(content("rome", "move to")) == content("rome")
    assert not registry.is_functional("work for")
    assert not registry.is_functional("work at")


def test_an_inverse_is_turned_round_unless_its_object_is_a_value() -> None:
    registry = registry_of([predicate("be in", functional=True, inverse=("contain",))])
    box = Content("box", "contain", "pen", None, negated=True)
    assert registry.canonical(box) == Content("pen", "be in", "box", None, negated=True)
    value = Content("box", "contain", None, "3 pens", negated=False)
    assert registry.canonical(value) == value
    assert registry.scope_of(registry.canonical(box)) == ("family", "pen", "be in")


@pytest.mark.parametrize(
    ("later", "earlier", "closes"),
    [
        (content("oslo"), content("rome"), True),
        (content("oslo"), content("rome", negated=True), False),
        (content("rome", negated=True), content("rome", "move to"), True),
        (content("rome", "move to", negated=True), content("rome"), False),
        (content("rome", over=True), content("rome", "move to"), True),
        (content("rome", over=True), content("oslo"), False),
        (content("rome"), content("rome", over=True), False),
        (content("oslo", "like"), content("rome", "like"), False),
        (content("rome", "like", negated=True), content("rome", "like"), True),
        (Content("ann", "live in", None, "a hut", negated=False), content("rome"), False),
    ],
)
def test_what_is_said_later_closes(later: Content, earlier: Content, closes: bool) -> None:
    assert ENGLISH.closes(later, earlier) is closes


def test_facts_never_close_each_other_in_a_ring() -> None:
    a, b, c = (content(name) for name in ("rome", "oslo", "turin"))
    stories = {"s1": (a, b, c), "s2": (b, a, c), "s3": (c, b)}
    claims = [
        claim(what, source, n) for source, told in stories.items() for n, what in enumerate(told)
    ]
    for names in permutations(("s1", "s2")):
        timeline = lay_out([one for one in claims if one.source in names])
        assert {s.content.object: s.status for s in timeline.spells} == {
            "rome": "superseded", "oslo": "superseded", "turin": "current",
        }  # fmt: skip
        assert {(end, start) for start, end in timeline.closes}.isdisjoint(timeline.closes)
    said = last_words(claims, ENGLISH)
    assert set(said.standing) == {b, c}


def test_only_sources_that_say_it_are_counted_against_the_doubtful() -> None:
    rome, oslo = content("rome"), content("oslo")
    against = [claim(rome, "s1", 0), claim(rome, "s2", 0)]
    alone = claim(oslo, "low", 0, trust=0.4)
    by_status = {s.content: s.status for s in lay_out([*against, alone]).spells}
    assert by_status == {rome: "current", oslo: "quarantined"}
    same_voice = [claim(rome, "s1", 0), claim(rome, "s1", 1)]
    by_status = {s.content: s.status for s in lay_out([*same_voice, alone]).spells}
    assert by_status == {rome: "contradicted", oslo: "contradicted"}
    freed = lay_out([*against, alone], ENGLISH, {oslo})
    assert {s.status for s in freed.spells} == {"contradicted"}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("lives in", "live in"), ("Lived  in", "live in"), ("studies", "study"),
        ("is married to", "be married to"), ("has", "have"), ("went to", "go to"),
        ("stopped", "stop"), ("teaches", "teach"), ("is", "be"), ("as", "as"), ("likes", "like"),
        ("manager", "have manager"), ("Favourite  colour", "have favourite colour"),
    ],
)  # fmt: skip
def test_a_relation_is_found_in_the_forms_that_people_use(said: str, kept: str) -> None:
    assert kept in relation_forms(said)


def test_a_registry_is_never_changed() -> None:
    assert Registry().families is ENGLISH.families
    registry_of([predicate("live in", functional=False)])
    assert ENGLISH.is_functional("live in")


def test_what_is_sold_is_owned_no_more_and_still_liked() -> None:
    own, sell, like = (content("fiat", way) for way in ("own", "sell", "like"))
    assert ENGLISH.scope_of(own) == ENGLISH.scope_of(sell) != ENGLISH.scope_of(like)
    assert ENGLISH.closes(sell, own)
    assert not ENGLISH.closes(own, sell)
    # Told in one breath, neither denies the other.
    assert not ENGLISH.excludes(sell, own)
    assert not ENGLISH.closes(content("golf", "sell"), own)
    assert not ENGLISH.closes(content("fiat", "sell", negated=True), own)
    assert not ENGLISH.closes(sell, content("fiat", "own", negated=True))
    beside = ENGLISH.beside(own)
    assert {sell, own, own.twin} <= {*beside}
    assert {*beside} < {*ENGLISH.beside(sell)}
    assert not any(one.predicate == "drive" for one in beside)  # nothing of it ends this
    assert ENGLISH.beside(like) == (like, like.twin)
    for held in [one for one in ENGLISH.beside(sell) if not ENGLISH.ends_others(one)]:
        acting = {one for one in ENGLISH.beside(sell) if ENGLISH.closes(one, held)}
        acting |= {one for one in ENGLISH.beside(sell) if ENGLISH.excludes(held, one)}
        assert acting <= {*ENGLISH.beside(held)}, held
    assert "own" in ENGLISH.together(["sell"])
    assert ENGLISH.together(["like", "live in"]) == ()


@pytest.mark.parametrize(
    ("relation", "one"),
    [
        ("have manager", True), ("have favourite tea", True), ("have new phone number", True),
        ("have ceo", True), ("be set to", True), ("have brother", False), ("have dog", False),
        ("like manager", False), ("have", False),
    ],
)  # fmt: skip
def test_of_attributes_one_has_one_at_a_time(relation: str, one: bool) -> None:
    assert ENGLISH.is_functional(relation) is one
    old, new = content("anita", relation), content("joel", relation)
    assert ENGLISH.closes(new, old) is one
    assert (ENGLISH.scope_of(new) == ENGLISH.scope_of(old)) is one


def test_a_space_may_say_that_one_has_several_managers() -> None:
    registry = registry_of([predicate("have manager", functional=False)])
    assert not registry.is_functional("have manager")
    assert registry.is_functional("have landlord")


def test_who_is_out_of_work_works_nowhere_and_who_works_is_not() -> None:
    none = Content("ann", "be out of work", None, "work", negated=False)
    job = content("lidl", "work at")
    assert ENGLISH.closes(none, job)
    assert ENGLISH.closes(job, none)
