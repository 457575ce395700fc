"""Whether edges that must not lead back to where they began do so."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["find_cycle"]


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
