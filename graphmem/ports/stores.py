"""What graphmem needs from whoever holds the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from graphmem.core.changes import ChangeBatch, Changes, Commit, Counts
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["Capability", "GraphReader", "GraphStore", "Plan", "PlanReader"]


class Capability(StrEnum):
    """What a store can do beyond the base contract; the contract suite tests what is declared."""

    PERSISTENT = "persistent"
    MANY_PROCESSES = "many_processes"
    SERVED = "served"
    CYPHER = "cypher"
    REMOTE = "remote"


class GraphReader(Protocol):
    """Reads of one consistent state of a store."""

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        ...

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        ...

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        ...

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`."""
        ...


class PlanReader(GraphReader, Protocol):
    """What a plan reads with: also what is needed to take back without reading all that stays."""

    def contributed(
        self, space: str, sources: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that one of the sources contributed to, each once, sorted by key.

        Cost: with what they contributed, however much others did.
        """
        ...

    def with_in_degree(
        self, space: str, least: Mapping[str, int], kinds: Sequence[EdgeKind]
    ) -> set[str]:
        """Return those of the nodes at which at least so many edges of the kinds end.

        Cost: with the numbers that are asked for, however many edges there are.

        Args:
            space: the space.
            least: for each uid how many edges, 1 or more.
            kinds: which edges count.
        """
        ...


Plan = Callable[[PlanReader], Changes]


class GraphStore(GraphReader, Protocol):
    """Holds the truth. All methods are safe to call from many threads.

    Attributes:
        identity: tells one store from every other, and survives closing and reopening; a view
            that was saved for another identity is not of this store.
        views_folder: where views of this store may be kept; None where nothing is kept.
    """

    capabilities: frozenset[Capability]
    identity: str
    views_folder: Path | None

    @property
    def size_bytes(self) -> int:
        """How much room the store takes on disk; 0 where it takes none."""
        ...

    def seq(self, space: str) -> int:
        """Return the number of the space's newest commit, 0 where it has none.

        The numbers of a space's commits rise by one, whatever happens to other spaces: who may
        read one space learns nothing of another from them.
        """
        ...

    def newest(self, space: str) -> tuple[int, str]:
        """Return `seq` and the token of that commit; 0 and "" where the space has none.

        Asked before every search, so it must be cheap: one indexed read, no counting.
        """
        ...

    def token(self, space: str, seq: int) -> str | None:
        """Return the random mark that the commit got when it was made; None for no such commit.

        After a store was put back to an older copy and written again, the same numbers mean
        other commits; their tokens differ, so a view can tell.
        """
        ...

    def spaces(self) -> list[str]:
        """Return the sorted names of the spaces that hold at least one node."""
        ...

    def read_meta(self, key: str) -> str | None:
        """Return the small fact about the whole store that was written under the key."""
        ...

    def write_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the whole store (its embedder); it takes no `seq`."""
        ...

    def apply(self, space: str, plan: Plan) -> Commit:
        """Run `plan` on the current state and apply what it returns, atomically.

        No other write happens between what the plan reads and what is applied. What the
        returned commit covers is on disk. The plan may be called again after a transient
        failure, so it must not have effects of its own. Removals are applied first. What
        is there already in the same state is left alone; where that is all, no `seq` is taken.

        Raises:
            InvalidInput: An edge or a vector names a node that would not be there; nothing
                was applied.
            StoreError: Nothing was applied.
        """
        ...

    def changes(
        self,
        space: str,
        after: int,
        *,
        labels: Sequence[str] = (),
        kinds: Sequence[EdgeKind] = (),
        vectors: bool = False,
    ) -> Iterator[ChangeBatch]:
        """Yield what changed after the watermark, in batches of bounded size, oldest first.

        Only the wanted labels, kinds and vectors are read; none are by default. A node that
        changed twice comes once, in its newest state. A batch ends where a commit ends, so
        that its `seq` is a watermark to go on from; the last batch's is the space's newest.
        Nothing is yielded where nothing changed after the watermark.
        """
        ...

    def close(self) -> None:
        """Release every resource; closing twice is fine."""
        ...
