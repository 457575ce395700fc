"""The numbers of the walk; those of the ranking are in `weights.json`, see `ranker.py`."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["WALK", "WalkWeights"]


@dataclass(frozen=True, slots=True)
class WalkWeights:
    """How the walk is made.

    Attributes:
        n_seeds: passages that it starts from.
        temperature: of the softmax of their scores in the first stage.
        damping: probability of going on at each step.
        epsilon: mass below which a link is not followed.
        n_visited: passages that it may bring in.
        floor: mass, relative to the most visited passage, that counts as none.
    """

    n_seeds: int = 20
    temperature: float = 1.0
    damping: float = 0.85
    epsilon: float = 5e-4
    n_visited: int = 80
    floor: float = 1e-4


WALK = WalkWeights()
