"""How much two sets share, and which of many belong together for it."""

from __future__ import annotations

from collections.abc import Sequence, Set

__all__ = ["jaccard", "overlapping"]


def jaccard(one: Set[str], other: Set[str]) -> float:
    """Return the share of what both have in what either has; 0 for two empty sets.

    References: Jaccard 1912, The distribution of the flora in the alpine zone.
    """
    both = len(one & other)
    return both / (len(one) + len(other) - both) if both else 0.0


def overlapping(sets: Sequence[Set[str]], threshold: float) -> list[tuple[int, ...]]:
    """Group sets by what they share with the first of each group.

    With the first and not with the union, so that a group does not drift as it grows: every
    member of a group shares `threshold` with its first.

    Args:
        sets: in order; the order decides who is first.
        threshold: least Jaccard index, above 0 and up to 1.

    Returns:
        Groups of two and more positions, in rising order; each position in one group at most.

    Complexity: O(n · groups).
    """
    groups: list[list[int]] = []
    for at, one in enumerate(sets):
        for group in groups:
            if jaccard(sets[group[0]], one) >= threshold:
                group.append(at)
                break
        else:
            groups.append([at])
    return [tuple(group) for group in groups if len(group) > 1]
