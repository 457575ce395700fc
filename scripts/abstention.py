"""Measure, and fit, how the memory tells that it does not know.

    python scripts/abstention.py BENCH_DATA STORES [--fit]

STORES holds filled stores, as `scripts/fit_ranker.py` leaves them. Each set is asked its own
questions, and up to 100 of another memory of its sort, which it cannot know. Prints AUROC, what is
caught at the default bar and where 5 % of the set's answerable questions are declined, and how
many answerable ones the bar declines. `--fit` fits the weights anew, prints them, and prints the
same table with each question judged by weights that saw nothing of its set (of a set of
conversations: of its conversation). No gold, type or name of a set is a sign.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.bench.measures import auroc
from graphmem.bench.sets import BenchQuestion, read_set
from graphmem.bench.spaces import open_engine
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.abstain import BAR, HELD, SAID, Signs, confidence_of, signs_of
from graphmem.reading.candidates import MIN_EACH
from graphmem.reading.engine import Engine
from graphmem.stores.registry import open_store
from graphmem_schemas import SearchRequest

# Whose questions are asked of which memory besides its own.
OTHERS = {
    "locomo": "locomo", "beam_100k": "beam_100k", "hotpotqa_hip100": "musique_hip100",
    "musique_hip100": "hotpotqa_hip100", "musique_ari200": "locomo",
    "2wiki_train500": "musique_ari200", "longmemeval_s": None, "timeqa_human": None,
    "procedural_bfcl_qwen3_14b": None, "procedural_appworld_qwen3_14b": None,
}  # fmt: skip
_CONVERSATIONS = ("locomo", "beam_100k")
_N_FOREIGN, _N_STEPS = 40, 40
# Shares of questions while fitting: with an answer, with none of its own set's, and foreign.
_KNOWN, _UNKNOWN, _FOREIGN = 0.85, 0.04, 0.11

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: of which set and memory, what speaks for an answer, whether there is one."""

    name: str
    group: str
    signs: Signs
    known: bool
    foreign: bool


def cases(folder: Path, stores: Path, models: LazyModels) -> Iterator[Case]:
    """Ask a set its questions, and those of others."""
    bench = read_set(folder)
    other = OTHERS[bench.name]
    foreign = read_set(folder.parent / other) if other else None
    store = open_store(stores / f"{bench.name}.db")
    try:
        for at, group in enumerate(bench.groups):
            own = [question for question in bench.questions if question.group == group]
            strange: list[BenchQuestion] = []
            if foreign:
                theirs = list(foreign.groups)[(at + 1) % len(foreign.groups)]
                strange = [q for q in foreign.questions if q.group == theirs and q.answerable]
                n = 100 if len(bench.groups) == 1 else _N_FOREIGN
                strange = strange[:n]
            yield from _asked(store, models, bench.name, group, (own, strange))
    finally:
        store.close()


def _asked(
    store: GraphStore,
    models: LazyModels,
    name: str,
    group: str,
    asked: tuple[list[BenchQuestion], list[BenchQuestion]],
) -> Iterator[Case]:
    if not any(asked):
        return
    engine = open_engine(store, group, models.embedder)
    for is_foreign, questions in enumerate(asked):
        for question in questions:
            signs = _signs(engine, question.question)
            known = question.answerable and not is_foreign
            yield Case(name, group, signs, known, bool(is_foreign))


def _signs(engine: Engine, question: str) -> Signs:
    # The way of a search up to where it is judged.
    found = engine._finder.find(SearchRequest(question=question), MIN_EACH, 0.0)
    match = found.match
    try:
        return signs_of(found.question, match, engine._rank(found, 0.0))[0]
    finally:
        match.close()


