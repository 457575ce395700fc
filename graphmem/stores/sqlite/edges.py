"""Writing edges: contributions of sources are merged, and leave as exactly as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphmem.stores.sqlite.reads import EDGE_COLUMNS, EDGE_TABLES
from graphmem.stores.sqlite.rows import (
    decode_sources,
    encode_attributes,
    encode_sources,
    in_chunks,
    merge_attributes,
)
from graphmem.stores.sqlite.transaction import Transaction
from graphmem_schemas import Edge

__all__ = ["EdgeWriter"]

_Key = tuple[int, int, int]


@dataclass(slots=True)
class _Draft:
    """An edge that is being merged; `id` is None while it is new."""

    id: int | None
    attributes: str | None
    weights: dict[int, float]
    changed: bool = False


class EdgeWriter:
    """Puts and removes edges within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._source_uids: dict[int, str] = {}
        self.removed: Counter[str] = Counter()

    def put(self, edges: Sequence[Edge]) -> None:
        """Merge the contributions of the edges into what is there.

        Raises:
            InvalidInput: An edge starts or ends at a node that is not there.
        """
        tx = self._tx
        terms = tx.term_ids(set())
        ends = dict.fromkeys(edge.start for edge in edges)
        ends.update(dict.fromkeys(edge.end for edge in edges))
        nodes = tx.ids_of(ends, "edge")
        sources = self._source_ids(dict.fromkeys(uid for edge in edges for uid in edge.sources))
        drafts: dict[_Key, _Draft] = {}
        for edge in edges:
            key = (nodes[edge.start], terms[edge.kind], nodes[edge.end])
            weights = {sources[uid]: weight for uid, weight in edge.sources.items()}
            attributes = encode_attributes(edge)
            draft = drafts.get(key) or self._stored(key)
            if draft is None:
                drafts[key] = _Draft(None, attributes, weights)
            else:
                _merge(draft, attributes, weights)
                drafts[key] = draft
        self._insert([(key, draft) for key, draft in drafts.items() if draft.id is None])
        self._update([draft for draft in drafts.values() if draft.id and draft.changed])

    def _stored(self, key: _Key) -> _Draft | None:
        """Return the edge in the file; where an end is new there cannot be one."""
        if self._tx.is_fresh(key[0]) or self._tx.is_fresh(key[2]):
            return None
        query = (
            "SELECT id, attributes, sources FROM edge"
            " WHERE start_node = ? AND kind = ? AND end_node = ?"
        )
        row = self._tx.execute(query, key).fetchone()
        return None if row is None else _Draft(row[0], row[1], decode_sources(row[2]))

    def _insert(self, drafts: list[tuple[_Key, _Draft]]) -> None:
        tx = self._tx
        ids = tx.new_edge_ids(len(drafts))
        rows = [
            (i, tx.space, kind, start, end, tx.seq, draft.attributes, self._encode(draft.weights))
            for i, ((start, kind, end), draft) in zip(ids, drafts, strict=True)
        ]
        given = [
            (source, i)
            for i, (_, draft) in zip(ids, drafts, strict=True)
            for source in draft.weights
        ]
        tx.tally.update(Counter(("edge", key[1]) for key, _ in drafts))
        tx.executemany(
            "INSERT INTO edge (id, space, kind, start_node, end_node, seq, attributes, sources)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        tx.executemany("INSERT INTO contribution (source, edge) VALUES (?, ?)", given)

    def _update(self, drafts: list[_Draft]) -> None:
        tx = self._tx
        tx.executemany(
            "UPDATE edge SET seq = ?, attributes = ?, sources = ? WHERE id = ?",
            [
                (tx.seq, draft.attributes, self._encode(draft.weights), draft.id)
                for draft in drafts
            ],
        )
        tx.executemany(
            "INSERT OR IGNORE INTO contribution (source, edge) VALUES (?, ?)",
            [(source, draft.id) for draft in drafts for source in draft.weights],
        )

    def remove_sources(self, uids: Sequence[str]) -> None:
        """Take what the sources contributed out of all edges; edges without any go."""
        tx = self._tx
        gone: dict[int, str] = {}
        for marks, chunk in in_chunks(uids):
            query = f"SELECT id, uid FROM source WHERE space = ? AND uid IN {marks}"
            gone.update(tx.execute(query, (tx.space, *chunk)))
        touched: dict[int, None] = {}
        for marks, ids in in_chunks(gone):
            query = f"SELECT edge FROM contribution WHERE source IN {marks}"
            touched.update((row[0], None) for row in tx.execute(query, ids))
        rows = self._rows("id", touched)
        empty = [row for row in rows if not decode_sources(row[4]).keys() - gone.keys()]
        self._delete(empty)
        dropped = {row[6] for row in empty}
        drafts = []
        for row in rows:
            if row[6] not in dropped:
                weights = decode_sources(row[4])
                rest = {source: w for source, w in weights.items() if source not in gone}
                drafts.append(_Draft(row[6], row[3], rest))
        self._update(drafts)
        for marks, ids in in_chunks(gone):
            tx.execute(f"DELETE FROM contribution WHERE source IN {marks}", ids)
            tx.execute(f"DELETE FROM source WHERE id IN {marks}", ids)

    def remove_at(self, nodes: Sequence[int]) -> None:
        """Remove every edge that starts or ends at one of the nodes."""
        rows = {row[6]: row for row in self._rows("start_node", nodes)}
        rows.update((row[6], row) for row in self._rows("end_node", nodes))
        self._delete(list(rows.values()))

    def _delete(self, rows: list[tuple[Any, ...]]) -> None:
        """Delete edges given as rows of `EDGE_COLUMNS`, and leave tombstones."""
        tx = self._tx
        terms = tx.term_ids(set())
        tx.executemany("DELETE FROM edge WHERE id = ?", [(row[6],) for row in rows])
        tx.executemany(
            "DELETE FROM contribution WHERE source = ? AND edge = ?",
            [(source, row[6]) for row in rows for source in decode_sources(row[4])],
        )
        tx.executemany(
            "INSERT OR REPLACE INTO removed_edge (space, kind, start_uid, end_uid, seq)"
            " VALUES (?, ?, ?, ?, ?)",
            [(tx.space, terms[row[0]], row[1], row[2], tx.seq) for row in rows],
        )
        for row in rows:
            tx.tally["edge", terms[row[0]]] -= 1
            self.removed[row[0]] += 1

    def _rows(self, column: str, ids: Iterable[int]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for marks, chunk in in_chunks(ids):
            query = f"SELECT {EDGE_COLUMNS} FROM {EDGE_TABLES} WHERE edge.{column} IN {marks}"
            rows += self._tx.execute(query, chunk)
        return rows

    def _source_ids(self, uids: Iterable[str]) -> dict[str, int]:
        """Return the ids of sources; a source seen for the first time gets one."""
        tx = self._tx
        ids: dict[str, int] = {}
        wanted = list(uids)
        for marks, chunk in in_chunks(wanted):
            query = f"SELECT uid, id FROM source WHERE space = ? AND uid IN {marks}"
            ids.update(tx.execute(query, (tx.space, *chunk)))
        fresh = [(tx.new_source_id(), tx.space, uid) for uid in wanted if uid not in ids]
        tx.executemany("INSERT INTO source (id, space, uid) VALUES (?, ?, ?)", fresh)
        ids.update((uid, i) for i, _, uid in fresh)
        self._source_uids.update((i, uid) for uid, i in ids.items())
        return ids

    def _encode(self, weights: dict[int, float]) -> str:
        """Sort by uid, so that the order of adding does not show in the sum of the weights."""
        if len(weights) == 1:
            return encode_sources(weights)
        for marks, chunk in in_chunks(weights.keys() - self._source_uids.keys()):
            query = f"SELECT id, uid FROM source WHERE id IN {marks}"
            self._source_uids.update(self._tx.execute(query, chunk))
        return encode_sources(dict(sorted(weights.items(), key=lambda w: self._source_uids[w[0]])))


def _merge(draft: _Draft, attributes: str | None, weights: dict[int, float]) -> None:
    if not weights.items() <= draft.weights.items():
        draft.weights.update(weights)
        draft.changed = True
    merged = merge_attributes(draft.attributes, attributes)
    if merged != draft.attributes:
        draft.attributes = merged
        draft.changed = True
