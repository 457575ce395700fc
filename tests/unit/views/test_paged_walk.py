from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.paged_walk import PagedWalk
from graphmem.views.space import WALK_KINDS
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def _graph(seed: int, n_passages: int = 60, n_entities: int = 30, n_edges: int = 150) -> Changes:
    rng = np.random.default_rng(seed)
    nodes: list[Node] = [
        Passage(uid=f"p{i:03}", recorded_at=NOW, source="s", position=i, text="t")
        for i in range(n_passages)
    ]
    nodes += [
        Entity(uid=f"e{i:03}", recorded_at=NOW, name=f"n{i}", key=f"n{i}")
        for i in range(n_entities)
    ]
    # Crowded at the low end, so that some entities are hubs.
    ends = (n_entities * rng.random(n_edges) ** 3).astype(int)
    edges = {
        ("MENTIONS", f"p{start:03}", f"e{end:03}"): float(rng.integers(1, 4))
        for start, end in zip(rng.integers(0, n_passages, n_edges), ends, strict=True)
    }
    for start, end in rng.integers(0, n_entities, (10, 2)):
        if start != end:
            edges["SHORT_FOR", f"e{start:03}", f"e{end:03}"] = 1.0
    return Changes(nodes=tuple(nodes), edges=tuple(_edge(*key, w) for key, w in edges.items()))


def _edge(kind: EdgeKind, start: str, end: str, weight: float = 1.0) -> Edge:
    return Edge(kind=kind, start=start, end=end, sources={"s": weight})


def _both(server: Any) -> tuple[AdjacencyView, PagedWalk]:
    views = AdjacencyView("a", None, WALK_KINDS), PagedWalk(server, "a", WALK_KINDS)
    for view in views:
        view.refresh(server)
    return views


def _same(
    whole: AdjacencyView, paged: PagedWalk, seeds: dict[str, float], epsilon: float = 1e-4
) -> None:
    one, other = (view.push(seeds, damping=0.85, epsilon=epsilon) for view in (whole, paged))
    for label in (None, "Passage", "Entity"):
        left, right = one.top(200, label=label), other.top(200, label=label)
        assert [uid for uid, _ in left] == [uid for uid, _ in right]
        assert [mass for _, mass in left] == pytest.approx([mass for _, mass in right], rel=1e-9)
    assert other.n_pushed == one.n_pushed
    assert other.residue == pytest.approx(one.residue, abs=1e-12)
    assert [uid for uid, _ in other.unlinked] == [uid for uid, _ in one.unlinked]


@settings(max_examples=40)  # the first call compiles
@given(seed=st.integers(0, 10_000), epsilon=st.sampled_from([1e-2, 1e-3, 1e-5]))
def test_it_ranks_as_the_whole_graph_does(seed: int, epsilon: float, server_type: Any) -> None:
    server = server_type()
    server.apply("a", lambda _: _graph(seed))
    rng = np.random.default_rng(seed)
    seeds = {f"p{i:03}": float(rng.random() + 0.1) for i in rng.choice(60, 5, replace=False)}
    _same(*_both(server), seeds, epsilon)


def test_seeds_that_are_unknown_or_without_links_keep_their_part(server: Any) -> None:
    server.apply("a", lambda _: _graph(1, n_edges=20))
    _same(*_both(server), {"p000": 1.0, "nobody": 2.0, "p059": 0.5})
    _same(*_both(server), {"nobody": 2.0})


def test_a_round_asks_once_and_a_known_list_is_not_asked_for_again(server: Any) -> None:
    server.apply("a", lambda _: _graph(2))
    _, paged = _both(server)
    paged.push({"p000": 1.0, "p001": 1.0}, damping=0.85, epsilon=1e-4)
    first = [uid for uids in server.asked for uid in uids]
    assert len(first) == len(set(first)) == paged.n_fetched
    assert server.asked[0] == ["p000", "p001"]
    assert len(server.asked) < 10
    server.asked.clear()
    paged.push({"p000": 1.0, "p001": 1.0}, damping=0.85, epsilon=1e-4)
    assert server.asked == []


