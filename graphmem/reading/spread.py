"""The walk over passages and entities: what the question does not name but leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import log

import numpy as np

from graphmem.ports import Float32, WalkGraph
from graphmem.reading.weights import WALK

__all__ = ["Spread", "spread", "visits"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Where the walk led.

    Attributes:
        mass: share of the walk's time, for the passages it was most at.
        n_pushed: how many nodes handed mass on.
    """

    mass: dict[str, float]
    n_pushed: int


def spread(graph: WalkGraph, seeds: Mapping[str, float]) -> Spread:
    """Walk from the seeds; cost follows their neighbourhood."""
    if not seeds:
        return Spread({}, 0)
    walk = graph.push(seeds, damping=WALK.damping, epsilon=WALK.epsilon)
    mass = dict(walk.top(WALK.n_visited, label="Passage"))
    # Seeds that mention nothing stay where they are.
    mass.update(walk.unlinked)
    return Spread(mass, walk.n_pushed)


def visits(walk: Spread, uids: list[str]) -> Float32:
    """Return (n,) from 0 (not visited) to 1 (most visited), linear in the logarithm of mass."""
    top = max(walk.mass.values(), default=0.0)
    if top <= 0.0:
        return np.zeros(len(uids), np.float32)
    floor = top * WALK.floor
    scale = -log(WALK.floor)
    at = walk.mass.get
    mass = np.maximum(np.array([at(uid, 0.0) for uid in uids], np.float64), floor)
    return (np.log(mass / floor) / scale).astype(np.float32)
