"""What every store must do: the suite that ours pass and that a plug-in's author can run.

    class TestMyStore(StoreContract):
        def make_store(self, folder: Path) -> GraphStore:
            return MyStore(folder / "graph")

`make_store` is called again for the same folder where a test reopens a persistent store.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from graphmem.core.changes import MAX_DIMENSION, Changes, Commit, Vector
from graphmem.errors import InvalidInput, StoreError
from graphmem.ports import Capability, GraphReader, GraphStore
from graphmem.testing.feed_contract import FeedContract
from graphmem.testing.graph_contract import GraphContract, put
from graphmem.testing.samples import edge, entity, one_of_each_label, passage, vector
from graphmem_schemas import EDGE_KINDS, EdgeKind

__all__ = ["StoreContract"]


class _Stop(Exception):
    """Raised by a plan on purpose."""


class StoreContract(GraphContract, FeedContract):
    """The behaviours of `graphmem.ports.GraphStore`; subclass it and say how to make one."""

    def make_store(self, folder: Path) -> GraphStore:
        """Open the store that lives in the folder, or make it."""
        raise NotImplementedError

    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[GraphStore]:
        """Give each test a store of its own."""
        made = self.make_store(tmp_path)
        yield made
        made.close()

    # Commits

    def test_the_same_again_changes_nothing_and_takes_no_seq(self, store: GraphStore) -> None:
        """Idempotence, for each kind of thing and for nothing at all."""
        pair = (entity("x"), entity("y"))
        both = edge("x", "y", sources={"t": 0.1, "s": 0.2}, role="agent")
        everything = Changes(nodes=pair, edges=(both,), vectors=(vector("x"),))
        assert store.apply("a", lambda _: everything).seq > 0
        seq = store.seq("a")
        part = edge("x", "y", sources={"s": 0.2})
        for same in (everything, Changes(), Changes(edges=(part,)), Changes(remove_nodes=("?",))):
            assert store.apply("a", lambda _, same=same: same) == Commit(0, {}, {})  # type: ignore[misc]
        assert store.seq("a") == seq

    def test_seq_rises_by_one_where_one_space_is_written(self, store: GraphStore) -> None:
        """No number is left out and none is given twice, from 1 on."""
        assert store.seq("a") == 0
        assert [put(store, nodes=(entity(uid),)).seq for uid in "xyz"] == [1, 2, 3]
        assert store.seq("a") == store.count("a").seq == 3

    def test_each_space_keeps_the_number_of_its_newest_commit(self, store: GraphStore) -> None:
        """What others write does not show in it, and no number is left out."""
        order = ("a", "b", "a", "c", "b", "a")
        seqs = [put(store, s, nodes=(entity(f"{s}{i}"),)).seq for i, s in enumerate(order)]
        assert seqs == [1, 1, 2, 1, 2, 3]
        assert [store.seq(space) for space in "abcd"] == [seqs[5], seqs[4], seqs[3], 0]
        assert store.count("b").seq == seqs[4]

    def test_every_commit_has_a_token_of_its_own(self, store: GraphStore) -> None:
        """It stays as long as the store, and two histories never share one."""
        seqs = [put(store, "a", nodes=(entity(name),)).seq for name in "xy"]
        tokens = [store.token("a", seq) for seq in seqs]
        put(store, "b", nodes=(entity("z"),))
        assert None not in tokens
        assert store.newest("a") == (seqs[1], tokens[1])
        assert store.newest("c") == (0, "")
        assert len(set(tokens)) == 2
        assert [store.token("a", seq) for seq in seqs] == tokens
        assert [store.token(*of) for of in (("a", 0), ("a", seqs[1] + 1), ("c", 1))] == [None] * 3

    def test_nothing_is_applied_when_the_plan_raises(self, store: GraphStore) -> None:
        """The plan's own error comes out, and the store works on."""
        put(store, nodes=(entity("x"),))
        before = store.count("a")

        def plan(_: GraphReader) -> Changes:
            raise _Stop

        with pytest.raises(_Stop):
            store.apply("a", plan)
        assert store.count("a") == before
        assert put(store, nodes=(entity("y"),)).seq == before.seq + 1

    @pytest.mark.parametrize("space", ["a", "new"])
    @pytest.mark.parametrize(
        "bad",
        [
            Changes(edges=(edge("x", "gone"),)),
            Changes(edges=(edge("gone", "x"),)),
            Changes(vectors=(vector("gone"),)),
            Changes(edges=(edge("x", "x"),), remove_nodes=("x",)),
        ],
        ids=["end", "start", "vector", "removed"],
    )
    def test_nothing_is_applied_when_one_part_is_invalid(
        self, store: GraphStore, bad: Changes, space: str
    ) -> None:
        """The parts before the invalid one are not applied either."""
        put(store, nodes=(entity("x"), entity("y")), edges=(edge("x", "y"),))
        before = (store.count("a"), store.spaces())
        nodes = (entity("n"), entity("y", name="other"))
        both = Changes(nodes=nodes, edges=bad.edges, vectors=bad.vectors, remove_nodes=("x",))
        with pytest.raises(InvalidInput, match="put it first"):
            store.apply(space, lambda _: both)
        assert (store.count("a"), store.spaces()) == before
        assert store.get("a", ["x", "n"]) == [entity("x"), None]
        assert store.find("a", "Entity", ["=other", "=y"]) == {"=y": ("y",)}
        assert store.neighbours("a", ["x"]) == [edge("x", "y")]

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            (np.ones((2, 2), np.float32), "float32"),
            (np.ones(3, np.float64), "float32"),
            (np.ones(0, np.float32), "has 0 numbers"),
            (np.ones(MAX_DIMENSION + 1, np.float32), "has 4,097 numbers"),
            (np.array([1.0, np.nan], np.float32), "not finite"),
        ],
        ids=["table", "double", "empty", "long", "nan"],
    )
    def test_a_vector_is_one_row_of_finite_float32(
        self, store: GraphStore, values: np.typing.NDArray[np.float32], said: str
    ) -> None:
        """Anything else is refused, and nothing is applied."""
        with pytest.raises(InvalidInput, match=said):
            put(store, nodes=(passage("x"),), vectors=(Vector("x", values),))
        assert store.get("a", ["x"]) == [None]

    def test_the_longest_vector_comes_back(self, store: GraphStore) -> None:
        """As long as the message of a refusal says."""
        long = np.linspace(-1.0, 1.0, MAX_DIMENSION, dtype=np.float32)
        put(store, nodes=(passage("x"),), vectors=(Vector("x", long),))
        (batch,) = store.changes("a", 0, vectors=True)
        assert batch.vectors[0].values.tolist() == long.tolist()

    def test_a_plan_reads_the_state_that_it_changes(self, store: GraphStore) -> None:
        """All reads of the plan see the commits before it, and none of its own changes."""
        put(store, nodes=(entity("x"),), vectors=(vector("x"),))

        def plan(reader: GraphReader) -> Changes:
            assert reader.get("a", ["x", "y"]) == [entity("x"), None]
            assert reader.find("a", "Entity", ["=x"]) == {"=x": ("x",)}
            assert reader.neighbours("a", ["x"]) == []
            assert reader.count("a").n_vectors == 1
            return Changes(nodes=(entity("y"),), edges=(edge("x", "y"),))

        store.apply("a", plan)
        assert store.neighbours("a", ["y"]) == [edge("x", "y")]

    def test_a_plan_that_writes_by_itself_is_refused(self, store: GraphStore) -> None:
        """It would wait for itself forever."""
        with pytest.raises(InvalidInput, match="plan"):
            store.apply("a", lambda _: put(store, nodes=(entity("x"),)))  # type: ignore[arg-type,return-value]
        assert store.seq("a") == 0
        assert put(store, nodes=(entity("x"),)).seq == 1

    # Spaces and facts about the store

    def test_no_method_sees_another_space(self, store: GraphStore) -> None:
        """The same uids, keys and sources in two spaces have nothing to do with each other."""
        pair = (entity("x"), entity("y"))
        for space, weight in (("a", 1.0), ("b", 2.0)):
            edges = (edge("x", "y", sources={"s": weight}),)
            put(store, space, nodes=pair, edges=edges, vectors=(vector("x", weight),))
        put(store, "a", remove_nodes=("y",), remove_sources=("s",))
        put(store, "a", nodes=(entity("x", name="changed"),))
        assert store.get("b", ["x", "y"]) == list(pair)
        assert store.find("b", "Entity", ["=y", "=changed"]) == {"=y": ("y",)}
        assert [e.weight for e in store.neighbours("b", ["x"])] == [2.0]
        assert store.count("b").n_vectors == 1
        (batch,) = store.changes("b", 0, labels=["Entity"], kinds=["SIMILAR"], vectors=True)
        assert (batch.nodes, batch.removed_nodes, batch.removed_edges) == (pair, (), ())
        assert store.get("c", ["x"]) == [None]
        assert store.count("c").nodes == {}

    @pytest.mark.parametrize("space", ["é \U0001f600", "a'; DROP TABLE node; --", "%", "x" * 200])
    def test_a_space_may_have_any_name(self, store: GraphStore, space: str) -> None:
        """It is a value, never a part of a query or of a path."""
        put(store, space, nodes=(entity("x"),))
        assert store.spaces() == [space]
        assert store.get(space, ["x"]) == [entity("x")]
        assert store.get(space[:-1], ["x"]) == [None]

    def test_spaces_lists_those_that_hold_a_node(self, store: GraphStore) -> None:
        """Sorted; one that was emptied is not listed, but keeps its `seq`."""
        for space in ("b", "a", "c"):
            put(store, space, nodes=(entity("x"),))
        seq = put(store, "b", remove_nodes=("x",)).seq
        assert store.spaces() == ["a", "c"]
        assert store.seq("b") == seq > 1

    def test_meta_keeps_the_last_value_and_takes_no_seq(self, store: GraphStore) -> None:
        """None for what was never written."""
        assert store.read_meta("embedder") is None
        store.write_meta("embedder", "a")
        store.write_meta("embedder", "b 384 é")
        assert store.read_meta("embedder") == "b 384 é"
        assert store.spaces() == []

    # Life

    def test_every_edge_kind_has_a_place(self) -> None:
        """The suite itself covers all kinds that the schemas know."""
        assert get_args(EdgeKind) == EDGE_KINDS

    def test_close_ends_the_store_and_closing_twice_is_fine(self, tmp_path: Path) -> None:
        """A later call says that the store is closed."""
        store = self.make_store(tmp_path)
        store.close()
        store.close()
        with pytest.raises(StoreError, match="closed"):
            store.seq("a")
        with pytest.raises(StoreError, match="closed"):
            put(store, nodes=(entity("x"),))

    def test_what_was_applied_is_there_after_reopening(self, tmp_path: Path) -> None:
        """For stores that declare `PERSISTENT`; others start empty."""
        store = self.make_store(tmp_path)
        put(store, nodes=one_of_each_label(), vectors=(vector("entity", 0.25),))
        store.write_meta("k", "v")
        identity, before = store.identity, store.count("a")
        token = store.token("a", before.seq)
        store.close()
        again = self.make_store(tmp_path)
        kept = Capability.PERSISTENT in store.capabilities
        assert (again.identity == identity) is kept
        assert (again.count("a") == before) is kept
        assert (again.token("a", before.seq) == token) is kept
        assert again.read_meta("k") == ("v" if kept else None)
        assert (again.get("a", ["entity"])[0] is not None) is kept
        again.close()

    def test_two_stores_have_two_identities(self, tmp_path: Path) -> None:
        """A view can tell that it was saved for another store."""
        stores = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            stores.append(self.make_store(tmp_path / name))
        assert stores[0].identity != stores[1].identity
        for store in stores:
            store.close()

    def test_many_threads_write_and_read_at_once(self, store: GraphStore) -> None:
        """No commit is lost, none is seen half, and every `seq` is given once."""
        n_threads, n_rounds = 4, 10

        def work(thread: int) -> list[int]:
            seqs = []
            for i in range(n_rounds):
                pair = (entity(f"{thread}-{i}-x"), entity(f"{thread}-{i}-y"))
                joined = edge(pair[0].uid, pair[1].uid, sources={f"s{thread}": 1.0})
                seqs.append(put(store, nodes=pair, edges=(joined,)).seq)
                counts = store.count("a")
                assert counts.nodes["Entity"] == 2 * counts.edges["SIMILAR"]
                assert store.neighbours("a", [pair[0].uid]) == [joined]
            return seqs

        with ThreadPoolExecutor(n_threads) as pool:
            seqs = [seq for batch in pool.map(work, range(n_threads)) for seq in batch]
        assert sorted(seqs) == list(range(1, n_threads * n_rounds + 1))

    def test_a_counter_in_a_plan_loses_no_step(self, store: GraphStore) -> None:
        """No other write happens between what a plan reads and what is applied."""

        def step(reader: GraphReader) -> Changes:
            (old,) = reader.get("a", ["n"])
            value = int(getattr(old, "text", "0")) + 1
            return Changes(nodes=(passage("n", text=str(value)),))

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: store.apply("a", step), range(40)))
        assert store.get("a", ["n"]) == [passage("n", text="40")]
