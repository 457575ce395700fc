"""What a server tells about a few nodes, where the rest stays with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from graphmem_schemas import EdgeKind, Passage

__all__ = ["LinkPage", "PassageCandidate"]


@dataclass(frozen=True, slots=True, eq=False)
class LinkPage:
    """The links of one node, in columns of equal length.

    Attributes:
        neighbours: uid at the other end of each link.
        kinds: kind of each link's edge.
        weights: weight of each edge.
        outgoing: whether each edge starts at this node.
        degrees: how many links, of all kinds that are walked, each neighbour has.
        counts: how many passages mention each neighbour.
        count: how many mention this node.
    """

    neighbours: Sequence[str] = ()
    kinds: Sequence[EdgeKind] = ()
    weights: Sequence[float] = ()
    outgoing: Sequence[bool] = ()
    degrees: Sequence[int] = ()
    counts: Sequence[int] = ()
    count: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class PassageCandidate:
    """A passage that a server proposes.

    Attributes:
        vector: (d,) float32; None where it has none.
    """

    passage: Passage
    vector: npt.NDArray[np.float32] | None
