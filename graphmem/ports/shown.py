"""Where what was shown is kept, so that feedback can speak of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from graphmem_schemas import Recall

__all__ = ["ShownRecall", "ShownRecalls"]


@dataclass(frozen=True, slots=True)
class ShownRecall:
    """A question and the uids of the hits that were shown for it.

    Attributes:
        n_gone: how many more were shown, and are deleted since: which, nobody knows any more.
    """

    question: str
    uids: frozenset[str]
    n_gone: int = 0

    def and_also(self, other: ShownRecall) -> ShownRecall:
        """Return the same recall with what was shown of it at another time."""
        return ShownRecall(self.question, self.uids | other.uids, self.n_gone + other.n_gone)

    def without(self, gone: Collection[str]) -> ShownRecall:
        """Return it without uids that are deleted."""
        lost = self.uids.intersection(gone)
        return ShownRecall(self.question, self.uids - lost, self.n_gone + len(lost))


class ShownRecalls(Protocol):
    """The last recalls of one space, a bounded number. Safe to use from threads."""

    def note(self, recall: Recall, cited: Iterable[str] = ()) -> Recall:
        """Remember what a recall shows; return it. The same one again adds its hits.

        Args:
            recall: as the caller gets it.
            cited: uids of more that is shown, in a context.
        """
        ...

    def forget(self, gone: Collection[str] | None) -> None:
        """Let go of uids that are deleted; None lets go of all recalls."""
        ...

    def find(self, recall_id: str) -> ShownRecall | None:
        """Return what was shown under the id, where that is known."""
        ...
