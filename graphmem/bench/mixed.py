"""`graphmem bench mixed`: what it costs that all kinds of memories share one space.

Every question is asked in the space of its own group and in one space that holds all sets. What
is there twice, word for word, counts as found wherever it is found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from graphmem.bench.measures import interval, share_found
from graphmem.bench.merging import Origin, merge_space, merged_ref
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
from graphmem.bench.systems import Asked, open_system
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.ranker import Ranker
from graphmem.stores.registry import open_store

__all__ = ["MixedReport", "run_mixed"]

_SPACE = "mixed"
_SYSTEMS = ("graphmem", "flat")
_PLACES = ("own", "merged")


@dataclass(frozen=True, slots=True)
class MixedReport:
    """What was measured.

    Attributes:
        ks: the cut-offs.
        n_passages: of the merged space.
        sets: by name: n_queries, and by "own" or "merged" and system: recall and interval (by
            k, 0 to 1); `lost` of graphmem (mean, low, high, by k) from its own space to all.
    """

    ks: tuple[int, ...]
    n_passages: int
    sets: Mapping[str, Mapping[str, Any]]

    def to_json(self) -> str:
        """Return everything as one JSON object."""
        told = {"ks": self.ks, "n_passages": self.n_passages, "sets": self.sets}
        return json.dumps(told, ensure_ascii=False)

    def table(self) -> str:
        """Return the recall at the first cut-off as a Markdown table, in per cent."""
        k = str(self.ks[0])
        lines = [
            f"{self.n_passages:,} passages of {len(self.sets)} sets in one space, R@{k}",
            "",
            "| set | questions | own space | merged | difference | BM25 + dense, merged |",
            "|---|---|---|---|---|---|",
        ]
        for name, told in self.sets.items():
            shares = [
                100 * told[place][system]["recall"][k]
                for place, system in (("own", "graphmem"), ("merged", "graphmem"),
                                      ("merged", "flat"))
            ]  # fmt: skip
            mean, low, high = (100 * part for part in told["lost"][k])
            lines.append(
                f"| {name} | {told['n_queries']} | {shares[0]:.1f} | {shares[1]:.1f} "
                f"| {mean:+.1f} ({low:+.1f} to {high:+.1f}) | {shares[2]:.1f} |"
            )
        return "\n".join(lines)


@dataclass(slots=True)
class _Twins:
    """The first of all passages that say the same stands for them."""

    first: dict[tuple[str | None, str], str] = field(default_factory=dict)
    of: dict[str, str] = field(default_factory=dict)

    def add(self, bench: BenchSet) -> None:
        for group, rows in bench.groups.items():
            for row in rows:
                ref = merged_ref(Origin(bench.name, group), row.id)
                self.of[ref] = self.first.setdefault((row.title, row.text), ref)

    def each_once(self, refs: Sequence[str]) -> list[str]:
        return list(dict.fromkeys(self.of.get(ref, ref) for ref in refs))


def run_mixed(
    folders: Sequence[Path],
    stores: Path | None = None,
    ranker: Ranker | None = None,
    *,
    ks: Sequence[int] = (5, 10, 20),
    at_most: int | None = None,
    report: Report = lambda _: None,
) -> MixedReport:
    """Ask all questions of some sets in their own spaces and in one that holds all sets.

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
    twins = _Twins()
    asked: dict[str, list[BenchQuestion]] = {}
    scores: dict[str, dict[tuple[str, str], list[Sequence[str]]]] = {}
    with TemporaryDirectory(prefix="graphmem-mixed-") as scratch:
        merged = open_store(Path(scratch) / "mixed.db")
        try:
            n_passages = 0
            for folder in folders:
                bench = read_set(folder)
                twins.add(bench)
                asked[bench.name] = with_gold(bench, at_most)
                with filled_store(bench, stores, models, report) as store:
                    asker = _Asker(store, embedder, ranker, max(ks))
                    scores[bench.name] = asker.own(bench, asked[bench.name], report)
                    for group in bench.groups:
                        n_passages += merge_space(store, Origin(bench.name, group), merged, _SPACE)
            asker = _Asker(merged, embedder, ranker, max(ks))
            for name, rankings in asker.merged(asked, report).items():
                scores[name] |= rankings
        finally:
            merged.close()
    sets = {name: _measured(name, asked[name], scores[name], twins, tuple(ks)) for name in asked}
    return MixedReport(tuple(ks), n_passages, sets)


