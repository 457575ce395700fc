"""What the change feed of every store must do; part of `StoreContract`."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from graphmem.core.changes import ChangeBatch, Changes, EdgeKey, EdgeRow
from graphmem.ports import EdgeRowReader, GraphStore, PageReader
from graphmem.testing.samples import edge, entity, passage, source, vector
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = ["FeedContract", "Mirror", "read_feed"]

LABELS = ("Entity", "Passage")


def read_feed(store: GraphStore, after: int, space: str = "a") -> list[ChangeBatch]:
    """Return all batches after the watermark, of all that the tests put."""
    return list(store.changes(space, after, labels=LABELS, kinds=EDGE_KINDS, vectors=True))


@dataclass(slots=True)
class Mirror:
    """A copy of a space, kept by the change feed alone, as a view would keep it."""

    seq: int = 0
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[EdgeKey, Edge] = field(default_factory=dict)
    vectors: dict[str, tuple[float, ...]] = field(default_factory=dict)

    def follow(self, batches: Iterable[ChangeBatch]) -> None:
        """Apply the batches, removals first."""
        for batch in batches:
            assert batch.seq > self.seq
            for uid in batch.removed_nodes:
                self.nodes.pop(uid, None)
                self.vectors.pop(uid, None)
            for key in batch.removed_edges:
                self.edges.pop(key, None)
            self.nodes.update((node.uid, node) for node in batch.nodes)
            self.edges.update(((e.kind, e.start, e.end), e) for e in batch.edges)
            self.vectors.update((v.uid, tuple(v.values.tolist())) for v in batch.vectors)
            self.seq = batch.seq

    def assert_same_as(self, store: GraphStore, space: str = "a") -> None:
        """Compare the copy with what the store's own reads say."""
        uids = sorted(self.nodes)
        assert store.get(space, uids) == [self.nodes[uid] for uid in uids]
        assert store.neighbours(space, uids) == [self.edges[key] for key in sorted(self.edges)]
        counts = store.count(space)
        assert sum(counts.nodes.values()) == len(self.nodes)
        assert sum(counts.edges.values()) == len(self.edges)
        assert counts.n_vectors == len(self.vectors)
        assert counts.seq == self.seq == store.seq(space)


def _random_changes(rng: random.Random) -> Changes:
    """Return changes that are valid whatever the store holds: all ends are put with them."""
    uids = [f"u{rng.randrange(12)}" for _ in range(rng.randrange(1, 5))]
    make = (entity, passage)[rng.randrange(2)]
    sources = {f"s{rng.randrange(4)}": float(rng.randrange(1, 4)) for _ in range(2)}
    return Changes(
        nodes=tuple(make(uid) for uid in uids),
        edges=tuple(
            edge(rng.choice(uids), rng.choice(uids), sources=sources)
            for _ in range(rng.choice((0, 3)))
        ),
        vectors=tuple(vector(uid, float(rng.randrange(3)), 1.0) for uid in uids[:1]),
        remove_nodes=tuple(f"u{rng.randrange(12)}" for _ in range(rng.choice((0, 0, 3)))),
        remove_sources=(f"s{rng.randrange(4)}",) * rng.choice((0, 0, 1)),
    )


