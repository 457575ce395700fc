"""What the demo asks of the user's own texts: whom and what they name most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from graphmem.ports import GraphStore
from graphmem_schemas import Entity

__all__ = ["question_about", "topics"]

# A name is worth a question before a common noun is.
_NAMED = frozenset(("person", "organization", "place"))


def topics(store: GraphStore, space: str, passages: Sequence[str], n: int = 3) -> list[str]:
    """Return the names of what most of the passages mention; people, firms and places first.

    Args:
        passages: uids.
        n: how many names at most.
    """
    edges = store.neighbours(space, passages, ["MENTIONS"])
    mentions = Counter(edge.end for edge in edges)
    found = [node for node in store.get(space, sorted(mentions)) if isinstance(node, Entity)]
    # Of two that are named as often, the longer name says more.
    found.sort(key=lambda e: (e.kind not in _NAMED, -mentions[e.uid], -len(e.name), e.name))
    names: list[str] = []
    for entity in found:
        if not any(entity.name in name for name in names):
            names.append(entity.name)
    return names[:n]


def question_about(name: str) -> str:
    """Return a question whose only word to look for is the name."""
    return f"Tell me about {name}."
