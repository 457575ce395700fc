"""Writing edges: contributions of sources are merged, and leave as exactly as they came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from graphmem.core.changes import EdgeKey
from graphmem.core.shares import MAX_INLINE, Shares, split_shares
from graphmem.stores.neo4j.reads import edges_between
from graphmem.stores.neo4j.rows import chunks, decode_edge, decode_key, encode_key
from graphmem.stores.neo4j.shares import ShareWriter
from graphmem.stores.neo4j.transaction import Found, Transaction
from graphmem_queries.texts import text
from graphmem_schemas import Edge

__all__ = ["EdgeWriter"]

_BATCH_ROWS = 5_000
_EDGES_A_ROW = 1_000
_MAX_INLINE = MAX_INLINE


@dataclass(slots=True)
class _Draft:
    """An edge that is being merged; `id` is None while it is new.

    Attributes:
        weights: what each source contributes; of those beyond the edge's own list only what this
            transaction is about.
        weight: what all of them contribute.
        inline: the sources that the edge names so far.
        n_beyond: how many others contribute so far.
        joined: the sources among `weights` that did not contribute before.
    """

    id: str | None
    role: str | None
    span: Sequence[int] | None
    weights: dict[str, float]
    weight: float = 0.0
    inline: frozenset[str] = frozenset()
    n_beyond: int = 0
    joined: frozenset[str] = frozenset()
    changed: bool = False

    def shares(self) -> Shares[str]:
        """Say where what is contributed is written."""
        new = frozenset(self.weights) if self.id is None else self.joined
        return split_shares(self.weights, self.inline, new, self.n_beyond, _MAX_INLINE)


class EdgeWriter:
    """Puts and removes edges within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction
        self._shares = ShareWriter(transaction)

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
        self._read_beyond(drafts, edges)
        given: dict[str, dict[EdgeKey, None]] = {}
        for edge in edges:
            key = _key(edge)
            draft = drafts.get(key)
            if draft is None:
                drafts[key] = draft = _Draft(None, edge.role, edge.span, {})
            for source in sorted(edge.sources.keys() - draft.weights.keys()):
                given.setdefault(source, {})[key] = None
            _merge(draft, edge)
        self._create({key: draft for key, draft in drafts.items() if draft.id is None}, nodes)
        self._replace({k: d for k, d in drafts.items() if d.id is not None and d.changed})
        self._contribute(given)

    def _read_beyond(self, drafts: Mapping[EdgeKey, _Draft], edges: Sequence[Edge]) -> None:
        """Have the drafts say of each source of the edges what it contributes so far."""
        asked = [
            (key, source)
            for edge in edges
            if (draft := drafts.get(key := _key(edge))) is not None and draft.n_beyond
            for source in edge.sources
            if source not in draft.inline
        ]
        for key, found in self._shares.some(dict.fromkeys(asked)).items():
            drafts[key].weights.update(found)

    def _stored(
        self, keys: Iterable[EdgeKey], nodes: Mapping[str, Found]
    ) -> dict[EdgeKey, _Draft]:
        """Read the edges that are there; where an end is new there cannot be one."""
        ids = {uid: node.id for uid, node in nodes.items() if not node.is_fresh}
        found = edges_between(self._tx.run, self._tx.space, keys, ids)
        return {key: _draft(key, *said) for key, said in found.items()}

    def _create(self, drafts: Mapping[EdgeKey, _Draft], nodes: Mapping[str, Found]) -> None:
        tx = self._tx
        split = {key: draft.shares() for key, draft in drafts.items()}
        for part in chunks([*drafts.items()], _BATCH_ROWS):
            rows = [
                (nodes[key[1]].id, key[0], nodes[key[2]].id, self._said(draft, split[key]))
                for key, draft in part
            ]
            tx.run(text("store/create_edges"), rows=rows)
        self._shares.put({key: shares.beyond for key, shares in split.items()})
        for kind, _, _ in drafts:
            tx.totals[f"e_{kind}"] += 1
        tx.changed(len(drafts))

    def _replace(self, drafts: Mapping[EdgeKey, _Draft]) -> None:
        tx = self._tx
        split = {key: draft.shares() for key, draft in drafts.items()}
        for part in chunks([*drafts.items()], _BATCH_ROWS):
            said = {str(draft.id): self._said(draft, split[key]) for key, draft in part}
            tx.run(text("store/replace_edges"), ids=list(said), said=said)
        self._shares.put({key: shares.beyond for key, shares in split.items()})
        tx.changed(len(drafts))

    def _said(self, draft: _Draft, shares: Shares[str]) -> dict[str, Any]:
        """Return the properties of an edge; sources by uid, so that their order of coming does
        not show in their sum.
        """
        inline = dict(sorted(shares.inline.items()))
        said: dict[str, Any] = {
            "weight": draft.weight if shares.n_beyond else sum(inline.values()),
            "sources": [*inline],
            "shares": [*inline.values()],
            "space": self._tx.space,
            "seq": self._tx.seq,
        }
        if draft.role is not None:
            said["role"] = draft.role
        if draft.span is not None:
            said["span"] = list(draft.span)
        if shares.n_beyond:
            said["n_beyond"] = shares.n_beyond
        return said

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
        given: dict[EdgeKey, set[str]] = {}
        for source, lines in rows:
            for line in lines:
                given.setdefault(decode_key(line), set()).add(source)
        ends = tx.locate_some(uid for key in given for uid in key[1:])
        drafts = self._stored(given, ends)
        asked = [
            (key, source)
            for key, draft in drafts.items()
            if draft.n_beyond
            for source in sorted(given[key] - draft.inline)
        ]
        beyond = self._shares.some(asked)
        self._shares.drop(beyond)
        empty: list[tuple[str, EdgeKey]] = []
        rest: dict[EdgeKey, _Draft] = {}
        for key, draft in drafts.items():
            if not _lose(draft, gone, beyond.get(key, {})):
                empty.append((str(draft.id), key))
            elif draft.changed:
                rest[key] = draft
        self._delete(empty)
        self._replace(rest)
        if rows:
            tx.run(text("store/drop_contributions"), space=tx.space, sources=sorted(gone))

    def remove_at(self, ids: Sequence[str]) -> None:
        """Remove every edge that starts or ends at one of the nodes."""
        tx = self._tx
        edges: dict[str, EdgeKey] = {}
        for part in chunks(ids, _BATCH_ROWS):
            rows = tx.run(text("store/edges_at"), space=tx.space, ids=part)
            edges.update((i, (kind, start, end)) for i, kind, start, end, _ in rows)
            self._shares.drop_all((kind, start, end) for _, kind, start, end, n in rows if n)
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


