"""Cut a parse into elementary discourse units (EDUs)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.language.edu_features import unit_features
from graphmem.language.parse import Parse
from graphmem.language.weights import Weights

__all__ = ["STATE_STEPS", "find_units", "state_columns", "unit_scores"]

STATE_STEPS = (0.05, 0.15, 0.3, 0.5)


def find_units(parse: Parse, weights: Weights) -> list[tuple[int, int]]:
    """Return the token ranges of the units: together they cover all words, in order."""
    if not len(parse):
        return []
    starts = unit_scores(parse, weights) > 0.0
    starts[[first for first, _ in parse.sentences]] = True
    at = np.flatnonzero(starts).tolist()
    return list(zip(at, [*at[1:], len(parse)], strict=True))


def unit_scores(parse: Parse, weights: Weights) -> npt.NDArray[np.float32]:
    """Return (n,) log odds that a unit starts at each word."""
    hashed = weights.unit_table[unit_features(parse)].sum(1)
    bias, offset, slopes = (
        weights.unit_scalars[0],
        weights.unit_scalars[1],
        weights.unit_scalars[2:],
    )
    scores: npt.NDArray[np.float32] = hashed + bias
    score = _state_score(parse.states, weights.unit_states) - offset
    scores += state_columns(score) @ slopes
    return scores


@kernel(fastmath=True)
def _state_score(
    states: npt.NDArray[np.float32], coefficients: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Score each word by its state and the one before; sums are over 768, whatever the words."""
    scores = np.zeros(len(states), np.float32)
    for word in range(len(states)):
        own, following = np.float32(0), np.float32(0)
        for column in range(states.shape[1]):
            own += states[word, column] * coefficients[0, column]
            following += states[word, column] * coefficients[1, column]
        scores[word] += own
        if word + 1 < len(states):
            scores[word + 1] = following
    return scores


def state_columns(score: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Return (n, 5): the score of the states, scaled, and which steps it exceeds."""
    steps = [score > step for step in STATE_STEPS]
    return np.stack([3 * score, *steps], axis=1).astype(np.float32)
