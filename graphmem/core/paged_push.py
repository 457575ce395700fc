"""The forward push over a graph that is not in memory: lists of neighbours come when needed.

The same rounds as in `graphmem.core.push`, so the outcome is the same but for rounding. All that
waits in a round is known before any of it moves on, so a round asks for its missing lists at once.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from graphmem.core.push import Pushed, Steps

__all__ = ["PagedLinks", "Round", "paged_push"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Round(NamedTuple):
    """The lists of a round's nodes, one after another.

    Attributes:
        lengths: (m,) how long each node's list is.
        neighbours: (sum of lengths,) rows.
        codes: (sum of lengths,) uint16 weight codes.
    """

    lengths: Rows
    neighbours: Rows
    codes: npt.NDArray[np.uint16]


class PagedLinks(Protocol):
    """Lists of neighbours by row, fetched where they are not there yet."""

    @property
    def n_rows(self) -> int:
        """How many rows there are by now; lists that are fetched bring new ones."""
        ...

    @property
    def degrees(self) -> npt.NDArray[np.int32]:
        """(n_rows or more,) how many links each row has."""
        ...

    @property
    def counts(self) -> npt.NDArray[np.int32]:
        """(n_rows or more,) how many links of the counted kinds end at each row."""
        ...

    def lists(self, rows: Rows) -> Round:
        """Return the lists of the rows, in their order."""
        ...


def paged_push(
    links: PagedLinks, rows: npt.NDArray[np.integer[Any]], mass: Floats, steps: Steps
) -> Pushed:
    """Walk from the seeds; see `push`, whose arguments and result these are.

    O(1 / (ε·(1 - damping))) links and as many rounds as the mass takes to settle (about
    log ε / log damping), each with at most one fetch.

    Args:
        links: known for the seeds: their degrees tell which have none.
        rows: seeds, each once, 0 or more.
        mass: of the seeds, above 0; scaled to sum to 1.
        steps: as for `push`.
    """
    shares = mass / mass.sum()
    linked = links.degrees[rows] > 0
    stuck = np.where(linked, 0.0, shares)
    onward = 1.0 / (1.0 - steps.damping * stuck.sum())
    waiting, settled = np.zeros(links.n_rows), np.zeros(links.n_rows)
    waiting[rows[linked]] = shares[linked] * onward
    n_pushed = 0
    touched: Rows = np.unique(rows[linked]).astype(np.int64)
    while len(touched):
        frontier = touched[waiting[touched] > steps.epsilon * links.degrees[touched]]
        if not len(frontier):
            break
        n_pushed += len(frontier)
        amounts = waiting[frontier]
        waiting[frontier] = 0.0
        settled[frontier] += (1.0 - steps.damping) * amounts
        given = links.lists(frontier)
        waiting, settled = _grown(waiting, links.n_rows), _grown(settled, links.n_rows)
        np.add.at(waiting, given.neighbours, _portions(links, given, steps, amounts))
        touched = np.unique(given.neighbours)
    settled += (1.0 - steps.damping) * waiting
    found = np.flatnonzero(settled > 0.0)
    residue = steps.damping * float(waiting.sum())
    stuck *= onward * (1.0 - steps.damping)
    return Pushed(found.astype(np.int32), settled[found], stuck, residue, n_pushed)


def _portions(links: PagedLinks, given: Round, steps: Steps, amounts: Floats) -> Floats:
    """Return what each neighbour gets: damping · amount · w·s / Σ w·s of its node's list."""
    scales = steps.scales[np.minimum(links.counts[given.neighbours], len(steps.scales) - 1)]
    # In float32, as the compiled loop multiplies.
    portions = (steps.weights[given.codes] * scales).astype(np.float64)
    owners = np.repeat(np.arange(len(given.lengths)), given.lengths)
    totals = np.bincount(owners, portions, len(given.lengths))
    shares: Floats = portions * (steps.damping * amounts / totals)[owners]
    return shares


def _grown(array: Floats, size: int) -> Floats:
    if size <= len(array):
        return array
    longer = np.zeros(size + size // 2)
    longer[: len(array)] = array
    return longer
