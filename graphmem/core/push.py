"""Approximate Personalized PageRank by forward push: its cost follows the seeds, not the graph.

Source: R. Andersen, F. Chung, K. Lang, "Local Graph Partitioning using PageRank Vectors", FOCS
2006. Ours differs in three ways: the walk is not lazy; the bar is per link, ε·(number of links),
which bounds the work at 1 / (ε·(1 - damping)) links whatever the weights; nodes push in rounds
instead of a queue, so that the numbering of the nodes does not matter.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.adjacency import Adjacency
from graphmem.core.kernels.push import (
    Steps,
    Work,
    collect_mass,
    push_mass,
    refine_mass,
)
from graphmem.errors import InvalidInput

__all__ = ["Pushed", "Steps", "push"]

_local = threading.local()


@dataclass(frozen=True, slots=True, eq=False)
class Pushed:
    """What a push found.

    Attributes:
        rows: (m,) int32 rows with mass, each once, in no order that means anything.
        mass: (m,) float64 above 0: a lower bound of each row's PageRank. Together with
            `stuck` and `residue` it sums to 1.
        stuck: (n_seeds,) float64: the PageRank of the seeds without links, 0 for the others.
        residue: mass that still walks: all that the true PageRank has beyond `mass`, in sum.
        n_pushed: how often a node handed its mass on.
    """

    rows: npt.NDArray[np.int32]
    mass: npt.NDArray[np.float64]
    stuck: npt.NDArray[np.float64]
    residue: float
    n_pushed: int


def push(
    adjacency: Adjacency,
    rows: npt.NDArray[np.integer[Any]],
    mass: npt.NDArray[np.floating[Any]],
    steps: Steps,
    n_refined: int = 0,
) -> Pushed:
    """Walk from the seeds and return who was visited how often.

    Seeds without links go nowhere: a walk that stands on one starts anew at the seeds, as in
    igraph. No other node can be without links, so this is put in closed form: with σ the seeds'
    share on such nodes, all mass is multiplied by 1 / (1 - damping·σ).
    O(1 / (ε·(1 - damping))) links, whatever the size of the graph.

    Args:
        adjacency: not changed by anyone during the call.
        rows: seeds, each once; below 0 for one that has no row, and so no links.
        mass: of the seeds, above 0; scaled to sum to 1.
        steps: damping and ε in (0, 1); weights of links and scales above 0.
        n_refined: to the rows with most mass, so many of them, all that waits at their
            neighbours is added as far as it would go there next: one step of power iteration.
            That ranks them about as well as an ε ten times as fine, in a fraction of its time.
            O(links of these rows and of their neighbours) more, and up to n_refined steps for
            each row with mass: as many as there are rows with less among the best so far.

    Raises:
        InvalidInput: There is no seed, or mass, damping or ε is out of range.
    """
    _check(mass, steps)
    shares = mass.astype(np.float64) / mass.sum(dtype=np.float64)
    linked = rows >= 0
    linked[linked] = adjacency.degrees[rows[linked]] > 0
    stuck = np.where(linked, 0.0, shares)
    onward = 1.0 / (1.0 - steps.damping * stuck.sum())
    # One order for one set of seeds, so that one question always gives one rounding.
    order = np.argsort(rows[linked], kind="stable")
    found, settled, residue, n_pushed = _walked(
        adjacency,
        rows[linked][order].astype(np.int64),
        shares[linked][order] * onward,
        steps,
        n_refined,
    )
    stuck *= onward * (1.0 - steps.damping)
    return Pushed(found, settled, stuck, residue, n_pushed)


def _walked(
    adjacency: Adjacency,
    rows: npt.NDArray[np.int64],
    mass: npt.NDArray[np.float64],
    steps: Steps,
    n_refined: int,
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float64], float, int]:
    """Return rows with settled mass, that mass, the sum of what still walks, the pushes."""
    work = _work(adjacency.n_nodes, max(adjacency.widest, len(rows)))
    # Between the loops the arrays hold mass: who is interrupted there leaves none to the next.
    _local.work = None
    n_touched, n_pushed = push_mass(adjacency.links, steps, work, rows, mass)
    refined = 0.0
    if n_refined > 0:
        refined = refine_mass(adjacency.links, steps, work, n_touched, n_refined)
    found, settled, residue = collect_mass(work, n_touched, steps.damping)
    _local.work = work
    return found, settled, float(residue - refined), int(n_pushed)


def _check(mass: npt.NDArray[np.floating[Any]], steps: Steps) -> None:
    if not len(mass) or not np.isfinite(mass).all() or mass.min() <= 0:
        raise InvalidInput("a walk needs seeds, each with a finite mass above 0")
    if steps.scales.min() <= 0:
        raise InvalidInput("scales must lie above 0")
    if not (0.0 < steps.damping < 1.0 and 0.0 < steps.epsilon < 1.0):
        raise InvalidInput(
            f"damping and epsilon must lie between 0 and 1, not {steps.damping}, {steps.epsilon}"
        )


def _work(n_nodes: int, n_nearby: int) -> Work:
    """Return this thread's work arrays, large enough for the graph and its longest list."""
    work: Work | None = getattr(_local, "work", None)
    if work is None or len(work.mass) < n_nodes or len(work.nearby) < n_nearby:
        room, width = n_nodes + n_nodes // 4 + 64, n_nearby + n_nearby // 4 + 64
        work = Work(
            mass=np.zeros((room, 2)),
            frontier=np.empty(room, np.int32),
            following=np.empty(room, np.int32),
            amounts=np.empty(room),
            touched=np.empty(room + 1, np.int32),
            nearby=np.empty(width, np.int32),
            portions=np.empty(width),
        )
        _local.work = work
    return work
