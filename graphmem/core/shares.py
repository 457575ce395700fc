"""Which contributions to an edge stand with it, and which apart.

An edge that N sources speak for would else be read and written N times with all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

__all__ = ["MAX_INLINE", "Shares", "split_shares"]

MAX_INLINE = 64
"""So many contributions stand with an edge; few edges have more."""

K = TypeVar("K", int, str)


class Shares(NamedTuple, Generic[K]):
    """Where the contributions to an edge are written.

    Attributes:
        inline: those with the edge.
        beyond: those that are put in rows of their own.
        n_beyond: how many the edge has of these, with those that stay as they are.
    """

    inline: dict[K, float]
    beyond: dict[K, float]
    n_beyond: int


def split_shares(
    weights: Mapping[K, float],
    inline: frozenset[K],
    joined: frozenset[K],
    n_beyond: int,
    most: int = MAX_INLINE,
) -> Shares[K]:
    """Say which contributions stand with the edge: those that do, and new ones up to a limit.

    Args:
        weights: what each source contributes; of those apart, only what is written now.
        inline: the sources that stand with the edge so far.
        joined: the sources that did not contribute before.
        n_beyond: how many stand apart so far.
        most: how many may stand with it.
    """
    if not n_beyond and len(weights) <= most:
        return Shares(dict(weights), {}, 0)
    room = max(0, most - len(inline))
    near = inline.union(sorted(joined)[:room])
    return Shares(
        {source: weight for source, weight in weights.items() if source in near},
        {source: weight for source, weight in weights.items() if source not in near},
        n_beyond + len(joined - near),
    )
