"""Applying one change to what a space holds."""

from __future__ import annotations

from collections import Counter

from graphmem.core.changes import Changes, EdgeKey, Vector
from graphmem.errors import InvalidInput
from graphmem.stores.memory.space import Space, edge_key
from graphmem_schemas import Edge, Node

__all__ = ["Writer", "check"]


def check(held: Space, changes: Changes) -> None:
    """Refuse what cannot be applied whole, before anything is.

    Raises:
        InvalidInput: An edge or a vector of a node that would not be there, or a vector that
            no store can keep.
    """
    gone = set(changes.remove_nodes)
    put = {node.uid for node in changes.nodes}

    def there(uid: str) -> bool:
        return uid in put or (uid in held.nodes and uid not in gone)

    for edge in changes.edges:
        for uid in (edge.start, edge.end):
            if not there(uid):
                msg = f"edge {edge.kind} {edge.start} -> {edge.end}: no node {uid}; put it first"
                raise InvalidInput(msg)
    for vector in changes.vectors:
        if not there(vector.uid):
            msg = f"vector of {vector.uid}: there is no such node; put it first"
            raise InvalidInput(msg)
        vector.check()


class Writer:
    """Applies one change that has been checked, so that nothing in it can fail."""

    def __init__(self, held: Space, seq: int) -> None:
        self.held = held
        self.seq = seq
        self.nodes_removed: Counter[str] = Counter()
        self.edges_removed: Counter[str] = Counter()
        self.touched = False

    def apply(self, changes: Changes) -> None:
        """Removals come first, so that what is removed and put in one change is there."""
        for source in changes.remove_sources:
            for key in sorted(self.held.given_by.pop(source, ())):
                self._drop_source(key, source)
        for uid in changes.remove_nodes:
            self._remove_node(uid)
        for node in changes.nodes:
            self._put_node(node)
        for edge in changes.edges:
            self._put_edge(edge)
        for vector in changes.vectors:
            self._put_vector(vector)

    def _log(self, key: str | EdgeKey) -> None:
        self.touched = True
        self.held.log_seqs.append(self.seq)
        self.held.log_keys.append(key)

    def _put_node(self, node: Node) -> None:
        old = self.held.nodes.get(node.uid)
        if old is not None and old[1] == node:
            return
        if old is not None:
            self._forget_keys(old[1])
        self.held.nodes[node.uid] = (self.seq, node)
        for key in node.lookup_keys:
            self.held.found[node.label, key].add(node.uid)
        self._log(node.uid)

    def _forget_keys(self, node: Node) -> None:
        for key in node.lookup_keys:
            self.held.found[node.label, key].discard(node.uid)
            if not self.held.found[node.label, key]:
                del self.held.found[node.label, key]

    def _put_edge(self, edge: Edge) -> None:
        key = edge_key(edge)
        old = self.held.edges.get(key, (0, None))[1]
        new = _merged(old, edge)
        if old == new:
            return
        self.held.edges[key] = (self.seq, new)
        for uid in (edge.start, edge.end):
            self.held.touching[uid].add(key)
        for source in edge.sources:
            self.held.given_by[source].add(key)
        self._log(key)

    def _put_vector(self, vector: Vector) -> None:
        old = self.held.vectors.get(vector.uid)
        if old is not None and old[1].values.tobytes() == vector.values.tobytes():
            return
        self.held.vectors[vector.uid] = (self.seq, Vector(vector.uid, vector.values.copy()))
        self._log(vector.uid)

    def _drop_source(self, key: EdgeKey, source: str) -> None:
        edge = self.held.edges[key][1]
        rest = {uid: weight for uid, weight in edge.sources.items() if uid != source}
        if not rest:
            self._remove_edge(key)
            return
        self.held.edges[key] = (self.seq, edge.model_copy(update={"sources": rest}))
        self._log(key)

    def _remove_edge(self, key: EdgeKey) -> None:
        edge = self.held.edges.pop(key)[1]
        for uid in (edge.start, edge.end):
            self.held.touching[uid].discard(key)
        for source in edge.sources:
            if source in self.held.given_by:
                self.held.given_by[source].discard(key)
        self.held.removed_edges[key] = self.seq
        self.edges_removed[edge.kind] += 1
        self._log(key)

    def _remove_node(self, uid: str) -> None:
        if uid not in self.held.nodes:
            return
        for key in sorted(self.held.touching.pop(uid, ())):
            self._remove_edge(key)
        node = self.held.nodes.pop(uid)[1]
        self._forget_keys(node)
        self.held.vectors.pop(uid, None)
        self.held.removed_nodes[uid] = self.seq
        self.nodes_removed[node.label] += 1
        self._log(uid)


def _merged(old: Edge | None, new: Edge) -> Edge:
    """Replace the contributions of the new edge's sources, keep those of the others.

    Of the other attributes (the role, the span), what the new edge leaves open stays.
    """
    known = {name: value for name, value in new if value is not None}
    sources = {**(old.sources if old else {}), **new.sources}
    update = {**known, "sources": dict(sorted(sources.items()))}
    return (old or new).model_copy(update=update)
