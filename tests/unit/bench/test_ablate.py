import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from graphmem.bench.ablate import FLAT, PICTURED, run_ablation, sets_of
from graphmem.bench.spaces import Remembering, open_engine
from graphmem.bench.variants import FULL, GROUPS, VARIANTS, WEIGHED, unlisted
from graphmem.errors import InvalidInput, NotFound
from graphmem.models.loading import LazyModels
from graphmem.reading.engine import Engine
from graphmem.reading.pairs import PAIR_FEATURES
from graphmem.reading.rank import rank
from graphmem.reading.ranker import default_ranker
from graphmem.reading.signals import SIGNALS
from graphmem.stores.registry import open_store

QUESTION = "Where was the director of Night Ferry born?"
BY_NAME = {variant.name: variant for variant in VARIANTS}


@pytest.fixture(scope="module")
def embedder() -> Remembering:
    return Remembering(LazyModels().embedder)


@pytest.fixture(scope="module")
def engine(stores: Path, embedder: Remembering) -> Iterator[Engine]:
    store = open_store(stores / "two.db")
    yield open_engine(store, "films", embedder)
    store.close()


def test_every_row_is_measured_and_told(two_memories: Path, stores: Path, tmp_path: Path) -> None:
    report = run_ablation(sets_of(two_memories), stores, ks=(1, 5))
    told = json.loads(report.to_json())["sets"]["two"]
    assert told["n_queries"] == 3
    assert list(told["rows"]) == [*(variant.name for variant in VARIANTS), *FLAT]
    whole = told["rows"][FULL]
    assert whole["recall"]["5"] == 1.0
    assert whole["difference"]["5"] == [0.0, 0.0, 0.0]
    assert "| without the graph | " in report.table()
    assert set(PICTURED) <= told["rows"].keys()
    assert run_ablation(sets_of(two_memories), stores, ks=(1, 5)) == report


def test_sets_are_found_and_missing_ones_named(two_memories: Path, tmp_path: Path) -> None:
    assert sets_of(two_memories / "two") == sets_of(two_memories, ["two"])
    with pytest.raises(NotFound, match="has no set 'three'"):
        sets_of(two_memories, ["three"])
    with pytest.raises(NotFound, match="is no set"):
        sets_of(tmp_path)
    with pytest.raises(InvalidInput, match="1 to 20"):
        run_ablation(sets_of(two_memories), ks=(21,))


def test_a_set_without_gold_measures_nothing_and_says_so(without_gold: Path) -> None:
    with pytest.raises(InvalidInput, match="'none' has no question with gold"):
        run_ablation([without_gold])


def test_none_of_the_questions_is_no_measure(two_memories: Path, stores: Path) -> None:
    with pytest.raises(InvalidInput, match="at least 1 question"):
        run_ablation(sets_of(two_memories), stores, at_most=0)


def test_groups_name_what_there_is_and_each_thing_once() -> None:
    named = [name for names in GROUPS.values() for name in names]
    assert len(named) == len(set(named))
    assert set(named) <= {*WEIGHED, *PAIR_FEATURES}
    assert not unlisted(), "signals that no row leaves out: put them into a group"


@pytest.mark.parametrize("group", GROUPS)
def test_without_a_group_nothing_of_it_counts(
    group: str, engine: Engine, embedder: Remembering
) -> None:
    full = default_ranker()
    whole = replace(
        full, first=full.first + 1, final=full.final + 1, pair=full.pair + np.float32(1)
    )
    other = BY_NAME[f"without {group}"].apply(replace(engine, ranker=whole), embedder).ranker
    for kept, before, names in (
        (other.first[0], whole.first[0], WEIGHED[: len(SIGNALS)]),
        (other.final[0], whole.final[0], WEIGHED),
        (other.pair, whole.pair, (*PAIR_FEATURES, "bias")),
    ):
        for name, now, then in zip(names, kept.tolist(), before.tolist(), strict=True):
            assert now == (0.0 if name in GROUPS[group] else then), name


def test_channels_can_be_closed_one_by_one(engine: Engine, embedder: Remembering) -> None:
    n_all = len(engine.observe(QUESTION).evidence)
    assert n_all == 3
    by_cosine = BY_NAME["no candidates by words"].apply(engine, embedder)
    assert len(by_cosine.observe(QUESTION).evidence) == n_all
    by_pieces = BY_NAME["no candidates by cosine"].apply(by_cosine, embedder)
    nobody = BY_NAME["no candidates by pieces"].apply(by_pieces, embedder)
    assert len(by_pieces.observe(QUESTION).evidence) > 0
    assert len(nobody.observe(QUESTION).evidence) == 0


def test_without_the_graph_nothing_is_linked(engine: Engine, embedder: Remembering) -> None:
    whole = engine.observe(QUESTION)
    assert whole.walk.mass
    assert whole.ground is not None
    assert len(whole.ground.mentions.numbers)
    bare = BY_NAME["without the graph"].apply(engine, embedder)
    seen = bare.observe(QUESTION)
    assert not seen.walk.mass
    assert seen.ground is not None
    assert not len(seen.ground.mentions.numbers)
    scores = rank(seen, bare.ranker).scores
    # Of titled candidates all scores are raised alike.
    assert np.allclose(scores - scores[0], seen.first - seen.first[0], atol=1e-4)


def test_alone_the_walk_orders_what_it_came_to(engine: Engine, embedder: Remembering) -> None:
    alone = BY_NAME["the walk alone"].apply(engine, embedder)
    seen = alone.observe(QUESTION)
    order = rank(seen, alone.ranker).order
    visits = seen.evidence.visits[order]
    assert visits[0] == 1.0
    assert (visits[:-1] >= visits[1:]).all()
