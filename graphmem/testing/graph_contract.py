"""What nodes, keys and edges must do in every store; part of `StoreContract`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from graphmem.core.changes import Changes, Commit
from graphmem.ports import GraphStore, PlanReader
from graphmem.testing.samples import edge, entity, one_of_each_label, passage, vector
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = ["GraphContract", "planned", "put"]


def put(store: GraphStore, space: str = "a", **changes: tuple[object, ...]) -> Commit:
    """Apply the changes that `Changes` takes by these names."""
    return store.apply(space, lambda _: Changes(**changes))  # type: ignore[arg-type]


_T = TypeVar("_T")


def planned(store: GraphStore, read: Callable[[PlanReader], _T], space: str = "a") -> _T:
    """Return what a plan reads that changes nothing."""
    found: list[_T] = []

    def plan(reader: PlanReader) -> Changes:
        found[:] = [read(reader)]
        return Changes()

    store.apply(space, plan)
    return found[0]


class GraphContract:
    """The behaviours of what reads nodes and edges, and of what `apply` puts and removes."""

    # Nodes

    @pytest.mark.parametrize("node", one_of_each_label(), ids=lambda node: node.label)
    def test_a_node_of_every_label_comes_back_as_it_was(
        self, store: GraphStore, node: Node
    ) -> None:
        """Every attribute survives, and so does the type."""
        put(store, nodes=(node,))
        assert store.get("a", [node.uid]) == [node]

    def test_what_the_schemas_let_through_a_store_keeps(self, store: GraphStore) -> None:
        """The largest numbers and the longest names that they know; homes do not differ."""
        most, wide = 2**53 - 1, "\U0001f600"
        ends = tuple(passage(f"{at}".rjust(80, wide), position=most) for at in range(2))
        long = entity("x", name=wide * 20_000, aliases=("a" * 20_000,))
        sources = {wide * 300: 1e100, "t": 0.0}
        joined = edge(ends[0].uid, ends[1].uid, sources=sources, role="r" * 20_000)
        joined = joined.model_copy(update={"span": (0, most)})
        put(store, "s" * 200, nodes=(*ends, long), edges=(joined,))
        assert store.get("s" * 200, [ends[0].uid, "x"]) == [ends[0], long]
        assert store.neighbours("s" * 200, [ends[1].uid]) == [joined]
        found = store.find("s" * 200, "Entity", long.lookup_keys)
        assert found == dict.fromkeys(long.lookup_keys, ("x",))
        commit = put(store, "s" * 200, remove_sources=tuple(sources))
        assert commit.n_edges_removed == {"SIMILAR": 1}

    def test_get_keeps_the_order_and_gives_none_for_what_is_not_there(
        self, store: GraphStore
    ) -> None:
        """Results stand where their uids stood, repeated ones too."""
        x, y = entity("x"), passage("y")
        put(store, nodes=(x, y))
        assert store.get("a", ["y", "?", "x", "y", ""]) == [y, None, x, y, None]
        assert store.get("a", []) == []

    def test_get_takes_thousands_of_uids(self, store: GraphStore) -> None:
        """No limit of a backend on parameters shows."""
        nodes = tuple(passage(f"p{i:05}") for i in range(3_000))
        put(store, nodes=nodes)
        assert store.get("a", [node.uid for node in nodes]) == list(nodes)

    def test_a_put_replaces_the_whole_node(self, store: GraphStore) -> None:
        """What the new one leaves at its default is not kept from the old one."""
        put(store, nodes=(entity("x", name="Old", aliases=("o",)),))
        put(store, nodes=(entity("x", name="New"),))
        assert store.get("a", ["x"]) == [entity("x", name="New")]
        assert store.count("a").nodes == {"Entity": 1}

    def test_a_put_may_change_the_label(self, store: GraphStore) -> None:
        """Counts and keys follow the label."""
        put(store, nodes=(entity("x"),))
        put(store, nodes=(passage("x"),))
        assert store.get("a", ["x"]) == [passage("x")]
        assert store.count("a").nodes == {"Passage": 1}
        assert store.find("a", "Entity", ["=x"]) == {}

    def test_of_two_puts_in_one_change_the_last_stands(self, store: GraphStore) -> None:
        """The order of `Changes.nodes` counts."""
        put(store, nodes=(entity("x", name="A"), entity("x", name="B")))
        assert store.get("a", ["x"]) == [entity("x", name="B")]
        assert set(store.find("a", "Entity", ["=a", "=b"])) == {"=b"}

    # Keys

    def test_find_gives_sorted_uids_of_the_label_only(self, store: GraphStore) -> None:
        """Keys that nobody has are left out."""
        put(store, nodes=(entity("y", name="N"), entity("x", name="n"), *one_of_each_label()))
        assert store.find("a", "Entity", ["=n", "=none", "=zoe"]) == {
            "=n": ("x", "y"),
            "=zoe": ("entity",),
        }
        assert store.find("a", "Concept", ["=n"]) == {}
        assert store.find("a", "NoSuchLabel", ["=n"]) == {}

    def test_every_lookup_key_finds_its_node(self, store: GraphStore) -> None:
        """For all labels that have keys."""
        put(store, nodes=one_of_each_label())
        for node in one_of_each_label():
            found = store.find("a", node.label, node.lookup_keys)
            assert found == {key: (node.uid,) for key in node.lookup_keys}

    def test_find_follows_a_change_of_keys(self, store: GraphStore) -> None:
        """Old keys go, new ones come, kept ones stay."""
        put(store, nodes=(entity("x", name="n", aliases=("old", "kept")),))
        put(store, nodes=(entity("x", name="n", aliases=("kept", "new")),))
        keys = ["=old", "=kept", "=new", "=n"]
        assert set(store.find("a", "Entity", keys)) == {"=kept", "=new", "=n"}

    @pytest.mark.parametrize("text", ["a\x00b", "a'b", "a%", "", "é", "e\u0301", "\U0001f600" * 9])
    def test_keys_are_compared_exactly(self, store: GraphStore, text: str) -> None:
        """No trimming, no case folding, no stop at NUL, no patterns."""
        put(store, nodes=(entity("x", aliases=(text,)), entity("y", aliases=("a", "A", "e"))))
        assert store.find("a", "Entity", [f"={text}"]) == {f"={text}": ("x",)}

    # Edges

    @pytest.mark.parametrize("kind", EDGE_KINDS)
    def test_an_edge_of_every_kind_comes_back_as_it_was(
        self, store: GraphStore, kind: EdgeKind
    ) -> None:
        """With its sources, their weights, and whatever else an edge says."""
        full = Edge(
            kind=kind, start="x", end="y", sources={"t": 0.1, "s": 1e-9}, role="agent", span=(3, 9)
        )
        assert {name for name, value in full if value is not None} == set(Edge.model_fields)
        put(store, nodes=(entity("x"), entity("y")), edges=(full,))
        assert store.neighbours("a", ["x"]) == [full]

    def test_neighbours_gives_each_edge_once_sorted_by_key(self, store: GraphStore) -> None:
        """Outgoing and incoming ones, and loops."""
        nodes = tuple(entity(uid) for uid in "xyz")
        edges = (
            edge("y", "x"), edge("x", "y"), edge("x", "x"), edge("z", "x", kind="SAME_AS"),
            edge("y", "z"),
        )  # fmt: skip
        put(store, nodes=nodes, edges=edges)
        keys = [(e.kind, e.start, e.end) for e in store.neighbours("a", ["x", "y", "x", "?"])]
        assert keys == sorted((e.kind, e.start, e.end) for e in edges)
        assert store.neighbours("a", ["z"], ["SAME_AS"]) == [edges[3]]
        assert store.neighbours("a", ["z"], []) == []
        assert store.neighbours("a", []) == []

    def test_a_plan_reads_what_sources_contributed_to(self, store: GraphStore) -> None:
        """All of each edge, once, sorted by key; no edge of a source that is not asked for."""
        several = {f"s{n:03}": n / 8 for n in range(1, 301)}
        edges = (
            edge("x", "y", kind="SAME_AS", sources=several),
            edge("x", "x", sources={"t": 1.0, "s299": 0.5}, role="r"),
            edge("y", "x", sources={"u": 1.0}),
        )
        put(store, nodes=(entity("x"), entity("y")), edges=edges)
        put(store, "b", nodes=(entity("x"),), edges=(edge("x", "x", sources={"t": 1.0}),))
        both = planned(store, lambda r: r.contributed("a", ["s299", "s001", "?", "s299"]))
        assert both == [edges[0], edges[1]]
        assert planned(store, lambda r: r.contributed("a", ["s299"], ["SAME_AS"])) == [edges[0]]
        assert planned(store, lambda r: r.contributed("a", ["t"])) == [edges[1]]
        for kinds in ([], ["NEXT"]):
            assert planned(store, lambda r, k=kinds: r.contributed("a", ["t", "u"], k)) == []  # type: ignore[misc]
        assert planned(store, lambda r: r.contributed("a", [])) == []
        assert planned(store, lambda r: r.contributed("none", ["t"])) == []
        other = planned(store, lambda r: r.contributed("b", ["t"]))
        assert [(e.start, e.sources) for e in other] == [("x", {"t": 1.0})]

    def test_what_a_source_contributed_to_follows_removals(self, store: GraphStore) -> None:
        """An edge that went and came back from another source is that one's alone."""
        pair = (entity("x"), entity("y"))
        put(store, nodes=pair, edges=(edge("x", "y"), edge("y", "x", sources={"s": 1, "t": 1})))
        put(store, remove_nodes=("x",))
        assert planned(store, lambda r: r.contributed("a", ["s", "t"])) == []
        put(store, nodes=pair, edges=(edge("x", "y", sources={"t": 2.0}),))
        assert planned(store, lambda r: r.contributed("a", ["s"])) == []
        (left,) = planned(store, lambda r: r.contributed("a", ["s", "t"]))
        assert (left.start, left.sources) == ("x", {"t": 2.0})
        put(store, remove_sources=("t",))
        assert planned(store, lambda r: r.contributed("a", ["t"])) == []

    def test_a_plan_asks_whether_so_many_edges_end_at_nodes(self, store: GraphStore) -> None:
        """Only those of the kinds count, loops too, and none that starts there."""
        nodes = tuple(entity(f"e{n:03}") for n in range(80))
        edges = [edge(node.uid, "x", kind="SAME_AS") for node in nodes]
        edges += [edge(node.uid, "x") for node in nodes[:3]]
        edges += [edge("x", "x"), edge("x", "y"), edge("x", "y", kind="SAME_AS")]
        put(store, nodes=(*nodes, entity("x"), entity("y")), edges=tuple(edges))
        put(store, "b", nodes=(entity("x"),))

        def found(least: dict[str, int], *kinds: EdgeKind, space: str = "a") -> set[str]:
            return planned(store, lambda r: r.with_in_degree(space, least, kinds))

        assert found({"x": 4, "y": 1}, "SIMILAR") == {"x", "y"}
        assert found({"x": 5, "y": 2}, "SIMILAR") == set()
        assert found({"x": 84, "y": 2}, "SIMILAR", "SAME_AS") == {"x", "y"}
        assert found({"x": 85, "y": 3}, "SAME_AS", "SIMILAR") == set()
        assert found({"x": 81}, "SAME_AS") == found({"x": 1}, "NEXT") == found({"x": 1}) == set()
        assert found({"?": 1, "e000": 1, "x": 80}, "SAME_AS") == {"x"}
        assert found({}, "SAME_AS") == found({"x": 1}, "SIMILAR", space="b") == set()
        put(store, remove_nodes=("e000",))
        assert found({"x": 80}, "SAME_AS") == set()
        assert found({"x": 79}, "SAME_AS") == {"x"}

    def test_contributions_of_several_sources_add_up(self, store: GraphStore) -> None:
        """A source's own contribution is replaced, those of others stay; all sorted by uid."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y", sources={"t": 1.0}),))
        put(store, edges=(edge("x", "y", sources={"s": 0.5}),))
        put(store, edges=(edge("x", "y", sources={"t": 2.0}), edge("x", "y", sources={"r": 4.0})))
        (merged,) = store.neighbours("a", ["x"])
        assert merged.sources == {"t": 2.0, "s": 0.5, "r": 4.0}
        assert list(merged.sources) == ["r", "s", "t"]
        assert store.count("a").edges == {"SIMILAR": 1}

    def test_an_edge_may_rest_on_hundreds_of_sources(self, store: GraphStore) -> None:
        """They come and go one by one or many at once, and each counts for itself."""
        weights = {f"s{n:03}": n / 8 for n in range(1, 301)}
        put(store, nodes=(entity("x"), entity("y"), entity("z")), edges=(edge("z", "x"),))
        for names in (["s150"], [f"s{n:03}" for n in range(1, 100)], list(weights)):
            put(store, edges=(edge("x", "y", sources={name: weights[name] for name in names}),))
        assert put(store, edges=(edge("x", "y", sources={"s290": weights["s290"]}),)).seq == 0
        put(store, edges=(edge("x", "y", sources={"s299": 9.0}),))
        gone = [f"s{n:03}" for n in range(1, 291) if n != 160]
        put(store, remove_sources=tuple(gone))
        (left,) = (e for e in store.neighbours("a", ["x"]) if e.end == "y")
        assert list(left.sources) == ["s160", *(f"s{n}" for n in range(291, 301))]
        assert (left.sources["s160"], left.sources["s299"]) == (20.0, 9.0)
        put(store, edges=(edge("x", "y", sources={"s001": 1.0}),))
        put(store, remove_sources=tuple(left.sources))
        (last,) = (e for e in store.neighbours("a", ["x"]) if e.end == "y")
        assert last.sources == {"s001": 1.0}
        assert put(store, remove_sources=("s001",)).n_edges_removed == {"SIMILAR": 1}

    def test_what_an_edge_leaves_open_is_kept(self, store: GraphStore) -> None:
        """A later source that says no role does not wipe out the role."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y", role="agent"),))
        put(store, edges=(edge("x", "y", sources={"t": 1.0}),))
        assert store.neighbours("a", ["x"])[0].role == "agent"
        put(store, edges=(edge("x", "y", role="place"),))
        assert store.neighbours("a", ["x"])[0].role == "place"

    def test_removing_a_source_takes_exactly_its_share(self, store: GraphStore) -> None:
        """What is left weighs what it would weigh had the source never been."""
        pair = (entity("x"), entity("y"))
        put(store, nodes=pair, edges=(edge("x", "y", sources={"t": 0.1, "u": 0.2}),))
        before = store.neighbours("a", ["x"])
        put(store, edges=(edge("x", "y", sources={"s": 0.7}), edge("y", "x")))
        commit = put(store, remove_sources=("s", "?"))
        assert store.neighbours("a", ["x"]) == before
        assert commit.n_edges_removed == {"SIMILAR": 1}
        assert commit.n_nodes_removed == {}
        assert put(store, remove_sources=("s",)).seq == 0

    def test_a_source_that_was_removed_can_come_back(self, store: GraphStore) -> None:
        """Nothing of the first time is left over."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        put(store, remove_sources=("s",))
        put(store, edges=(edge("x", "y", sources={"s": 3.0}),))
        assert [e.sources for e in store.neighbours("a", ["x"])] == [{"s": 3.0}]
        assert put(store, remove_sources=("s",)).n_edges_removed == {"SIMILAR": 1}

    def test_removing_a_node_takes_all_that_hangs_on_it(self, store: GraphStore) -> None:
        """Edges of both directions, keys and the vector; other nodes stay."""
        nodes = tuple(entity(uid) for uid in "xyz")
        edges = (edge("x", "y"), edge("z", "x"), edge("y", "z"))
        put(store, nodes=nodes, edges=edges, vectors=(vector("x"), vector("y")))
        commit = put(store, remove_nodes=("x", "?"))
        assert commit.n_nodes_removed == {"Entity": 1}
        assert commit.n_edges_removed == {"SIMILAR": 2}
        assert store.get("a", ["x", "y"]) == [None, entity("y")]
        assert store.find("a", "Entity", ["=x", "=y"]) == {"=y": ("y",)}
        assert store.neighbours("a", ["x", "y", "z"]) == [edge("y", "z")]
        counts = store.count("a")
        assert (counts.nodes, counts.edges, counts.n_vectors) == ({"Entity": 2}, {"SIMILAR": 1}, 1)

    def test_a_node_that_was_removed_comes_back_bare(self, store: GraphStore) -> None:
        """Its old edges and vector do not."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        put(store, vectors=(vector("x"),))
        put(store, remove_nodes=("x",))
        put(store, nodes=(entity("x"),))
        assert store.neighbours("a", ["x", "y"]) == []
        assert store.count("a").n_vectors == 0

    def test_removals_are_applied_before_puts(self, store: GraphStore) -> None:
        """What one change removes and puts is there afterwards, without what hung on it."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        again = Changes(nodes=(entity("x"),), remove_nodes=("x",))
        commit = store.apply("a", lambda _: again)
        assert (commit.n_nodes_removed, commit.n_edges_removed) == ({"Entity": 1}, {"SIMILAR": 1})
        assert store.get("a", ["x"]) == [entity("x")]
        assert store.count("a").edges == {}
