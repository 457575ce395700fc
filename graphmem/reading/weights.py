"""Every number of the ranking in one place.

They were set by hand, in round numbers, while looking at the dev sets of `docs/quality.md`; no
script fits them yet. Which row counts for a passage is decided by the passage alone (has it a
title, a speaker?), never by the collection that it is in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from graphmem.core.lexical import PassageKind
from graphmem.ports import Float32

__all__ = ["COLUMNS", "FLAT", "SHARES", "WALK", "WalkWeights"]

# What the flat score is the sum of. All but the last five are divided by their maximum among the
# candidates of the question; the others lie between 0 and 1 as they are.
COLUMNS = (
    "passage", "window", "sentence", "session", "answer", "dense",
    "title share", "title exact", "rarest", "speaker", "user",
)  # fmt: skip

_ROWS: dict[PassageKind, dict[str, float]] = {
    PassageKind.NOTE: {"passage": 1.4, "dense": 1.2},
    PassageKind.TITLED: {
        "window": 0.5, "sentence": 0.7, "dense": 2.0, "title share": 0.5, "title exact": 0.5,
        "rarest": 0.4,
    },
    PassageKind.PERSON_TURN: {
        "window": 1.3, "sentence": 0.7, "session": 1.1, "answer": 1.1, "dense": 0.8,
        "speaker": 0.4,
    },
    PassageKind.ROLE_TURN: {
        "passage": 0.7, "window": 0.7, "sentence": 0.3, "session": 0.5, "dense": 1.4, "user": 0.9,
    },
    PassageKind.SECTION: {"passage": 2.0, "window": 0.8, "dense": 0.8, "rarest": 1.0},
}  # fmt: skip

FLAT: Float32 = np.array(
    [[_ROWS[kind].get(name, 0.0) for name in COLUMNS] for kind in PassageKind], np.float32
)
"""(kinds, columns): how much each column counts in the flat score."""

SHARES: Float32 = np.array(
    #  flat  walk
    [
        (1.0, 0.0),  # NOTE
        (0.15, 4.0),  # TITLED
        (1.0, 0.0),  # PERSON_TURN
        (1.0, 0.0),  # ROLE_TURN
        (1.0, 0.0),  # SECTION
    ],
    np.float32,
)
"""(kinds, 2): how much the flat score and the walk (0 to 1) count in the end. Links lead to the
second half of a question over titled documents; a turn's evidence mostly lies next to it. The
rows are on one scale, so that a memory may hold passages of every kind."""


@dataclass(frozen=True, slots=True)
class WalkWeights:
    """How the walk is made.

    Attributes:
        n_seeds: passages that it starts from.
        temperature: of the softmax of their flat scores.
        damping: probability of going on at each step.
        epsilon: mass below which a link is not followed.
        n_visited: passages that it may bring in.
        floor: mass, relative to the most visited passage, that counts as none.
    """

    n_seeds: int = 20
    temperature: float = 0.5
    damping: float = 0.85
    epsilon: float = 5e-4
    n_visited: int = 40
    floor: float = 1e-4


WALK = WalkWeights()
