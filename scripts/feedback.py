"""Print what feedback does to recall: where it was given, where it was not, and at its worst.

Usage: python scripts/feedback.py FOLDER --stores FOLDER [SET ...]

Every other question of a set is judged: of its first ten hits those that are gold were of use,
and its first hit was of none where it is not gold. Then all are asked: "the same" are the judged
ones, "worded anew" these with other words around them, "others" those that nobody judged. "At its
worst" the 30th hit of every other question was said to be of use a thousand times: how often it
then is among the first five. Stores are those that scripts/fit_ranker.py makes; nothing is
written to them.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from ranker_fit.observe import open_engine

from graphmem.bench.measures import share_found
from graphmem.bench.sets import BenchQuestion, BenchSet, read_set
from graphmem.models.loading import LazyModels
from graphmem.ports import Float32, GraphStore, Judged
from graphmem.reading.engine import Engine
from graphmem.stores.registry import open_store
from graphmem_schemas import SearchRequest

SETS = ("locomo", "beam_100k", "hotpotqa_hip100", "musique_hip100", "timeqa_human")
KS = (1, 5, 10)
TIMES = (0, 1, 10)
_K = 40
_WORST_PLACE, _WORST_TIMES = 30, 1_000


@dataclass(slots=True)
class Said:
    """Judgements that are held in memory, each of which counts so many times."""

    rows: list[tuple[Float32, float, tuple[str, ...]]] = field(default_factory=list)
    times: int = 1

    def alike(self, question: Float32, least: float) -> list[Judged]:
        """Return what was said where the question was alike."""
        found = [
            Judged(float(vector @ question), share, used) for vector, share, used in self.rows
        ]
        return [one for one in found if one.cosine >= least] * self.times


def main() -> None:
    """Read the arguments and print the figures of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sets")
    parser.add_argument("sets", nargs="*", default=SETS, help="their names")
    parser.add_argument("--stores", type=Path, required=True, help="where filled stores are kept")
    parser.add_argument("--at-most", type=int, default=400, help="questions of a set")
    given = parser.parse_args()
    models = LazyModels()
    print("| set | questions | n | judged | " + " | ".join(f"R@{k}" for k in KS) + " |")
    print("|---|---|---|---|" + "---|" * len(KS))
    for name in given.sets:
        bench = read_set(given.folder / name)
        store = open_store(given.stores / f"{name}.db")
        try:
            print_set(bench, store, models, given.at_most)
        finally:
            store.close()


def print_set(bench: BenchSet, store: GraphStore, models: LazyModels, at_most: int) -> None:
    """Print the rows of a set."""
    found: dict[tuple[str, int], list[list[float]]] = {}
    worst: list[bool] = []
    for group, questions in _groups(bench, at_most):
        engine, refs = open_engine(store, group, models)
        said = judged_by(engine, questions[::2], refs)
        for times in TIMES:
            said.times, engine.judgements = times, said
            for kind, some in _kinds(questions).items():
                rows = found.setdefault((kind, times), [])
                rows += [_recall(engine, question, refs) for question in some]
        worst += [_is_lifted(engine, question) for question in questions[1::2]]
    for (kind, times), rows in sorted(found.items()):
        figures = " | ".join(f"{value:.1f}" for value in 100 * np.mean(rows, axis=0))
        print(f"| {bench.name} | {kind} | {len(rows)} | {times} times | {figures} |")
    print(f"{bench.name}, at its worst: {100 * np.mean(worst):.1f} % of {len(worst)}", flush=True)


def judged_by(engine: Engine, questions: Sequence[BenchQuestion], refs: dict[str, str]) -> Said:
    """Judge the first hits of questions by their gold."""
    engine.judgements = None
    said = Said()
    for question in questions:
        hits = engine.search(SearchRequest(question=question.question, k=_K)).hits
        vector = engine.embedder.embed([question.question])[0]
        useful = tuple(hit.uid for hit in hits[:10] if refs[hit.uid] in question.gold)
        if useful:
            said.rows.append((vector, 1.0, useful))
        if hits and refs[hits[0].uid] not in question.gold:
            said.rows.append((vector, 0.0, (hits[0].uid,)))
    return said


def _groups(bench: BenchSet, at_most: int) -> Iterable[tuple[str, list[BenchQuestion]]]:
    left = at_most
    for group in bench.groups:
        questions = [q for q in bench.questions if q.group == group and q.gold][:left]
        left -= len(questions)
        if questions:
            yield group, questions


def _kinds(questions: Sequence[BenchQuestion]) -> dict[str, list[BenchQuestion]]:
    anew = [
        q.model_copy(update={"question": f"Could you tell me this: {q.question}"})
        for q in questions[::2]
    ]
    return {"the same": list(questions[::2]), "worded anew": anew, "others": list(questions[1::2])}


def _recall(engine: Engine, question: BenchQuestion, refs: dict[str, str]) -> list[float]:
    hits = engine.search(SearchRequest(question=question.question, k=_K)).hits
    ranked = list(dict.fromkeys(refs[h.uid] for h in sorted(hits, key=lambda hit: -hit.score)))
    return [share_found(ranked, question.gold, k) for k in KS]


def _is_lifted(engine: Engine, question: BenchQuestion) -> bool:
    """Whether what is far down comes among the first five, whatever is said of it."""
    engine.judgements = None
    request = SearchRequest(question=question.question, k=_K)
    hits = engine.search(request).hits
    if len(hits) < _WORST_PLACE:
        return False
    uid = hits[_WORST_PLACE - 1].uid
    row = (engine.embedder.embed([question.question])[0], 1.0, (uid,))
    engine.judgements = Said([row], _WORST_TIMES)
    return uid in {hit.uid for hit in engine.search(request).hits[:5]}


if __name__ == "__main__":
    main()
