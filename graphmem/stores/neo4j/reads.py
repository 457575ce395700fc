"""What a reader asks: nodes, edges, how many there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graphmem.core.changes import Counts, EdgeKey
from graphmem.errors import StoreCorrupt
from graphmem.stores.neo4j.client import Rows, Run
from graphmem.stores.neo4j.rows import (
    chunks,
    columns,
    decode_edge,
    decode_key,
    decode_node,
    encode_key,
    index_key,
    labels_with_keys,
)
from graphmem.stores.neo4j.statements import ALL_LABELS
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, Edge, EdgeKind, Node

__all__ = [
    "Neo4jReader", "ShareMap", "add_shares", "as_totals", "decode_edges", "edges_between", "newest"
]  # fmt: skip

_BATCH_ROWS = 5_000

ShareMap = dict[EdgeKey, dict[str, float]]
"""What sources contribute to edges."""


class Neo4jReader:
    """Reads by statements that see what is committed when they run.

    Within a write transaction that is one state of its space, which nobody else can change. For
    others, two rows may be of two commits, as Neo4j reads what is committed row by row.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        found = {row[0]: decode_node(row[1], row[3]) for row in self._rows(space, uids)}
        return [found.get(uid) for uid in uids]

    def _rows(self, space: str, uids: Sequence[str]) -> list[list[Any]]:
        """Return uid, label, id and properties of the nodes that are there."""
        wanted, labels = list(dict.fromkeys(uids)), self._labels_of(space)
        if not (wanted and labels):
            return []
        statement = text("store/get", labels=labels)
        return self._run(statement, space=space, uids=wanted, **columns(labels))

    def _labels_of(self, space: str) -> tuple[str, ...]:
        """Return the labels that nodes of the space may have; each costs a look a uid."""
        return ALL_LABELS

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        if not keys or label not in labels_with_keys():
            return {}
        wanted = list({index_key(key) for key in keys})
        found: dict[str, list[str]] = {}
        statement = text("store/find", label=label)
        for key, uid in self._run(statement, space=space, label=label, keys=wanted):
            found.setdefault(key, []).append(uid)
        return {
            key: tuple(sorted(found[index_key(key)])) for key in keys if index_key(key) in found
        }

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        known = () if kinds is None else _in_order(kinds)
        if not uids or (kinds is not None and not known):
            return []
        statement = text("store/neighbours", labels=ALL_LABELS, kinds=known)
        rows = self._run(statement, space=space, uids=list(dict.fromkeys(uids)))
        edges: dict[EdgeKey, list[Any]] = {
            (kind, start, end): said for kind, (start, end, *said) in rows
        }
        return decode_edges(self._run, space, {key: edges[key] for key in sorted(edges)})

    def contributed(
        self, space: str, sources: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that one of the sources contributed to, each once, sorted by key."""
        given = self._run(text("store/contributions"), space=space, sources=sorted({*sources}))
        wanted = EDGE_KINDS if kinds is None else kinds
        keys = {key for _, lines in given for key in map(decode_key, lines) if key[0] in wanted}
        ids = self._ids_of(space, {uid for key in keys for uid in key[1:]})
        found = edges_between(self._run, space, sorted(keys), ids)
        edges = decode_edges(self._run, space, {key: found[key][-1] for key in sorted(found)})
        # What went with a node and came back from others is still written down for its sources.
        return [edge for edge in edges if not edge.sources.keys().isdisjoint(sources)]

    def with_in_degree(
        self, space: str, least: Mapping[str, int], kinds: Sequence[EdgeKind]
    ) -> set[str]:
        """Return those of the nodes at which at least so many edges of the kinds end."""
        known, labels = _in_order(kinds), self._labels_of(space)
        if not (least and known and labels):
            return set()
        statement = text("store/in_degrees", labels=labels, kinds=known)
        rows = self._run(statement, space=space, uids=list(least))
        return {uid for uid, n in rows if n >= least[uid]}

    def _ids_of(self, space: str, uids: Iterable[str]) -> dict[str, str]:
        """Return the server's ids of those nodes that are there."""
        wanted, labels = list(dict.fromkeys(uids)), self._labels_of(space)
        if not (wanted and labels):
            return {}
        statement = text("store/locate", labels=labels)
        rows = self._run(statement, space=space, uids=wanted, labels=labels)
        return {uid: i for _, of, ids in rows for uid, i in zip(of, ids, strict=True)}

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`; reads counters, not rows."""
        seq, _ = newest(self._run, space)
        rows = self._run(text("store/totals"), space=space, seq=seq) if seq else [[None]]
        if not rows:
            msg = f"commit {seq} of space {space!r} is missing; `graphmem doctor` says more"
            raise StoreCorrupt(msg)
        return _counts(seq, as_totals(rows[0][0]))


def decode_edges(run: Run, space: str, rows: Mapping[EdgeKey, Sequence[Any]]) -> list[Edge]:
    """Read edges, with all that sources contribute to them.

    Args:
        run: runs statements.
        space: whose edges they are.
        rows: sources, shares, role, span and n_beyond of each.
    """
    wide = [encode_key(key) for key, said in rows.items() if said[-1]]
    found: ShareMap = {}
    if wide:
        add_shares(found, run(text("store/shares"), space=space, edges=wide))
    return [decode_edge(key, said[:-1], found.get(key)) for key, said in rows.items()]


def edges_between(
    run: Run, space: str, keys: Iterable[EdgeKey], ids: Mapping[str, str]
) -> dict[EdgeKey, list[Any]]:
    """Read those of some edges that are there: the id, the weight and what an edge says.

    Args:
        run: runs statements.
        space: whose edges they are.
        keys: kinds and ends.
        ids: the server's ids of the ends by uid; an edge without both is left out.
    """
    asked: dict[EdgeKind, list[EdgeKey]] = {}
    for key in keys:
        if key[1] in ids and key[2] in ids:
            asked.setdefault(key[0], []).append(key)
    found: dict[EdgeKey, list[Any]] = {}
    for kind, of_kind in asked.items():
        statement = text("store/edges_between", kinds=(kind,))
        for part in chunks(of_kind, _BATCH_ROWS):
            rows = [(n, ids[start], ids[end]) for n, (_, start, end) in enumerate(part)]
            found.update((part[n], said) for n, *said in run(statement, space=space, rows=rows))
    return found


def _in_order(kinds: Sequence[EdgeKind]) -> tuple[EdgeKind, ...]:
    """Return kinds once each, so that one statement is sent for the same ones."""
    return tuple(kind for kind in EDGE_KINDS if kind in kinds)


def add_shares(found: ShareMap, rows: Rows) -> None:
    """Take in what sources contribute to edges that these do not name: edge, source, share."""
    for line, source, share in rows:
        found.setdefault(decode_key(line), {})[source] = share


def newest(run: Run, space: str) -> tuple[int, str]:
    """Return the number and the mark of the space's newest commit, 0 and "" where it has none."""
    rows = run(text("store/newest"), space=space)
    return (int(rows[0][0]), str(rows[0][1])) if rows else (0, "")


def as_totals(rows: Sequence[str] | None) -> dict[str, int]:
    """Read counters that were written as "name number"."""
    return {name: int(n) for name, _, n in (row.partition(" ") for row in rows or ())}


def _counts(seq: int, totals: dict[str, int]) -> Counts:
    """Sort counters by what they count."""
    return Counts(
        seq=seq,
        nodes={label: n for label in Node.registry if (n := totals.get(f"n_{label}", 0))},
        edges={kind: n for kind in EDGE_KINDS if (n := totals.get(f"e_{kind}", 0))},
        n_vectors=totals.get("n_vectors", 0),
    )
