"""Concepts: loaded, made, assigned and read, through the public interface and `assign`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.cli.app import run
from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.writing.concepts import Embed, assign
from graphmem_schemas import Edge, Entity, Node, Passage, Prescription, Proposition, Source

NOW = datetime(2024, 5, 1, tzinfo=UTC)
FACTS = [
    ("Ann", "drink", "green tea"), ("Bob", "buy", "black tea"), ("Carl", "love", "Earl Grey"),
    ("Earl Grey", "be", "tea"), ("Mary", "teach", "pottery class"),
    ("Ann", "join", "pottery classes"), ("Sue", "be", "software engineer"),
    ("Joe", "be", "software engineer"), ("Ann", "be", "civil engineer"), ("Bob", "own", "dog"),
]  # fmt: skip
SKOS = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <urn:x:> .
:drink skos:prefLabel "drink" .
:tea skos:prefLabel "Tea" ; skos:altLabel "chai" ; skos:broader :drink .
:pet skos:prefLabel "pet" ; skos:altLabel "dog" .
"""


def memory_on(store: MemoryStore, space: str = "default") -> Memory:
    return Memory(
        store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(NOW),
    )  # fmt: skip


@pytest.fixture
def memory() -> Iterator[Memory]:
    with memory_on(MemoryStore()) as memory:
        yield memory


def fact_uid(number: int) -> str:
    return f"fact{number:02}"


def tell(memory: Memory, numbers: Sequence[int] = range(len(FACTS))) -> list[str]:
    """Store facts as writing does, without an extractor between; return their uids."""
    nodes: list[Node] = [
        Source(uid="s", recorded_at=NOW, name="s", kind="document"),
        Passage(uid="p", recorded_at=NOW, source="s", position=0, text="told"),
    ]
    edges = [Edge(kind="PART_OF", start="p", end="s", sources={"s": 1.0})]
    for number in numbers:
        subject, predicate, obj = FACTS[number]
        uid = fact_uid(number)
        for name in (subject, obj):
            kind = "person" if name[0].isupper() else "unknown"
            nodes.append(
                Entity(uid=f"e {name}", recorded_at=NOW, name=name, key=name.casefold(), kind=kind)
            )
        nodes.append(
            Proposition(uid=uid, recorded_at=NOW, text=f"{subject} {predicate} {obj}",
                        subject=f"e {subject}", predicate=predicate, object=f"e {obj}")
        )  # fmt: skip
        ends = (("SUBJECT", f"e {subject}"), ("OBJECT", f"e {obj}"), ("EVIDENCED_BY", "p"))
        edges += [Edge(kind=k, start=uid, end=end, sources={"s": 1.0}) for k, end in ends]
    changes = Changes(nodes=tuple(nodes), edges=tuple(edges))
    memory._store.apply(memory.space, lambda _: changes)
    return [fact_uid(number) for number in numbers]


def group(memory: Memory, uids: Sequence[str], embed: Embed | None = None) -> int:
    plan = partial(assign, uids, space=memory.space, now=NOW, embed=embed)
    return memory._store.apply(memory.space, plan).seq


def grouped(memory: Memory) -> dict[str, set[str]]:
    return {
        one.name: {node.uid for node in memory.about(one.uid, narrower=False)}
        for one in memory.concepts()
    }


def load(memory: Memory, folder: Path, text: str = SKOS) -> None:
    path = folder / "topics.ttl"
    path.write_text(text, "utf-8")
    memory.load_concepts(path)


def test_what_several_speak_of_becomes_a_concept(memory: Memory) -> None:
    group(memory, tell(memory))
    assert grouped(memory) == {
        # The head of what two drink, and what Earl Grey is one of.
        "tea": {fact_uid(0), fact_uid(1), fact_uid(2), fact_uid(3)},
        "pottery class": {fact_uid(4), fact_uid(5)},
        "software engineer": {fact_uid(6), fact_uid(7)},
        "engineer": {fact_uid(8)},
    }
    by_name = {one.name: one for one in memory.concepts()}
    assert by_name["software engineer"].broader == ("engineer",)
    assert by_name["engineer"].narrower == ("software engineer",)
    assert {n.uid for n in memory.about("Engineer")} == {fact_uid(6), fact_uid(7), fact_uid(8)}


def test_grouping_again_changes_nothing(memory: Memory) -> None:
    uids = tell(memory)
    assert group(memory, uids)
    assert group(memory, uids) == 0
    assert group(memory, list(reversed(uids))) == 0


