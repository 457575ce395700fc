"""The loop of the forward push."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.compile import kernel
from graphmem.core.kernels.links import Links

__all__ = ["Steps", "Work", "collect_mass", "push_mass", "refine_mass"]

Float64 = npt.NDArray[np.float64]


class Steps(NamedTuple):
    """How a step is taken: p(u→v) = w·s_v / Σ w'·s_v'.

    Attributes:
        weights: (65,536,) float32: w by the link's code; 0 for no link.
        scales: (k,) float32 above 0: s_v by the node's count; the last for all counts above.
        damping: the probability of going on.
        epsilon: mass per link below which a node waits.
    """

    weights: npt.NDArray[np.float32]
    scales: npt.NDArray[np.float32]
    damping: float
    epsilon: float


class Work(NamedTuple):
    """Arrays that calls reuse; all zeros in `mass` between calls.

    Attributes:
        mass: (n, 2) float64: what still walks, and what has settled.
        frontier: (n,) int32: nodes of this round.
        following: (n,) int32: nodes of the next round.
        amounts: (n,) float64: what each node of this round hands on.
        touched: (n,) int32: nodes with any mass.
        nearby: (w,) int32: neighbours of the node whose turn it is.
        portions: (w,) float64: w·s of each of them.
    """

    mass: Float64
    frontier: npt.NDArray[np.int32]
    following: npt.NDArray[np.int32]
    amounts: Float64
    touched: npt.NDArray[np.int32]
    nearby: npt.NDArray[np.int32]
    portions: Float64


@kernel()
def _gather(links: Links, steps: Steps, work: Work, node: int) -> tuple[int, float]:
    """Write a node's neighbours and w·s of each into `work`; return how many, and Σ w·s."""
    # Arrays are taken out of their tuples first: inside a loop that costs more than the work.
    counts, scales, weights = links.counts, steps.scales, steps.weights
    nearby, portions = work.nearby, work.portions
    last = len(scales) - 1
    n, total = 0, 0.0
    if node < len(links.offsets) - 1:
        neighbours, codes = links.neighbours, links.codes
        for at in range(links.offsets[node], links.offsets[node + 1]):
            neighbour = neighbours[at]
            portion = float(weights[codes[at]])
            if last:
                portion *= float(scales[min(counts[neighbour], last)])
            if portion > 0.0:
                nearby[n], portions[n] = neighbour, portion
                total += portion
                n += 1
    if node < len(links.heads):
        neighbours, codes, nexts = links.new_neighbours, links.new_codes, links.nexts
        chained = links.heads[node]
        while chained != -1:
            neighbour = neighbours[chained]
            portion = float(weights[codes[chained]])
            portion *= float(scales[min(counts[neighbour], last)])
            if portion > 0.0:
                nearby[n], portions[n] = neighbour, portion
                total += portion
                n += 1
            chained = nexts[chained]
    return n, total


@kernel()
def _hand_on(
    work: Work,
    degrees: npt.NDArray[np.int32],
    epsilon: float,
    n_nearby: int,
    amount: float,
    sizes: tuple[int, int],
) -> tuple[int, int]:
    """Give each of the nearby its portion times the amount.

    Returns:
        The sizes of `touched` and `following`.
    """
    mass, touched, following = work.mass, work.touched, work.following
    nearby, portions = work.nearby, work.portions
    n_touched, n_following = sizes
    for i in range(n_nearby):
        node = nearby[i]
        before = mass[node, 0]
        after = before + portions[i] * amount
        mass[node, 0] = after
        if after > epsilon and before <= epsilon * degrees[node] < after:
            following[n_following] = node
            n_following += 1
        # Written always and kept at times: a branch that goes either way costs more.
        touched[n_touched] = node
        n_touched += (before == 0.0) & (after > 0.0) & (mass[node, 1] == 0.0)
    return n_touched, n_following


@kernel()
def _total(links: Links, steps: Steps, node: int) -> float:
    """Return Σ w·s over a node's links."""
    counts, scales, weights = links.counts, steps.scales, steps.weights
    last = len(scales) - 1
    total = 0.0
    if node < len(links.offsets) - 1:
        neighbours, codes = links.neighbours, links.codes
        for at in range(links.offsets[node], links.offsets[node + 1]):
            portion = float(weights[codes[at]])
            if last:
                portion *= float(scales[min(counts[neighbours[at]], last)])
            total += portion
    if node < len(links.heads):
        neighbours, codes, nexts = links.new_neighbours, links.new_codes, links.nexts
        chained = links.heads[node]
        while chained != -1:
            total += float(weights[codes[chained]]) * float(
                scales[min(counts[neighbours[chained]], last)]
            )
            chained = nexts[chained]
    return total