class FeedContract:
    """The behaviours of `GraphStore.changes`; a test class takes them from `StoreContract`."""

    def _apply(self, store: GraphStore, **changes: Any) -> int:
        return store.apply("a", lambda _: Changes(**changes)).seq

    def test_an_empty_space_has_an_empty_feed(self, store: GraphStore) -> None:
        """And so has one where nothing is newer than the watermark."""
        assert read_feed(store, 0) == []
        seq = self._apply(store, nodes=(entity("x"),))
        assert read_feed(store, seq) == []
        assert read_feed(store, seq + 10) == []

    def test_the_feed_gives_what_was_put(self, store: GraphStore) -> None:
        """Nodes by uid, edges by key, and the newest `seq`."""
        pair = (entity("y"), entity("x"))
        edges = (edge("y", "x"), edge("x", "y", kind="SAME_AS"))
        seq = self._apply(store, nodes=pair, edges=edges, vectors=(vector("y", 0.5),))
        (batch,) = read_feed(store, 0)
        assert batch.seq == seq
        assert batch.nodes == (entity("x"), entity("y"))
        assert batch.edges == (edges[1], edges[0])
        assert [(v.uid, v.values.tolist()) for v in batch.vectors] == [("y", [0.5])]
        assert (batch.removed_nodes, batch.removed_edges) == ((), ())

    def test_the_feed_gives_only_what_is_wanted(self, store: GraphStore) -> None:
        """But the watermark moves on all the same."""
        seq = self._apply(
            store, nodes=(entity("x"), passage("p")), edges=(edge("x", "p"),),
            vectors=(vector("x"),),
        )  # fmt: skip
        (nothing,) = store.changes("a", 0)
        assert (nothing.seq, nothing.nodes, nothing.edges, nothing.vectors) == (seq, (), (), ())
        (one,) = store.changes("a", 0, labels=["Passage", "NoSuchLabel"], kinds=["NEXT"])
        assert (one.nodes, one.edges, one.vectors) == ((passage("p"),), (), ())

    def test_what_changed_twice_comes_once_in_its_newest_state(self, store: GraphStore) -> None:
        """For nodes, edges and vectors; the oldest change comes first."""
        self._apply(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        self._apply(store, vectors=(vector("x", 1.0),))
        self._apply(store, nodes=(entity("x", name="B"),), edges=(edge("x", "y", role="r"),))
        self._apply(store, vectors=(vector("x", 2.0),))
        (batch,) = read_feed(store, 0)
        assert batch.nodes == (entity("y"), entity("x", name="B"))
        assert batch.edges == (edge("x", "y", role="r"),)
        assert [v.values.tolist() for v in batch.vectors] == [[2.0]]

    def test_the_feed_after_a_watermark_is_only_what_is_newer(self, store: GraphStore) -> None:
        """A node that was not touched again does not come again."""
        first = self._apply(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        self._apply(store, nodes=(entity("y", name="B"),))
        (batch,) = read_feed(store, first)
        assert batch.nodes == (entity("y", name="B"),)
        assert batch.edges == ()

    def test_removals_come_as_tombstones(self, store: GraphStore) -> None:
        """Of nodes, of the edges that went with them, and of edges that lost their sources."""
        nodes = tuple(entity(uid) for uid in "xyz")
        self._apply(store, nodes=nodes, edges=(edge("x", "y"), edge("y", "z")))
        seq = self._apply(store, edges=(edge("z", "y", sources={"t": 1.0}),))
        self._apply(store, remove_nodes=("x",))
        last = self._apply(store, remove_sources=("t",))
        (batch,) = read_feed(store, seq)
        assert batch.seq == last
        assert batch.removed_nodes == ("x",)
        assert batch.removed_edges == (("SIMILAR", "x", "y"), ("SIMILAR", "z", "y"))
        assert (batch.nodes, batch.edges) == ((), ())

    def test_an_edge_that_lost_a_source_comes_with_its_new_weight(self, store: GraphStore) -> None:
        """It is a change of the edge, not a removal."""
        both = edge("x", "y", sources={"s": 1.0, "t": 2.0})
        seq = self._apply(store, nodes=(entity("x"), entity("y")), edges=(both,))
        self._apply(store, remove_sources=("s",))
        (batch,) = read_feed(store, seq)
        assert batch.edges == (edge("x", "y", sources={"t": 2.0}),)
        assert batch.removed_edges == ()

    def test_what_was_removed_and_put_again_is_in_both_lists(self, store: GraphStore) -> None:
        """So that a view drops the vector that went with the node."""
        seq = self._apply(store, nodes=(entity("x"),), vectors=(vector("x"),))
        self._apply(store, remove_nodes=("x",))
        self._apply(store, nodes=(entity("x"),))
        (batch,) = read_feed(store, seq)
        assert (batch.removed_nodes, batch.nodes, batch.vectors) == (("x",), (entity("x"),), ())

    def test_long_histories_come_in_batches_that_can_be_resumed(self, store: GraphStore) -> None:
        """Every batch's `seq` is a watermark from which the rest, and nothing else, comes."""
        for i in range(100):
            self._apply(store, nodes=tuple(passage(f"{i:03}-{j:03}") for j in range(200)))
        batches = read_feed(store, 0)
        assert len(batches) > 1
        assert max(len(batch.nodes) for batch in batches) <= 10_000
        assert [batch.seq for batch in batches] == sorted({batch.seq for batch in batches})
        uids = [node.uid for batch in batches for node in batch.nodes]
        assert uids == sorted(uids)
        assert len(uids) == 100 * 200
        rest = read_feed(store, batches[0].seq)
        assert [node.uid for batch in rest for node in batch.nodes] == uids[
            len(batches[0].nodes) :
        ]

    def test_writes_between_two_batches_are_not_missed(self, store: GraphStore) -> None:
        """A reader that is overtaken ends in the newest state all the same."""
        for i in range(30):
            self._apply(store, nodes=tuple(passage(f"{i:03}-{j:03}") for j in range(200)))
        mirror = Mirror()
        feed = store.changes("a", 0, labels=LABELS, kinds=EDGE_KINDS, vectors=True)
        mirror.follow([next(feed)])
        pair = (passage("000-000", text="changed"), passage("029-199", text="changed"))
        self._apply(store, nodes=pair, edges=(edge("000-000", "029-199"),))
        self._apply(store, remove_nodes=("000-001", "029-198"))
        mirror.follow(feed)
        mirror.follow(read_feed(store, mirror.seq))
        mirror.assert_same_as(store)

    def test_a_mirror_kept_by_the_feed_equals_the_store(self, store: GraphStore) -> None:
        """Whatever the history, and however often the mirror looks."""
        rng = random.Random(7)
        often, rarely = Mirror(), Mirror()
        for step in range(120):
            changes = _random_changes(rng)
            store.apply("a", lambda _, changes=changes: changes)  # type: ignore[misc]
            often.follow(read_feed(store, often.seq))
            often.assert_same_as(store)
            if step % 17 == 0:
                rarely.follow(read_feed(store, rarely.seq))
        late = Mirror()
        for mirror in (rarely, late):
            mirror.follow(read_feed(store, mirror.seq))
            mirror.assert_same_as(store)
        assert late.vectors == often.vectors == rarely.vectors

    def test_edges_as_rows_say_the_same(self, store: GraphStore) -> None:
        """Of a store that hands out rows (`EdgeRowReader`)."""
        rng = random.Random(11)
        for _ in range(60):
            changes = _random_changes(rng)
            store.apply("a", lambda _, changes=changes: changes)  # type: ignore[misc]
        store.apply("b", lambda _: Changes(nodes=(entity("x"), entity("y"))))
        said = edge("x", "y", role="r").model_copy(update={"span": (1, 2)})
        store.apply("b", lambda _: Changes(edges=(said,)))
        if isinstance(store, EdgeRowReader):
            for space in "abc":
                batches = store.changes(space, 0, kinds=EDGE_KINDS)
                edges = [one for batch in batches for one in batch.edges]
                rows = [row for part in store.edge_rows(space, EDGE_KINDS) for row in part]
                assert sorted(map(_edge_of, rows), key=_key) == sorted(edges, key=_key)
            assert list(store.edge_rows("a", [])) == []

    def test_pages_are_all_of_a_space(self, store: GraphStore) -> None:
        """Of a store that hands out pages (`PageReader`)."""
        rng = random.Random(12)
        for _ in range(60):
            changes = _random_changes(rng)
            store.apply("a", lambda _, changes=changes: changes)  # type: ignore[misc]
        store.apply("b", lambda _: Changes(nodes=(entity("x"),)))
        if not isinstance(store, PageReader):
            return
        batches = list(store.changes("a", 0, labels=("Entity",), kinds=EDGE_KINDS))
        nodes = {node.uid: node for batch in batches for node in batch.nodes}
        keys = {_key(one) for batch in batches for one in batch.edges if one.start in nodes}
        seen: list[Node] = []
        found: list[EdgeKey] = []
        after: str | None = ""
        while after is not None:
            some, edges, after = store.page("a", ["Entity"], after, 3)
            assert len(some) <= 3
            seen += some
            found += edges
        assert seen == [nodes[uid] for uid in sorted(nodes)]
        assert sorted(found) == sorted(keys)
        assert store.page("c", ["Entity"], "", 3) == ([], [], None)
        assert store.page("a", [], "", 3) == ([], [], None)

    def test_pages_by_key_are_all_of_a_label(self, store: GraphStore) -> None:
        """Of a store that hands out pages (`PageReader`): names of any characters and length."""
        names = ["a", "A", "ä", "\U0001f600", "\uffee", " ", "b" * 400, *map(str, range(9))]
        sources = [source(f"s{i}", name=name) for i, name in enumerate(names)]
        store.apply("a", lambda _: Changes(nodes=tuple(sources)))
        store.apply("b", lambda _: Changes(nodes=tuple(sources[:3])))
        if not isinstance(store, PageReader):
            return
        seen: list[str] = []
        while page := store.page_by_key("a", "Source", seen[-1] if seen else "", 2):
            seen += [key for node in page for key in node.lookup_keys]
        assert seen == sorted(names)
        assert store.page_by_key("c", "Source", "", 2) == []

    def test_pages_of_edges_are_all_at_a_node(self, store: GraphStore) -> None:
        """Of a store that hands out pages (`PageReader`): by their keys, each once."""
        names = [f"n{i}" for i in range(12)]
        widths: dict[EdgeKind, int] = {"SIMILAR": 1, "MENTIONS": 3, "SAME_AS": 90}
        edges = [
            edge(one, other, kind=kind, sources={f"s{i}": 1.0 for i in range(n)})
            for kind, n in widths.items()
            for one, other in [
                ("n0", "n0"),
                *((n, "n0") for n in names),
                *(("n0", n) for n in names),
            ]
        ]
        nodes = tuple(map(entity, names))
        store.apply("a", lambda _: Changes(nodes=nodes, edges=tuple(edges)))
        store.apply("b", lambda _: Changes(nodes=nodes, edges=tuple(edges[:3])))
        if not isinstance(store, PageReader):
            return
        choices: tuple[tuple[EdgeKind, ...] | None, ...] = (None, ("SIMILAR", "SAME_AS"), ())
        before: EdgeKey = ("", "", "")  # type: ignore[assignment]  # comes before all
        for kinds in choices:
            seen: list[Edge] = []
            after = before
            while some := store.page_of_edges("a", "n0", kinds, after, 4):
                assert len(some) <= 4
                seen += some
                after = _key(seen[-1])
            assert seen == store.neighbours("a", ["n0"], kinds)
        assert store.page_of_edges("a", "none", None, before, 4) == []
        assert store.page_of_edges("c", "n0", None, before, 4) == []


def _edge_of(row: EdgeRow) -> Edge:
    kind, start, end, terms = row
    sources = dict(zip(terms.sources, terms.shares, strict=True))
    return Edge(kind=kind, start=start, end=end, sources=sources, role=terms.role, span=terms.span)


def _key(edge: Edge) -> EdgeKey:
    return edge.kind, edge.start, edge.end
