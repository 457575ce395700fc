"""What all parts of one write share: the space, its `seq`, known nodes and counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from graphmem.core.changes import Commit, EdgeKey
from graphmem.errors import InvalidInput
from graphmem.stores.neo4j.client import Run
from graphmem.stores.neo4j.reads import Neo4jReader
from graphmem.stores.neo4j.rows import decode_node, encode_key
from graphmem_queries.texts import text
from graphmem_schemas import Node

__all__ = ["Found", "Transaction"]


@dataclass(frozen=True, slots=True)
class Found:
    """A node on the server.

    Attributes:
        id: the server's own id of it, good within the transaction.
        said: its properties, where they were read.
        is_fresh: whether this transaction made it, so that nothing can hang on it yet.
    """

    label: str
    id: str
    said: Sequence[Any] | None = None
    is_fresh: bool = False

    @property
    def node(self) -> Node:
        """The node as it stands on the server; its properties must have been read."""
        if self.said is None:
            msg = f"the {self.label} {self.id} was located but not read"
            raise AssertionError(msg)
        return decode_node(self.label, self.said)


class Transaction(Neo4jReader):
    """One write to one space, within a transaction that holds the space's lock.

    It is also the reader that the plan gets: what the plan has read is not read again.

    Attributes:
        seq: the number that this commit will have.
        found: the nodes that are known so far to be there; None for those known not to be.
        totals: how much the space holds.
        dimensions: of the first vector that was put on a node of each label.
    """

    def __init__(self, run: Run, space: str, token: str) -> None:
        super().__init__(run)
        self.run = run
        self.space = space
        self._token = token
        ((held,),) = run(text("store/lock_space"), space=space, token=token)
        self.seq = int(held["seq"]) + 1
        self.totals = Counter(
            {name: n for name, n in held.items() if name.startswith(("n_", "e_"))}
        )
        self.found: dict[str, Found | None] = {}
        self.dimensions: dict[str, int] = {}
        self._before = dict(self.totals)
        self._n_rows = 0
        self._removed_nodes: list[str] = []
        self._removed_edges: list[EdgeKey] = []
        self._n_removed: Counter[str] = Counter()

    def done_before(self) -> Commit | None:
        """Return what an earlier attempt at this write did, where it came to its end."""
        rows = self.run(text("store/commit_of"), space=self.space, token=self._token)
        if not rows:
            return None
        seq, removed = rows[0]
        counts = {name: int(n) for name, n in (row.split(" ") for row in removed or ())}
        return _commit(int(seq), counts)

    def _labels_of(self, space: str) -> tuple[str, ...]:
        """Leave out those of which the space holds no node; what changed since is in `found`."""
        if space != self.space:
            return super()._labels_of(space)
        return tuple(label for label in Node.registry if self._before.get(f"n_{label}"))

    def _rows(self, space: str, uids: Sequence[str]) -> list[list[Any]]:
        rows = super()._rows(space, uids)
        if space == self.space:
            self.found.update(dict.fromkeys(uids))
            for uid, label, i, said in rows:
                self.found[uid] = Found(label, i, said)
        return rows

    def read_nodes(self, uids: Iterable[str]) -> None:
        """Have `found` say of all these uids what stands on the server."""
        if self.seq > 1:
            self._rows(self.space, [uid for uid in uids if uid not in self.found])

    def locate(self, uids: Iterable[str], what: str) -> dict[str, Found]:
        """Return where nodes are that must be there.

        Raises:
            InvalidInput: One is not.
        """
        wanted = dict.fromkeys(uids)
        there = self.locate_some(wanted)
        for uid in wanted:
            if uid not in there:
                msg = f"{what} of {uid}: there is no such node in the space; put it first"
                raise InvalidInput(msg)
        return there

    def locate_some(self, uids: Iterable[str]) -> dict[str, Found]:
        """Return where those nodes are that are there."""
        wanted = list(dict.fromkeys(uids))
        unknown = [uid for uid in wanted if uid not in self.found]
        if unknown and self.seq > 1:
            self.found.update(dict.fromkeys(unknown))
            if labels := self._labels_of(self.space):
                statement = text("store/locate", labels=labels)
                rows = self.run(statement, space=self.space, uids=unknown, labels=labels)
                for label, uids_of, ids in rows:
                    self.found.update(
                        (uid, Found(label, i)) for uid, i in zip(uids_of, ids, strict=True)
                    )
        return {uid: found for uid in wanted if (found := self.found.get(uid)) is not None}

    def _ids_of(self, space: str, uids: Iterable[str]) -> dict[str, str]:
        if space != self.space:
            return super()._ids_of(space, uids)
        return {uid: found.id for uid, found in self.locate_some(uids).items()}

    def changed(self, n_rows: int) -> None:
        """Count rows that this commit brings into the feed."""
        self._n_rows += n_rows

    def removed_node(self, uid: str, label: str) -> None:
        """Leave a tombstone for a node."""
        self.found[uid] = None
        self.totals[f"n_{label}"] -= 1
        self.totals["n_nodes"] -= 1
        self._n_removed[label] += 1
        self._n_rows += 1
        self._removed_nodes.append(uid)

    def removed_edge(self, key: EdgeKey) -> None:
        """Leave a tombstone for an edge."""
        self.totals[f"e_{key[0]}"] -= 1
        self._n_removed[key[0]] += 1
        self._n_rows += 1
        self._removed_edges.append(key)

    @property
    def lost_all_edges(self) -> bool:
        """Whether something was removed, and no edge is left."""
        lost = bool(self._removed_nodes or self._removed_edges)
        return lost and not any(n for name, n in self.totals.items() if name.startswith("e_"))

    def finish(self) -> Commit:
        """Write the counters and the commit, and say what was done; `seq` 0 for no change."""
        if not self._n_rows:
            return Commit(0, {}, {})
        changed = {name: n for name, n in self.totals.items() if n != self._before.get(name)}
        commit = {
            "space": self.space,
            "seq": self.seq,
            "token": self._token,
            "n_rows": self._n_rows,
            "totals": _lines(self.totals),
            "n_removed": _lines(self._n_removed) or None,
            "removed_nodes": sorted(set(self._removed_nodes)) or None,
            "removed_edges": [encode_key(key) for key in sorted(set(self._removed_edges))] or None,
        }
        self.run(
            text("store/finish"),
            space=self.space,
            totals={**changed, "seq": self.seq},
            commit=commit,
        )
        return _commit(self.seq, self._n_removed)


def _lines(counts: Counter[str]) -> list[str]:
    return [f"{name} {n}" for name, n in sorted(counts.items()) if n]


def _commit(seq: int, n_removed: dict[str, int]) -> Commit:
    nodes = {name: n for name, n in n_removed.items() if name in Node.registry}
    return Commit(seq, nodes, {k: n for k, n in n_removed.items() if k not in Node.registry})
