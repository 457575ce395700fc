"""What a walk adds where the answer is a fact, on sets with answers: the share of facts found.

    python scripts/facts_found.py SET... --stores FOLDER [--questions 200]

A SET is a folder with `corpus.jsonl.gz` and `queries.jsonl.gz` (see docs/bench-sets.md), FOLDER
holds its filled stores. A gold fact rests on gold evidence and has the words of the answer;
questions without one are left out. Prints R@5 and R@10, the mean share of the gold facts among
the first, and how far a 95 % interval of the difference to `passages` reaches (paired).

Ways: `passages`: facts of the best passages, as `search` has them. `shares`: these, and how
likely each one's passage is, by a softmax, on the scale of visits: what the joined one has but for
the walk. `names` and `names+passages`: the walk alone, from what the question names, and from the
best passages too, with the question's words. `joined`: `passages` and visits of that walk.
`nearby`: the same of a walk that keeps to what was found, for which nothing more is read.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from math import exp, log, sqrt
from pathlib import Path
from statistics import mean, pstdev
from typing import Any

import numpy as np

from graphmem.bench.sets import BenchQuestion, read_set
from graphmem.bench.spaces import filled_store, open_engine
from graphmem.core.terms import terms
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore, WalkGraph
from graphmem.reading.engine import Engine
from graphmem.reading.named import named_in
from graphmem.views.adjacency import AdjacencyView
from graphmem_schemas import EdgeKind, Hit, HitKind, Passage, Proposition, SearchRequest

DEPTHS = (5, 10)
N_FACTS, N_VISITED, N_SEEDS, N_STEPS = 100, 400, 10, 12
KINDS: dict[EdgeKind, float] = {
    "SUBJECT": 1.0, "OBJECT": 1.0, "EVIDENCED_BY": 1.0, "MENTIONS": 1.0, "SAME_AS": 1.0,
    "SHORT_FOR": 0.5,
}  # fmt: skip
DAMPING, EPSILON, FLOOR, BOUND = 0.5, 1e-5, 1e-4, 0.5
# Of the words of an answer that is not there word by word, so many.
LEAST_SHARE = 0.7

Scores = dict[str, float]


def main() -> None:
    """Ask, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("sets", nargs="+", type=Path)
    parser.add_argument("--stores", type=Path, required=True)
    parser.add_argument("--questions", type=int, default=200)
    given = parser.parse_args()
    for folder in given.sets:
        report(folder.name, list(asked(folder, given.stores, given.questions)))