@settings(max_examples=40, deadline=None)
@given(st.permutations([4, 5, 6, 7, 9]), st.integers(0, 5))
def test_facts_that_share_a_noun_find_each_other_in_whatever_parts_they_come(
    order: list[int], cut: int
) -> None:
    def made(parts: Sequence[Sequence[int]]) -> dict[str, set[str]]:
        with memory_on(MemoryStore()) as memory:
            for part in parts:
                group(memory, tell(memory, part))
            return grouped(memory)

    assert made([order[:cut], order[cut:]]) == made([[4, 5, 6, 7, 9]])


def test_what_something_is_may_be_told_later(memory: Memory) -> None:
    group(memory, tell(memory, [0, 1, 2]))
    assert fact_uid(2) not in grouped(memory)["tea"]
    group(memory, tell(memory, [3]))
    assert fact_uid(2) in grouped(memory)["tea"]


def test_a_concept_goes_with_the_last_fact_about_it_unless_it_was_loaded(
    memory: Memory, tmp_path: Path
) -> None:
    load(memory, tmp_path)
    group(memory, tell(memory, [4, 5, 9]))
    assert grouped(memory)["pet"] == {fact_uid(9)}
    memory.delete(source="s")
    assert {one.name: one.n_about for one in memory.concepts()} == {"Tea": 0, "drink": 0, "pet": 0}


def test_loaded_concepts_are_found_by_any_of_their_names(memory: Memory, tmp_path: Path) -> None:
    load(memory, tmp_path)
    group(memory, tell(memory, [0, 9]))
    assert grouped(memory) == {"Tea": {fact_uid(0)}, "pet": {fact_uid(9)}, "drink": {fact_uid(0)}}
    tea, uid = memory.concepts("chai")[0], memory.concepts("TEA")[0].uid
    assert (tea.uid, tea.name, tea.broader, tea.given) == (uid, "Tea", ("drink",), True)


def test_loading_again_changes_nothing_and_more_is_added(memory: Memory, tmp_path: Path) -> None:
    load(memory, tmp_path)
    seq = memory.stats().seq
    load(memory, tmp_path)
    assert memory.stats().seq == seq
    path = tmp_path / "more.ttl"
    path.write_text(SKOS.replace('"chai"', '"cha"') + ':oolong skos:prefLabel "oolong" .', "utf-8")
    receipt = memory.load_concepts(path)
    assert (len(receipt.added["Concept"]), len(receipt.confirmed["Concept"])) == (1, 3)
    assert memory.concepts("tea")[0].aliases == ("cha", "chai")


def test_consolidating_groups_facts_also_of_before_the_load(
    memory: Memory, tmp_path: Path
) -> None:
    tell(memory, [0, 9])
    memory.consolidate()
    assert grouped(memory) == {}
    load(memory, tmp_path)
    receipt = memory.consolidate()
    assert receipt.seq
    assert grouped(memory) == {"Tea": {fact_uid(0)}, "pet": {fact_uid(9)}, "drink": {fact_uid(0)}}
    assert memory.consolidate().seq == 0


@pytest.mark.parametrize(
    ("edges", "path"),
    [
        (":drink skos:broader :tea .", "'Tea' → 'drink'|'drink' → 'Tea'"),
        (":a skos:prefLabel 'a'; skos:broader :b . :b skos:prefLabel 'b'; skos:broader :c . "
         ":c skos:prefLabel 'c'; skos:narrower :b ; skos:broader :a .", "'a' → 'b' → 'c' → 'a'"),
        (":b skos:prefLabel 'b'; skos:broader :b .", "'b' → 'b'"),
        (":b skos:prefLabel 'b'; skos:broader :c . :c skos:prefLabel ' B ' .", "'b' → 'b'"),
    ],
)  # fmt: skip
def test_a_circle_of_what_is_broader_is_refused_and_changes_nothing(
    memory: Memory, tmp_path: Path, edges: str, path: str
) -> None:
    with pytest.raises(InvalidInput, match=path):
        load(memory, tmp_path, SKOS + edges)
    assert memory.stats().seq == 0


