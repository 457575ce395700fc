"""Fit the ranker's weights on sets with gold evidence, and tell what each set would have had.

Usage: python scripts/fit_ranker.py FOLDER [SET ...] --stores FOLDER [--seeds N] [--write]

Every set is scored by weights that never saw it: a set of one memory is left out whole, one of
many memories in five parts by memory. Figures are means over the seeds, with the middle 95 % over
resampled questions. The weights that ship are fitted on all sets, by seed 0.
What the walk brings in is observed with the weights that ship, which have seen the set: where
each fold observed with its own, two sets differed by .2 and .3 (R@5).
Needs scipy (the extra "language-model"). A store of each set is made once, in the folder of
stores, and taken from there the next time.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from ranker_fit.folds import folds
from ranker_fit.gates import FINAL, FIRST
from ranker_fit.observe import Case, observe_set
from ranker_fit.score import fit_ranker, ranked, recalls

from graphmem.bench.measures import interval
from graphmem.models.loading import LazyModels
from graphmem.reading import ranker as ranker_module
from graphmem.reading.ranker import Ranker

KS = (5, 10, 20)
VERSION = 1


def main() -> None:
    """Read the arguments, fit, print the table, and write where that is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="of the sets")
    parser.add_argument("sets", nargs="*", help="their names; all where none is given")
    parser.add_argument("--stores", type=Path, required=True, help="where filled stores are kept")
    parser.add_argument("--seeds", type=int, default=3, help="fits that figures are means of")
    parser.add_argument("--write", action="store_true", help="write weights.json")
    given = parser.parse_args()
    names = given.sets or sorted(p.name for p in given.folder.iterdir() if _is_set(p))
    models = LazyModels()
    cases = {}
    for name in names:
        cases[name] = list(observe_set(given.folder / name, given.stores, models, print))
        print(f"{name}: {len(cases[name])} questions", flush=True)
    figures = report(cases, given.seeds)
    if given.write:
        everything = [(name, at) for name in cases for at in range(len(cases[name]))]
        write(fit_ranker(cases, everything), figures)


def report(cases: dict[str, list[Case]], n_seeds: int) -> dict[str, dict[str, Any]]:
    """Print and return the cross-fitted recall of each set."""
    found = {name: np.zeros((n_seeds, len(cases[name]), len(KS))) for name in cases}
    for seed in range(n_seeds):
        for part in folds(cases, seed):
            fitted = fit_ranker(cases, part.learn, seed)
            for name, at in part.judge:
                case = cases[name][at]
                found[name][seed, at] = recalls(ranked(case, fitted), case, KS)
    figures = {name: told(100.0 * rows) for name, rows in found.items()}
    print(f"| set | {' | '.join(f'R@{k}' for k in KS)} | R@{KS[0]} by seed | interval |")
    for name, one in figures.items():
        means = " | ".join(f"{one[f'R@{k}']:.1f}" for k in KS)
        print(f"| {name} | {means} | {one['seeds']} | {one['interval']} |")
    return figures


def told(shares: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Return the means, and of the first cut-off each seed's and an interval.

    Args:
        shares: (seeds, questions, len(KS)) in per cent.
    """
    means = shares.mean(axis=(0, 1)).tolist()
    first = shares[:, :, 0]
    return {
        **{f"R@{k}": round(mean, 1) for k, mean in zip(KS, means, strict=True)},
        "seeds": np.round(first.mean(axis=1), 1).tolist(),
        "interval": [round(end, 1) for end in interval(first.mean(axis=0).tolist()) or ()],
    }


def write(fitted: Ranker, figures: dict[str, dict[str, Any]]) -> None:
    """Write the weights beside the code that reads them."""
    path = Path(ranker_module.__file__).with_name("weights.json")
    told = {
        "version": VERSION,
        "made_by": "scripts/fit_ranker.py",
        "columns": {"first": sum(map(len, FIRST)), "final": len(FINAL)},
        "cross_fitted": figures,
        **fitted.to_json(),
    }
    path.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(f"wrote {path}")


def _is_set(folder: Path) -> bool:
    return (folder / "queries.jsonl.gz").is_file() and (folder / "corpus.jsonl.gz").is_file()


if __name__ == "__main__":
    main()
