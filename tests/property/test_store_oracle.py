"""The SQLite store does what the store in memory does, whatever is asked of it."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from graphmem.core.changes import Changes, Commit
from graphmem.errors import InvalidInput
from graphmem.ports import GraphStore
from graphmem.stores.memory import MemoryStore
from graphmem.stores.sqlite import SqliteStore
from graphmem.stores.sqlite import edges as sqlite_edges
from graphmem.testing.feed_contract import Mirror, read_feed
from graphmem.testing.samples import edge, entity, passage, vector
from graphmem_schemas import EDGE_KINDS

UIDS = st.sampled_from(["", "é", *"abcdef"]).map(lambda text: f"u{text}")
SPACES = st.sampled_from(["a", "b"])
NAMES = st.sampled_from(["n", "m", "x\x00y", "N"])
WEIGHTS = st.floats(min_value=1e-9, max_value=1e9)
SOURCES = st.dictionaries(st.sampled_from(["s", "t", "ü"]), WEIGHTS, min_size=1, max_size=3)

NODES = st.one_of(
    st.builds(
        lambda uid, name, aliases: entity(uid, name=name, aliases=tuple(aliases)),
        UIDS, NAMES, st.lists(NAMES, max_size=2),
    ),
    st.builds(lambda uid, text: passage(uid, text=text), UIDS, st.text(max_size=5)),
)  # fmt: skip
EDGES = st.builds(
    lambda start, end, kind, sources, role: edge(
        start, end, kind=kind, sources=sources, role=role
    ),
    UIDS, UIDS, st.sampled_from(EDGE_KINDS[:3]), SOURCES, st.sampled_from([None, "r", "q"]),
)  # fmt: skip
VECTORS = st.builds(lambda uid, x: vector(uid, x, 1.0), UIDS, st.sampled_from([0.0, 0.5, -3.0]))
CHANGES = st.builds(
    Changes,
    nodes=st.lists(NODES, max_size=4).map(tuple),
    edges=st.lists(EDGES, max_size=4).map(tuple),
    vectors=st.lists(VECTORS, max_size=2).map(tuple),
    remove_nodes=st.lists(UIDS, max_size=2).map(tuple),
    remove_sources=st.lists(st.sampled_from(["s", "t", "ü"]), max_size=1).map(tuple),
)


class StoresAgree(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="graphmem-oracle-"))
        self.oracle: GraphStore = MemoryStore()
        self.store = SqliteStore(self.folder / "graph.db")
        self.uids: set[str] = set()
        self.mirror = Mirror()

    def teardown(self) -> None:
        assert self.store.check() == []
        self.store.close()
        shutil.rmtree(self.folder)

    def _apply(self, store: GraphStore, space: str, changes: Changes) -> Commit | None:
        try:
            return store.apply(space, lambda _: changes)
        except InvalidInput:
            return None

    @rule(space=SPACES, changes=CHANGES)
    def apply(self, space: str, changes: Changes) -> None:
        self.uids.update(node.uid for node in changes.nodes)
        wanted = self._apply(self.oracle, space, changes)
        assert self._apply(self.store, space, changes) == wanted

    @rule(space=SPACES, edges=st.lists(EDGES, min_size=1, max_size=6))
    def apply_with_its_ends(self, space: str, edges: list) -> None:
        ends = {uid for one in edges for uid in (one.start, one.end)}
        nodes = tuple(entity(uid) for uid in sorted(ends))
        self.apply(space, Changes(nodes=nodes, edges=tuple(edges)))

    @rule(space=SPACES, after=st.integers(0, 30))
    def feeds_agree(self, space: str, after: int) -> None:
        batches = [read_feed(store, after, space) for store in (self.oracle, self.store)]
        assert len(batches[0]) == len(batches[1])
        for one, other in zip(*batches, strict=True):
            assert [(v.uid, v.values.tolist()) for v in one.vectors] == [
                (v.uid, v.values.tolist()) for v in other.vectors
            ]
            for name in ("seq", "nodes", "edges", "removed_nodes", "removed_edges"):
                assert getattr(one, name) == getattr(other, name), name

    @rule()
    def reopen(self) -> None:
        self.store.close()
        self.store = SqliteStore(self.folder / "graph.db")

    @rule()
    def follow(self) -> None:
        self.mirror.follow(read_feed(self.store, self.mirror.seq))
        self.mirror.assert_same_as(self.store)

    @invariant()
    def reads_agree(self) -> None:
        uids = sorted(self.uids)
        keys = ["=n", "=m", "=x\x00y", "=x", "=ua"]
        assert self.store.spaces() == self.oracle.spaces()
        for space in ("a", "b"):
            assert self.store.get(space, uids) == self.oracle.get(space, uids)
            assert self.store.find(space, "Entity", keys) == self.oracle.find(
                space, "Entity", keys
            )
            edges = self.store.neighbours(space, uids)
            assert edges == self.oracle.neighbours(space, uids)
            assert [e.weight for e in edges] == [
                e.weight for e in self.oracle.neighbours(space, uids)
            ]
            assert self.store.count(space) == self.oracle.count(space)
            assert self.store.seq(space) == self.oracle.seq(space)


class WideEdgesAgree(StoresAgree):
    """As if every edge of more than one source had very many."""

    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.patch.setattr(sqlite_edges, "_MAX_INLINE", 1)

    def teardown(self) -> None:
        self.patch.undo()
        super().teardown()


TestStoresAgree, TestWideEdgesAgree = StoresAgree.TestCase, WideEdgesAgree.TestCase
for case in (TestStoresAgree, TestWideEdgesAgree):
    case.settings = settings(
        stateful_step_count=25,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    )
    case.pytestmark = [pytest.mark.filterwarnings("error")]
