"""`graphmem bench ablate`: what each part of the ranking adds, on sets with gold evidence.

Gold stays with the judge. A set's store is filled once; every row asks the same questions of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmem.bench.measures import interval, share_found
from graphmem.bench.sets import BenchQuestion, BenchSet, read_set, with_gold
from graphmem.bench.spaces import (
    Ranks,
    Remembering,
    Report,
    check_ks,
    filled_store,
    open_engine,
    ranks_by,
    refs_of,
)
from graphmem.bench.systems import open_system
from graphmem.bench.variants import FULL, VARIANTS
from graphmem.errors import NotFound
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.ranker import Ranker

__all__ = ["FLAT", "PICTURED", "Ablation", "run_ablation", "sets_of"]

FLAT = ("flat", "bm25", "dense")
PICTURED = (FULL, "without the graph", "the walk alone", *FLAT)
"""Rows that a picture shows."""
_Rankings = Mapping[str, list[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Ablation:
    """What was measured.

    Attributes:
        ks: the cut-offs.
        sets: by name of the set: n_queries and rows; by name of the row: recall (by k, 0 to 1),
            interval (by k) and difference (mean, low and high against the whole engine, by k).
    """

    ks: tuple[int, ...]
    sets: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> str:
        """Return everything as one JSON object."""
        return json.dumps({"ks": self.ks, "sets": self.sets}, ensure_ascii=False)

    def table(self) -> str:
        """Return a Markdown table for each set, shares in per cent."""
        heads = [f"R@{k}" for k in self.ks] + [f"against {FULL}, R@{self.ks[0]}"]
        found = []
        for name, told in self.sets.items():
            lines = [
                f"{name}: {told['n_queries']} questions with gold",
                "",
                f"| | {' | '.join(heads)} |",
                "|---|" + "---|" * len(heads),
                *(_line(row, measured, self.ks) for row, measured in told["rows"].items()),
            ]
            found.append("\n".join(lines))
        return "\n\n".join(found)


def sets_of(folder: Path, names: Sequence[str] = ()) -> list[Path]:
    """Return the folders of sets: this one where it is one, else those in it.

    Raises:
        NotFound: There is none, or none of a name.
    """
    if (folder / "queries.jsonl.gz").is_file():
        return [folder]
    there = sorted(path.parent for path in folder.glob("*/queries.jsonl.gz"))
    if missing := sorted(set(names) - {path.name for path in there}):
        raise NotFound(f"{folder} has no set {missing[0]!r}")
    chosen = [path for path in there if not names or path.name in names]
    if not chosen:
        raise NotFound(f"{folder} is no set and has none: a set has corpus and queries")
    return chosen


def run_ablation(
    folders: Sequence[Path],
    stores: Path | None = None,
    ranker: Ranker | None = None,
    *,
    ks: Sequence[int] = (5, 10, 20),
    at_most: int | None = None,
    report: Report = lambda _: None,
) -> Ablation:
    """Ask all questions of some sets in every variant of the engine, and of flat retrieval.

    Args:
        folders: of the sets.
        stores: where filled stores are kept; None keeps none.
        ranker: weights; None takes those that ship.
        ks: cut-offs, 1 to 20.
        at_most: so many questions of a set, evenly spread; None asks all.
        report: hears how far it has come.

    Raises:
        NotFound: A file of a set is missing.
        InvalidInput: A file is not what it should be, a cut-off is out of range, or a set has no
            question with gold.
    """
    check_ks(ks)
    models = LazyModels()
    embedder = Remembering(models.embedder)
    found = {}
    for folder in folders:
        bench = read_set(folder)
        asked = with_gold(bench, at_most)
        with filled_store(bench, stores, models, report) as store:
            asker = _Asker(store, embedder, ranker, max(ks))
            rankings = asker.ask_all(bench, asked, report)
        found[bench.name] = {"n_queries": len(asked), "rows": _rows(rankings, asked, ks)}
    return Ablation(tuple(ks), found)


class _Asker:
    def __init__(
        self, store: GraphStore, embedder: Remembering, ranker: Ranker | None, n_refs: int
    ) -> None:
        self._store, self._embedder = store, embedder
        self._ranker, self._n_refs = ranker, n_refs

    def ask_all(
        self, bench: BenchSet, questions: Sequence[BenchQuestion], report: Report
    ) -> _Rankings:
        """Return the ranking of each question in each row, by group and question."""
        names = (*(variant.name for variant in VARIANTS), *FLAT)
        found: dict[str, list[tuple[str, ...]]] = {name: [] for name in names}
        for at, group in enumerate(bench.groups, start=1):
            asked = [q for q in questions if q.group == group]
            if not asked:
                continue
            report(f"{bench.name}: group {at} of {len(bench.groups)}, {len(asked)} questions")
            for name, ranks in self._systems(group).items():
                found[name] += [tuple(ranks(one.question)) for one in asked]
        return found

    def _systems(self, group: str) -> dict[str, Ranks]:
        engine = open_engine(self._store, group, self._embedder, self._ranker)
        refs = refs_of(self._store, group)
        systems = {
            variant.name: ranks_by(variant.apply(engine, self._embedder), refs)
            for variant in VARIANTS
        }
        memory = Memory(self._store, space=group, embedder=self._embedder)
        for name in FLAT:
            flat = open_system(name, memory, self._store, self._embedder)
            systems[name] = lambda question, flat=flat: flat.ask(question, self._n_refs).refs  # type: ignore[misc]
        return systems


def _rows(
    rankings: _Rankings, asked: Sequence[BenchQuestion], ks: Sequence[int]
) -> dict[str, dict[str, Any]]:
    scores = {
        name: {
            k: [share_found(refs, q.gold, k) for refs, q in zip(found, asked, strict=True)]
            for k in ks
        }
        for name, found in rankings.items()
    }
    return {name: _measured(told, scores[FULL]) for name, told in scores.items()}


def _measured(
    told: Mapping[int, Sequence[float]], whole: Mapping[int, Sequence[float]]
) -> dict[str, Any]:
    differences = {
        k: [one - other for one, other in zip(values, whole[k], strict=True)]
        for k, values in told.items()
    }
    return {
        "recall": {str(k): sum(values) / len(values) for k, values in told.items() if values},
        "interval": {str(k): interval(values) for k, values in told.items()},
        "difference": {
            str(k): (sum(values) / len(values), *(interval(values) or ()))
            for k, values in differences.items()
            if values
        },
    }


def _line(name: str, row: Mapping[str, Any], ks: tuple[int, ...]) -> str:
    cells = []
    for k in ks:
        low, high = row["interval"][str(k)]
        cells.append(f"{100 * row['recall'][str(k)]:.1f} ({100 * low:.1f}–{100 * high:.1f})")
    mean, low, high = (100 * part for part in row["difference"][str(ks[0])])
    told = "" if name == FULL else f"{mean:+.1f} ({low:+.1f} to {high:+.1f})"
    return f"| {name} | {' | '.join(cells)} | {told} |"
