"""What hangs on a fact, carried along when the fact is put again or becomes part of another.

Laying a timeline out anew knows a fact's own edges only: its evidence, its ends and its rivals.
Hyperedges, concepts and uses hang on it as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from graphmem.core.contents import Content, content_of
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, EdgeKind, Hyperedge, Node, Proposition

__all__ = ["Carried", "carry"]

_HANGING: tuple[EdgeKind, ...] = ("MEMBER", "ABOUT", "USED")


@dataclass(slots=True)
class Carried:
    """Edges to put again, and hyperedges whose members have other uids now."""

    edges: list[Edge] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)


def carry(
    removed: Collection[str],
    put: Mapping[str, Node],
    reader: GraphReader,
    space: str,
    gone: Collection[str] = (),
    *,
    says: Callable[[Proposition], Content] = content_of,
) -> Carried:
    """Say what to put again of what hangs on facts that a new layout removes.

    Args:
        removed: facts that the layout removes; some of them are put again.
        put: nodes that are put after that.
        reader: the store as it is now; three reads, none where no fact is removed.
        space: the space.
        gone: nodes that go for good.
        says: what a stored fact says, as it is kept today.
    """
    carried = Carried()
    moved = sorted(set(removed) - set(gone))
    if not moved:
        return carried
    heir = _heirs([n for n in reader.get(space, moved) if isinstance(n, Proposition)], put, says)
    hyperedges: dict[str, None] = {}
    for edge in reader.neighbours(space, moved, _HANGING):
        start, end = heir.get(edge.start, edge.start), heir.get(edge.end, edge.end)
        if start is None or end is None or {start, end} & set(gone):
            continue
        carried.edges.append(edge.model_copy(update={"start": start, "end": end}))
        if edge.kind == "MEMBER" and end != edge.end:
            hyperedges[start] = None
    for stored in reader.get(space, list(hyperedges)):
        node = put.get(stored.uid, stored) if stored else None
        if isinstance(node, Hyperedge):
            members = tuple(heir.get(uid) or uid for uid in node.members)
            carried.nodes.append(node.model_copy(update={"members": members}))
    return carried


def _heirs(
    moved: Sequence[Proposition],
    put: Mapping[str, Node],
    says: Callable[[Proposition], Content],
) -> dict[str, str | None]:
    """The fact that each of them is from now on: itself, or the first that says the same."""
    heir: dict[str, str | None] = {}
    uids = {fact.uid for fact in moved}
    for fact in moved:
        first = says(fact).uid
        there = first in put or first not in uids
        heir[fact.uid] = fact.uid if fact.uid in put else first if there else None
    return heir