def test_a_circle_with_what_is_there_is_refused_too(memory: Memory, tmp_path: Path) -> None:
    load(memory, tmp_path)
    seq = memory.stats().seq
    other = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <urn:y:1> skos:prefLabel "drink" ; skos:broader <urn:y:2> .
    <urn:y:2> skos:prefLabel "liquid" ; skos:broader <urn:y:3> .
    <urn:y:3> skos:prefLabel "tea" ."""
    with pytest.raises(InvalidInput, match="leads back"):
        load(memory, tmp_path, other)
    assert memory.stats().seq == seq


def test_a_made_concept_never_closes_a_circle_with_loaded_ones(
    memory: Memory, tmp_path: Path
) -> None:
    odd = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <urn:y:1> skos:prefLabel "engineer" ; skos:broader <urn:y:2> .
    <urn:y:2> skos:prefLabel "software engineer" ."""
    load(memory, tmp_path, odd)
    group(memory, tell(memory, [6, 7, 8]))
    assert memory.concepts("engineer")[0].broader == ("software engineer",)
    assert memory.concepts("engineer")[0].narrower == ()


def test_lessons_share_words_of_what_they_are_for(memory: Memory) -> None:
    lessons = [
        Prescription(uid=f"l{at}", recorded_at=NOW, when=when, text="do it")
        for at, when in enumerate(("booking a flight", "cancelling flights", "writing a file"))
    ]
    changes = Changes(nodes=tuple(lessons))
    memory._store.apply(memory.space, lambda _: changes)
    group(memory, [lesson.uid for lesson in lessons])
    assert grouped(memory) == {"flight": {"l0", "l1"}}


def test_what_no_word_tells_goes_to_the_nearest_loaded_concept(
    memory: Memory, tmp_path: Path
) -> None:
    load(
        memory,
        tmp_path,
        SKOS.replace('"pet"', '"dog owner"').replace('; skos:altLabel "dog"', ""),
    )
    uids = tell(memory, [2, 9])
    assert group(memory, uids) == 0
    group(memory, uids, FakeEmbedder(333).embed)
    assert grouped(memory)["dog owner"] == {fact_uid(9)}


def test_what_is_taken_back_or_doubted_is_not_grouped_or_shown(memory: Memory) -> None:
    uids = tell(memory, [4, 5, 6, 7])
    facts = memory._store.get(memory.space, uids)
    hidden = [
        fact.model_copy(update={"status": status})
        for fact, status in zip(
            facts, ("retired", "current", "quarantined", "current"), strict=True
        )
        if isinstance(fact, Proposition)
    ]
    memory._store.apply(memory.space, lambda _: Changes(nodes=tuple(hidden)))
    assert group(memory, uids) == 0
    memory._store.apply(memory.space, lambda _: Changes(nodes=tuple(n for n in facts if n)))
    group(memory, uids)
    memory._store.apply(memory.space, lambda _: Changes(nodes=tuple(hidden)))
    assert {node.uid for node in memory.about("pottery class")} == {uids[1]}


def test_another_space_has_concepts_of_its_own(tmp_path: Path) -> None:
    store = MemoryStore()
    with memory_on(store, "a") as a, memory_on(store, "b") as b:
        load(a, tmp_path)
        group(a, tell(a))
        assert b.concepts() == []
        group(b, tell(b, [0, 9]))
        assert b.concepts() == []
        with pytest.raises(NotFound):
            b.about("tea")


def test_bad_arguments(memory: Memory) -> None:
    with pytest.raises(NotFound, match="no concept 'tea'"):
        memory.concepts("tea")
    with pytest.raises(InvalidInput):
        memory.about(" ")
    with pytest.raises(InvalidInput):
        memory.about("tea", k=0) if memory.concepts() else memory.about("", k=0)


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, store = tmp_path / "topics.ttl", str(tmp_path / "m.db")
    path.write_text(SKOS, "utf-8")
    assert run(["concepts", "load", str(path), "--store", store]) == 0
    assert capsys.readouterr().out == "3 concepts added, 0 were there\n"
    assert run(["concepts", "load", str(path), "--store", store]) == 0
    assert capsys.readouterr().out == "nothing new\n"
    assert run(["concepts", "list", "--store", store]) == 0
    assert "     0  Tea  < drink  (also chai)" in capsys.readouterr().out
    assert run(["concepts", "show", "chai", "--store", store, "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["name"], shown["about"]) == ("Tea", [])
    assert run(["concepts", "show", "coffee", "--store", store]) == 1
    assert "no concept 'coffee'" in capsys.readouterr().err