def test_it_touches_what_the_walk_visits_and_no_more(server: Any) -> None:
    server.apply("a", lambda _: _graph(3, n_passages=3_000, n_entities=2_000, n_edges=6_000))
    whole, paged = _both(server)
    walk = whole.push({"p000": 1.0}, damping=0.5, epsilon=1e-2)
    paged.push({"p000": 1.0}, damping=0.5, epsilon=1e-2)
    assert paged.n_fetched <= walk.n_pushed < 100


@pytest.mark.parametrize(("max_links", "max_rows"), [(1, 10_000), (40, 10_000), (10_000, 5)])
def test_little_room_changes_nothing_but_the_number_of_questions(
    max_links: int, max_rows: int, server: Any
) -> None:
    server.apply("a", lambda _: _graph(4))
    whole = AdjacencyView("a", None, WALK_KINDS)
    paged = PagedWalk(server, "a", WALK_KINDS, max_links=max_links, max_rows=max_rows)
    for view in (whole, paged):
        view.refresh(server)
    for number in range(5):
        _same(whole, paged, {f"p{number:03}": 1.0, "p030": 0.5})


def test_what_others_write_is_seen_after_a_refresh(server: Any) -> None:
    server.apply("a", lambda _: _graph(5))
    whole, paged = _both(server)
    seeds = {"p000": 1.0, "p001": 1.0, "p002": 0.5}
    _same(whole, paged, seeds)
    rng = np.random.default_rng(5)
    for number in range(12):
        start, end = f"p{rng.integers(0, 5):03}", f"e{rng.integers(0, 30):03}"
        if number % 4 == 3:
            server.apply("a", lambda _, gone=end: Changes(remove_nodes=(gone,)))
            entity = Entity(uid=end, recorded_at=NOW, name=end, key=end)
            server.apply("a", lambda _, back=entity: Changes(nodes=(back,)))
        else:
            more = Edge(kind="MENTIONS", start=start, end=end, sources={f"t{number}": 2.0})
            server.apply("a", lambda _, more=more: Changes(edges=(more,)))
        server.asked.clear()
        for view in (whole, paged):
            view.refresh(server)
        assert server.asked == []
        _same(whole, paged, seeds)


def test_a_store_that_was_put_back_is_noticed(server: Any, server_type: Any) -> None:
    server.apply("a", lambda _: _graph(6))
    whole, paged = _both(server)
    _same(whole, paged, {"p000": 1.0})
    older = server_type()
    older.apply("a", lambda _: _graph(7))
    more = Edge(kind="MENTIONS", start="p000", end="e029", sources={"late": 2.0})
    older.apply("a", lambda _: Changes(edges=(more,)))
    vars(server).update(vars(older))  # the same store, with another history and a later commit
    for view in (whole, paged):
        view.refresh(server)
    _same(whole, paged, {"p000": 1.0})


def test_links_and_degrees_are_those_of_the_whole_graph(server: Any) -> None:
    server.apply("a", lambda _: _graph(6))
    whole, paged = _both(server)
    uids = ["e000", "p001", "nobody", "e001"]
    for one, other in zip(paged.links(uids), whole.links(uids), strict=True):
        assert one._replace(weight=0.0) == other._replace(weight=0.0)
        assert one.weight == pytest.approx(other.weight, rel=1e-3)  # kept in 16 bits there
    assert paged.degrees(uids) == whole.degrees(uids)


def test_seeds_are_checked(server: Any) -> None:
    _, paged = _both(server)
    for seeds in ({}, {"x": 0.0}, {"x": float("nan")}):
        with pytest.raises(InvalidInput):
            paged.push(seeds, damping=0.85, epsilon=1e-4)
