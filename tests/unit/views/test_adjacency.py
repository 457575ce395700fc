from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from math import log
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphmem.core.changes import Changes
from graphmem.core.walk import Link, Walk
from graphmem.errors import InvalidInput
from graphmem.stores.memory import MemoryStore
from graphmem.testing import samples
from graphmem.views import links as links_module
from graphmem.views.adjacency import AdjacencyView
from graphmem.views.links import SpaceLinks, specificity
from graphmem_schemas import Edge, EdgeKind

KINDS: Mapping[EdgeKind, float] = {"MENTIONS": 1.0, "SHORT_FOR": 0.5, "NEXT": 0.0}
SPACE = "home"
PASSAGES = [f"p{i}" for i in range(6)]
ENTITIES = [f"e{i}" for i in range(4)]
SEEDS = {"p0": 2.0, "p1": 1.0, "e2": 1.0}

PAIR = st.one_of(
    st.tuples(st.just("MENTIONS"), st.sampled_from(PASSAGES), st.sampled_from(ENTITIES)),
    st.tuples(st.just("SHORT_FOR"), st.sampled_from(ENTITIES), st.sampled_from(ENTITIES)),
    st.tuples(st.just("NEXT"), st.sampled_from(PASSAGES), st.sampled_from(PASSAGES)),
)
PUT = st.tuples(PAIR, st.sampled_from(["s1", "s2"]), st.sampled_from([1.0, 2.0, 3.0]))
STEP = st.one_of(
    st.lists(PUT, min_size=1, max_size=12),
    st.sampled_from(["s1", "s2"]),
    st.lists(st.sampled_from([*PASSAGES, *ENTITIES]), min_size=1, max_size=2),
)


def _edge(kind: EdgeKind, start: str, end: str, weight: float = 1.0, source: str = "s1") -> Edge:
    return Edge(kind=kind, start=start, end=end, sources={source: weight})


def _changes(*edges: Edge) -> Changes:
    uids = sorted({uid for edge in edges for uid in (edge.start, edge.end)})
    nodes = [samples.passage(u) if u[0] == "p" else samples.entity(u, name=u) for u in uids]
    return Changes(nodes=tuple(nodes), edges=edges)


def _store(*edges: Edge) -> MemoryStore:
    store = MemoryStore()
    store.apply(SPACE, lambda _: _changes(*edges))
    return store


def _view(store: MemoryStore, folder: Path | None = None) -> AdjacencyView:
    view = AdjacencyView(SPACE, folder, KINDS)
    view.refresh(store)
    return view


def _walk(view: AdjacencyView, seeds: Mapping[str, float] = SEEDS) -> Walk:
    return view.push(seeds, damping=0.5, epsilon=1e-7)


def _facts(view: AdjacencyView) -> tuple[list[Link], list[int], list[tuple[str, float]], float]:
    uids = [*PASSAGES, *ENTITIES]
    walk = _walk(view)
    return (
        view.links(uids),
        view.degrees(uids),
        walk.top(50),
        round(walk.residue, 12),
    )


EDGES = (
    _edge("MENTIONS", "p0", "e0", 2.0),
    _edge("MENTIONS", "p1", "e0"),
    _edge("MENTIONS", "p1", "e1"),
    _edge("MENTIONS", "p2", "e1"),
    _edge("SHORT_FOR", "e2", "e1"),
    _edge("NEXT", "p2", "p3"),
)


def test_it_walks_the_wanted_kinds_both_ways() -> None:
    view = _view(_store(*EDGES))
    walk = _walk(view, {"p0": 1.0})
    assert [uid for uid, _ in walk.top(9, label="Passage")] == ["p0", "p1", "p2"]
    assert {uid for uid, _ in walk.top(9, label="Entity")} == {"e0", "e1", "e2"}
    assert walk.mass.sum() + walk.residue == pytest.approx(1.0)
    assert view.degrees(["p1", "e1", "p3", "nobody"]) == [2, 3, 0, 0]
    assert view.n_links == 5


def test_links_tell_kind_weight_and_direction() -> None:
    view = _view(_store(*EDGES))
    assert view.links(["e2", "nobody", "p1"]) == [
        Link("e2", "e1", "SHORT_FOR", 1.0, outgoing=True),
        Link("p1", "e0", "MENTIONS", 1.0, outgoing=True),
        Link("p1", "e1", "MENTIONS", 1.0, outgoing=True),
    ]
    assert view.links(["e0"]) == [
        Link("e0", "p0", "MENTIONS", 2.0, outgoing=False),
        Link("e0", "p1", "MENTIONS", 1.0, outgoing=False),
    ]


