import json
from pathlib import Path

import pytest

from graphmem.bench.ablate import sets_of
from graphmem.bench.merging import Origin, merge_space, merged_ref
from graphmem.bench.mixed import run_mixed
from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.stores.registry import open_store
from graphmem_schemas import Entity, Passage, Source

KINDS = (Passage.label, Source.label, Entity.label)


def test_a_set_alone_loses_nothing_but_to_its_other_groups(
    two_memories: Path, stores: Path
) -> None:
    report = run_mixed(sets_of(two_memories), stores, ks=(5,))
    told = json.loads(report.to_json())
    assert told["n_passages"] == 7
    two = told["sets"]["two"]
    assert two["n_queries"] == 3
    assert two["own"]["graphmem"]["recall"]["5"] == 1.0
    # The harbour is there twice; either will do.
    assert two["merged"]["graphmem"]["recall"]["5"] == 1.0
    assert two["lost"]["5"] == [0.0, 0.0, 0.0]
    assert "| two | 3 | 100.0 | 100.0 | +0.0 (+0.0 to +0.0) |" in report.table()


def test_fewer_questions_are_spread_over_the_groups(two_memories: Path, stores: Path) -> None:
    report = run_mixed(sets_of(two_memories), stores, ks=(5,), at_most=2)
    assert report.sets["two"]["n_queries"] == 2


@pytest.mark.parametrize("ks", [(), (0, 5), (5, 21)])
def test_cut_offs_are_checked_before_anything_is_asked(
    ks: tuple[int, ...], two_memories: Path
) -> None:
    with pytest.raises(InvalidInput, match="cut-offs must be 1 to 20"):
        run_mixed(sets_of(two_memories), ks=ks)


def test_a_set_without_gold_measures_nothing_and_says_so(without_gold: Path) -> None:
    with pytest.raises(InvalidInput, match="'none' has no question with gold"):
        run_mixed([without_gold])


def test_a_merged_space_has_all_passages_and_each_name_once(stores: Path) -> None:
    store, target = open_store(stores / "two.db"), open_store("memory://")
    try:
        origins = [Origin("two", "films"), Origin("two", "talk"), Origin("other", "films")]
        n_passages = sum(merge_space(store, one, target, "all") for one in origins)
        nodes = [n for b in target.changes("all", 0, labels=KINDS) for n in b.nodes]
        films = [n for b in store.changes("films", 0, labels=KINDS) for n in b.nodes]
        edges = [e for b in target.changes("all", 0, kinds=("MENTIONS",)) for e in b.edges]
        vectors = [v for b in target.changes("all", 0, vectors=True) for v in b.vectors]
    finally:
        store.close()
        target.close()
    passages = {node.uid: node for node in nodes if isinstance(node, Passage)}
    sources = {node.uid: node for node in nodes if isinstance(node, Source)}
    assert len(passages) == n_passages == 10
    assert {passage.source for passage in passages.values()} == sources.keys()
    assert len({source.name for source in sources.values()}) == len(sources)
    assert merged_ref(origins[2], "d1") in {passage.ref for passage in passages.values()}
    # Both copies of the films mention the same Ada Lund.
    lund = [n for n in nodes if isinstance(n, Entity) and n.name == "Ada Lund"]
    assert len(lund) == 1
    assert lund[0] in films
    assert len({edge.start for edge in edges if edge.end == lund[0].uid}) == 4
    assert all(edge.sources.keys() <= sources.keys() for edge in edges)
    assert passages.keys() <= {vector.uid for vector in vectors}


def test_merging_twice_changes_nothing(stores: Path) -> None:
    store, target = open_store(stores / "two.db"), open_store("memory://")
    try:
        for _ in range(2):
            merge_space(store, Origin("two", "films"), target, "all")
            seqs = target.seq("all")
            assert seqs == 1
        assert target.apply("all", lambda _: Changes()).seq == 0
    finally:
        store.close()
        target.close()
