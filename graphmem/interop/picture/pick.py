"""Which few nodes explain a layer, or what stands around one node: for diagrams, not pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from graphmem.interop.picture.select import Graph
from graphmem_schemas import Edge, Node

__all__ = ["LAYERS", "pick"]

LAYERS: dict[str, tuple[str, ...]] = {
    "evidence": ("Source", "Passage"),
    "events": ("Event",),
    "facts": ("Proposition", "Predicate"),
    "lessons": ("Prescription", "Concept"),
    "hyperedges": ("Hyperedge",),
    "runs": ("Query", "Interaction", "Insight"),
}
"""Labels by the name of their layer; entities come along with whatever they take part in."""


def pick(
    nodes: Iterable[Node],
    edges: Sequence[Edge],
    labels: Collection[str],
    limit: int,
    around: str | None = None,
) -> Graph:
    """Choose nodes of some labels with their neighbours; the same graph gives the same choice.

    Args:
        nodes: where to choose from.
        edges: all edges among them.
        labels: what must be shown first, those with most edges before others.
        limit: how many nodes there is room for.
        around: the uid of a node to show with its neighbours, in place of labels.

    Complexity:
        O(n log n + m).
    """
    by_uid = {node.uid: node for node in sorted(nodes, key=lambda node: node.uid)}
    ends = [(e.start, e.end) for e in edges if e.start in by_uid and e.end in by_uid]
    degree = Counter(uid for pair in ends for uid in pair)

    def rank(uid: str) -> tuple[int, str]:
        return -degree[uid], uid

    first = [around] if around else [uid for uid, node in by_uid.items() if node.label in labels]
    chosen = dict.fromkeys(sorted(filter(by_uid.__contains__, first), key=rank)[:limit])
    votes = Counter(
        other
        for pair in ends
        for uid, other in (pair, pair[::-1])
        if uid in chosen and other not in chosen
    )
    for uid in sorted(votes, key=lambda uid: (-votes[uid], uid))[: limit - len(chosen)]:
        chosen[uid] = None
    kept = [edge for edge in edges if edge.start in chosen and edge.end in chosen]
    kept.sort(key=lambda edge: (edge.kind, edge.start, edge.end))
    return Graph({uid: by_uid[uid] for uid in by_uid if uid in chosen}, tuple(kept))