def _draft(key: EdgeKey, i: str, weight: float, said: Sequence[Any]) -> _Draft:
    """Read an edge that is there.

    Raises:
        StoreCorrupt: It is none.
    """
    sources, shares, role, span, n_beyond = said
    if sources or not n_beyond:
        decode_edge(key, said[:-1])
    weights = dict(zip(sources, shares, strict=True))
    return _Draft(i, role, span, weights, weight, frozenset(weights), n_beyond or 0)


def _merge(draft: _Draft, edge: Edge) -> None:
    for source, weight in edge.sources.items():
        before = draft.weights.get(source)
        if before != weight:
            draft.weight += weight - (before or 0.0)
            draft.weights[source] = weight
            draft.changed = True
        if before is None:
            draft.joined |= {source}
    for name in ("role", "span"):
        value = getattr(edge, name)
        old = getattr(draft, name)
        if value is not None and (old is None or value != type(value)(old)):
            setattr(draft, name, value)
            draft.changed = True


def _lose(draft: _Draft, gone: Set[str], beyond: Mapping[str, float]) -> bool:
    """Take what sources contribute out of an edge; return whether anything is left."""
    lost = {**beyond, **{uid: w for uid, w in draft.weights.items() if uid in gone}}
    draft.weights = {uid: w for uid, w in draft.weights.items() if uid not in gone}
    draft.inline -= gone
    draft.n_beyond -= len(beyond)
    draft.weight -= sum(lost.values())
    draft.changed = bool(lost)
    return bool(draft.weights or draft.n_beyond)
