"""The reference store: one process, plain dictionaries, nothing on disk.

It says in the simplest way what every other store must do; the property tests use it as the
oracle of the SQLite store.
"""

from __future__ import annotations

import uuid
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock, local

from graphmem.core.changes import ChangeBatch, Changes, Commit, Counts, EdgeKey, Vector
from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem.ports import Capability, Plan
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["MemoryStore"]

_BATCH_ROWS = 5_000


def _edge_key(edge: Edge) -> EdgeKey:
    return (edge.kind, edge.start, edge.end)


def _merged(old: Edge | None, new: Edge) -> Edge:
    """Replace the contributions of the new edge's sources, keep those of the others.

    Of the other attributes (the role, the span), what the new edge leaves open stays.
    """
    known = {name: value for name, value in new if value is not None}
    sources = {**(old.sources if old else {}), **new.sources}
    update = {**known, "sources": dict(sorted(sources.items()))}
    return (old or new).model_copy(update=update)


@dataclass(slots=True)
class _Space:
    """What one space holds; each entry with the `seq` of its last change."""

    seq: int = 0
    tokens: dict[int, str] = field(default_factory=dict)
    nodes: dict[str, tuple[int, Node]] = field(default_factory=dict)
    edges: dict[EdgeKey, tuple[int, Edge]] = field(default_factory=dict)
    vectors: dict[str, tuple[int, Vector]] = field(default_factory=dict)
    removed_nodes: dict[str, int] = field(default_factory=dict)
    removed_edges: dict[EdgeKey, int] = field(default_factory=dict)
    found: defaultdict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    touching: defaultdict[str, set[EdgeKey]] = field(default_factory=lambda: defaultdict(set))
    given_by: defaultdict[str, set[EdgeKey]] = field(default_factory=lambda: defaultdict(set))
    log_seqs: list[int] = field(default_factory=list)
    log_keys: list[str | EdgeKey] = field(default_factory=list)


class _Writer:
    """Applies one change that has been checked, so that nothing in it can fail."""

    def __init__(self, held: _Space, seq: int) -> None:
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
        key = _edge_key(edge)
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


def _check(held: _Space, changes: Changes) -> None:
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


class _Reader:
    """Reads of the state that the caller has locked."""

    def __init__(self, spaces: dict[str, _Space]) -> None:
        self._spaces = spaces

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        nodes = self.held(space).nodes
        return [nodes[uid][1] if uid in nodes else None for uid in uids]

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        found = self.held(space).found
        return {key: tuple(sorted(found[label, key])) for key in keys if found.get((label, key))}

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        held = self.held(space)
        keys = {key for uid in uids for key in held.touching.get(uid, ())}
        wanted = keys if kinds is None else {key for key in keys if key[0] in set(kinds)}
        return [held.edges[key][1] for key in sorted(wanted)]

    def count(self, space: str) -> Counts:
        held = self.held(space)
        nodes = Counter(node.label for _, node in held.nodes.values())
        edges = Counter(key[0] for key in held.edges)
        return Counts(
            seq=held.seq,
            nodes=dict(sorted(nodes.items())),
            edges=dict(sorted(edges.items())),
            n_vectors=len(held.vectors),
        )

    def held(self, space: str) -> _Space:
        """Return what the space holds, to read it."""
        return self._spaces.get(space) or _Space()


