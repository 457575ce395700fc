"""Consolidating: what many small writes together mean, and nothing when nothing is new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from graphmem.core.changes import Changes, Commit
from graphmem.core.support import LIFTED
from graphmem.memory import Memory
from graphmem.ports import Plan, PlanReader
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Entity, EntityKind, Node, Predicate, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)
START = datetime(2020, 1, 1, tzinfo=UTC)


def open_memory(store: MemoryStore | None = None, space: str = "default") -> Memory:
    return Memory(
        store or MemoryStore(), space=space, embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(NOW),
    )  # fmt: skip


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


def picture(memory: Memory) -> list[str]:
    batches = list(
        memory._store.changes(memory.space, 0, labels=tuple(Node.registry), kinds=EDGE_KINDS)
    )
    nodes = [f"{n.label} {n.model_dump_json()}" for b in batches for n in b.nodes]
    return sorted(nodes + [e.model_dump_json() for b in batches for e in b.edges])


def of(memory: Memory, label: str) -> list[Any]:
    batches = memory._store.changes(memory.space, 0, labels=(label,))
    return sorted((n for b in batches for n in b.nodes), key=lambda n: n.uid)


def put(memory: Memory, *entities: tuple[str, EntityKind]) -> None:
    """Put entities, each mentioned by a passage of its own so that it rests on something."""
    nodes = tuple(
        Entity(uid=f"u-{name}", recorded_at=NOW + timedelta(seconds=n), name=name,
               key=name.casefold(), kind=kind)
        for n, (name, kind) in enumerate(entities)
    )  # fmt: skip
    memory._store.apply(memory.space, lambda _: Changes(nodes=nodes))


def same(memory: Memory) -> set[tuple[str, str]]:
    batches = memory._store.changes(memory.space, 0, kinds=("SAME_AS",))
    return {(e.start, e.end) for b in batches for e in b.edges}


# Doubles


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("email", "e mail", "object"),
        ("Jose Ruiz", "José Ruiz", "person"),
        ("otter", "otters", "animal"),
        ("New York City", "Newyork City", "place"),
    ],
)
def test_spellings_of_one_name_are_merged_whichever_comes_first(
    one: str, other: str, kind: EntityKind
) -> None:
    for first, second in ((one, other), (other, one)):
        with open_memory() as memory:
            put(memory, (first, kind), (second, kind), ("Rome", "place"))
            receipt = memory.consolidate()
            assert receipt.merged == ((f"u-{second}", f"u-{first}"),)
            assert same(memory) == {(f"u-{second}", f"u-{first}")}


@pytest.mark.parametrize(
    ("one", "one_kind", "other", "other_kind"),
    [
        ("Adam", "person", "Adams", "person"),
        ("Expo 1994", "event", "Expo 1995", "event"),
        ("route 66", "object", "route 6 6", "object"),
        ("otter", "animal", "otters", "object"),
        ("cat", "animal", "cart", "animal"),
    ],
)
def test_what_only_looks_alike_is_left_alone(
    memory: Memory, one: str, one_kind: EntityKind, other: str, other_kind: EntityKind
) -> None:
    put(memory, (one, one_kind), (other, other_kind))
    assert memory.consolidate().merged == ()
    assert same(memory) == set()


def test_an_alias_that_two_have_tells_nothing(memory: Memory) -> None:
    def person(uid: str, key: str, *aliases: str) -> Entity:
        return Entity(uid=uid, recorded_at=NOW, name=key, key=key, kind="person", aliases=aliases)

    nodes = (
        person("lee", "christopher lee", "chris"), person("ruiz", "christine ruiz", "chris"),
        person("chris", "chris"), person("bob", "bob"), person("kline", "robert kline", "bob"),
    )  # fmt: skip
    memory._store.apply("default", lambda _: Changes(nodes=nodes))
    assert memory.consolidate().merged == (("bob", "kline"),)


def test_what_somebody_set_apart_stays_apart(memory: Memory) -> None:
    put(memory, ("otter", "animal"), ("otters", "animal"))
    assert memory.consolidate().merged
    memory.undo("u-otter", "u-otters")
    before = picture(memory)
    put(memory, ("otter", "animal"), ("Bonn", "place"))
    memory._store.write_meta("consolidated default", "")
    assert memory.consolidate().merged == ()
    assert same(memory) == set()
    assert set(before) < set(picture(memory))
    memory.merge("u-otters", "u-otter")
    assert same(memory) == {("u-otters", "u-otter")}


# Lifting


def told_by(memory: Memory, text: str, *sources: str) -> None:
    for source in sources:
        memory.add(text, source=source, at=START + timedelta(days=len(source)))


def test_what_three_sources_tell_becomes_a_fact_that_rests_on_all(memory: Memory) -> None:
    told_by(memory, "Ann feeds the otters.", "a", "bb")
    assert memory.consolidate().lifted == ()
    told_by(memory, "Ann feeds the otters.", "ccc")
    (uid,) = memory.consolidate().lifted
    fact = memory.get(uid)
    assert isinstance(fact, Proposition)
    assert (fact.text, fact.predicate, fact.value) == (
        "Ann feeds the otters.", LIFTED, "feeds the otters",
    )  # fmt: skip
    assert fact.valid_from == START + timedelta(days=1)
    edges = memory._store.neighbours("default", [uid], ["EVIDENCED_BY"])
    assert {key for edge in edges for key in edge.sources} == {n.uid for n in of(memory, "Source")}
    told_by(memory, "Ann feeds the otters.", "dddd")
    assert memory.consolidate().lifted == ()
    assert len(memory._store.neighbours("default", [uid], ["EVIDENCED_BY"])) == 4


def test_a_lifted_fact_falls_with_the_third_source(memory: Memory) -> None:
    told_by(memory, "Ann feeds the otters.", "a", "bb")
    memory.consolidate()
    before = picture(memory)
    told_by(memory, "Ann feeds the otters.", "ccc", "dddd")
    (uid,) = memory.consolidate().lifted
    memory.delete(source="dddd")
    assert memory.get(uid).uid == uid
    memory.delete(source="ccc")
    assert picture(memory) == before


def test_one_source_that_says_it_thrice_is_one(memory: Memory) -> None:
    memory.add([{"text": "Ann feeds the otters."}] * 3, source="a")
    assert memory.consolidate().lifted == ()


def test_what_a_fact_was_read_from_is_not_lifted(memory: Memory) -> None:
    told_by(memory, "Ann likes the otters.", "a", "bb", "ccc")
    assert memory.consolidate().lifted == ()


# Learning


def moves(memory: Memory, n: int, verb: str = "is") -> None:
    """Let n people each be said one thing twice and then another one."""
    for who in range(n):
        for day, what in enumerate(("calm", "calm", "glad")):
            memory.add(
                f"P{who} {verb} {what}.", source=f"s{who}-{day}", at=START + timedelta(days=day)
            )


def test_a_relation_that_holds_one_at_a_time_is_learnt(memory: Memory) -> None:
    moves(memory, 19)
    assert memory.consolidate().learnt == ()
    moves(memory, 20)
    assert memory.consolidate().learnt == ("be",)
    (predicate,) = of(memory, "Predicate")
    assert isinstance(predicate, Predicate)
    assert (predicate.functional, predicate.learnt) == (True, True)
    statuses = {(f.value, f.status) for f in of(memory, "Proposition")}
    assert statuses == {("calm", "superseded"), ("glad", "current")}


def test_what_was_learnt_is_unlearnt_where_it_is_not_shown_any_more(memory: Memory) -> None:
    moves(memory, 20)
    before = picture(memory)
    memory.consolidate()
    for day in (1, 2):
        memory.delete(source=f"s7-{day}")
    receipt = memory.consolidate()
    assert (receipt.learnt, receipt.unlearnt) == ((), ("be",))
    assert of(memory, "Predicate") == []
    assert {fact.status for fact in of(memory, "Proposition")} == {"current"}
    assert not memory.consolidate().changed
    for day, what in ((1, "calm"), (2, "glad")):
        memory.add(f"P7 is {what}.", source=f"s7-{day}", at=START + timedelta(days=day))
    assert picture(memory) == before
    assert memory.consolidate().learnt == ("be",)
    memory.add("P3 is glad. P3 is sad.", source="both", at=START + timedelta(days=9))
    assert memory.consolidate().unlearnt == ("be",)


@pytest.mark.parametrize("defined", [{"functional": True}, {"functional": True, "inverse": "of"}])
def test_facts_are_laid_out_anew_when_a_relation_is_deleted(
    memory: Memory, defined: dict[str, Any]
) -> None:
    moves(memory, 2)
    before = picture(memory)
    predicate = memory.define("be", **defined)
    assert {fact.status for fact in of(memory, "Proposition")} == {"current", "superseded"}
    receipt = memory.delete(predicate.uid)
    assert receipt.nodes == {"Predicate": 1}
    assert picture(memory) == before


@pytest.mark.parametrize(
    "spoil",
    [
        # Two at one moment, and there and back again within one source.
        [("P0 is calm. P0 is sad.", 9)],
        [("P0 is calm.", 9), ("P0 is sad.", 10), ("P0 is calm.", 11)],
    ],
)
def test_one_subject_with_two_at_once_is_enough_to_learn_nothing(
    memory: Memory, spoil: list[tuple[str, int]]
) -> None:
    moves(memory, 25)
    memory.add(
        [{"text": text, "at": (START + timedelta(days=day)).isoformat()} for text, day in spoil],
        source="spoil",
    )
    assert memory.consolidate().learnt == ()
    assert of(memory, "Predicate") == []


def test_what_somebody_has_defined_is_left_alone(memory: Memory) -> None:
    memory.define("be", functional=False)
    moves(memory, 20)
    assert memory.consolidate().learnt == ()


# As a whole


def fill(memory: Memory) -> None:
    moves(memory, 21)
    told_by(memory, "Ann feeds the otters.", "a", "bb", "ccc")
    put(memory, ("email", "object"), ("e mail", "object"))
    for n in range(4):
        memory.add_run(
            "put a mug on a shelf", [f"take mug {n}", "go to shelf 1", f"put mug {n} on shelf 1"],
            bool(n % 2), source=f"run{n}",
        )  # fmt: skip


def test_the_second_time_changes_nothing(memory: Memory) -> None:
    fill(memory)
    first = memory.consolidate()
    assert first.changed
    assert [len(done) for done in (first.learnt, first.lifted, first.merged)] == [1, 1, 1]
    before, seq = picture(memory), memory.stats().seq
    for _ in range(2):
        again = memory.consolidate()
        assert not again.changed
        assert (again.merged, again.lifted, again.learnt, again.added) == ((), (), (), {})
        assert (picture(memory), memory.stats().seq) == (before, seq)
    assert memory.consolidate().stages == ()


def test_an_empty_memory_has_nothing_to_consolidate(memory: Memory) -> None:
    assert not memory.consolidate().changed


class Killed(Exception):
    """Stands for a kill between two commits."""


class DyingStore(MemoryStore):
    """Dies before its n-th commit from now."""

    left = 10**9

    def apply(self, space: str, plan: Plan) -> Commit:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return super().apply(space, plan)


def test_who_is_killed_anywhere_goes_on_to_the_same_end() -> None:
    with open_memory() as memory:
        fill(memory)
        memory.consolidate()
        expected = picture(memory)
    n_commits = 0
    while True:
        store = DyingStore()
        with open_memory(store) as memory:
            fill(memory)
            store.left = n_commits
            try:
                memory.consolidate()
            except Killed:
                store.left = 10**9
                memory.consolidate()
                assert picture(memory) == expected
                n_commits += 1
            else:
                break
    assert n_commits > 3


def test_a_commit_is_bounded_and_progress_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    class Sized(MemoryStore):
        def apply(self, space: str, plan: Plan) -> Commit:
            def sized(reader: PlanReader) -> Changes:
                changes = plan(reader)
                sizes.append(len(changes.nodes))
                return changes

            return super().apply(space, sized)

    told: list[tuple[str, int, int]] = []

    def hear(stage: str, done: int, total: int) -> None:
        told.append((stage, done, total))

    with open_memory(Sized()) as memory:
        memory.add(
            [{"text": " ".join(f"P{n} is calm." for n in range(at, at + 50))}
             for at in range(0, 3_000, 50)],
            source="a",
        )  # fmt: skip
        sizes.clear()
        memory.consolidate(progress=hear)
    assert max(sizes) <= 2_000
    assert [done for _, done, _ in told] == list(range(len(told)))
    assert {total for *_, total in told} == {len(told) - 1}


def test_a_space_is_consolidated_alone() -> None:
    store = MemoryStore(shared=True)
    with open_memory(store, "one") as one, open_memory(store, "two") as two:
        fill(one)
        fill(two)
        before = picture(two)
        one.consolidate()
        assert picture(two) == before
        assert two.consolidate().changed
        assert picture(two) == picture(one)


def test_a_space_that_was_deleted_remembers_no_pair_set_apart(memory: Memory) -> None:
    for _ in range(2):
        put(memory, ("otter", "animal"), ("otters", "animal"))
        assert memory.consolidate().since == 0
        assert same(memory) == {("u-otters", "u-otter")}
        memory.undo("u-otter", "u-otters")
        put(memory, ("Bonn", "place"))
        memory._store.write_meta("consolidated default", "")
        assert memory.consolidate().merged == ()
        memory.delete(space="default")
