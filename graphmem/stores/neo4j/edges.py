"""Writing edges: contributions of sources are merged, and leave as exactly as they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphmem.core.changes import EdgeKey
from graphmem.stores.neo4j.rows import (
    chunks,
    decode_edge,
    decode_key,
    encode_edge,
    encode_key,
)
from graphmem.stores.neo4j.transaction import Found, Transaction
from graphmem_queries.texts import text
from graphmem_schemas import Edge, EdgeKind

__all__ = ["EdgeWriter"]

_BATCH_ROWS = 5_000
_EDGES_A_ROW = 1_000


@dataclass(slots=True)
class _Draft:
    """An edge that is being merged; `id` is None while it is new."""

    edge: Edge
    id: str | None
    changed: bool = False


class EdgeWriter:
    """Puts and removes edges within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def put(self, edges: Sequence[Edge]) -> None:
        """Merge the contributions of the edges into what is there.

        Raises:
            InvalidInput: An edge starts or ends at a node that is not there.
        """
        if not edges:
            return
        nodes = self._tx.locate((uid for edge in edges for uid in (edge.start, edge.end)), "edge")
        keys = dict.fromkeys(_key(edge) for edge in edges)
        drafts = self._stored(keys, nodes)
        given: dict[str, dict[EdgeKey, None]] = {}
        for edge in edges:
            key = _key(edge)
            draft = drafts.get(key)
            known = draft.edge.sources.keys() if draft else ()
            for source in sorted(edge.sources.keys() - known):
                given.setdefault(source, {})[key] = None
            if draft is None:
                drafts[key] = _Draft(_sorted(edge), None)
            else:
                _merge(draft, edge)
        self._create([draft.edge for draft in drafts.values() if draft.id is None], nodes)
        self._replace([d for d in drafts.values() if d.id is not None and d.changed])
        self._contribute(given)

    def _stored(
        self, keys: Iterable[EdgeKey], nodes: Mapping[str, Found]
    ) -> dict[EdgeKey, _Draft]:
        """Read the edges that are there; where an end is new there cannot be one."""
        rows: dict[EdgeKind, list[tuple[int, str, str]]] = {}
        asked: list[EdgeKey] = []
        for key in keys:
            start, end = nodes[key[1]], nodes[key[2]]
            if not (start.is_fresh or end.is_fresh):
                rows.setdefault(key[0], []).append((len(asked), start.id, end.id))
                asked.append(key)
        drafts: dict[EdgeKey, _Draft] = {}
        for kind, asked_of_kind in rows.items():
            statement = text("store/edges_between", kinds=(kind,))
            for part in chunks(asked_of_kind, _BATCH_ROWS):
                for n, i, said in self._tx.run(statement, space=self._tx.space, rows=part):
                    drafts[asked[n]] = _Draft(decode_edge(asked[n], said), i)
        return drafts

    def _create(self, edges: Sequence[Edge], nodes: Mapping[str, Found]) -> None:
        tx = self._tx
        for part in chunks(edges, _BATCH_ROWS):
            rows = [
                (nodes[e.start].id, e.kind, nodes[e.end].id, encode_edge(e, tx.space, tx.seq))
                for e in part
            ]
            tx.run(text("store/create_edges"), rows=rows)
        for edge in edges:
            tx.totals[f"e_{edge.kind}"] += 1
        tx.changed(len(edges))

    def _replace(self, drafts: Sequence[_Draft]) -> None:
        tx = self._tx
        for part in chunks(drafts, _BATCH_ROWS):
            said = {str(draft.id): encode_edge(draft.edge, tx.space, tx.seq) for draft in part}
            tx.run(text("store/replace_edges"), ids=list(said), said=said)
        tx.changed(len(drafts))

    def _contribute(self, given: Mapping[str, Iterable[EdgeKey]]) -> None:
        """Write down which edges each source has a part in, so that it can be taken out."""
        tx = self._tx
        rows: list[dict[str, Any]] = []
        for source, keys in given.items():
            for part in chunks([encode_key(key) for key in keys], _EDGES_A_ROW):
                row = {"space": tx.space, "source": source, "seq": tx.seq, "edges": part}
                rows.append(row)
        if rows:
            tx.run(text("store/add_contributions"), rows=rows)

    def remove_sources(self, uids: Sequence[str]) -> None:
        """Take what the sources contributed out of all edges; edges without any go."""
        tx = self._tx
        gone = set(uids)
        if not gone or tx.seq == 1:
            return
        rows = tx.run(text("store/contributions"), space=tx.space, sources=sorted(gone))
        keys = dict.fromkeys(decode_key(line) for (lines,) in rows for line in lines)
        drafts = self._stored(*self._still_there(keys))
        empty: list[tuple[str, EdgeKey]] = []
        rest: list[_Draft] = []
        for key, draft in drafts.items():
            sources = {uid: w for uid, w in draft.edge.sources.items() if uid not in gone}
            if not sources:
                empty.append((str(draft.id), key))
            elif len(sources) < len(draft.edge.sources):
                rest.append(_Draft(draft.edge.model_copy(update={"sources": sources}), draft.id))
        self._delete(empty)
        self._replace(rest)
        if rows:
            tx.run(text("store/drop_contributions"), space=tx.space, sources=sorted(gone))

    def _still_there(self, keys: Iterable[EdgeKey]) -> tuple[list[EdgeKey], dict[str, Found]]:
        """Leave out the edges that went with one of their nodes."""
        there = self._tx.locate_some(uid for key in keys for uid in key[1:])
        return [key for key in keys if key[1] in there and key[2] in there], there

    def remove_at(self, ids: Sequence[str]) -> None:
        """Remove every edge that starts or ends at one of the nodes."""
        tx = self._tx
        edges: dict[str, EdgeKey] = {}
        for part in chunks(ids, _BATCH_ROWS):
            rows = tx.run(text("store/edges_at"), space=tx.space, ids=part)
            edges.update((i, (kind, start, end)) for i, kind, start, end in rows)
        self._delete(list(edges.items()))

    def forget_where_none(self) -> None:
        """Forget who contributed to what where the last edge of the space has gone.

        Edges that go with a node stay written down for their sources until those go: taking
        each out would read all that a source ever contributed to.
        """
        tx = self._tx
        if tx.lost_all_edges:
            tx.run(text("store/drop_all_contributions"), space=tx.space)

    def _delete(self, edges: Sequence[tuple[str, EdgeKey]]) -> None:
        """Delete edges, given as the server's id and key, and leave tombstones."""
        for part in chunks(edges, _BATCH_ROWS):
            self._tx.run(text("store/delete_edges"), ids=[i for i, _ in part])
        for _, key in edges:
            self._tx.removed_edge(key)


def _key(edge: Edge) -> EdgeKey:
    return edge.kind, edge.start, edge.end


def _sorted(edge: Edge) -> Edge:
    """Sort the sources by uid, so that the order of adding does not show in their sum."""
    if len(edge.sources) == 1:
        return edge
    return edge.model_copy(update={"sources": dict(sorted(edge.sources.items()))})


def _merge(draft: _Draft, edge: Edge) -> None:
    old = draft.edge
    update: dict[str, Any] = {}
    if not edge.sources.items() <= old.sources.items():
        update["sources"] = dict(sorted({**old.sources, **edge.sources}.items()))
    for name in ("role", "span"):
        value = getattr(edge, name)
        if value is not None and value != getattr(old, name):
            update[name] = value
    if update:
        draft.edge = old.model_copy(update=update)
        draft.changed = True
