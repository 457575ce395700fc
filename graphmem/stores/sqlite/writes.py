"""Applying one change inside a write transaction: rows, `seq`, tombstones, counters."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from graphmem.core.changes import Changes, Commit, Vector
from graphmem.stores.sqlite.edges import EdgeWriter
from graphmem.stores.sqlite.rows import decode_node, in_chunks
from graphmem.stores.sqlite.transaction import Transaction
from graphmem_schemas import Node

__all__ = ["write"]


class _Row(NamedTuple):
    """A node as it stands in the file."""

    id: int
    label: int
    body: str


def write(connection: sqlite3.Connection, space: str, changes: Changes) -> Commit:
    """Apply the changes within the open transaction; `seq` 0 says that nothing changed.

    Raises:
        InvalidInput: The changes cannot be applied whole.
        sqlite3.Error: SQLite could not write them.
    """
    transaction = Transaction(connection, space)
    edges = EdgeWriter(transaction)
    nodes = _NodeWriter(transaction)
    edges.remove_sources(changes.remove_sources)
    nodes.remove(changes.remove_nodes, edges)
    nodes.put(changes.nodes)
    edges.put(changes.edges)
    nodes.put_vectors(changes.vectors)
    return transaction.finish(edges.removed, nodes.removed)


class _NodeWriter:
    """Puts and removes nodes, their lookup keys and their vectors."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self.removed: Counter[str] = Counter()

    def put(self, nodes: Sequence[Node]) -> None:
        """Insert new nodes, replace those that differ, leave the others alone."""
        latest = {node.uid: node for node in nodes}
        old = self._rows(latest)
        labels = self._tx.term_ids({node.label for node in latest.values()})
        fresh: list[Node] = []
        changed: list[tuple[Node, _Row, str]] = []
        for uid, node in latest.items():
            row = old.get(uid)
            if row is None:
                fresh.append(node)
                continue
            self._tx.node_ids[uid] = row.id
            body = _body(node)
            if body != row.body or labels[node.label] != row.label:
                changed.append((node, row, body))
        self._insert(fresh, labels)
        self._replace(changed, labels)

    def _insert(self, nodes: list[Node], labels: dict[str, int]) -> None:
        tx = self._tx
        ids = tx.new_node_ids(node.uid for node in nodes)
        tx.executemany(
            "INSERT INTO node (id, space, uid, label, seq, body) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (i, tx.space, node.uid, labels[node.label], tx.seq, _body(node))
                for i, node in zip(ids, nodes, strict=True)
            ],
        )
        self._insert_keys(zip(ids, nodes, strict=True), labels)
        for node in nodes:
            tx.tally["node", labels[node.label]] += 1

    def _replace(self, changed: list[tuple[Node, _Row, str]], labels: dict[str, int]) -> None:
        tx = self._tx
        for node, row, _ in changed:
            self._delete_keys(row)
            tx.tally["node", row.label] -= 1
            tx.tally["node", labels[node.label]] += 1
        tx.executemany(
            "UPDATE node SET label = ?, seq = ?, body = ? WHERE id = ?",
            [(labels[node.label], tx.seq, body, row.id) for node, row, body in changed],
        )
        self._insert_keys(((row.id, node) for node, row, _ in changed), labels)

    def _insert_keys(self, nodes: Iterable[tuple[int, Node]], labels: dict[str, int]) -> None:
        self._tx.executemany(
            "INSERT OR IGNORE INTO lookup (space, label, key, node) VALUES (?, ?, ?, ?)",
            [
                (self._tx.space, labels[node.label], key, i)
                for i, node in nodes
                for key in node.lookup_keys
            ],
        )

    def _delete_keys(self, row: _Row) -> None:
        node = decode_node(self._tx.term_name(row.label), row.body)
        self._tx.executemany(
            "DELETE FROM lookup WHERE space = ? AND label = ? AND key = ? AND node = ?",
            [(self._tx.space, row.label, key, row.id) for key in node.lookup_keys],
        )

    def remove(self, uids: Sequence[str], edges: EdgeWriter) -> None:
        """Remove nodes with what hangs on them, and leave tombstones."""
        tx = self._tx
        rows = self._rows(uids)
        edges.remove_at([row.id for row in rows.values()])
        for row in rows.values():
            self._delete_keys(row)
            tx.tally["node", row.label] -= 1
            self.removed[tx.term_name(row.label)] += 1
        for marks, chunk in in_chunks(row.id for row in rows.values()):
            gone = tx.execute(f"DELETE FROM vector WHERE node IN {marks}", chunk)
            tx.tally["vector", 0] -= gone.rowcount
            tx.execute(f"DELETE FROM node WHERE id IN {marks}", chunk)
        tx.executemany(
            "INSERT OR REPLACE INTO removed_node (space, uid, seq) VALUES (?, ?, ?)",
            [(tx.space, uid, tx.seq) for uid in rows],
        )

    def put_vectors(self, vectors: Sequence[Vector]) -> None:
        """Insert new vectors, replace those that differ, leave the others alone."""
        tx = self._tx
        blobs = {vector.uid: _blob(vector) for vector in vectors}
        ids = tx.ids_of(blobs, "vector")
        old: dict[int, bytes] = {}
        for marks, chunk in in_chunks(i for i in ids.values() if i < tx.first_fresh):
            old.update(tx.execute(f"SELECT node, floats FROM vector WHERE node IN {marks}", chunk))
        rows = [
            (ids[uid], tx.space, tx.seq, blob)
            for uid, blob in blobs.items()
            if old.get(ids[uid]) != blob
        ]
        tx.executemany(
            "INSERT OR REPLACE INTO vector (node, space, seq, floats) VALUES (?, ?, ?, ?)", rows
        )
        tx.tally["vector", 0] += sum(row[0] not in old for row in rows)

    def _rows(self, uids: Iterable[str]) -> dict[str, _Row]:
        rows: dict[str, _Row] = {}
        if self._tx.space_is_new:
            return rows
        for marks, chunk in in_chunks(uids):
            query = f"SELECT uid, id, label, body FROM node WHERE space = ? AND uid IN {marks}"
            found: Iterable[tuple[Any, ...]] = self._tx.execute(query, (self._tx.space, *chunk))
            rows.update((uid, _Row(*rest)) for uid, *rest in found)
        return rows


def _body(node: Node) -> str:
    return node.model_dump_json(exclude_defaults=True)


def _blob(vector: Vector) -> bytes:
    vector.check()
    return vector.values.tobytes()
