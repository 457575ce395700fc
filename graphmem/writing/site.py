"""What a stage of `consolidate` works on, and where it tells what it did."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar

from graphmem.core.changes import Changes
from graphmem.ports import Float32, GraphReader, GraphStore
from graphmem_schemas import JudgedPair

__all__ = ["A_COMMIT", "Site", "parts"]

_Row = TypeVar("_Row")
# Nodes that one commit looks at: it writes fewer than 2,000, also where each makes another.
A_COMMIT = 500


@dataclass(slots=True)
class Site:
    """One space in one call of `consolidate`.

    Attributes:
        now: system time of what is new.
        since: commit after which nodes count as new; 0 takes all.
        embed: from n texts to (n, d) rows of unit length.
        seq: number of the last commit.
        judged: pairs of names that an LLM was asked about.
        notes: what could not be done.
    """

    store: GraphStore
    space: str
    now: datetime
    since: int
    embed: Callable[[Sequence[str]], Float32]
    seq: int = 0
    merged: list[tuple[str, str]] = field(default_factory=list)
    lifted: list[str] = field(default_factory=list)
    learnt: list[str] = field(default_factory=list)
    unlearnt: list[str] = field(default_factory=list)
    added: dict[str, list[str]] = field(default_factory=dict)
    judged: list[JudgedPair] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def new(self, *labels: str) -> list[str]:
        """Return the uids of nodes of some labels that are new or changed, in order of change.

        All of them at once, since what a stage writes comes in the feed again.
        """
        batches = self.store.changes(self.space, self.since, labels=labels)
        return [node.uid for batch in batches for node in batch.nodes]

    def apply(self, plan: Callable[[GraphReader], Changes]) -> bool:
        """Apply a plan; return whether it changed anything."""
        seq = self.store.apply(self.space, plan).seq
        self.seq = seq or self.seq
        return seq > 0

    def tell(self, label: str, uids: Sequence[str]) -> None:
        """Note nodes that are new."""
        if uids:
            self.added.setdefault(label, []).extend(uids)


def parts(rows: Sequence[_Row], size: int = A_COMMIT) -> Iterator[list[_Row]]:
    """Yield the rows some hundred at a time."""
    rest = iter(rows)
    while part := list(islice(rest, size)):
        yield part
