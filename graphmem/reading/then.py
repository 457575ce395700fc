"""Questions about a time that is over: "where did Nadia live in 2021?" asks for what held then.

A passage that states what held then comes before one that states what took its place later. Only
facts know that of each other, so what no fact was extracted from stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.reading.newer import N_LOOKED, placed
from graphmem.reading.sides import Pair
from graphmem_schemas import Hit

__all__ = ["held_first"]


def held_first(hits: Sequence[Hit], pairs: frozenset[Pair]) -> tuple[Hit, ...]:
    """Put what held then directly before what did not; the rest keeps its order.

    Args:
        hits: passages, best first; the first N_LOOKED are looked at.
        pairs: of each, what the first passage states held then and what the second states did
            not.

    Returns:
        The hits; those that moved have the score of their place, with a part that says so. At
        most N_LOOKED² / 2 moves.
    """
    order = list(range(min(N_LOOKED, len(hits))))
    for _ in range(N_LOOKED * N_LOOKED // 2):
        found = next(
            (
                (above, below)
                for above, one in enumerate(order)
                for below in range(above + 1, len(order))
                if (hits[order[below]].uid, hits[one].uid) in pairs
            ),
            None,
        )
        if found is None:
            break
        above, below = found
        order.insert(above, order.pop(below))
    first = [placed(hits[at], hits[place].score, "then") for place, at in enumerate(order)]
    return (*first, *hits[len(order) :])
