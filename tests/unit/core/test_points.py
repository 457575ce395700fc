"""Points, overlap and cycles."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.cycles import find_cycle
from graphmem.core.overlap import jaccard, overlapping
from graphmem.core.points import Member, Point, check_role, lineage, merge_points
from graphmem.errors import InvalidInput

SETS = st.lists(st.sets(st.sampled_from("abcdef")), max_size=8)
EDGES = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=14)


def point(id: str, text: str, *members: str, ordered: bool = False) -> Point:
    return Point(id, "relation", text, tuple(map(Member, members)), ordered, ("passage",))


@given(SETS, st.floats(0.1, 1.0))
def test_groups_overlap_with_their_first_and_share_nobody(
    sets: list[set[str]], threshold: float
) -> None:
    groups = overlapping(sets, threshold)
    every = [at for group in groups for at in group]
    assert len(every) == len(set(every))
    for first, *rest in groups:
        assert rest
        assert all(jaccard(sets[first], sets[at]) >= threshold for at in rest)


def test_the_index_of_jaccard() -> None:
    assert jaccard({"a", "b"}, {"b", "c"}) == 1 / 3
    assert jaccard(set(), set()) == 0.0


@given(EDGES)
def test_a_cycle_is_found_where_networkx_finds_one(edges: list[tuple[str, str]]) -> None:
    cycle = find_cycle(edges)
    assert bool(cycle) is not nx.is_directed_acyclic_graph(nx.DiGraph(edges))
    if cycle:
        assert cycle[0] == cycle[-1]
        assert set(pairwise(cycle)) <= set(edges)
    assert cycle == find_cycle(reversed(edges))


def test_a_long_chain_is_no_cycle_and_no_recursion() -> None:
    chain = [(str(n), str(n + 1)) for n in range(20_000)]
    assert find_cycle(chain) == ()
    assert len(find_cycle([*chain, ("20000", "0")])) == 20_002


def test_what_a_relation_says_is_what_it_is_and_not_its_members_alone() -> None:
    met, fought = point("p1", "They met.", "a", "b"), point("p2", "They fought.", "a", "b")
    assert met.hyperedge != fought.hyperedge
    assert met.hyperedge == point("p9", "They met.", "b", "a").hyperedge
    steps = point("p1", "One, then the other.", "a", "b", ordered=True)
    assert steps.hyperedge != point("p1", "One, then the other.", "b", "a", ordered=True).hyperedge


def test_merging_keeps_who_and_where_from_and_says_nothing_twice() -> None:
    parts = [
        point("p1", "Ann met Bob.", "a", "b"),
        point("p2", "Ann met Bob. They ate.", "b", "c"),
        Point("p3", "fact", "Bob sang", (Member("b"), Member("d", "topic")), states="f"),
    ]
    merged = merge_points("p4", parts, None)
    assert merged.text == "Ann met Bob. They ate. Bob sang."
    assert merged.uids == {"a", "b", "c", "d", "f"}
    assert merged.parties == {"a", "b", "c", "d"}
    assert merged.kind == "relation"
    assert [one.id for one in lineage([merged])] == ["p4", "p1", "p2"]


@pytest.mark.parametrize("role", ["boss", "", None, 3])
def test_an_unknown_role_is_an_error_that_names_those_there_are(role: object) -> None:
    with pytest.raises(InvalidInput, match="agent, patient"):
        check_role(role)