def asked(folder: Path, stores: Path, most: int) -> Iterator[dict[str, list[float]]]:
    """Yield, for each question with a gold fact, the share found at each depth by each way."""
    bench = read_set(folder)
    answers = answers_of(folder)
    models = LazyModels(None, None, None)
    questions = [one for one in bench.questions if one.answerable and answers.get(one.id)]
    step = max(1, len(questions) // most)
    chosen = sorted(questions[::step][:most], key=lambda one: one.group)
    with filled_store(bench, stores, models, print) as store:
        asking: _Space | None = None
        for question in chosen:
            if asking is None or question.group != asking.name:
                engine = open_engine(store, question.group, models.embedder)
                asking = _Space(store, question.group, engine)
            gold = asking.gold_facts(question, answers[question.id])
            if gold:
                yield {
                    way: [len(gold & set(found[:depth])) / len(gold) for depth in DEPTHS]
                    for way, found in asking.ways(question.question).items()
                }


def report(name: str, found: Sequence[Mapping[str, Sequence[float]]]) -> None:
    """Print one line a way."""
    print(f"{name}: {len(found)} questions with a gold fact")
    for way in found[0] if found else ():
        line = f"  {way:15}"
        for at, depth in enumerate(DEPTHS):
            shares = [100 * one[way][at] for one in found]
            gains = [100 * (one[way][at] - one["passages"][at]) for one in found]
            reach = 1.96 * pstdev(gains) / sqrt(len(gains))
            line += f"  R@{depth} {mean(shares):5.1f} ({mean(gains):+5.1f} ± {reach:.1f})"
        print(line, flush=True)


def answers_of(folder: Path) -> dict[str, list[str]]:
    """Return the accepted answers of each question."""
    with gzip.open(folder / "queries.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    given = {row["id"]: row.get("answer") for row in rows}
    return {
        uid: [str(one) for one in (answer if isinstance(answer, list) else [answer])]
        for uid, answer in given.items()
        if answer is not None
    }


class _Space:
    """One space, its engine, and a walk over its passages, entities and facts."""

    def __init__(self, store: GraphStore, space: str, engine: Engine) -> None:
        self.name = self._space = space
        self._store, self._engine = store, engine
        self._walk = AdjacencyView(space, None, KINDS)
        self._walk.refresh(store)
        self._uids: dict[str, list[str]] = {}
        for batch in store.changes(space, 0, labels=(Passage.label,)):
            for node in batch.nodes:
                if isinstance(node, Passage) and node.ref:
                    self._uids.setdefault(node.ref, []).append(node.uid)

    def gold_facts(self, question: BenchQuestion, answers: Sequence[str]) -> set[str]:
        """Return the facts of gold evidence that have an answer's words."""
        gold = [uid for ref in question.gold for uid in self._uids.get(ref, ())]
        edges = self._store.neighbours(self._space, gold, ["EVIDENCED_BY"]) if gold else []
        nodes = self._store.get(self._space, sorted({edge.start for edge in edges}))
        return {
            node.uid
            for node in nodes
            if isinstance(node, Proposition) and any(_has(node.text, one) for one in answers)
        }

    def ways(self, question: str) -> dict[str, list[str]]:
        """Return facts by each way, best first."""
        facts, passages = self._search(question, "proposition"), self._search(question, "passage")
        highest = max((hit.score for hit in facts), default=1.0) or 1.0
        now = {hit.uid: hit.score / highest for hit in facts}
        best = _softmax(passages)
        of_passages = {hit.uid: best.get(hit.why[0].end, 0.0) for hit in facts}
        named = named_in(question, self._store, self._space)
        degrees = zip(named, self._walk.degrees(list(named)), strict=True)
        names = {uid: 1.0 / log(2.0 + degree) for uid, degree in degrees if degree}
        seeds = dict(list(best.items())[:N_SEEDS])
        by_names, by_both = (_visits(self._walk, seed) for seed in (names, _halves(names, seeds)))
        return {
            "passages": _ranked(now),
            "shares": _ranked(_joined(now, _logs(of_passages))),
            "names": _ranked(self._worded(by_names, question)),
            "names+passages": _ranked(self._worded(by_both, question)),
            "joined": _ranked(_joined(now, by_both)),
            "nearby": _ranked(_joined(now, self._nearby(facts, _halves(names, best)))),
        }

    def _nearby(self, facts: Sequence[Hit], seeds: Scores) -> Scores:
        """Return visits of a walk that keeps to what was found: facts, their ends, passages."""
        told = {hit.uid: hit.why[0].end for hit in facts}
        nodes = self._store.get(self._space, list(told))
        links = [
            (node.uid, end)
            for node in nodes
            if isinstance(node, Proposition)
            for end in (node.subject, node.object, told[node.uid])
            if end
        ]
        uids = list(dict.fromkeys(uid for link in links for uid in link))
        if not uids:
            return {}
        at = {uid: row for row, uid in enumerate(uids)}
        ends = np.array([(at[one], at[other]) for one, other in links])
        starts, stops = np.concatenate([ends, ends[:, ::-1]]).T
        degrees = np.bincount(starts, minlength=len(uids))
        seed = np.array([seeds.get(uid, 0.0) for uid in uids])
        if not seed.sum():
            return {}
        seed /= seed.sum()
        mass = seed
        for _ in range(N_STEPS):
            handed = (mass / degrees)[starts]
            mass = (1.0 - DAMPING) * seed + DAMPING * np.bincount(
                stops, handed, minlength=len(uids)
            )
        return _logs({uid: float(mass[at[uid]]) for uid in told if uid in at and mass[at[uid]]})

    def _search(self, question: str, kind: HitKind) -> Sequence[Hit]:
        request = SearchRequest(question=question, k=N_FACTS, kinds=(kind,), mode="all")
        return self._engine.search(request).hits

    def _worded(self, visits: Scores, question: str) -> Scores:
        """Return visits by how much of the question the facts say, as `search` weighs it."""
        wanted = set(terms(question))
        nodes = self._store.get(self._space, list(visits))
        return {
            node.uid: visits[node.uid]
            * (0.4 + 0.6 * len(wanted & set(terms(node.text))) / max(len(wanted), 1))
            for node in nodes
            if isinstance(node, Proposition)
        }


def _has(text: str, answer: str) -> bool:
    said, wanted = (" ".join(re.findall(r"\w+", one.casefold())) for one in (text, answer))
    if wanted and f" {wanted} " in f" {said} ":
        return True
    asked = set(terms(answer))
    return bool(asked) and len(asked & set(terms(text))) >= LEAST_SHARE * len(asked)


def _softmax(hits: Sequence[Hit]) -> Scores:
    if not hits:
        return {}
    highest = max(hit.score for hit in hits)
    shares = {hit.uid: exp(hit.score - highest) for hit in hits}
    whole = sum(shares.values())
    return {uid: share / whole for uid, share in shares.items() if share > 1e-6}


def _halves(one: Scores, other: Scores) -> Scores:
    """Return both, each with half of the mass, or the one that there is."""
    mixed: Scores = {}
    for part in (one, other):
        whole = sum(part.values()) or 1.0
        for uid, share in part.items():
            mixed[uid] = mixed.get(uid, 0.0) + share / whole
    return mixed


def _visits(graph: WalkGraph, seeds: Scores) -> Scores:
    if not seeds:
        return {}
    walk = graph.push(seeds, damping=DAMPING, epsilon=EPSILON)
    return _logs(dict(walk.top(N_VISITED, label=Proposition.label)))


def _logs(mass: Scores) -> Scores:
    """Return 0 to 1, linear in the logarithm of mass."""
    top = max(mass.values(), default=0.0)
    return {uid: 1.0 - log(top / max(one, top * FLOOR)) / -log(FLOOR) for uid, one in mass.items()
            if top}  # fmt: skip


def _joined(now: Scores, visits: Scores) -> Scores:
    return {uid: score + BOUND * visits.get(uid, 0.0) for uid, score in now.items()}


def _ranked(scores: Scores) -> list[str]:
    return sorted(scores, key=lambda uid: (-scores[uid], uid))


if __name__ == "__main__":
    main()
