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
_STEPS = np.array(STATE_STEPS, np.float32)
_N_SUMS = 8


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
    states = _state_score(parse.states, weights.unit_states)
    return _sum_up(unit_features(parse), states, weights.unit_table, weights.unit_scalars, _STEPS)


@kernel()
def _sum_up(
    rows: npt.NDArray[np.int32],
    states: npt.NDArray[np.float32],
    table: npt.NDArray[np.float32],
    scalars: npt.NDArray[np.float32],
    steps: npt.NDArray[np.float32],
) -> npt.NDArray[np.float32]:
    """Add up, for each word, the coefficients of its features, the bias and `state_columns`."""
    scores = np.empty(len(rows), np.float32)
    sums = np.empty(_N_SUMS, np.float32)
    for word in range(len(rows)):
        # Several sums side by side, since each addition of one sum waits for the one before.
        sums[:] = 0
        for feature in range(rows.shape[1]):
            sums[feature % _N_SUMS] += table[rows[word, feature]]
        score = states[word] - scalars[1]
        extra = np.float32(3) * score * scalars[2]
        for step in range(len(steps)):
            extra += scalars[3 + step] if score > steps[step] else np.float32(0)
        scores[word] = sums.sum() + scalars[0] + extra
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
