"""What a run did, as patterns: without what changed nothing, without things and numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from graphmem.core.skeleton import mask

__all__ = ["Done", "contains", "pattern_of", "patterns", "shared", "wasted"]

# What a world says that did nothing; thinking aloud is answered so, too.
_NOTHING = frozenset(
    "ok|okay|nothing happens|nothing happened|nothing changed|no change|noop|no-op|invalid action"
    "|invalid command|unknown command|i don't understand|i didn't understand that".split("|")
)
_THOUGHT = re.compile(r"\s*(?:think|thought|thinking|reasoning)\s*[:>]", re.IGNORECASE)
_WORDS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
MAX_PATTERN_WORDS = 16
_MAX_ALIGNED = 64


@dataclass(frozen=True, slots=True)
class Done:
    """One step as it is compared: who did what, what came of it, and what it was worth."""

    agent: str
    action: str
    observation: str | None = None
    reward: float | None = None


def wasted(steps: Sequence[Done]) -> list[bool]:
    """Return for each step whether it changed nothing or went in a circle. O(n).

    It did where the world refused it (reward below 0), where it was a thought, where the answer
    says that nothing happened, and where the same was done with the same answer before, with
    nothing new learnt in between.
    """
    out: list[bool] = []
    known: set[str] = set()
    since: set[Done] = set()
    for step in steps:
        same = Done(step.agent, step.action.strip(), step.observation)
        idle = _is_idle(step) or same in since
        out.append(idle)
        if idle:
            continue
        answer = (step.observation or step.action).strip()
        if answer not in known:
            known.add(answer)
            since.clear()
        since.add(same)
    return out


def pattern_of(action: str, slots: Collection[str]) -> str:
    """Return an action without things and numbers: "take bowl 1 from shelf 3", "take _ from _"."""
    first = next((line for line in action.splitlines() if line.strip()), "")
    return " ".join(mask(first, slots, MAX_PATTERN_WORDS))


def patterns(actions: Sequence[str], slots: Collection[str]) -> tuple[str, ...]:
    """Return the patterns of actions in order, each run of the same once; blank ones left out."""
    found = (pattern_of(action, slots) for action in actions)
    return tuple(pattern for pattern, _ in groupby(p for p in found if p))


def contains(steps: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether all wanted patterns were done, in their order, with others between them or not."""
    left = iter(steps)
    return all(pattern in left for pattern in wanted)


def shared(runs: Sequence[Sequence[str]], base: Sequence[str], share: float) -> tuple[str, ...]:
    """Return the steps of `base` that so great a share of the runs have, too, in this order.

    Every run is aligned with `base` by a longest common subsequence of the last 64 steps of
    both. O(runs · length²).

    Args:
        runs: patterns of each run; `base` may be among them.
        base: patterns of the run whose order is kept.
        share: above 0 to 1.
    """
    base = base[-_MAX_ALIGNED:]
    hits = [0] * len(base)
    for run in runs:
        for at in _aligned(base, run[-_MAX_ALIGNED:]):
            hits[at] += 1
    kept = [step for step, n in zip(base, hits, strict=True) if n >= share * len(runs)]
    return tuple(step for step, _ in groupby(kept))


def _is_idle(step: Done) -> bool:
    if step.reward is not None and step.reward < 0:
        return True
    if _THOUGHT.match(step.action):
        return True
    if step.observation is None:
        return False
    return " ".join(_WORDS.findall(step.observation.casefold())) in _NOTHING


def _aligned(first: Sequence[str], second: Sequence[str]) -> list[int]:
    """Return the positions in `first` of one longest common subsequence, the earliest."""
    n, m = len(first), len(second)
    best = [[0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        row, below = best[i], best[i + 1]
        for j in range(m - 1, -1, -1):
            same = first[i] == second[j]
            row[j] = below[j + 1] + 1 if same else max(below[j], row[j + 1])
    found, i, j = [], 0, 0
    while i < n and j < m:
        if first[i] == second[j]:
            found.append(i)
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
