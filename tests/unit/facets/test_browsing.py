"""Looking around: pages of the graph, what is near, what a node rests on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem import Memory
from graphmem.core.cursors import write_cursor
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import PageReader
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem_schemas import GraphPage

NOW = datetime(2025, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def memory(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    path: Path = tmp_path_factory.mktemp("browse") / "a.db"
    store = MemoryStore() if request.param == "memory" else SqliteStore(path)
    # One tells its pages itself, of the other they are made.
    assert isinstance(store, PageReader) == (request.param == "sqlite")
    with Memory(store, space="s", clock=lambda: NOW) as made:
        made.add("Caroline moved to Lisbon in May 2023.", source="a", at="2023-06-01")
        made.add("Caroline moved to Porto in June 2024.", source="b", at="2024-07-01")
        made.add("Melanie visited Caroline in Porto.", source="c", at="2024-08-01")
        yield made
    store.close()


def edges_of(page: GraphPage) -> set[tuple[str, str, str]]:
    ends = [node.uid for node in page.nodes] + list(page.outside)
    return {(page.kinds[kind], ends[start], ends[end]) for kind, start, end in page.edges}


@pytest.mark.parametrize("limit", [1, 3, 7, 1_000])
def test_pages_are_the_whole_once(memory: Memory, limit: int) -> None:
    nodes, edges, cursor = [], list[tuple[str, str, str]](), None
    while True:
        page = memory.browse(limit=limit, cursor=cursor)
        nodes += [node.uid for node in page.nodes]
        edges += edges_of(page)
        if (cursor := page.next) is None:
            break
    counts = memory.stats()
    assert nodes == sorted(set(nodes))
    assert len(nodes) == sum(counts.nodes.values())
    assert len(edges) == len(set(edges)) == sum(counts.edges.values())


def test_layers_are_a_choice(memory: Memory) -> None:
    page = memory.browse(layers=["evidence"])
    assert {node.label for node in page.nodes} == {"Source", "Passage"}
    # What their edges lead to is named, and not shown.
    assert page.outside
    assert not {node.uid for node in page.nodes} & set(page.outside)


def test_what_is_near_is_bounded_and_says_so(memory: Memory) -> None:
    (lisbon,) = [n.uid for n in memory.browse().nodes if n.text == "Lisbon"]
    near = memory.browse([lisbon], hops=1)
    assert lisbon in {node.uid for node in near.nodes}
    assert (near.cut, near.next, near.outside) == (False, None, ())
    further = memory.browse([lisbon], hops=2)
    assert {node.uid for node in near.nodes} < {node.uid for node in further.nodes}
    assert edges_of(near) < edges_of(further)
    few = memory.browse([lisbon], hops=3, limit=4)
    assert (len(few.nodes), few.cut) == (4, True)
    assert [n.uid for n in memory.browse([lisbon, "gone"], hops=0).nodes] == [lisbon]


def test_time_decides_what_holds(memory: Memory) -> None:
    def facts(**when: Any) -> dict[str, bool | None]:
        page = memory.browse(layers=["knowledge"], **when)
        return {n.text: n.holds for n in page.nodes if n.label == "Proposition"}

    assert facts()["Caroline moved to Lisbon"] is False
    assert facts()["Caroline moved to Porto"] is True
    assert facts(as_of="2023-07-01")["Caroline moved to Lisbon"] is True
    assert "Caroline moved to Porto" not in facts(as_of="2023-07-01")
    assert facts(known_at="2024-12-31") == {}


def test_a_retired_fact_held_as_long_as_it_was_believed() -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)
    with Memory("memory://", clock=lambda: moment) as memory:
        memory.add("Eva lives in Oslo.", source="a", at="2024-01-01")
        (fact,) = [n for n in memory.browse().nodes if n.label == "Proposition"]
        moment = datetime(2025, 6, 1, tzinfo=UTC)
        memory.retire(fact.uid)
        (now,) = [n for n in memory.browse().nodes if n.uid == fact.uid]
        (then,) = [n for n in memory.browse(known_at="2025-02-01").nodes if n.uid == fact.uid]
        assert (now.holds, then.holds) == (False, True)


def test_evidence_cuts_the_words_out_of_the_passage(memory: Memory) -> None:
    for node in memory.browse().nodes:
        page = memory.evidence(node.uid)
        assert (page.uid, page.label) == (node.uid, node.label)
        assert page.passages
        for one in page.passages:
            assert one.source in ("a", "b", "c")
            said = [one.passage.text[start:end] for start, end in one.spans]
            if node.label == "Entity" and said:
                assert {word.casefold() for word in said} == {node.text.casefold()}
            if node.label == "Event":
                assert said


def test_neighbours_are_the_edges_of_a_node(memory: Memory) -> None:
    (caroline,) = [n.uid for n in memory.browse().nodes if n.text == "Caroline"]
    page = memory.neighbours(caroline)
    assert all(caroline in (edge.start, edge.end) for edge in page.edges)
    ends = {end for edge in page.edges for end in (edge.start, edge.end)} - {caroline}
    assert {node.uid for node in page.nodes} == ends
    some = memory.neighbours(caroline, kinds=["SUBJECT"], k=1)
    assert [edge.kind for edge in some.edges] == ["SUBJECT"]
    assert memory.neighbours(caroline, kinds=["CAUSES"]).edges == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": 0}, {"limit": True}, {"hops": 11}, {"hops": 1.0}, {"layers": ["all"]},
        {"as_of": "soon"}, {"cursor": "x"}, {"cursor": write_cursor("a", 1)}, {"cursor": "é"},
        {"cursor": "a" * 9_000}, {"around": ["a"], "cursor": write_cursor("a")},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(memory: Memory, wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        memory.browse(**wrong)


def test_what_is_not_there_is_not_found(memory: Memory) -> None:
    for look in (memory.evidence, memory.neighbours, lambda uid: memory.browse([uid])):
        with pytest.raises(NotFound):
            look("0" * 32)
    with pytest.raises(InvalidInput):
        memory.neighbours(memory.browse().nodes[0].uid, kinds=["HATES"])  # type: ignore[list-item]


def test_sources_come_by_name(memory: Memory) -> None:
    first = memory.sources(k=2)
    assert [one.name for one in first.sources] == ["a", "b"]
    rest = memory.sources(k=2, cursor=first.next)
    assert ([one.name for one in rest.sources], rest.next) == (["c"], None)
