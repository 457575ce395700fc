"""What all parts of one write share: the connection, the space, ids, `seq` and counters."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from graphmem.core.changes import Commit
from graphmem.errors import InvalidInput
from graphmem.stores.sqlite.reads import space_id
from graphmem.stores.sqlite.rows import in_chunks

__all__ = ["Transaction"]


class Transaction:
    """One write to one space, inside a transaction that the caller began and will end.

    Attributes:
        seq: the number that this commit will have.
        space: id of the space.
        space_is_new: whether nothing can be in the space yet.
        first_fresh: nodes from this id on are made by this transaction, so that nothing can hang
            on them yet.
        node_ids: ids of the nodes that are known so far to be there, by uid.
        tally: by how much the counters change, by sort and term.
    """

    def __init__(self, connection: sqlite3.Connection, space: str) -> None:
        self._connection = connection
        state = "SELECT next_node, next_edge, next_source FROM state"
        row: tuple[int, int, int] = self.execute(state).fetchone()
        self.first_fresh, self._next_edge, self._next_source = row
        self._next_node = self.first_fresh
        self._terms: dict[str, int] = dict(self.execute("SELECT name, id FROM term"))
        self._names = {i: name for name, i in self._terms.items()}
        held = space_id(connection, space)
        # Each space counts for itself: its numbers tell nothing of what others write.
        self.seq = (held[1] if held else 0) + 1
        self.space_is_new = held is None
        self.space = held[0] if held else self._new_space(space)
        self._start = connection.total_changes
        self.node_ids: dict[str, int] = {}
        self.tally: Counter[tuple[str, int]] = Counter()

    def execute(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run one statement."""
        return self._connection.execute(query, values)

    def executemany(self, query: str, rows: list[tuple[Any, ...]]) -> None:
        """Run one statement for many rows."""
        if rows:
            self._connection.executemany(query, rows)

    def _new_space(self, space: str) -> int:
        row = self.execute("INSERT INTO space (name, seq) VALUES (?, 0) RETURNING id", (space,))
        return int(row.fetchone()[0])

    def term_ids(self, names: set[str]) -> dict[str, int]:
        """Return the ids of labels and kinds; a label seen for the first time gets one."""
        for name in sorted(names - self._terms.keys()):
            row = self.execute("INSERT INTO term (name) VALUES (?) RETURNING id", (name,))
            self._terms[name] = int(row.fetchone()[0])
            self._names[self._terms[name]] = name
        return self._terms

    def term_name(self, term: int) -> str:
        """Return the label or kind of an id."""
        return self._names[term]

    def new_node_ids(self, uids: Iterable[str]) -> range:
        """Give ids to new nodes. Ids are never used again, so no row can mean another node."""
        first = self._next_node
        for uid in uids:
            self.node_ids[uid] = self._next_node
            self._next_node += 1
        return range(first, self._next_node)

    def new_edge_ids(self, n: int) -> range:
        """Give ids to new edges."""
        self._next_edge += n
        return range(self._next_edge - n, self._next_edge)

    def new_source_id(self) -> int:
        """Give an id to a source that had no contribution so far."""
        self._next_source += 1
        return self._next_source - 1

    def ids_of(self, uids: Iterable[str], what: str) -> dict[str, int]:
        """Return the ids of nodes that must be there.

        Raises:
            InvalidInput: One is not.
        """
        wanted = dict.fromkeys(uids)
        for marks, chunk in in_chunks(uid for uid in wanted if uid not in self.node_ids):
            query = f"SELECT uid, id FROM node WHERE space = ? AND uid IN {marks}"
            self.node_ids.update(self.execute(query, (self.space, *chunk)))
        for uid in wanted:
            if uid not in self.node_ids:
                msg = f"{what} of {uid}: there is no such node in the space; put it first"
                raise InvalidInput(msg)
        return self.node_ids

    def finish(self, edges_removed: Counter[str], nodes_removed: Counter[str]) -> Commit:
        """Write the counters, and say what was done; `seq` 0 where no row changed."""
        if self._connection.total_changes == self._start:
            return Commit(0, {}, {})
        self.execute(
            "UPDATE state SET seq = seq + 1, next_node = ?, next_edge = ?, next_source = ?",
            (self._next_node, self._next_edge, self._next_source),
        )
        self.execute("UPDATE space SET seq = ? WHERE id = ?", (self.seq, self.space))
        self.execute(
            "INSERT INTO commit_token (space, seq, token) VALUES (?, ?, randomblob(8))",
            (self.space, self.seq),
        )
        self.executemany(
            "INSERT INTO tally (space, sort, term, n) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET n = n + excluded.n",
            [(self.space, sort, term, n) for (sort, term), n in sorted(self.tally.items()) if n],
        )
        return Commit(self.seq, dict(nodes_removed), dict(edges_removed))
