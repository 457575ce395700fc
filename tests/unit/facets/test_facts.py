"""Facts on two clocks, as a caller asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder

FIRST = datetime(2020, 1, 1, tzinfo=UTC)


class Days:
    """A clock that somebody turns on, a day at a time."""

    def __init__(self) -> None:
        self.day = 1_000

    def __call__(self) -> datetime:
        return FIRST + timedelta(days=self.day)


@pytest.fixture
def clock() -> Days:
    return Days()


@pytest.fixture
def memory(clock: Days) -> Iterator[Memory]:
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
    ) as one:
        yield one


def say(memory: Memory, text: str, day: int | None = None, **more: Any) -> None:
    at = None if day is None else FIRST + timedelta(days=day)
    memory.add(text, at=at, **{"source": f"{text} {day}", **more})


def triples(memory: Memory, key: str, day: int, *told: tuple[str, str, str], **more: Any) -> None:
    memory.add_extracted(
        [{"id": key, "text": f"Step {key}.", "at": FIRST + timedelta(days=day)}],
        [{"id": key, "triples": told}], **more,
    )  # fmt: skip


def held(memory: Memory, *asked: str, **when: Any) -> set[str]:
    return {fact.text for fact in memory.current(*asked, **when)}


def test_the_newest_fact_is_current_and_older_ones_are_as_of_their_time(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 10)
    say(memory, "Ann moved to Oslo.", 20)
    say(memory, "Ann lives in Turin.", 15)
    for asked in ("lives in", "live in", "lived in", "Live  In", "resides in"):
        assert held(memory, "ann", asked) == {"Ann moved to Oslo"}
    assert held(memory, "Ann") == {"Ann moved to Oslo"}
    assert held(memory, "Ann", as_of=FIRST + timedelta(days=16)) == {"Ann lives in Turin"}
    assert held(memory, "Ann", as_of=FIRST) == set()
    said = [change.node.text for change in memory.history(entity="Ann")]  # type: ignore[attr-defined]
    assert said == ["Ann lives in Rome", "Ann lives in Turin", "Ann moved to Oslo"]


def test_what_was_known_is_told_apart_from_what_held(memory: Memory, clock: Days) -> None:
    say(memory, "Ann lives in Rome.", 10)
    clock.day += 1
    then = clock()
    clock.day += 1
    say(memory, "Ann lives in Turin.", 15)
    say(memory, "Ann does not lives in Rome.", 12)
    when = FIRST + timedelta(days=20)
    assert held(memory, "Ann", as_of=when) == {
        "Ann lives in Turin", "Ann does not live in Rome",
    }  # fmt: skip
    assert held(memory, "Ann", as_of=when, known_at=then) == {"Ann lives in Rome"}
    assert held(memory, "Ann", known_at=FIRST) == set()
    (before,) = memory.history(entity="Ann", known_at=then)
    assert (before.what, before.node.valid_to) == ("current", None)  # type: ignore[attr-defined]
    assert memory.current("Ann", known_at=clock()) == memory.current("Ann")


def test_undated_turns_of_one_talk_follow_each_other(memory: Memory) -> None:
    talk = [{"speaker": "Ann", "text": "I live in Rome."}, {"speaker": "Ann", "text": "Yes."},
            {"speaker": "Ann", "text": "I live in Oslo."}]  # fmt: skip
    memory.add(talk, source="talk")
    assert held(memory, "Ann", "live in") == {"Ann lives in Oslo"}
    told = [(c.node.text, c.what) for c in memory.history(entity="Ann")]  # type: ignore[attr-defined]
    assert told == [("Ann lives in Rome", "superseded"), ("Ann lives in Oslo", "current")]
    say(memory, "Ann lives in Rome.")
    assert held(memory, "Ann", "live in") == {"Ann lives in Rome", "Ann lives in Oslo"}
    memory.delete(source="Ann lives in Rome. None")
    assert held(memory, "Ann", "live in") == {"Ann lives in Oslo"}


def test_turns_of_one_moment_follow_each_other_too(memory: Memory) -> None:
    talk = [{"speaker": "Ann", "text": text} for text in ("I live in Rome.", "I live in Oslo.")]
    memory.add(talk, source="talk", at=FIRST)
    assert held(memory, "Ann") == {"Ann lives in Oslo"}
    say(memory, "Ann lives in Oslo.", 3)
    (rome, oslo) = memory.history(entity="Ann")
    assert [rome.what, oslo.what] == ["superseded", "current"]
    assert rome.node.valid_to == FIRST  # type: ignore[attr-defined]


def test_a_state_told_as_past_ends_it(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 10)
    say(memory, "Ann lived in Rome.", 20)
    assert held(memory, "Ann") == set()
    assert held(memory, "Ann", as_of=FIRST + timedelta(days=15)) == {"Ann lives in Rome"}
    say(memory, "Ann lives in Rome.", 30)
    assert held(memory, "Ann") == {"Ann lives in Rome"}


def test_who_does_not_live_there_is_gone_however_the_coming_was_told(memory: Memory) -> None:
    say(memory, "Ann moved to Rome.", 10)
    say(memory, "Ann does not lives in Rome.", 20)
    assert held(memory, "Ann", "live in") == {"Ann does not live in Rome"}


def test_synonyms_and_inverses_are_one_relation(memory: Memory) -> None:
    triples(memory, "a", 1, ("knife", "is on", "table"))
    memory.define("be in", functional=True, synonyms=["is on", "in"], inverse=["contains"])
    triples(memory, "b", 2, ("drawer", "contains", "knife"))
    assert held(memory, "knife", "in") == {"drawer contains knife"}
    assert held(memory, "drawer", "contains") == {"drawer contains knife"}
    assert held(memory, "table", "contains") == set()
    assert held(memory, "table", "contains", as_of=FIRST + timedelta(days=1)) == {
        "knife is on table"
    }
    assert memory.define("be in").synonyms == ("is on", "in")


@pytest.mark.parametrize("late", [False, True])
def test_a_relation_can_say_the_same_from_both_ends(memory: Memory, late: bool) -> None:
    if not late:
        memory.define("like", symmetric=True)
    triples(memory, "1", 1, ("Ann", "like", "Bo"))
    triples(memory, "2", 2, ("Bo", "like", "Ann"), ("Cy", "like", "Bo"), ("Cy", "hire", "Dee"))
    triples(memory, "3", 3, ("Ann", "like", "Tea"), ("Bo", "hire", "Eve"))
    if late:
        memory.define("like", symmetric=True)
    facts = memory.current("Ann", "likes")
    assert len(facts) == 2
    ends = {frozenset((fact.subject, fact.object)) for fact in memory.current("Bo", "likes")}
    assert len(ends) == 2
    (both,) = (f for f in facts if frozenset((f.subject, f.object)) in ends)
    assert memory.support(both.uid) == 2.0
    told = [*memory.current("Bo", "like"), *memory.current("Bo", "hire")]
    assert {f.uid for f in memory.current("Bo")} == {f.uid for f in told}
    memory.add_extracted(
        [{"id": "4", "text": "Not so.", "at": FIRST + timedelta(days=4)}],
        [{"id": "4", "triples": [{"subject": "Bo", "predicate": "like", "object": "Ann",
                                  "negated": True}]}],
    )  # fmt: skip
    assert [f.negated for f in memory.current("Ann", "like")].count(True) == 1
    assert both.uid not in {f.uid for f in memory.current("Ann", "like")}
    memory.merge("Cy", "Ann")
    assert [f.negated for f in memory.current("Cy", "like")].count(False) == 1  # tea
    with pytest.raises(InvalidInput, match="cannot be symmetric and hold one at a time"):
        memory.define("be married to", symmetric=True)


def test_a_definition_that_comes_late_is_as_good_as_one_that_came_first(clock: Days) -> None:
    pictures = []
    for late in (False, True):
        with Memory(
            MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
        ) as memory:
            for step in range(3):
                if (step == 2) is late:
                    memory.define("be in", functional=True, synonyms=["on"], inverse=["holds"])
                if step < 2:
                    triples(memory, "a", 1, ("cup", "on", "shelf"), ("box", "holds", "pen"))
                    triples(memory, "b", 2, ("box", "holds", "cup"), ("pen", "be in", "bag"))
            seq = memory.stats().seq
            memory.define("be in", functional=True, synonyms=["on"], inverse=["holds"])
            assert memory.stats().seq == seq
            uids = sorted({c.node.uid for e in ("cup", "pen") for c in memory.history(entity=e)})
            pictures.append([memory.get(uid).model_dump() for uid in uids])
            assert held(memory, "box", "holds") == {"box holds cup"}
    assert pictures[0] == pictures[1]


def test_a_relation_can_cease_to_be_functional(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1)
    say(memory, "Ann lives in Oslo.", 2)
    memory.define("live in", functional=False)
    assert held(memory, "Ann") == {"Ann lives in Rome", "Ann lives in Oslo"}
    memory.define("live in", functional=True)
    assert held(memory, "Ann") == {"Ann lives in Oslo"}


def test_values_make_no_entities(memory: Memory) -> None:
    memory.define("cost", value_type="number")
    triples(memory, "a", 1, ("ticket", "cost", "fifty euros"))
    (fact,) = memory.current("ticket")
    assert (fact.object, fact.value) == (None, "fifty euros")


@pytest.mark.parametrize(
    "definition",
    [
        {"predicate": "  "},
        {"predicate": "in", "inverse": ["in"]},
        {"predicate": "in", "inverse": ["has"], "synonyms": ["has"]},
        {"predicate": "in", "functional": "yes"},
        {"predicate": "in", "symmetric": "yes"},
        {"predicate": "in", "value_type": "colour"},
        {"predicate": "in", "synonyms": [3]},
        {"predicate": "contains", "inverse": ["be in"]},
        {"predicate": "other", "synonyms": ["contains"]},
    ],
)
def test_a_definition_that_cannot_be_changes_nothing(
    memory: Memory, definition: dict[str, Any]
) -> None:
    memory.define("be in", inverse=["contains"])
    seq = memory.stats().seq
    with pytest.raises(InvalidInput):
        memory.define(definition.pop("predicate"), **definition)
    assert memory.stats().seq == seq


def test_one_source_of_low_trust_against_two_is_held_back_until_released(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1)
    say(memory, "Ann lives in Oslo.", 3, trust=0.2)
    (rome, oslo) = memory.history(entity="Ann")
    assert [rome.what, oslo.what] == ["superseded", "current"]
    say(memory, "Ann lives in Rome.", 2)
    assert held(memory, "Ann") == {"Ann lives in Rome"}
    (fact,) = memory.quarantined()
    assert (fact.text, fact.status) == ("Ann lives in Oslo", "quarantined")
    receipt = memory.release(fact.uid)
    assert receipt.changed
    assert not memory.release(fact.uid).changed
    assert memory.quarantined() == []
    assert held(memory, "Ann") == {"Ann lives in Oslo"}
    say(memory, "Ann lives in Rome.", 2, source="more")
    assert held(memory, "Ann") == {"Ann lives in Oslo"}


def test_a_second_source_or_one_less_against_it_ends_the_quarantine(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day)
    say(memory, "Ann lives in Oslo.", 3, trust=0.2)
    assert len(memory.quarantined()) == 1
    say(memory, "Ann lives in Oslo.", 4)
    assert memory.quarantined() == []
    assert held(memory, "Ann") == {"Ann lives in Oslo"}
    memory.delete(source="Ann lives in Oslo. 4")
    assert len(memory.quarantined()) == 1
    memory.delete(source="Ann lives in Rome. 1")
    assert memory.quarantined() == []
    assert held(memory, "Ann") == {"Ann lives in Oslo"}


def test_two_that_are_trusted_less_than_half_of_it_each_hold_nothing_back(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day, trust=0.1)
    say(memory, "Ann lives in Oslo.", 3, trust=0.4)
    assert memory.quarantined() == []
    assert held(memory, "Ann") == {"Ann lives in Oslo"}
    say(memory, "Ann lives in Rome.", 1, source="weighty", trust=0.6)
    assert [fact.text for fact in memory.quarantined()] == ["Ann lives in Oslo"]


def test_three_of_the_same_low_trust_are_two_against_one(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day, trust=0.3)
    say(memory, "Ann lives in Oslo.", 3, trust=0.3)
    assert [fact.text for fact in memory.quarantined()] == ["Ann lives in Oslo"]


def test_two_rows_of_low_trust_of_one_source_are_one_voice(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day)
    talk = [{"speaker": "Ann", "text": "I live in Oslo."}] * 2
    memory.add(talk, source="troll", at=FIRST + timedelta(days=5), trust=0.4)
    assert held(memory, "Ann") == {"Ann lives in Rome"}


@pytest.mark.parametrize("trust", [-0.1, 1.1, "high", True, float("nan")])
def test_trust_is_a_share(memory: Memory, trust: Any) -> None:
    with pytest.raises(InvalidInput, match="trust"):
        say(memory, "Ann lives in Rome.", 1, trust=trust)
    assert memory.stats().seq == 0


def test_a_sources_trust_does_not_change_under_its_facts(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1, source="s", trust=0.3)
    say(memory, "Ann lives in Rome. Bo lives in Rome.", 1, source="s")
    with pytest.raises(InvalidInput, match=r"trust of 0\.3"):
        say(memory, "Ann lives in Oslo.", 1, source="s", trust=0.9)


def test_search_gives_what_holds_unless_asked_for_all(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1)
    say(memory, "Ann lives in Oslo.", 2)

    def found(**more: Any) -> list[str]:
        asked = memory.search("Where does Ann live?", kinds=["proposition"], **more)
        return [hit.text for hit in asked.hits]

    assert found() == ["Ann lives in Oslo"]
    assert found(mode="all") == ["Ann lives in Oslo", "Ann lives in Rome"]
    assert found(as_of=FIRST + timedelta(days=1)) == ["Ann lives in Rome"]
    with pytest.raises(InvalidInput, match="mode"):
        found(mode="some")


def test_merged_entities_are_one_in_time(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1)
    say(memory, "Annie lives in Oslo.", 2)
    memory.merge("Annie", "Ann")
    assert held(memory, "Ann") == {"Annie lives in Oslo"}
    memory.undo("Annie", "Ann")
    assert held(memory, "Ann") == {"Ann lives in Rome"}


def test_search_takes_merged_entities_for_one(memory: Memory) -> None:
    say(memory, "Ann lives in Rome. Ann likes Bo.", 1)
    say(memory, "Annie lives in Oslo. Annie likes Bo.", 2)

    def found(**when: Any) -> set[str]:
        asked = memory.search("Where does Ann live? Who likes Bo?", kinds=["proposition"], **when)
        return {hit.text for hit in asked.hits}

    apart = {"Ann lives in Rome", "Annie lives in Oslo", "Ann likes Bo", "Annie likes Bo"}
    assert found() == apart
    memory.merge("Annie", "Ann")
    as_one = found()
    assert {text for text in as_one if "live" in text} == {"Annie lives in Oslo"}
    assert len(as_one) == 2
    assert as_one == held(memory, "Ann")
    then = FIRST + timedelta(days=1)
    assert found(as_of=then) == held(memory, "Ann", as_of=then)
    memory.undo("Annie", "Ann")
    assert found() == apart


def test_what_is_retired_is_current_no_more_and_was_known_before(
    memory: Memory, clock: Days
) -> None:
    say(memory, "Ann lives in Rome.", 1)
    before = clock()
    clock.day += 10
    (fact,) = memory.current("Ann")
    memory.retire(fact.uid)
    assert held(memory, "Ann") == set()
    assert held(memory, "Ann", known_at=before) == {"Ann lives in Rome"}


def test_a_retired_fact_held_until_then(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 10)
    say(memory, "Ann lives in Oslo.", 30)
    say(memory, "Ann likes Turin.", 10)
    for fact in {change.node.uid for change in memory.history(entity="Ann")}:
        memory.retire(fact, at=FIRST + timedelta(days=50))
    for day, held_then in (
        (5, set()), (20, {"Ann lives in Rome", "Ann likes Turin"}),
        (40, {"Ann lives in Oslo", "Ann likes Turin"}), (50, set()), (60, set()),
    ):  # fmt: skip
        when = FIRST + timedelta(days=day)
        assert held(memory, "Ann", as_of=when) == held_then
        found = memory.search(
            "Where does Ann live, what does Ann like?", k=50, kinds=["proposition"], as_of=when
        )
        assert {hit.text for hit in found.hits} == held_then
    assert held(memory, "Ann") == set()


def test_what_never_held_does_not_because_it_is_retired(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day)
    say(memory, "Ann lives in Oslo.", 3, trust=0.1)
    (held_back,) = memory.quarantined()
    memory.retire(held_back.uid)
    talk = [{"speaker": "Bob", "text": text} for text in ("I live in Rome.", "I live in Oslo.")]
    memory.add(talk, source="talk")
    (overtaken,) = (c.node for c in memory.history(entity="Bob") if c.what == "superseded")
    memory.retire(overtaken.uid)
    when = FIRST + timedelta(days=20)
    assert held(memory, "Ann", as_of=when) == {"Ann lives in Rome"}
    assert held(memory, "Bob", as_of=when) == {"Bob lives in Oslo"}


def test_support_is_the_trust_of_distinct_sources(memory: Memory) -> None:
    talk = [{"speaker": "Ann", "text": "I live in Rome."}] * 3
    memory.add(talk, source="a", at=FIRST, trust=0.75)
    (rome,) = memory.current("Ann")
    assert memory.support(rome.uid) == 0.75
    say(memory, "Ann lives in Rome.", 1)
    assert memory.support(rome.uid) == 1.75
    say(memory, "Ann lives in Oslo.", 0, source="c")
    assert [fact.text for fact in memory.current("Ann", as_of=FIRST)] == [
        "Ann lives in Rome", "Ann lives in Oslo",
    ]  # fmt: skip
    memory.delete(source="a")
    assert memory.support(rome.uid) == 1.0
    with pytest.raises(InvalidInput, match="only facts"):
        memory.support(rome.subject)


def test_what_is_retired_or_quarantined_comes_back_on_no_path(memory: Memory) -> None:
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day)
    say(memory, "Ann lives in Oslo.", 3, trust=0.1)
    say(memory, "Ann likes Turin.", 3)
    (likes,) = memory.current("Ann", "likes")
    memory.retire(likes.uid)
    hidden = {likes.uid, *(fact.uid for fact in memory.quarantined())}
    assert len(hidden) == 2
    asked = "Where does Ann live, and what does Ann like?"
    for mode in ("latest", "all"):
        found = memory.search(asked, k=50, kinds=["passage", "proposition", "event"], mode=mode)  # type: ignore[arg-type]
        assert not hidden & {hit.uid for hit in found.hits}
    assert not hidden & {fact.uid for fact in memory.current("Ann")}
    assert not hidden & {hit.uid for hit in memory.recall(entity="Ann").hits}
    assert "since" not in memory.context(asked).text
    assert hidden <= {change.node.uid for change in memory.history(entity="Ann")}


def test_another_space_knows_nothing_of_all_this(memory: Memory, clock: Days) -> None:
    memory.define("be in", functional=True, inverse=["contains"])
    triples(memory, "a", 1, ("drawer", "contains", "knife"))
    for day in (1, 2):
        say(memory, "Ann lives in Rome.", day)
    say(memory, "Ann lives in Oslo.", 3, trust=0.1)
    (held_back,) = memory.quarantined()
    with Memory(
        memory._store, space="other", embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=clock,
    ) as other:  # fmt: skip
        assert (other.predicates(), other.quarantined()) == ([], [])
        for unknown in (other.release, other.support, other.history):
            with pytest.raises(NotFound):
                unknown(held_back.uid)
        with pytest.raises(NotFound):
            other.current("Ann")
        triples(other, "a", 1, ("drawer", "contains", "knife"))
        assert held(other, "drawer", "contains") == {"drawer contains knife"}
        (fact,) = other.current("drawer")
        assert fact.predicate == "contains"
        other.define("contains", synonyms=["holds"])
    assert [one.key for one in memory.predicates()] == ["be in"]


def test_unknown_things_are_said_to_be(memory: Memory) -> None:
    say(memory, "Ann lives in Rome.", 1)
    with pytest.raises(NotFound):
        memory.current("Zoe")
    with pytest.raises(InvalidInput):
        memory.current("Ann", as_of="2023-02-30")
    with pytest.raises(InvalidInput):
        memory.history()
    with pytest.raises(InvalidInput):
        memory.history("x", predicate="live in")
    (rome,) = memory.current("Ann")
    with pytest.raises(InvalidInput, match="only what is quarantined"):
        memory.release(rome.uid)
    assert memory.current("Ann", "likes") == []
