"""What runs of one sort teach: steps that went well have in common, and steps that decide.

No model is asked. What is drawn is a function of the runs alone, in whatever order they came, so
that drawing again changes nothing and a run that is taken back leaves no trace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.core.beta import lower_bound, mean
from graphmem.core.steps import contains, shared
from graphmem_schemas import InsightKind

__all__ = ["Drawn", "RunOutline", "draw"]

# Of the runs that went well, so many must have a step for it to belong to them all.
_SHARE = 0.8
_MIN_RUNS = 2
# By so much the lower bound of a share must lie above what is expected without the step.
_MIN_GAIN = 0.1
_N_BASES = 3
_MAX_COMPARED = 100
_N_DECIDING = 2


@dataclass(frozen=True, slots=True)
class RunOutline:
    """A run as it is compared: its uid, patterns of its steps, and whether it succeeded."""

    uid: str
    steps: tuple[str, ...]
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Drawn:
    """One lesson of runs.

    Attributes:
        kind: "do" these steps, a step that "distinguish"es success, or one to "avoid".
        steps: patterns, in order.
        supporting: uids of the runs that speak for it.
        contradicting: uids of those that speak against it.
        otherwise: of the runs that did not do so: how many there are, and how many succeeded.
    """

    kind: InsightKind
    steps: tuple[str, ...]
    supporting: tuple[str, ...]
    contradicting: tuple[str, ...]
    otherwise: tuple[int, int]


def draw(runs: Sequence[RunOutline]) -> list[Drawn]:
    """Return what the runs teach, the shared steps first.

    One failure takes no lesson away: shared steps are those of successes, and each lesson is
    counted on all runs that did so. O(runs · length²) for the shared steps of 100 runs.

    Args:
        runs: of one sort of task, in any order.
    """
    ordered = sorted(runs, key=lambda run: run.uid)
    won = [run for run in ordered if run.succeeded]
    found: list[Drawn] = []
    common = _common(won[:_MAX_COMPARED]) if len(won) >= _MIN_RUNS else ()
    if common:
        found.append(_counted("do", common, ordered))
    deciding = [one for one in _deciding(ordered) if one.steps != common]
    return [*found, *deciding]


def _common(won: Sequence[RunOutline]) -> tuple[str, ...]:
    """Return the way that is long and that many successes took, of those that the shortest show.

    Many count more than long: by the square of their number times the length.
    """
    all_steps = [run.steps for run in won]
    bases = sorted({steps for steps in all_steps if steps}, key=lambda s: (len(s), s))[:_N_BASES]
    ways = {shared(all_steps, base, _SHARE) for base in bases}
    scored: list[tuple[int, tuple[str, ...]]] = []
    for way in sorted(ways):
        n_runs = sum(contains(steps, way) for steps in all_steps)
        if way and n_runs >= _MIN_RUNS:
            scored.append((n_runs**2 * len(way), way))
    return max(scored)[1] if scored else ()


def _deciding(runs: Sequence[RunOutline]) -> list[Drawn]:
    """Return the single steps after which success, or failure, is surely likelier than without."""
    n_won = sum(run.succeeded for run in runs)
    n_lost = len(runs) - n_won
    if not n_won or not n_lost:
        return []
    did_well = Counter(step for run in runs if run.succeeded for step in set(run.steps))
    did_ill = Counter(step for run in runs if not run.succeeded for step in set(run.steps))
    gains: list[tuple[float, str, InsightKind]] = []
    for step in did_well.keys() | did_ill.keys():
        well, ill = did_well[step], did_ill[step]
        helps = _gain(well, ill, n_won - well, n_lost - ill)
        harms = _gain(ill, well, n_lost - ill, n_won - well)
        if helps >= _MIN_GAIN and well >= _MIN_RUNS and n_lost > ill:
            gains.append((helps, step, "distinguish"))
        if harms >= _MIN_GAIN and ill >= _MIN_RUNS and n_won > well:
            gains.append((harms, step, "avoid"))
    gains.sort(key=lambda one: (-one[0], one[1]))
    kinds: tuple[InsightKind, ...] = ("distinguish", "avoid")
    best = [[g for g in gains if g[2] == kind][:_N_DECIDING] for kind in kinds]
    return [_counted(kind, (step,), runs) for group in best for _, step, kind in group]


def _gain(did_for: int, did_against: int, not_for: int, not_against: int) -> float:
    sure = lower_bound(1.0 + did_for, 1.0 + did_against)
    return sure - mean(1.0 + not_for, 1.0 + not_against)


def _counted(kind: InsightKind, steps: tuple[str, ...], runs: Sequence[RunOutline]) -> Drawn:
    did = [run for run in runs if contains(run.steps, steps)]
    well = tuple(run.uid for run in did if run.succeeded)
    ill = tuple(run.uid for run in did if not run.succeeded)
    n_won = sum(run.succeeded for run in runs)
    for_it, against = (ill, well) if kind == "avoid" else (well, ill)
    return Drawn(kind, steps, for_it, against, (len(runs) - len(did), n_won - len(well)))
