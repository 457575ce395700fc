"""Applying one change inside a write transaction: nodes, keys, vectors, edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from graphmem.core.changes import Changes, Commit, Vector
from graphmem.core.property_graph import property_types
from graphmem.stores.neo4j.edges import EdgeWriter
from graphmem.stores.neo4j.rows import chunks, encode_node, encode_vector, extra_keys
from graphmem.stores.neo4j.transaction import Found, Transaction
from graphmem_queries.texts import text
from graphmem_schemas import Node

__all__ = ["write"]

_BATCH_ROWS = 5_000
_BATCH_VECTORS = 1_000


def write(transaction: Transaction, changes: Changes) -> Commit:
    """Apply the changes within the transaction; `seq` 0 says that nothing changed.

    Raises:
        InvalidInput: The changes cannot be applied whole.
    """
    edges = EdgeWriter(transaction)
    nodes = _NodeWriter(transaction)
    vectors = {vector.uid: vector for vector in changes.vectors}
    transaction.read_nodes([*(node.uid for node in changes.nodes), *changes.remove_nodes])
    edges.remove_sources(changes.remove_sources)
    nodes.remove(changes.remove_nodes, edges)
    nodes.put(changes.nodes, vectors)
    edges.put(changes.edges)
    nodes.put_vectors(vectors)
    edges.forget_where_none()
    return transaction.finish()


class _NodeWriter:
    """Puts and removes nodes, their keys and their vectors."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def put(self, nodes: Sequence[Node], vectors: dict[str, Vector]) -> None:
        """Insert new nodes, replace those that differ, leave the others alone.

        Args:
            nodes: the last of a uid counts.
            vectors: by uid; those that came in with a new node are taken out.
        """
        fresh: list[Node] = []
        changed: list[tuple[Node, Found, Node]] = []
        for node in {node.uid: node for node in nodes}.values():
            found = self._tx.found.get(node.uid)
            if found is None:
                fresh.append(node)
            elif (old := found.node) != node:
                changed.append((node, found, old))
        self._create([node for node in fresh if node.uid not in vectors])
        self._create_with([(node, vectors.pop(node.uid)) for node in fresh if node.uid in vectors])
        self._add_keys({key for node in fresh for key in extra_keys(node)})
        self._replace(changed)

    def _create(self, nodes: Sequence[Node]) -> None:
        tx = self._tx
        for part in chunks(nodes, _BATCH_ROWS):
            rows = [(node.label, *encode_node(node, tx.space, tx.seq)) for node in part]
            ((ids,),) = tx.run(text("store/create_nodes"), rows=rows)
            self._made(part, ids)

    def _create_with(self, pairs: Sequence[tuple[Node, Vector]]) -> None:
        """Insert new nodes with their vectors, in one go."""
        tx = self._tx
        for part in chunks(pairs, _BATCH_VECTORS):
            rows = [
                (node.label, *encode_node(node, tx.space, tx.seq), encode_vector(vector))
                for node, vector in part
            ]
            ((ids,),) = tx.run(text("store/create_nodes_with_vectors"), rows=rows, seq=tx.seq)
            self._made([node for node, _ in part], ids)
        for node, vector in pairs:
            tx.dimensions.setdefault(node.label, len(vector.values))
        tx.totals["n_vectors"] += len(pairs)
        tx.changed(len(pairs))

    def _made(self, nodes: Sequence[Node], ids: Sequence[str]) -> None:
        tx = self._tx
        for node, i in zip(nodes, ids, strict=True):
            tx.found[node.uid] = Found(node.label, i, is_fresh=True)
            tx.totals[f"n_{node.label}"] += 1
        tx.totals["n_nodes"] += len(nodes)
        tx.changed(len(nodes))

    def _replace(self, changed: Sequence[tuple[Node, Found, Node]]) -> None:
        tx = self._tx
        relabelled = []
        rows = []
        for node, found, old in changed:
            # What is null goes; a vector, which no model names, stays.
            names = dict.fromkeys((*property_types(old.label), *property_types(node.label)))
            said, moments = encode_node(node, tx.space, tx.seq)
            rows.append((found.id, {**names, "lookup": None, **said}, moments))
            if node.label != old.label:
                relabelled.append((found.id, old.label, node.label))
                tx.totals[f"n_{old.label}"] -= 1
                tx.totals[f"n_{node.label}"] += 1
            tx.found[node.uid] = Found(node.label, found.id)
        if relabelled:
            tx.run(text("store/relabel_nodes"), rows=relabelled)
        for part in chunks(rows, _BATCH_ROWS):
            tx.run(text("store/replace_nodes"), rows=part)
        old_keys = {key for _, _, old in changed for key in extra_keys(old)}
        new_keys = {key for node, _, _ in changed for key in extra_keys(node)}
        self._drop_keys(old_keys - new_keys)
        self._add_keys(new_keys - old_keys)
        tx.changed(len(changed))

    def _add_keys(self, keys: set[tuple[str, str, str]]) -> None:
        for part in chunks(self._key_rows(keys), _BATCH_ROWS):
            self._tx.run(text("store/add_keys"), rows=part)

    def _drop_keys(self, keys: set[tuple[str, str, str]]) -> None:
        for part in chunks(self._key_rows(keys), _BATCH_ROWS):
            self._tx.run(text("store/drop_keys"), rows=part)

    def _key_rows(self, keys: set[tuple[str, str, str]]) -> list[dict[str, str]]:
        space = self._tx.space
        return [
            {"space": space, "label": label, "key": key, "uid": uid}
            for label, key, uid in sorted(keys)
        ]

    def remove(self, uids: Sequence[str], edges: EdgeWriter) -> None:
        """Remove nodes with what hangs on them, and leave tombstones."""
        tx = self._tx
        there = {uid: found for uid in uids if (found := tx.found.get(uid)) is not None}
        if not there:
            return
        edges.remove_at([found.id for found in there.values()])
        self._drop_keys({key for found in there.values() for key in extra_keys(found.node)})
        for part in chunks([found.id for found in there.values()], _BATCH_ROWS):
            ((n_vectors,),) = tx.run(text("store/delete_nodes"), ids=part)
            tx.totals["n_vectors"] -= n_vectors
        for uid, found in there.items():
            tx.removed_node(uid, found.label)

    def put_vectors(self, vectors: Mapping[str, Vector]) -> None:
        """Insert vectors of nodes that are there, replace those that differ."""
        tx = self._tx
        nodes = tx.locate(vectors, "vector")
        rows = {nodes[uid].id: encode_vector(vector) for uid, vector in vectors.items()}
        asked = [found.id for found in nodes.values() if not found.is_fresh]
        old: dict[str, list[float]] = {}
        for part in chunks(asked, _BATCH_VECTORS):
            old.update((i, floats) for i, floats in tx.run(text("store/vectors_of"), ids=part))
        changed = [(i, floats) for i, floats in rows.items() if not _same(old.get(i), floats)]
        for pairs in chunks(changed, _BATCH_VECTORS):
            tx.run(text("store/put_vectors"), rows=pairs, seq=tx.seq)
        tx.totals["n_vectors"] += sum(i not in old for i, _ in changed)
        tx.changed(len(changed))
        for uid, found in nodes.items():
            tx.dimensions.setdefault(found.label, len(vectors[uid].values))


def _same(old: Sequence[float] | None, new: Sequence[float]) -> bool:
    """Whether two vectors are the same bits; 0.0 is not -0.0."""
    if old is None:
        return False
    return np.array(old, np.float32).tobytes() == np.array(new, np.float32).tobytes()
