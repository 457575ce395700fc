"""What the engine sees of each question of a set, beside what only the judge may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.bench.filling import fill_group
from graphmem.bench.sets import BenchQuestion, read_set
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.engine import Engine
from graphmem.reading.rank import Observed
from graphmem.stores.registry import open_store
from graphmem.views.space import SpaceViews
from graphmem_schemas import Passage

__all__ = ["Case", "observe_set", "open_engine"]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One question.

    Attributes:
        question: with its gold.
        observed: what the engine sees.
        refs: (n,) the caller's ids of the candidates.
        gold: (n,) which of them are gold.
    """

    question: BenchQuestion
    observed: Observed
    refs: list[str]
    gold: npt.NDArray[np.bool_]


def observe_set(folder: Path, stores: Path, models: LazyModels) -> Iterator[Case]:
    """Fill a store with a set, or take the one that is there, and ask all its questions.

    Args:
        folder: of the set.
        stores: where filled stores are kept.
        models: encoder and extractor.
    """
    bench = read_set(folder)
    path = stores / f"{bench.name}.db"
    fresh = not path.exists()
    store = open_store(path.with_suffix(".part.db") if fresh else path)
    try:
        if fresh:
            for group, rows in bench.groups.items():
                fill_group(store, group, rows, models)
        for group in bench.groups:
            asked = [q for q in bench.questions if q.group == group and q.gold]
            if asked:
                engine, refs = open_engine(store, group, models)
                for question in asked:
                    yield _case(engine, question, refs)
    finally:
        store.close()
    if fresh:
        for part in stores.glob(f"{bench.name}.part.db*"):
            part.rename(stores / part.name.replace(".part", ""))


def open_engine(
    store: GraphStore, space: str, models: LazyModels
) -> tuple[Engine, dict[str, str]]:
    """Return the engine of a space, and the caller's id of each passage by uid."""
    views = SpaceViews(space, models.embedder.dimension, None)
    engine = Engine(
        store, store, space, views.text, views.vectors, views.adjacency,
        lambda: views.refresh(store), models.embedder, lambda: datetime.now(UTC),
    )  # fmt: skip
    refs = {
        node.uid: node.ref or node.uid
        for batch in store.changes(space, 0, labels=(Passage.label,))
        for node in batch.nodes
        if isinstance(node, Passage)
    }
    return engine, refs


def _case(engine: Engine, question: BenchQuestion, refs: dict[str, str]) -> Case:
    observed = engine.observe(question.question)
    found = [refs[uid] for uid in observed.evidence.pool.uids]
    gold = frozenset(question.gold)
    return Case(question, observed, found, np.array([ref in gold for ref in found], np.bool_))
