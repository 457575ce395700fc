"""What keeps a memory in order, through its public calls."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.lessons import LessonView
from graphmem.views.space import WALK_KINDS
from graphmem_schemas import EDGE_KINDS, Edge, Entity, Node, Passage, Proposition

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def open_memory(store: MemoryStore | Path | None = None, space: str = "default") -> Memory:
    return Memory(
        store or MemoryStore(), space=space, embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(NOW),
    )  # fmt: skip


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


def nodes(memory: Memory) -> list[Node]:
    batches = memory._store.changes(memory.space, 0, labels=tuple(Node.registry))
    return sorted((n for b in batches for n in b.nodes), key=lambda n: n.uid)


def edges(memory: Memory) -> list[Edge]:
    batches = memory._store.changes(memory.space, 0, kinds=EDGE_KINDS)
    return sorted((e for b in batches for e in b.edges), key=lambda e: (e.kind, e.start, e.end))


def facts(memory: Memory) -> list[tuple[str, int | None, int | None, str]]:
    """Text, first and last year and status of each fact, in order of time."""
    found = [n for n in nodes(memory) if isinstance(n, Proposition)]
    return sorted(
        (
            fact.text,
            fact.valid_from.year if fact.valid_from else None,
            fact.valid_to.year if fact.valid_to else None,
            fact.status,
        )
        for fact in found
    )


def entity(memory: Memory, key: str) -> Entity:
    return next(n for n in nodes(memory) if isinstance(n, Entity) and n.key == key)


def the_fact(memory: Memory) -> Proposition:
    return next(n for n in nodes(memory) if isinstance(n, Proposition) and n.status == "current")


# Deleting


def test_an_entity_goes_by_its_name_with_the_facts_about_it(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Bo likes Bonn.")
    receipt = memory.delete(entity="  ANN ")
    assert [text for text, *_ in facts(memory)] == ["Bo likes Bonn"]
    assert receipt.nodes == {"Entity": 1, "Proposition": 1}
    assert receipt.places == (
        "graph", "vectors", "text", "adjacency", "projection", "lessons", "shown", "caches",
        "answers",
    )  # fmt: skip
    assert not [n for n in nodes(memory) if isinstance(n, Entity) and n.key == "ann"]


def test_entities_that_are_one_go_together(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Annie likes Bonn. Bo likes Rome.")
    memory.merge("Annie", "Ann")
    memory.delete(entity="Ann")
    assert [text for text, *_ in facts(memory)] == ["Bo likes Rome"]


def test_a_name_that_two_have_is_no_target(memory: Memory) -> None:
    memory.add("Ann lives in Rome.")
    ann = entity(memory, "ann")
    twin = ann.model_copy(update={"uid": "twin"})
    memory._store.apply("default", lambda _: _put(twin))
    with pytest.raises(InvalidInput, match=r"2 entities have the name 'Ann': give the uid"):
        memory.delete(entity="Ann")
    assert memory.delete(entity="twin").nodes == {"Entity": 1}
    with pytest.raises(NotFound, match="no entity 'Zed' in space 'default'"):
        memory.delete(entity="Zed")
    with pytest.raises(InvalidInput, match="is no entity"):
        memory.delete(entity=the_fact(memory).uid)
    with pytest.raises(InvalidInput, match="exactly one of uid, source, entity and space"):
        memory.delete("a", entity="b")


def _put(*what: Node) -> Changes:
    return Changes(nodes=what)


def test_a_receipt_tells_what_stays_with_less(memory: Memory) -> None:
    memory.add("Ann likes Rome.", source="a")
    memory.add("Ann likes Rome.", source="b")
    receipt = memory.delete(source="b")
    # The fact, and Ann and Rome, whom fewer passages name.
    assert receipt.recounted == 3
    assert "Proposition" not in receipt.nodes


def test_what_is_put_again_does_not_count_as_removed(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a", at="2020-01-01")
    memory.add("Ann moved to Oslo.", source="b", at="2021-01-01")
    memory.add("Ann lives in Rome.", source="c", at="2022-01-01")
    before = (nodes(memory), edges(memory))
    receipt = memory.delete(source="b")
    after = {node.uid for node in nodes(memory)}
    assert receipt.nodes == Counter(n.label for n in before[0] if n.uid not in after)
    left = {(e.kind, e.start, e.end) for e in edges(memory)}
    assert receipt.edges == Counter(
        e.kind for e in before[1] if (e.kind, e.start, e.end) not in left
    )


def cached() -> dict[str, int]:
    """How much the caches of functions of the package hold."""
    loaded = [m for name, m in sys.modules.items() if name.startswith("graphmem")]
    functions = {
        f"{value.__module__}.{value.__name__}": value
        for module in loaded
        for value in vars(module).values()
        if hasattr(value, "cache_info") and not isinstance(value, type)
    }
    return {name: one.cache_info().currsize for name, one in functions.items()}


@pytest.mark.parametrize("target", ["source", "space"])
def test_nothing_that_is_held_in_the_process_knows_what_is_gone(
    memory: Memory, target: str
) -> None:
    memory.add("Ann likes the zanzibar key. Bo likes Bonn.", source="note")
    kept = memory.add_prescriptions([{"when": "in Bonn", "text": "Walk."}], source="kept")
    rows = [{"when": "in Zanzibar", "text": "Take the key."}]
    gone = memory.add_prescriptions(rows, source="gone").added["Prescription"][0]
    memory.search("Who likes the zanzibar key?")
    both = memory.prescriptions("in Zanzibar", k=2)
    assert {hit.uid for hit in both.hits} == {gone, kept.added["Prescription"][0]}
    view = memory._reader.lessons()
    assert isinstance(view, LessonView)
    n_vectors = len(view._vectors)
    if target == "source":
        for source in ("note", "gone"):
            receipt = memory.delete(source=source)
    else:
        receipt = memory.delete(space=memory.space)
    assert {"lessons", "shown", "caches", "answers"} < set(receipt.places)
    assert n_vectors - len(view._vectors) == (1 if target == "source" else 2)
    assert sum(cached().values()) == 0
    shown = {uid for one in memory._reader.shown._recalls.values() for uid in one.uids}
    assert shown <= {node.uid for node in nodes(memory)}
    assert bool(shown) == (target == "source")


def test_views_and_projection_of_what_is_gone_are_gone(tmp_path: Path) -> None:
    path = tmp_path / "agent.db"
    with open_memory(path) as memory:
        memory.add("Ann keeps the zanzibar key.", source="a")
        memory.add("Bo likes Bonn.", source="b")
        memory.search("zanzibar key")
        memory.cypher("MATCH (p:Passage) RETURN p.text")
    with open_memory(path) as memory:
        memory.search("zanzibar key")
        memory.cypher("MATCH (p:Passage) RETURN p.text")
        memory.delete(source="a")
        held = [f.read_bytes() for f in sorted(tmp_path.rglob("*")) if f.is_file()]
        assert not [raw for raw in held if b"zanzibar" in raw]
        assert memory.search("zanzibar key").abstained
        assert memory.cypher("MATCH (p:Passage) RETURN p.text").rows == (("Bo likes Bonn.",),)
    held = [f.read_bytes() for f in sorted(tmp_path.rglob("*")) if f.is_file()]
    assert not [raw for raw in held if b"zanzibar" in raw]


# Merging


def test_a_merge_is_an_edge_and_undoing_it_leaves_the_graph_as_it_was(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Annie likes Bonn.")
    before = (nodes(memory), edges(memory))
    merged = memory.merge("Annie", "Ann")
    assert merged.changed
    assert nodes(memory) == before[0]
    added = [e for e in edges(memory) if e not in before[1]]
    assert [(e.kind, e.start, e.end) for e in added] == [
        ("SAME_AS", entity(memory, "annie").uid, entity(memory, "ann").uid)
    ]
    assert not memory.merge("annie", entity(memory, "ann").uid).changed
    assert memory.undo("Ann", "Annie").changed
    assert (nodes(memory), edges(memory)) == before
    with pytest.raises(NotFound, match="were not merged with each other"):
        memory.undo("Ann", "Annie")


def test_merging_the_other_way_round_turns_the_edge(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Annie likes Bonn.")
    memory.merge("Annie", "Ann")
    memory.merge("Ann", "Annie")
    same = [e for e in edges(memory) if e.kind == "SAME_AS"]
    assert [(e.start, e.end) for e in same] == [
        (entity(memory, "ann").uid, entity(memory, "annie").uid)
    ]


def test_the_walk_leads_to_what_was_said_under_the_other_name(memory: Memory) -> None:
    one = memory.add("Robert Kline met the board.", source="a").added["Passage"][0]
    other = memory.add("The Baron likes amber.", source="b").added["Passage"][0]
    adjacency = AdjacencyView("default", None, WALK_KINDS)

    def reached() -> set[str]:
        adjacency.refresh(memory._store)
        return dict(
            adjacency.push({one: 1.0}, damping=0.5, epsilon=1e-4).top(10, label="Passage")
        ).keys() - {one}

    assert reached() == set()
    memory.merge("Baron", "Robert Kline")
    assert reached() == {other}
    memory.undo("Baron", "Robert Kline")
    assert reached() == set()


@pytest.mark.parametrize(
    ("one", "other", "error", "said"),
    [
        ("Ann", "Ann", InvalidInput, "is one entity: name two"),
        ("Ann", "Zed", NotFound, "no entity 'Zed'"),
        ("Zed", "Ann", NotFound, "no entity 'Zed'"),
        ("Ann", 5, InvalidInput, "named by a string, not int"),
        ("Ann", "", NotFound, "no entity ''"),
    ],
)
def test_what_cannot_be_merged_changes_nothing(
    memory: Memory, one: str, other: str, error: type[Exception], said: str
) -> None:
    memory.add("Ann lives in Rome.")
    before = (nodes(memory), edges(memory))
    for call in (memory.merge, memory.undo):
        with pytest.raises(error, match=said):
            call(one, other)
    with pytest.raises(InvalidInput, match="only entities are merged"):
        memory.merge("Ann", the_fact(memory).uid)
    assert (nodes(memory), edges(memory)) == before


# Retiring


def test_a_retired_fact_is_closed_and_stays_readable(memory: Memory) -> None:
    memory.add("Ann likes Rome.", source="a", at="2023-01-01")
    uid = the_fact(memory).uid
    receipt = memory.retire(uid, at="2024-06-01")
    assert receipt.superseded == (uid,)
    fact = memory.get(uid)
    assert isinstance(fact, Proposition)
    assert (fact.status, fact.retired_at) == ("retired", NOW)
    assert facts(memory) == [("Ann likes Rome", 2023, 2024, "retired")]
    assert not memory.retire(uid).changed
    hits = memory.search("What does Ann like?", kinds=["proposition"]).hits
    assert not hits
    assert [change.node.uid for change in memory.history(uid)] == [uid]


def test_what_is_said_later_opens_it_anew_and_what_is_said_of_before_does_not(
    memory: Memory,
) -> None:
    memory.add("Ann likes Rome.", source="a", at="2023-01-01")
    memory.retire(the_fact(memory).uid, at="2024-06-01")
    memory.add("Ann likes Rome.", source="late", at="2022-01-01")
    assert facts(memory) == [("Ann likes Rome", 2022, 2024, "retired")]
    memory.add("Ann likes Rome.", source="new", at="2025-01-01")
    assert facts(memory) == [
        ("Ann likes Rome", 2022, 2024, "retired"),
        ("Ann likes Rome", 2025, None, "current"),
    ]
    memory.add("Ann does not likes Rome.", source="no", at="2025-06-01")
    assert facts(memory)[1:] == [
        ("Ann likes Rome", 2022, 2024, "retired"),
        ("Ann likes Rome", 2025, 2025, "superseded"),
    ]
    memory.delete(source="no")
    memory.delete(source="new")
    assert facts(memory) == [("Ann likes Rome", 2022, 2024, "retired")]


@pytest.mark.parametrize("at", [None, "2024-06-01"])
def test_a_retired_fact_stays_retired_whatever_its_rivals_do(
    memory: Memory, at: str | None
) -> None:
    memory.add("Ann lives in Rome.", source="a", at="2023-01-01")
    memory.retire(the_fact(memory).uid, at=at)
    before = (nodes(memory), edges(memory))
    end = 2024 if at else 2026
    memory.add("Ann lives in Oslo.", source="b", at="2023-06-01")
    assert facts(memory) == [
        ("Ann lives in Oslo", 2023, None, "current"),
        ("Ann lives in Rome", 2023, 2023, "retired"),
    ]
    memory.delete(source="b")
    assert facts(memory) == [("Ann lives in Rome", 2023, end, "retired")]
    assert (nodes(memory), edges(memory)) == before


def test_a_past_fact_told_after_retiring_leaves_what_was_retired_so(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a", at="2022-01-01")
    memory.retire(the_fact(memory).uid, at="2024-01-01")
    memory.add("Ann lives in Oslo.", source="b", at="2020-01-01")
    memory.add("Ann lives in Rome.", source="c", at="2019-01-01")
    assert facts(memory) == [
        ("Ann lives in Oslo", 2020, 2022, "superseded"),
        ("Ann lives in Rome", 2019, 2020, "superseded"),
        ("Ann lives in Rome", 2022, 2024, "retired"),
    ]
    memory.delete(source="b")
    memory.delete(source="c")
    assert facts(memory) == [("Ann lives in Rome", 2022, 2024, "retired")]


def test_retiring_what_was_superseded_leaves_alone_what_came_back(memory: Memory) -> None:
    for year, town in ((2020, "Rome"), (2021, "Oslo"), (2022, "Rome")):
        memory.add(f"Ann lives in {town}.", source=town + str(year), at=f"{year}-01-01")
    (first, *_) = memory.history(entity="Ann")
    memory.retire(first.node.uid)
    memory.add("Ann lives in Rome.", source="again", at="2022-01-01")
    memory.add("Ann lives in Turin.", source="then", at="2020-06-01")
    assert facts(memory)[1:] == [
        ("Ann lives in Rome", 2020, 2020, "retired"),
        ("Ann lives in Rome", 2022, None, "current"),
        ("Ann lives in Turin", 2020, 2021, "superseded"),
    ]


def test_what_was_retired_before_it_ever_held_gets_no_time_by_what_is_told_later(
    memory: Memory,
) -> None:
    for number in (1, 2):
        memory.add("Ann lives in Rome.", source=str(number), at=f"2022-01-0{number}")
    memory.add("Ann lives in Oslo.", source="troll", at="2023-01-01", trust=0.1)
    memory.retire(memory.quarantined()[0].uid)
    talk = [{"speaker": "Bob", "text": text} for text in ("I live in Rome.", "I live in Oslo.")]
    memory.add(talk, source="talk")
    (overtaken,) = (c.node for c in memory.history(entity="Bob") if c.what == "superseded")
    memory.retire(overtaken.uid)
    memory.add("Ann lives in Turin. Bob lives in Turin.", source="late", at="2021-01-01")
    assert facts(memory)[:2] == [
        ("Ann lives in Oslo", 2023, 2023, "retired"),
        ("Ann lives in Rome", 2022, None, "current"),
    ]
    assert {f.text for f in memory.current("Bob", as_of="2023-06-01")} == {
        "Bob lives in Oslo", "Bob lives in Turin"
    }  # fmt: skip


def test_a_retirement_outlives_who_said_the_fact_first(memory: Memory) -> None:
    memory.add("Ann likes Rome.", source="a", at="2023-01-01")
    memory.retire(the_fact(memory).uid, at="2024-06-01")
    memory.add("Ann likes Rome.", source="b", at="2023-06-01")
    memory.delete(source="a")
    assert facts(memory) == [("Ann likes Rome", 2023, 2024, "retired")]


def test_what_cannot_be_retired_changes_nothing(memory: Memory) -> None:
    memory.add("Ann likes Rome.", source="a", at="2023-01-01")
    before = (nodes(memory), edges(memory))
    uid = the_fact(memory).uid
    passage = next(n for n in nodes(memory) if isinstance(n, Passage))
    with pytest.raises(InvalidInput, match="was said to hold at 2023-01-01"):
        memory.retire(uid, at="2022-01-01")
    with pytest.raises(InvalidInput, match="only facts"):
        memory.retire(passage.uid)
    with pytest.raises(NotFound, match="no node 'x'"):
        memory.retire("x")
    with pytest.raises(InvalidInput):
        memory.retire(uid, at="2023-02-30")
    assert (nodes(memory), edges(memory)) == before


# Spaces


def test_no_call_reaches_into_another_space() -> None:
    store = MemoryStore()
    with open_memory(store, "one") as one, open_memory(store, "two") as two:
        for memory in (one, two):
            memory.add("Ann lives in Rome. Annie likes Bonn.", source="s")
        two.add("Zed likes Ann.")
        before = (nodes(two), edges(two))
        foreign = entity(two, "zed").uid
        calls: list[Callable[[], object]] = [
            lambda: one.merge("Ann", foreign),
            lambda: one.merge(foreign, "Ann"),
            lambda: one.undo("Ann", foreign),
            lambda: one.retire(foreign),
            lambda: one.delete(entity=foreign),
            lambda: one.delete(entity="Zed"),
        ]
        for call in calls:
            with pytest.raises(NotFound, match="space 'one'"):
                call()
        one.merge("Annie", "Ann")
        one.retire(the_fact(one).uid)
        one.delete(entity="Ann")
        assert (nodes(two), edges(two)) == before


def test_progress_that_cannot_be_called_is_refused(memory: Memory) -> None:
    with pytest.raises(InvalidInput, match="progress"):
        memory.consolidate(progress=5)  # type: ignore[arg-type]
