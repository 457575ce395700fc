"""`MemoryStore`: the graph in plain dictionaries."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import RLock, local

from graphmem.core.changes import ChangeBatch, Commit, Counts
from graphmem.errors import InvalidInput, StoreUnavailable
from graphmem.ports import Capability, Plan
from graphmem.stores.memory.feed import batches
from graphmem.stores.memory.reads import Reader
from graphmem.stores.memory.space import Space
from graphmem.stores.memory.writes import Writer, check
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["MemoryStore"]


class MemoryStore:
    """Holds the graph in the memory of one process; everything goes with the process."""

    capabilities: frozenset[Capability] = frozenset()

    def __init__(self, *, shared: bool = False) -> None:
        """Make an empty store; closing one that is `shared` does not end it for the others."""
        self._shared = shared
        self.identity = uuid.uuid4().hex
        self.views_folder: Path | None = None
        self.size_bytes = 0
        self._spaces: dict[str, Space] = {}
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
            held = self._spaces.get(space) or Space()
            check(held, changes)
            writer = Writer(held, held.seq + 1)
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
            found = list(batches(held, after, frozenset(labels), frozenset(kinds), vectors))
        yield from found

    def close(self) -> None:
        """Refuse every later call, unless the store is shared; closing twice is fine."""
        self._closed = not self._shared

    def _reader(self) -> Reader:
        if self._closed:
            msg = "this memory store has been closed; open a new one"
            raise StoreUnavailable(msg)
        return Reader(self._spaces)
