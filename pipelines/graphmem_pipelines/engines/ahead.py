"""How items are put together for workers, and how many are handed out ahead.

A worker gets some small items at once, since a trip between processes costs about as much as a
short text; and as many as may be read ahead are bounded by number and by bytes, so that the
memory of a job does not depend on its length.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import TypeVar

from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.ledger.rows import Item

__all__ = ["Portion", "in_order", "portions"]

Portion = tuple[Item, ...]

_MAX_ITEMS = 8
_MAX_PORTION_BYTES = 16_384
_MAX_AHEAD_BYTES = 16_000_000

_Flight = TypeVar("_Flight")


def portions(items: Iterable[Item]) -> Iterator[Portion]:
    """Put items together, in order, until there are 8 or they have 16 kB."""
    some: list[Item] = []
    n_bytes = 0
    for item in items:
        if some and (len(some) == _MAX_ITEMS or n_bytes + item.size > _MAX_PORTION_BYTES):
            yield tuple(some)
            some, n_bytes = [], 0
        some.append(item)
        n_bytes += item.size
    if some:
        yield tuple(some)


def in_order(
    items: Iterable[Item],
    n_ahead: int,
    start: Callable[[Portion], _Flight],
    finish: Callable[[Portion, _Flight], Iterable[Outcome]],
) -> Generator[Outcome]:
    """Yield outcomes in the order of their items, with some portions under way at any time.

    Args:
        items: taken as they are needed.
        n_ahead: portions that are under way at most.
        start: hands a portion to a worker.
        finish: waits for what came of it; only ever asked for the oldest one.
    """
    flying: deque[tuple[Portion, _Flight]] = deque()
    waiting = portions(items)
    n_bytes, left = 0, True
    while True:
        while left and len(flying) < n_ahead and (not flying or n_bytes < _MAX_AHEAD_BYTES):
            portion = next(waiting, None)
            left = portion is not None
            if portion is not None:
                flying.append((portion, start(portion)))
                n_bytes += _size(portion)
        if not flying:
            return
        # It stays among those that fly until it is through: a worker's death may concern it.
        portion, flight = flying[0]
        yield from finish(portion, flight)
        flying.popleft()
        n_bytes -= _size(portion)


def _size(portion: Portion) -> int:
    return sum(item.size for item in portion)
