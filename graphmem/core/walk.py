"""Where a walk ended: mass by node, named and ranked only as far as someone asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from graphmem.core.uid_index import UidIndex
from graphmem_schemas import EdgeKind

__all__ = ["WALK_LABELS", "Link", "Walk"]

# By code; nodes of any other label, or of one that no edge tells, have code 0.
WALK_LABELS = ("", "Passage", "Entity", "Event", "Proposition")

_DIGITS = 10
# By exponent. Up to 22 these are exact; where mass is that small, rounding needs no more places.
_TENS = np.array([float(10**exponent) for exponent in range(23)])


class Link(NamedTuple):
    """One edge as seen from `uid`, which is its start where `outgoing` is set."""

    uid: str
    neighbour: str
    kind: EdgeKind
    weight: float
    outgoing: bool


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """How much of the mass that set out from the seeds came to rest where.

    Attributes:
        rows: (m,) int32 rows of `index`, each once.
        mass: (m,) float64 above 0.
        labels: (m,) uint8 codes into `WALK_LABELS`.
        unlinked: seeds that no edge touches, with their mass; the graph has no label for them.
        n_pushed: how often a node handed its mass on.
        residue: mass that was still under way; all mass and this sum to 1.
    """

    index: UidIndex
    rows: npt.NDArray[np.int32]
    mass: npt.NDArray[np.float64]
    labels: npt.NDArray[np.uint8]
    unlinked: tuple[tuple[str, float], ...]
    n_pushed: int
    residue: float

    def top(self, n: int, *, label: str | None = None) -> list[tuple[str, float]]:
        """Return the n nodes with most mass, as (uid, mass), best first; ties by uid.

        Mass is rounded to 10 digits, so that the order in which the graph grew does not show.
        O(m + n log n). With a label, seeds without edges are left out.
        """
        if n < 1:
            return []
        chosen = np.arange(len(self.rows))
        if label is not None:
            if label not in WALK_LABELS[1:]:
                return []
            chosen = np.flatnonzero(self.labels == WALK_LABELS.index(label))
        if len(chosen) > n:
            bar = np.partition(self.mass[chosen], len(chosen) - n)[len(chosen) - n]
            # What rounding may make equal to the last one takes part in the tie.
            chosen = chosen[self.mass[chosen] >= bar * (1 - 10.0 ** (1 - _DIGITS))]
        uids, mass = self.index.uids(self.rows[chosen]), self.mass[chosen]
        if label is None and self.unlinked:
            uids += [uid for uid, _ in self.unlinked]
            mass = np.concatenate([mass, [share for _, share in self.unlinked]])
        found = zip(uids, _rounded(mass).tolist(), strict=True)
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[:n]

    def of(self, uids: Sequence[str]) -> npt.NDArray[np.float64]:
        """Return the mass of each uid, 0 where the walk did not come. O(m log m)."""
        mass = np.zeros(len(uids))
        if len(self.rows) and len(uids):
            order = np.argsort(self.rows, kind="stable")
            rows = self.index.rows(uids)
            places = np.minimum(np.searchsorted(self.rows, rows, sorter=order), len(order) - 1)
            found = order[places]
            mass = np.where(self.rows[found] == rows, self.mass[found], 0.0)
        stuck = dict(self.unlinked)
        if stuck:
            mass += [stuck.get(uid, 0.0) for uid in uids]
        return mass


def _rounded(mass: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Round numbers above 0 and up to 1 to `_DIGITS` digits."""
    places = (_DIGITS - 1) - np.floor(np.log10(mass)).astype(np.intp)
    scales = _TENS[np.minimum(places, len(_TENS) - 1)]
    rounded: npt.NDArray[np.float64] = np.rint(mass * scales) / scales
    return rounded