def test_one_step_follows_weight_factor_and_specificity() -> None:
    """From p1 to e0 (2 of 3 passages) and e1 (2 of 3); from e1 to p1, p2 and half to e2."""
    view = _view(_store(*EDGES))
    damping = 1e-6  # so that all but the first steps vanish
    from_passage = view.push({"p1": 1.0}, damping=damping, epsilon=1e-12)
    assert from_passage.of(["e0", "e1"]) == pytest.approx([0.5 * damping] * 2, rel=1e-4)
    from_entity = view.push({"e1": 1.0}, damping=damping, epsilon=1e-12)
    shares = [0.4 * damping, 0.4 * damping, 0.2 * damping]
    assert from_entity.of(["p1", "p2", "e2"]) == pytest.approx(shares, rel=1e-4)


def test_a_rare_name_leads_further_than_a_common_one() -> None:
    edges = [_edge("MENTIONS", f"p{i}", "e0") for i in range(10)]
    edges += [_edge("MENTIONS", f"p{i}", "e1") for i in range(2)]
    view = _view(_store(*edges))
    walk = view.push({"p0": 1.0}, damping=1e-6, epsilon=1e-12)
    common, rare = walk.of(["e0", "e1"])
    assert common / rare == pytest.approx(0.05 / (log(10 / 2) / log(10)), rel=1e-4)


