"""Writing edges: contributions of sources are merged, and leave as exactly as they came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import Any

from graphmem.core.shares import MAX_INLINE, Shares, split_shares
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
_Plain = tuple[str | None, int, float]
"""Attributes, source and weight of an edge that is new and has one source."""

_START, _END, _SOURCES = (attrgetter(name) for name in ("start", "end", "sources"))
_ONE_EDGE = (
    "SELECT id, attributes, sources, n_beyond FROM edge"
    " WHERE start_node = ? AND kind = ? AND end_node = ?"
)
_N_BEYOND = "UPDATE edge SET n_beyond = ? WHERE id = ?"
_MAX_INLINE = MAX_INLINE


@dataclass(slots=True)
class _Draft:
    """An edge that is being merged; `id` is None while it is new.

    Attributes:
        weights: what each source contributes, by id; of those beyond the edge's row only what
            this transaction is about.
        inline: the sources that stand in the edge's row so far.
        n_beyond: how many others contribute so far.
        joined: the sources among `weights` that did not contribute before.
    """

    id: int | None
    attributes: str | None
    weights: dict[int, float]
    inline: frozenset[int] = frozenset()
    n_beyond: int = 0
    joined: frozenset[int] = frozenset()
    changed: bool = False

    def shares(self) -> Shares[int]:
        """Say where what is contributed is written."""
        new = frozenset(self.weights) if self.id is None else self.joined
        return split_shares(self.weights, self.inline, new, self.n_beyond, _MAX_INLINE)


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
        ends = dict.fromkeys(map(_START, edges))
        ends.update(dict.fromkeys(map(_END, edges)))
        nodes = tx.ids_of(ends, "edge")
        sources = self._source_ids(dict.fromkeys(chain.from_iterable(map(_SOURCES, edges))))
        fresh = tx.first_fresh
        drafts: dict[_Key, _Draft] = {}
        # What nearly all are, and there are thousands: new, and of one source.
        plain: dict[_Key, _Plain] = {}
        for edge in edges:
            start, end, said = nodes[edge.start], nodes[edge.end], edge.sources
            key = (start, terms[edge.kind], end)
            attributes = encode_attributes(edge)
            if len(said) == 1 and (start >= fresh or end >= fresh) and key not in drafts:
                ((uid, weight),) = said.items()
                here = (attributes, sources[uid], weight)
                if plain.setdefault(key, here) is here:
                    continue
            weights = {sources[uid]: weight for uid, weight in said.items()}
            draft = drafts.get(key) or self._known(key, plain)
            if draft is None:
                drafts[key] = _Draft(None, attributes, weights)
            else:
                if draft.n_beyond:
                    draft.weights.update(self._beyond(draft, weights))
                _merge(draft, attributes, weights)
                drafts[key] = draft
        self._insert_plain(plain)
        self._insert([(key, draft) for key, draft in drafts.items() if draft.id is None])
        self._update([draft for draft in drafts.values() if draft.id and draft.changed])

    def _known(self, key: _Key, plain: dict[_Key, _Plain]) -> _Draft | None:
        """Return the edge as it is so far, if it is one."""
        if key in plain:
            attributes, source, weight = plain.pop(key)
            return _Draft(None, attributes, {source: weight})
        fresh = self._tx.first_fresh
        return self._stored(key) if key[0] < fresh and key[2] < fresh else None

    def _stored(self, key: _Key) -> _Draft | None:
        """Return the edge in the file; where an end is new there cannot be one."""
        row = self._tx.execute(_ONE_EDGE, key).fetchone()
        if row is None:
            return None
        weights = decode_sources(row[2])
        return _Draft(row[0], row[1], weights, frozenset(weights), row[3])

    def _beyond(self, draft: _Draft, sources: Iterable[int]) -> dict[int, float]:
        """Return what those of some sources contribute that do not stand in the edge's row."""
        found: dict[int, float] = {}
        for marks, chunk in in_chunks(set(sources) - draft.weights.keys()):
            query = (
                "SELECT source, weight FROM contribution WHERE edge = ? AND weight IS NOT NULL"
                f" AND source IN {marks}"
            )
            found.update(self._tx.execute(query, (draft.id, *chunk)))
        return found

    def _insert_plain(self, plain: dict[_Key, _Plain]) -> None:
        """Insert new edges of one source each."""
        tx = self._tx
        space, seq, ids = tx.space, tx.seq, tx.new_edge_ids(len(plain))
        texts: dict[tuple[int, float], str] = {}
        rows, given = [], []
        for i, ((start, kind, end), (attributes, source, weight)) in zip(
            ids, plain.items(), strict=True
        ):
            text = texts.get((source, weight))
            if text is None:
                text = texts[source, weight] = encode_sources({source: weight})
            rows.append((i, space, kind, start, end, seq, attributes, text))
            given.append((source, i))
        self._insert_rows(rows, given)

    def _insert(self, drafts: list[tuple[_Key, _Draft]]) -> None:
        tx = self._tx
        ids = tx.new_edge_ids(len(drafts))
        split = [draft.shares() for _, draft in drafts]
        texts = self._encode([shares.inline for shares in split])
        rows = [
            (i, tx.space, kind, start, end, tx.seq, draft.attributes, text)
            for i, ((start, kind, end), draft), text in zip(ids, drafts, texts, strict=True)
        ]
        self._insert_rows(
            rows, [(s, i) for i, shares in zip(ids, split, strict=True) for s in shares.inline]
        )
        wide = [(i, shares) for i, shares in zip(ids, split, strict=True) if shares.beyond]
        tx.executemany(_N_BEYOND, [(shares.n_beyond, i) for i, shares in wide])
        self._put_beyond(wide)

    def _insert_rows(self, rows: list[tuple[Any, ...]], given: list[tuple[int, int]]) -> None:
        """Insert edges and the contributions of their sources."""
        tx = self._tx
        for kind, n in Counter(row[2] for row in rows).items():
            tx.tally["edge", kind] += n
        tx.executemany(
            "INSERT INTO edge (id, space, kind, start_node, end_node, seq, attributes, sources)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )
        tx.executemany("INSERT INTO contribution (source, edge) VALUES (?, ?)", given)

    def _update(self, drafts: list[_Draft]) -> None:
        tx = self._tx
        split = [draft.shares() for draft in drafts]
        texts = self._encode([shares.inline for shares in split])
        tx.executemany(
            "UPDATE edge SET seq = ?, attributes = ?, sources = ?, n_beyond = ? WHERE id = ?",
            [
                (tx.seq, draft.attributes, text, shares.n_beyond, draft.id)
                for draft, shares, text in zip(drafts, split, texts, strict=True)
            ],
        )
        tx.executemany(
            "INSERT OR IGNORE INTO contribution (source, edge) VALUES (?, ?)",
            [
                (source, draft.id)
                for draft, shares in zip(drafts, split, strict=True)
                for source in sorted(draft.joined & shares.inline.keys())
            ],
        )
        self._put_beyond(
            [(draft.id or 0, shares) for draft, shares in zip(drafts, split, strict=True)]
        )

    def _put_beyond(self, edges: Iterable[tuple[int, Shares[int]]]) -> None:
        """Write contributions that do not stand in their edges' rows."""
        self._tx.executemany(
            "INSERT INTO contribution (source, edge, weight) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET weight = excluded.weight",
            [
                (source, edge, weight)
                for edge, shares in edges
                for source, weight in shares.beyond.items()
            ],
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
        left = self._left_beyond(rows, gone)
        empty = [
            row
            for row in rows
            if not left[row[6]] and not decode_sources(row[4]).keys() - gone.keys()
        ]
        self._delete(empty)
        dropped = {row[6] for row in empty}
        drafts = []
        for row in rows:
            if row[6] not in dropped:
                weights = decode_sources(row[4])
                rest = {source: w for source, w in weights.items() if source not in gone}
                drafts.append(_Draft(row[6], row[3], rest, frozenset(rest), left[row[6]]))
        self._update(drafts)
        for marks, ids in in_chunks(gone):
            tx.execute(f"DELETE FROM contribution WHERE source IN {marks}", ids)
            tx.execute(f"DELETE FROM source WHERE id IN {marks}", ids)

    def _left_beyond(self, rows: Sequence[tuple[Any, ...]], gone: Iterable[int]) -> dict[int, int]:
        """Return how many contributions stay that do not stand in the edges' rows."""
        left = {row[6]: row[7] for row in rows}
        if any(left.values()):
            for marks, ids in in_chunks(gone):
                query = (
                    "SELECT edge, count(*) FROM contribution"
                    f" WHERE source IN {marks} AND weight IS NOT NULL GROUP BY edge"
                )
                for edge, n in self._tx.execute(query, ids):
                    left[edge] -= n
        return left

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
            "DELETE FROM contribution WHERE edge = ? AND weight IS NOT NULL",
            [(row[6],) for row in rows if row[7]],
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

    def _encode(self, weights: Sequence[dict[int, float]]) -> list[str]:
        """Sort by uid, so that the order of adding does not show in the sum of the weights."""
        known = self._source_uids
        several = set(chain.from_iterable(each for each in weights if len(each) > 1))
        for marks, chunk in in_chunks(several - known.keys()):
            query = f"SELECT id, uid FROM source WHERE id IN {marks}"
            known.update(self._tx.execute(query, chunk))
        texts: dict[tuple[tuple[int, float], ...], str] = {}
        return [
            texts.get(said) or texts.setdefault(said, encode_sources(dict(said)))
            for each in weights
            for said in [tuple(each.items() if len(each) == 1 else _sorted_by(known, each))]
        ]


def _sorted_by(uids: Mapping[int, str], weights: dict[int, float]) -> list[tuple[int, float]]:
    return [(source, weights[source]) for source in sorted(weights, key=uids.__getitem__)]


def _merge(draft: _Draft, attributes: str | None, weights: dict[int, float]) -> None:
    if not weights.items() <= draft.weights.items():
        draft.joined |= weights.keys() - draft.weights.keys()
        draft.weights.update(weights)
        draft.changed = True
    merged = merge_attributes(draft.attributes, attributes)
    if merged != draft.attributes:
        draft.attributes = merged
        draft.changed = True
