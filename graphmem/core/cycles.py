"""Whether edges that must not lead back to where they began do so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

__all__ = ["closing_cycle", "find_cycle"]

Onwards = Callable[[Sequence[str]], Iterable[tuple[str, str]]]
"""From nodes to the (start, end) of stored edges that start at them; others may be among them."""


def find_cycle(edges: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the nodes of a cycle, in order, the first one again at the end; else nothing.

    The same edges give the same cycle, in whatever order they come.

    Args:
        edges: (start, end) each.

    Complexity: O(n log n) in the number of edges; no recursion.
    """
    ends: dict[str, list[str]] = {}
    for start, end in sorted(set(edges)):
        ends.setdefault(start, []).append(end)
    done: set[str] = set()
    for root in sorted(ends):
        path: dict[str, None] = {}
        waiting = [(root, iter((root,)))]
        while waiting:
            node, left = waiting[-1]
            after = next(left, None)
            if after is None:
                waiting.pop()
                done.add(node)
                if waiting:
                    path.pop(node, None)
            elif after in path:
                nodes = list(path)
                return (*nodes[nodes.index(after) :], after)
            elif after not in done:
                path[after] = None
                waiting.append((after, iter(ends.get(after, ()))))
    return ()


def closing_cycle(pairs: Iterable[tuple[str, str]], onwards: Onwards) -> tuple[str, ...]:
    """Return a cycle that edges close among themselves or with stored ones; else nothing.

    Only what can be reached from the new edges is read, level by level.

    Args:
        pairs: (start, end) of each new edge.
        onwards: asked once a level.
    """
    edges = set(pairs)
    known, frontier = set[str](), {end for _, end in edges}
    while frontier:
        known |= frontier
        further = {(start, end) for start, end in onwards(sorted(frontier)) if start in frontier}
        edges |= further
        frontier = {end for _, end in further} - known
    return find_cycle(edges)