def test_specificity() -> None:
    assert specificity(0).tolist() == specificity(1).tolist() == [1.0]
    for n in (2, 10, 31, 100, 10_000):
        scales = specificity(n)
        hub = max(30, n // 20)
        assert scales[0] == scales[1] == 1.0
        assert scales[-1] == pytest.approx(0.05)
        assert len(scales) == hub + 2
        assert (np.diff(scales) <= 0).all()
    assert specificity(10_000)[100] == pytest.approx(0.5)


def test_seeds_without_edges_keep_their_part() -> None:
    view = _view(_store(*EDGES))
    walk = _walk(view, {"p0": 1.0, "p3": 1.0, "nobody": 2.0})
    assert dict(walk.unlinked) == pytest.approx({"p3": 0.25 * 0.5 / 0.625, "nobody": 0.4})
    total = walk.mass.sum() + walk.residue + sum(mass for _, mass in walk.unlinked)
    assert total == pytest.approx(1.0)
    empty = _walk(_view(MemoryStore()), {"a": 3.0})
    assert empty.top(5) == [("a", 1.0)]


@settings(max_examples=60)
@given(st.lists(STEP, max_size=8), st.integers(0, 7))
def test_any_history_gives_the_same_as_starting_from_nothing(
    steps: list[object], reopen_at: int
) -> None:
    store, view = MemoryStore(), AdjacencyView(SPACE, None, KINDS)
    for at, step in enumerate(steps):
        if isinstance(step, str):
            source = step
            store.apply(SPACE, lambda _, source=source: Changes(remove_sources=(source,)))
        elif isinstance(step, list) and isinstance(step[0], str):
            uids = tuple(step)
            store.apply(SPACE, lambda _, uids=uids: Changes(remove_nodes=uids))
        elif isinstance(step, list):
            edges = {
                (kind, start, end): _edge(kind, start, end, weight, source)
                for (kind, start, end), source, weight in step
            }
            changes = _changes(*edges.values())
            store.apply(SPACE, lambda _, changes=changes: changes)
        if at != reopen_at:  # so that some catch-ups cover two steps
            view.refresh(store)
    view.refresh(store)
    assert _facts(view) == _facts(_view(store))
    assert view.seq == store.seq(SPACE)


def test_a_saved_view_goes_on_where_it_was(tmp_path: Path) -> None:
    store = _store(*EDGES)
    before = _view(store, tmp_path)
    before.save(store)
    store.apply(SPACE, lambda _: _changes(_edge("MENTIONS", "p4", "e1", 2.0)))
    store.apply(SPACE, lambda _: Changes(remove_nodes=("p1",)))
    feed = _Feed(store)
    after = AdjacencyView(SPACE, tmp_path, KINDS)
    after.refresh(feed)
    assert feed.asked == [1]
    assert _facts(after) == _facts(_view(store))
    # What was mapped and then changed must not reach the file.
    assert _facts(_view(store, tmp_path)) == _facts(after)


class _Feed(MemoryStore):
    """Hears from which watermark on a view asks."""

    def __init__(self, inner: MemoryStore) -> None:
        self.__dict__.update(inner.__dict__)
        self.asked: list[int] = []

    def changes(self, space, after, **wanted):  # type: ignore[no-untyped-def]
        self.asked.append(after)
        return super().changes(space, after, **wanted)


@pytest.mark.parametrize("damage", ["gone", "cut", "noise", "flipped", "empty", "folder"])
def test_a_damaged_snapshot_only_costs_a_rebuild(tmp_path: Path, damage: str) -> None:
    store = _store(*EDGES)
    first = _view(store, tmp_path)
    first.save(store)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    path.unlink()
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "noise":
        path.write_bytes(random.Random(0).randbytes(len(content)))
    elif damage == "flipped":
        content[-1_000] ^= 255
        path.write_bytes(content)
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "folder":
        path.mkdir()
    assert _facts(_view(store, tmp_path)) == _facts(first)


def test_a_snapshot_of_another_store_space_or_set_of_kinds_is_not_used(tmp_path: Path) -> None:
    store, other = _store(*EDGES), _store(_edge("MENTIONS", "p0", "e3"))
    _view(store, tmp_path).save(store)
    assert _view(other, tmp_path).n_links == 1
    elsewhere = AdjacencyView("elsewhere", tmp_path, KINDS)
    elsewhere.refresh(store)
    assert elsewhere.n_links == 0
    fewer = AdjacencyView(SPACE, tmp_path, {"SHORT_FOR": 1.0})
    fewer.refresh(store)
    assert fewer.n_links == 1


def test_a_store_that_went_back_is_read_anew() -> None:
    store, older = _store(*EDGES), _store(EDGES[0])
    store.apply(SPACE, lambda _: _changes(_edge("MENTIONS", "p4", "e1")))
    view = _view(store)
    view.refresh(older)
    assert _facts(view) == _facts(_view(older))


def test_a_failed_read_leaves_nothing_half_done() -> None:
    class Torn(_Feed):
        def changes(self, space, after, **wanted):  # type: ignore[no-untyped-def]
            yield from super().changes(space, after, **wanted)
            raise OSError("torn")

    store = _store(*EDGES)
    view = _view(store)
    store.apply(SPACE, lambda _: _changes(_edge("MENTIONS", "p4", "e1")))
    with pytest.raises(OSError, match="torn"):
        view.refresh(Torn(store))
    view.refresh(store)
    assert _facts(view) == _facts(_view(store))


def test_walks_run_while_the_view_catches_up() -> None:
    store = _store(*EDGES)
    view = _view(store)
    stop = threading.Event()

    def walk() -> int:
        n = 0
        while not stop.is_set():
            found = _walk(view, {"p0": 1.0})
            total = found.mass.sum() + found.residue + sum(mass for _, mass in found.unlinked)
            assert total == pytest.approx(1.0)
            assert found.top(3, label="Passage")[0][0] == "p0"
            view.links(["e0"])
            n += 1
        return n

    with ThreadPoolExecutor(3) as pool:
        walks = [pool.submit(walk) for _ in range(2)]
        try:
            for i in range(150):
                edge = _edge("MENTIONS", f"p{i}", f"e{i % 7}")
                store.apply(SPACE, lambda _, edge=edge: _changes(edge))
                view.refresh(store)
        finally:
            stop.set()
        assert all(done.result() > 0 for done in walks)
    assert _facts(view) == _facts(_view(store))


def test_specificity_is_made_once_however_many_links_come(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def counted(n_passages: int) -> np.ndarray:
        asked.append(n_passages)
        return specificity(n_passages)

    monkeypatch.setattr(links_module, "specificity", counted)
    store = _store(*(_edge("MENTIONS", f"p{i}", f"e{i % 3}") for i in range(40)))
    view = _view(store)
    store.apply(SPACE, lambda _: Changes(remove_nodes=tuple(f"p{i}" for i in range(30))))
    view.refresh(store)
    assert asked == []
    for _ in range(2):
        _walk(view, {"p35": 1.0})
    assert asked == [10]


def test_no_uid_of_a_removed_node_stays_on_disk(tmp_path: Path) -> None:
    store = _store(*EDGES, _edge("MENTIONS", "axolotl", "e0"))
    view = _view(store, tmp_path)
    view.save(store)
    (file,) = tmp_path.iterdir()
    assert b"axolotl" in file.read_bytes()
    store.apply(SPACE, lambda _: Changes(remove_nodes=("axolotl",)))
    view.refresh(store)
    view.save(store)
    assert b"axolotl" not in file.read_bytes()
    assert _facts(view) == _facts(_view(store)) == _facts(_view(store, tmp_path))


def test_rows_of_removed_nodes_go() -> None:
    links = SpaceLinks(("MENTIONS", "SHORT_FOR"))
    links.stage([_edge("MENTIONS", f"p{i}", f"e{i % 3}") for i in range(12)], [])
    links.settle()
    assert links.tidied() is links
    links.remove_nodes([f"p{i}" for i in range(11)])
    tidy = links.tidied()
    assert len(tidy.index) == 2
    assert tidy.n_passages == 1
    assert tidy.links(["p11", "e2", "p0"]) == links.links(["p11", "e2", "p0"])


@pytest.mark.parametrize("factor", [-1.0, float("nan"), float("inf")])
def test_factors_out_of_range_are_refused(factor: float) -> None:
    with pytest.raises(InvalidInput, match="factors"):
        AdjacencyView(SPACE, None, {"MENTIONS": factor})


def test_no_kinds_are_refused() -> None:
    with pytest.raises(InvalidInput, match="1 to 16"):
        AdjacencyView(SPACE, None, {"MENTIONS": 0.0})
