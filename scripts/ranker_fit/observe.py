"""What the engine sees of each question of a set, beside what only the judge may know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.bench.sets import BenchQuestion, read_set
from graphmem.bench.spaces import Report, filled_store, open_engine, refs_of
from graphmem.models.loading import LazyModels
from graphmem.reading.engine import Engine
from graphmem.reading.rank import Observed

__all__ = ["Case", "observe_set"]


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


def observe_set(folder: Path, stores: Path, models: LazyModels, report: Report) -> Iterator[Case]:
    """Ask all questions of a set that have an answer, over its filled store.

    Args:
        folder: of the set.
        stores: where filled stores are kept.
        models: encoder and extractor.
        report: hears how far filling a store has come.
    """
    bench = read_set(folder)
    with filled_store(bench, stores, models, report) as store:
        for group in bench.groups:
            asked = [q for q in bench.questions if q.group == group and q.gold]
            if asked:
                engine, refs = open_engine(store, group, models.embedder), refs_of(store, group)
                for question in asked:
                    yield _case(engine, question, refs)


def _case(engine: Engine, question: BenchQuestion, refs: dict[str, str]) -> Case:
    observed = engine.observe(question.question)
    found = [refs[uid] for uid in observed.evidence.pool.uids]
    gold = frozenset(question.gold)
    return Case(question, observed, found, np.array([ref in gold for ref in found], np.bool_))