class MemoryStore:
    """Holds the graph in the memory of one process; everything goes with the process."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, *, shared: bool = False) -> None:
        """Make an empty store; closing one that is `shared` does not end it for the others."""
        self._shared = shared
        self.identity = uuid.uuid4().hex
        self.views_folder: Path | None = None
        self.size_bytes = 0
        self._spaces: dict[str, _Space] = {}
        self._meta: dict[str, str] = {}
        self._lock = RLock()
        self._planning = local()
        self._closed = False

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        with self._lock:
            return self._reader().get(space, uids)

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        with self._lock:
            return self._reader().find(space, label, keys)

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        with self._lock:
            return self._reader().neighbours(space, uids, kinds)

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`."""
        with self._lock:
            return self._reader().count(space)

    def seq(self, space: str) -> int:
        """Return the number of the space's newest commit; 0 for a space never written."""
        return self.newest(space)[0]

    def newest(self, space: str) -> tuple[int, str]:
        """Return the number and the mark of the space's newest commit; 0 and "" for none."""
        with self._lock:
            return (held := self._reader().held(space)).seq, held.tokens.get(held.seq, "")

    def token(self, space: str, seq: int) -> str | None:
        """Return the random mark of the space's commit; None where it made no such commit."""
        with self._lock:
            return self._reader().held(space).tokens.get(seq)

    def spaces(self) -> list[str]:
        """Return the sorted names of the spaces that hold a node."""
        with self._lock:
            self._reader()
            return sorted(name for name, held in self._spaces.items() if held.nodes)

    def read_meta(self, key: str) -> str | None:
        """Return a small fact that was written under the key, or None."""
        with self._lock:
            self._reader()
            return self._meta.get(key)

    def write_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the whole store; the last one written stands."""
        with self._lock:
            self._reader()
            self._meta[key] = value

    def apply(self, space: str, plan: Plan) -> Commit:
        """Run `plan` on the current state and apply what it returns, atomically.

        Raises:
            InvalidInput: The changes cannot be applied, or the plan writes by itself.
            StoreUnavailable: The store has been closed.
        """
        if getattr(self._planning, "now", False):
            msg = "a plan called apply; let it return everything that is to change"
            raise InvalidInput(msg)
        with self._lock:
            self._planning.now = True
            try:
                changes = plan(self._reader())
            finally:
                self._planning.now = False
            held = self._spaces.get(space) or _Space()
            _check(held, changes)
            writer = _Writer(held, held.seq + 1)
            writer.apply(changes)
            if not writer.touched:
                return Commit(0, {}, {})
            held.seq = writer.seq
            held.tokens[held.seq] = uuid.uuid4().hex
            self._spaces[space] = held
        return Commit(held.seq, dict(writer.nodes_removed), dict(writer.edges_removed))

    def changes(
        self,
        space: str,
        after: int,
        *,
        labels: Sequence[str] = (),
        kinds: Sequence[EdgeKind] = (),
        vectors: bool = False,
    ) -> Iterator[ChangeBatch]:
        """Yield what changed after the watermark, in batches of bounded size, oldest first."""
        with self._lock:
            held = self._reader().held(space)
            batches = list(_batches(held, after, frozenset(labels), frozenset(kinds), vectors))
        yield from batches

    def close(self) -> None:
        """Refuse every later call, unless the store is shared; closing twice is fine."""
        self._closed = not self._shared

    def _reader(self) -> _Reader:
        if self._closed:
            msg = "this memory store has been closed; open a new one"
            raise StoreUnavailable(msg)
        return _Reader(self._spaces)


def _batches(
    held: _Space, after: int, labels: frozenset[str], kinds: frozenset[str], vectors: bool
) -> Iterator[ChangeBatch]:
    first = bisect_right(held.log_seqs, after)
    while first < len(held.log_seqs):
        last_row = min(first + _BATCH_ROWS, len(held.log_seqs)) - 1
        seq = held.log_seqs[last_row]
        end = bisect_right(held.log_seqs, seq)
        changed = set(held.log_keys[first:end])
        low = held.log_seqs[first] - 1
        yield _batch(held, (low, seq), changed, (labels, kinds, vectors))
        first = end


def _batch(
    held: _Space,
    span: tuple[int, int],
    changed: Iterable[str | EdgeKey],
    wanted: tuple[frozenset[str], frozenset[str], bool],
) -> ChangeBatch:
    """Give the newest state of what changed last within the span; later states come later."""
    low, high = span
    labels, kinds, vectors = wanted
    uids = sorted(key for key in changed if isinstance(key, str))
    keys = sorted(key for key in changed if not isinstance(key, str))
    nodes = [held.nodes[uid] for uid in uids if uid in held.nodes]
    edges = [held.edges[key] for key in keys if key in held.edges]
    rows = [held.vectors[uid] for uid in uids if vectors and uid in held.vectors]

    def inside(seq: int) -> bool:
        return low < seq <= high

    return ChangeBatch(
        seq=high,
        nodes=tuple(
            node
            for seq, node in sorted(nodes, key=lambda row: (row[0], row[1].uid))
            if inside(seq) and node.label in labels
        ),
        edges=tuple(
            edge
            for seq, edge in sorted(edges, key=lambda row: (row[0], _edge_key(row[1])))
            if inside(seq) and edge.kind in kinds
        ),
        vectors=tuple(
            vector
            for seq, vector in sorted(rows, key=lambda row: (row[0], row[1].uid))
            if inside(seq)
        ),
        removed_nodes=tuple(uid for uid in uids if inside(held.removed_nodes.get(uid, 0))),
        removed_edges=tuple(key for key in keys if inside(held.removed_edges.get(key, 0))),
    )
