"""Which questions weights learn from, and which they are judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from ranker_fit.observe import Case

__all__ = ["Fold", "Place", "few_of_each", "folds", "shares_of"]

Place = tuple[str, int]
"""A set, and the number of a question in it."""

_N_PARTS = 5
_N_LEARNT = 400
_SMALL, _SMALL_SHARE = 60, 0.3


@dataclass(frozen=True, slots=True)
class Fold:
    """Questions to learn from and questions to be judged by, from different memories."""

    learn: tuple[Place, ...]
    judge: tuple[Place, ...]


def folds(cases: Mapping[str, Sequence[Case]], seed: int = 0) -> list[Fold]:
    """Leave out each set of one memory whole, and a fifth of the memories of all others.

    Args:
        cases: all questions by set.
        seed: which memories make a fifth.
    """
    numbers = {name: _numbered(found, seed) for name, found in cases.items()}
    parts = {
        (name, at): _part(name, cases[name][at].question.group, numbers[name])
        for name, at in _places(cases)
    }
    return [
        Fold(
            learn=tuple(place for place in parts if parts[place] != part),
            judge=tuple(place for place in parts if parts[place] == part),
        )
        for part in sorted(set(parts.values()))
    ]


def few_of_each(places: Sequence[Place], begin: float = 0.0) -> list[Place]:
    """Return at most `_N_LEARNT` questions of each set, evenly spread over it.

    Args:
        places: of all questions.
        begin: 0 to 1: where between one and the next the first of a set is taken.
    """
    by_set: dict[str, list[Place]] = {}
    for place in places:
        by_set.setdefault(place[0], []).append(place)
    kept: list[Place] = []
    for found in by_set.values():
        step = max(1.0, len(found) / _N_LEARNT)
        kept += [found[int((at + begin) * step)] for at in range(min(len(found), _N_LEARNT))]
    return kept


def shares_of(places: Sequence[Place]) -> dict[str, float]:
    """Return the weight of a question by set: sets count the same, a small one for less."""
    sizes = Counter(name for name, _ in places)
    return {name: (_SMALL_SHARE if size < _SMALL else 1.0) / size for name, size in sizes.items()}


def _places(cases: Mapping[str, Sequence[Case]]) -> list[Place]:
    return [(name, at) for name in cases for at in range(len(cases[name]))]


def _numbered(cases: Sequence[Case], seed: int) -> dict[str, int]:
    """Return a number for each memory of a set, in an order of the seed's."""
    groups = sorted({case.question.group for case in cases})
    if seed:
        Random(seed).shuffle(groups)
    return {group: at for at, group in enumerate(groups)}


def _part(name: str, group: str, numbers: Mapping[str, int]) -> str:
    return name if len(numbers) == 1 else f"part {numbers[group] % _N_PARTS}"
