"""Print what the rules about now, coverage and order do to recall, on and off in one run.

Usage: python scripts/beam_rules.py FOLDER --stores FOLDER [SET ...]

Sets are beam_100k, locomo and longmemeval_s unless said; their filled stores are those that
scripts/fit_ranker.py makes. "as asked" takes no words of a request
off a question; "ranked" does, and leaves the ranking as it is; "arranged" is what a search
returns, by score. Also printed: how often what was updated stands above the original (of all such
questions, and of those whose two sides are two turns), both sides of a contradiction in the first
ten, which modes were taken, and what deciding for none costs.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from unittest.mock import patch

import numpy as np

from graphmem.bench.measures import share_found
from graphmem.bench.sets import BenchQuestion, BenchSet, read_set
from graphmem.bench.spaces import open_engine, refs_of
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.engine import Engine
from graphmem.reading.manner import manner_of
from graphmem.stores.registry import open_store
from graphmem_schemas import Hit, SearchRequest

SETS = ("beam_100k", "locomo", "longmemeval_s")
KS = (1, 5, 10, 20)
ARMS = ("as asked", "ranked", "arranged")
_RULES = ("newer", "coverage", "opposed")
_K = 160


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, and the caller's ids of what each arm finds, best first."""

    question: BenchQuestion
    refs: dict[str, list[str]]
    mode: str


def main() -> None:
    """Read the arguments and print the figures of each set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sets")
    parser.add_argument("sets", nargs="*", default=SETS, help="their names")
    parser.add_argument("--stores", type=Path, required=True, help="where filled stores are kept")
    given = parser.parse_args()
    models = LazyModels()
    for name in given.sets:
        bench = read_set(given.folder / name)
        store = open_store(given.stores / f"{name}.db")
        try:
            judged = list(ask(bench, store, models))
        finally:
            store.close()
        print(f"\n## {name}: {len(judged)} questions\n")
        print_recall(judged)
        print_sides(judged)
        print_modes(judged)


def ask(bench: BenchSet, store: GraphStore, models: LazyModels) -> Iterable[Judged]:
    """Ask every question with gold, once as it stands and once without its request."""
    for group in bench.groups:
        questions = [q for q in bench.questions if q.group == group and q.gold]
        if not questions:
            continue
        engine, refs = open_engine(store, group, models.embedder), refs_of(store, group)
        for question in questions:
            with patch("graphmem.reading.analyse.subject_of", lambda text: text):
                plain, _ = _search(engine, question)
            hits, mode = _search(engine, question)
            found = {
                "as asked": _refs(sorted(plain, key=_unruled), refs),
                "ranked": _refs(sorted(hits, key=_unruled), refs),
                "arranged": _refs(sorted(hits, key=lambda hit: -hit.score), refs),
            }
            yield Judged(question, found, mode)


def print_recall(judged: Sequence[Judged]) -> None:
    """Print recall by type and arm; types that no rule touches have one line."""
    rows: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        rows[one.question.type].append(one)
    print(f"| type | n | arm | {' | '.join(f'R@{k}' for k in KS)} |")
    print("|---|---|---|" + "---|" * len(KS))
    for kind, some in [("all", list(judged)), *sorted(rows.items())]:
        before: list[str] = []
        for arm in ARMS:
            figures = [f"{_recall(some, arm, k):.1f}" for k in KS]
            if figures != before:
                print(f"| {kind} | {len(some)} | {arm} | {' | '.join(figures)} |")
            before = figures


def print_sides(judged: Sequence[Judged]) -> None:
    """Print the order of updates and how often both sides of a contradiction are found."""
    for arm in ARMS:
        updates, orderable, both = [], [], []
        for one in judged:
            roles, refs = one.question.roles, one.refs[arm]
            if "updated_info" in roles:
                old, new = roles["original_info"], roles["updated_info"]
                updates.append(_first(refs, new) < _first(refs, old))
                if set(old).isdisjoint(new):
                    orderable.append(updates[-1])
            if "first_statement" in roles:
                sides = (roles["first_statement"], roles["second_statement"])
                both.append(all(set(refs[:10]).intersection(side) for side in sides))
        if updates:
            print(
                f"{arm}: updated above original {100 * np.mean(updates):.1f} % of {len(updates)}, "
                f"{100 * np.mean(orderable):.1f} % of {len(orderable)} that can be told apart; "
                f"both sides in the first ten {100 * np.mean(both):.1f} % of {len(both)}"
            )


def print_modes(judged: Sequence[Judged]) -> None:
    """Print which modes were taken, and what it costs to take none."""
    print("modes:", dict(Counter(one.mode for one in judged)))
    plain = [one.question.question for one in judged if one.mode == "none"]
    times = []
    for _ in range(5):
        started = process_time()
        for question in plain:
            manner_of(question)
        times.append((process_time() - started) / max(len(plain), 1))
    print(f"to take none: {1e3 * min(times):.4f} ms of processor time a question")


def _search(engine: Engine, question: BenchQuestion) -> tuple[list[Hit], str]:
    recall = engine.search(SearchRequest(question=question.question, k=_K))
    return list(recall.hits), recall.trace.mode or "none"


def _unruled(hit: Hit) -> float:
    return sum(part.value for part in hit.parts if part.name in _RULES) - hit.score


def _refs(hits: Iterable[Hit], refs: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(refs[hit.uid] for hit in hits))


def _recall(judged: Sequence[Judged], arm: str, k: int) -> float:
    found = [share_found(one.refs[arm], one.question.gold, k) for one in judged]
    return 100.0 * float(np.mean(found))


def _first(refs: Sequence[str], wanted: Iterable[str]) -> int:
    return min((refs.index(ref) for ref in wanted if ref in refs), default=len(refs))


if __name__ == "__main__":
    main()
