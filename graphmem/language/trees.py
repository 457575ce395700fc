"""From the moves of the parser to trees: lifted arcs go back, sentences follow the roots."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["lower_arcs", "sentence_starts"]

_LIFTED = "||"


def lower_arcs(heads: list[int], deps: list[str]) -> None:
    """Put back, in place, the arcs that projective parsing had to lift.

    A label "X||Y" says that the head was a word with the label Y somewhere below: the first
    one breadth first is taken (the HEAD scheme of Nivre and Nilsson 2005).
    """
    for word, dep in enumerate(deps):
        if _LIFTED in dep:
            deps[word], _, wanted = dep.partition(_LIFTED)
            heads[word] = _first_below(heads, deps, word, wanted)


def _first_below(heads: Sequence[int], deps: Sequence[str], word: int, wanted: str) -> int:
    level = {heads[word]}
    while level:
        below = [
            child
            for child, head in enumerate(heads)
            if head in level and child not in (head, word)
        ]
        for child in below:
            if deps[child] == wanted:
                return child
        level = set(below)
    return heads[word]


def sentence_starts(heads: Sequence[int]) -> list[int]:
    """Return the first word of each tree; trees do not interleave.

    Complexity: O(n · depth) at most; the way from a word's left neighbour is not gone again.
    """
    first: dict[int, int] = {}
    root_of: list[int] = []
    for word, head in enumerate(heads):
        if head < word:
            root = root_of[head]
        else:
            root = head
            while heads[root] != root:
                root = heads[root]
                if root < word:
                    root = root_of[root]
        root_of.append(root)
        first.setdefault(root, word)
    return sorted(first.values())