def _columns(found: list[Case]) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Return what the two models weigh, with a column of ones each, and where people talk."""

    def table(names: dict[str, float]) -> Floats:
        rows = [[float(getattr(c.signs, n)) if n else 1.0 for n in names] for c in found]
        return np.array(rows, np.float64)

    return table(SAID), table(HELD), np.array([c.signs.talks for c in found], np.bool_)


def _weights(found: list[Case]) -> Floats:
    """Return what each case counts for, so that all sets count alike."""
    sorts = [(c.name, c.known, c.foreign) for c in found]
    counts = {sort: sorts.count(sort) for sort in set(sorts)}
    shares = {(True, False): _KNOWN, (False, False): _UNKNOWN, (False, True): _FOREIGN}
    n_sets = {kind: sum(sort[1:] == kind for sort in counts) for kind in shares}
    told = [shares[sort[1:]] / n_sets[sort[1:]] / counts[sort] for sort in sorts]
    return np.array(told) / sum(told)


def fit(found: list[Case]) -> Floats:
    """Return the weights of both models that make what happened likeliest (Fisher scoring)."""
    said, held, talks = _columns(found)
    known, weights = np.array([c.known for c in found], float), _weights(found)
    beta = np.array([*SAID.values(), *HELD.values()])
    for _ in range(_N_STEPS):
        p_said, p_held = _chances(beta, said, held, talks)
        p = np.clip(p_said * p_held, 1e-6, 1 - 1e-6)
        slopes = np.concatenate(
            [said * (p * (1 - p_said) * talks)[:, None], held * (p * (1 - p_held))[:, None]], 1
        )
        gradient = slopes.T @ (weights * (known - p) / (p * (1 - p))) - 4e-5 * beta
        curvature = (slopes * (weights / (p * (1 - p)))[:, None]).T @ slopes
        step = np.linalg.solve(curvature + 1e-4 * np.eye(len(beta)), gradient)
        beta += np.clip(step, -1.0, 1.0)
    return beta


def _chances(
    beta: Floats, said: Floats, held: Floats, talks: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    n = said.shape[1]
    p_said = np.where(talks, 1 / (1 + np.exp(-(said @ beta[:n]))), 1.0)
    return p_said, 1 / (1 + np.exp(-(held @ beta[n:])))


def cross_fitted(found: list[Case]) -> Floats:
    """Return the confidence in each case by weights that did not see its set or conversation."""
    folds = [(c.name, c.group) if c.name in _CONVERSATIONS else (c.name,) for c in found]
    told = np.zeros(len(found))
    for fold in sorted(set(folds)):
        inside = np.array([one == fold for one in folds])
        beta = fit([c for c, here in zip(found, inside, strict=True) if not here])
        p_said, p_held = _chances(beta, *_columns(found))
        told[inside] = (p_said * p_held)[inside]
    return told


def table(found: list[Case], confidences: Floats) -> str:
    """Return a Markdown table, shares in per cent."""
    lines = [
        "| set | known | declined | unknown | AUROC | caught | caught at 5 % | foreign | AUROC "
        "| caught |",
        "|---|" + "---|" * 9,
    ]
    for name in dict.fromkeys(c.name for c in found):

        def of(known: bool, foreign: bool, name: str = name) -> Floats:
            here = [(c.name, c.known, c.foreign) == (name, known, foreign) for c in found]
            told: Floats = confidences[np.array(here)]
            return told

        known, unknown, foreign = of(True, False), of(False, False), of(False, True)
        cells = [name, str(len(known)), _below(known, BAR), str(len(unknown))]
        cells += [_area(known, unknown), _below(unknown, BAR)]
        cells += [_below(unknown, float(np.quantile(known, 0.05))), str(len(foreign))]
        cells += [_area(known, foreign), _below(foreign, BAR)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _below(values: Floats, bar: float) -> str:
    return f"{100 * float((values < bar).mean()):.1f}" if len(values) else "–"


def _area(known: Floats, unknown: Floats) -> str:
    area = auroc(known.tolist(), unknown.tolist())
    return "–" if area is None else f"{area:.3f}"


def main() -> None:
    """Ask, judge, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("data", type=Path)
    parser.add_argument("stores", type=Path)
    parser.add_argument("--sets", default=",".join(OTHERS))
    parser.add_argument("--fit", action="store_true")
    given = parser.parse_args()
    models = LazyModels()
    found = [
        case
        for name in given.sets.split(",")
        for case in cases(given.data / name, given.stores, models)
    ]
    print(table(found, np.array([confidence_of(case.signs) for case in found])))
    if given.fit:
        names = [f"{which}.{name or 'bias'}" for which, of in (("said", SAID), ("held", HELD))
                 for name in of]  # fmt: skip
        for name, value in zip(names, fit(found), strict=True):
            print(f"{name:16} {value:.2f}")
        print("\nby weights that did not see the set\n")
        print(table(found, cross_fitted(found)))


if __name__ == "__main__":
    main()
