"""Many memories put into one space, as if their owner had added all to it.

Passages and their sources are copied under names that tell where they are from; entities of the
same name become one, as they do wherever they are met. Facts and events stay behind: passages are
not ranked by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphmem.core.changes import Changes, Vector
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader, GraphStore
from graphmem_schemas import Edge, EdgeKind, Entity, Node, Passage, Source

__all__ = ["Origin", "merge_space", "merged_ref"]

_KINDS: tuple[EdgeKind, ...] = ("MENTIONS", "SHORT_FOR", "SAME_AS")
_LABELS = (Source.label, Passage.label, Entity.label)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something in a merged space is from.

    Attributes:
        name: of the set.
        group: of the set's.
    """

    name: str
    group: str


def merged_ref(origin: Origin, ref: str) -> str:
    """Return a name that nothing from elsewhere has."""
    return f"{origin.name}/{origin.group}/{ref}"


def merge_space(store: GraphStore, origin: Origin, target: GraphStore, space: str) -> int:
    """Put a group's space beside what is in a space already; return how many passages.

    Args:
        store: of the set.
        origin: the set, and the group whose name the space has.
        target: where to.
        space: where to.
    """
    nodes: dict[str, Node] = {}
    edges: list[Edge] = []
    vectors: list[Vector] = []
    batches = store.changes(origin.group, 0, labels=_LABELS, kinds=_KINDS, vectors=True)
    for batch in batches:
        nodes.update((node.uid, node) for node in batch.nodes)
        edges += batch.edges
        vectors += batch.vectors
    new = {uid: _new_uid(origin, node) for uid, node in nodes.items()}
    changes = Changes(
        nodes=tuple(_moved(node, origin, new) for node in nodes.values()),
        edges=tuple(_turned(e, new) for e in edges if e.start in new and e.end in new),
        vectors=tuple(Vector(new[v.uid], v.values) for v in vectors if v.uid in new),
    )

    def plan(_: GraphReader) -> Changes:
        return changes

    target.apply(space, plan)
    return sum(isinstance(node, Passage) for node in nodes.values())


def _new_uid(origin: Origin, node: Node) -> str:
    if isinstance(node, Entity):
        return node.uid
    return content_uid("merged", origin.name, origin.group, node.uid)


def _moved(node: Node, origin: Origin, new: Mapping[str, str]) -> Node:
    if isinstance(node, Passage):
        ref = merged_ref(origin, node.ref or node.uid)
        return node.model_copy(
            update={"uid": new[node.uid], "source": new[node.source], "ref": ref}
        )
    if isinstance(node, Source):
        last = new.get(node.last_passage) if node.last_passage else None
        name = merged_ref(origin, node.name)
        return node.model_copy(update={"uid": new[node.uid], "name": name, "last_passage": last})
    return node


def _turned(edge: Edge, new: Mapping[str, str]) -> Edge:
    return edge.model_copy(
        update={
            "start": new[edge.start],
            "end": new[edge.end],
            "sources": {new.get(key, key): share for key, share in edge.sources.items()},
        }
    )