class _Asker:
    """Asks a store; refs are those of the merged space."""

    def __init__(
        self, store: GraphStore, embedder: Remembering, ranker: Ranker | None, n_refs: int
    ) -> None:
        self._store, self._embedder = store, embedder
        self._ranker, self._n_refs = ranker, n_refs

    def own(
        self, bench: BenchSet, questions: Sequence[BenchQuestion], report: Report
    ) -> dict[tuple[str, str], list[Sequence[str]]]:
        """Return the rankings of the questions, each in its own space."""
        found: dict[tuple[str, str], list[Sequence[str]]] = {("own", s): [] for s in _SYSTEMS}
        for at, group in enumerate(bench.groups, start=1):
            asked = [q for q in questions if q.group == group]
            if not asked:
                continue
            report(f"{bench.name}: group {at} of {len(bench.groups)}, {len(asked)} questions")
            origin = Origin(bench.name, group)
            for system, ranks in self._systems(group).items():
                found["own", system] += [
                    [merged_ref(origin, ref) for ref in ranks(one.question)] for one in asked
                ]
        return found

    def merged(
        self, asked: Mapping[str, Sequence[BenchQuestion]], report: Report
    ) -> dict[str, dict[tuple[str, str], list[Sequence[str]]]]:
        """Return the rankings of each set's questions in the space that holds all."""
        systems = self._systems(_SPACE)
        found = {}
        for name, questions in asked.items():
            report(f"{name}: {len(questions)} questions to the merged space")
            found[name] = {
                ("merged", system): [ranks(one.question) for one in questions]
                for system, ranks in systems.items()
            }
        return found

    def _systems(self, space: str) -> dict[str, Ranks]:
        engine = open_engine(self._store, space, self._embedder, self._ranker)
        refs = refs_of(self._store, space)
        memory = Memory(self._store, space=space, embedder=self._embedder)
        flat: Asked = open_system("flat", memory, self._store, self._embedder)

        return {
            "graphmem": ranks_by(engine, refs),
            "flat": lambda question: flat.ask(question, self._n_refs).refs,
        }


def _measured(
    name: str,
    asked: Sequence[BenchQuestion],
    rankings: Mapping[tuple[str, str], Sequence[Sequence[str]]],
    twins: _Twins,
    ks: tuple[int, ...],
) -> dict[str, Any]:
    told: dict[str, Any] = {"n_queries": len(asked), "own": {}, "merged": {}}
    golds = [
        twins.each_once([merged_ref(Origin(name, q.group), ref) for ref in q.gold]) for q in asked
    ]
    scores: dict[tuple[str, str, int], list[float]] = {}
    for (place, system), found in rankings.items():
        for k in ks:
            scores[place, system, k] = [
                share_found(twins.each_once(refs), gold, k)
                for refs, gold in zip(found, golds, strict=True)
            ]
        told[place][system] = {
            "recall": {str(k): _mean(scores[place, system, k]) for k in ks},
            "interval": {str(k): interval(scores[place, system, k]) for k in ks},
        }
    lost = {
        k: [
            after - before
            for after, before in zip(
                scores["merged", "graphmem", k], scores["own", "graphmem", k], strict=True
            )
        ]
        for k in ks
    }
    told["lost"] = {str(k): (_mean(v), *(interval(v) or (0.0, 0.0))) for k, v in lost.items()}
    return told


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