@kernel()
def push_mass(
    links: Links,
    steps: Steps,
    work: Work,
    rows: npt.NDArray[np.int64],
    mass: Float64,
) -> tuple[int, int]:
    """Push from seeds that have links, in rounds; see `graphmem.core.push`.

    In a round all waiting nodes hand on what they held when it began, so the outcome does not
    depend on how nodes are numbered or lists are ordered, but for rounding.

    Returns:
        How many nodes `work` has mass of, until `collect_mass`, and the number of pushes.
    """
    degrees, epsilon, damping = links.degrees, steps.epsilon, steps.damping
    for i in range(len(rows)):
        work.nearby[i], work.portions[i] = rows[i], mass[i]
    sizes = _hand_on(work, degrees, epsilon, len(rows), 1.0, (0, 0))
    frontier, following = work.following, work.frontier
    n_pushed = 0
    while sizes[1] > 0:
        n_frontier = sizes[1]
        n_pushed += n_frontier
        for i in range(n_frontier):
            node = frontier[i]
            amount = work.mass[node, 0]
            work.amounts[i] = damping * amount
            work.mass[node, 0] = 0.0
            work.mass[node, 1] += (1.0 - damping) * amount
        sizes = (sizes[0], 0)
        turn = Work(
            work.mass, frontier, following, work.amounts, work.touched, work.nearby, work.portions
        )
        for i in range(n_frontier):
            n_nearby, total = _gather(links, steps, turn, frontier[i])
            sizes = _hand_on(turn, degrees, epsilon, n_nearby, work.amounts[i] / total, sizes)
        frontier, following = following, frontier
    return sizes[0], n_pushed


@kernel()
def refine_mass(links: Links, steps: Steps, work: Work, n_touched: int, n_refined: int) -> float:
    """Add to the rows with most mass what one step of all that waits would; return that in sum.

    Rows that tie at the bar are left out, so that numbering does not matter. A kernel of its own,
    so that who does not refine need not compile it.
    """
    damping, scales, last = steps.damping, steps.scales, len(steps.scales) - 1
    mass, touched, held = work.mass, work.touched, work.amounts
    for i in range(n_touched):
        held[i] = mass[touched[i], 1] + (1.0 - damping) * mass[touched[i], 0]
    bar = _highest_left_out(held, n_touched, n_refined)
    leaders, n_leaders = np.empty(min(n_touched, n_refined), np.int32), 0
    for i in range(n_touched):
        if held[i] > bar:
            leaders[n_leaders] = touched[i]
            n_leaders += 1
    added = np.zeros(n_leaders, np.float64)
    for i in range(n_leaders):
        node = leaders[i]
        # Links are symmetric but for the scale of the end: w·s(end) is asked, w·s(start) given.
        scale = float(scales[min(links.counts[node], last)])
        n_nearby, _ = _gather(links, steps, work, node)
        for j in range(n_nearby):
            start = work.nearby[j]
            if mass[start, 0] > 0.0:
                given = work.portions[j] / float(scales[min(links.counts[start], last)])
                share = given * scale / _total(links, steps, start)
                added[i] += damping * (1.0 - damping) * share * mass[start, 0]
    refined = 0.0
    for i in range(n_leaders):
        mass[leaders[i], 1] += added[i]
        refined += added[i]
    return refined


@kernel()
def _highest_left_out(values: Float64, n: int, n_best: int) -> float:
    """Return the (n_best + 1)-th highest of n values; 0 where there are no more.

    O(n), and n_best times that where they rise. `np.partition` takes ten seconds to compile.
    """
    best = np.zeros(n_best + 1, np.float64)  # highest first; what falls off the end is left out
    for i in range(n):
        value, place = values[i], n_best
        if value > best[place]:
            while place > 0 and best[place - 1] < value:
                best[place] = best[place - 1]
                place -= 1
            best[place] = value
    return float(best[n_best])


@kernel()
def collect_mass(
    work: Work, n_touched: int, damping: float
) -> tuple[npt.NDArray[np.int32], Float64, float]:
    """Return rows, their mass and what still walks; leave `mass` as it was found.

    Of what waits on a node, the share that would end right there is that node's.
    """
    settled = np.empty(n_touched, np.float64)
    residue = 0.0
    for i in range(n_touched):
        node = work.touched[i]
        waiting = work.mass[node, 0]
        settled[i] = work.mass[node, 1] + (1.0 - damping) * waiting
        residue += damping * waiting
        work.mass[node, 0] = 0.0
        work.mass[node, 1] = 0.0
    return work.touched[:n_touched].copy(), settled, residue
