"""Second step of the picture: a place for every node, by forces.

Every two nodes push each other away, every edge pulls its ends together, and a weak pull to the
middle keeps loose parts in sight. It starts from a fixed spiral, so nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

__all__ = ["Float64", "place"]

Float64 = npt.NDArray[np.float64]

_ROUNDS = 240
_GRAVITY = 0.02
_WIDTH = 1.35  # screens are wider than high
_GOLDEN_ANGLE = np.pi * (3 - np.sqrt(5))


def place(
    n_nodes: int,
    pairs: Sequence[tuple[int, int]],
    weights: Sequence[float],
    radii: Sequence[float],
) -> Float64:
    """Return the places of the nodes.

    Args:
        n_nodes: how many nodes there are.
        pairs: (m, 2) edges as row numbers.
        weights: (m,) how hard each edge pulls, > 0.
        radii: (n,) how much room each node takes, in the unit of the result.

    Returns:
        (n, 2) float64, in a field a third wider than high, around (0, 0).

    Complexity:
        O(rounds x n^2); meant for n up to about 1,000.

    References:
        Jacomy, Venturini, Heymann, Bastian 2014, "ForceAtlas2, a continuous graph layout
        algorithm", PLoS ONE 9(6): repulsion by degree and linear attraction. Without its
        adaptive speed: the step falls linearly, as in Fruchterman and Reingold 1991.
    """
    if n_nodes == 0:
        return np.zeros((0, 2))
    ends = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    pull = np.asarray(weights, dtype=np.float64)
    room = np.asarray(radii, dtype=np.float64)
    mass: Float64 = 1.0 + np.bincount(ends.ravel(), minlength=n_nodes).astype(np.float64)
    scale = 12.0
    at = _spiral(n_nodes, mass) * scale
    # The longest step of a round falls from a tenth of the field to nothing.
    widest = scale * np.sqrt(n_nodes) / 4
    for round_number in range(_ROUNDS):
        force = _repulsion(at, mass, room, scale) - _GRAVITY * mass[:, None] * at
        gap = at[ends[:, 1]] - at[ends[:, 0]]
        along = gap * (pull / 6)[:, None]
        np.add.at(force, ends[:, 0], along)
        np.add.at(force, ends[:, 1], -along)
        length = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        limit = widest * (1 - round_number / _ROUNDS)
        at = at + force / length * np.minimum(length / mass[:, None], limit)
    at = _spread(at * (_WIDTH, 1.0), room)
    middle: Float64 = at - (at.max(axis=0) + at.min(axis=0)) / 2
    return middle


def _spiral(n_nodes: int, mass: Float64) -> Float64:
    """Put the best connected in the middle and the others around them."""
    rank = np.empty(n_nodes)
    rank[np.lexsort((np.arange(n_nodes), -mass))] = np.arange(n_nodes)
    radius, angle = np.sqrt(rank + 0.5), rank * _GOLDEN_ANGLE
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1)


def _repulsion(at: Float64, mass: Float64, room: Float64, scale: float) -> Float64:
    x, y = at[:, 0], at[:, 1]
    square = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    near = np.maximum(square, (room[:, None] + room) ** 2 / 4 + 1e-6)
    root = np.sqrt(mass)
    strength = scale * (root[:, None] * root) / near
    np.fill_diagonal(strength, 0.0)
    # sum_j s_ij (a_i - a_j); einsum and not a matrix product, whose sums depend on the threads.
    force: Float64 = strength.sum(axis=1)[:, None] * at - np.einsum("ij,jk->ik", strength, at)
    return force


def _spread(at: Float64, room: Float64) -> Float64:
    """Move nodes that lie on each other apart, a little at a time."""
    for _ in range(60):
        gap = at[:, None, :] - at[None, :, :]
        distance = np.sqrt(np.einsum("ijk,ijk->ij", gap, gap)) + 1e-9
        overlap = np.maximum(room[:, None] + room[None, :] + 2.0 - distance, 0.0)
        np.fill_diagonal(overlap, 0.0)
        if not overlap.any():
            break
        at = at + np.einsum("ij,ijk->ik", overlap / distance * 0.25, gap)
    return at
