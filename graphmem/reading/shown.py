"""What was shown lately, so that feedback can speak of it: a ledger of this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from graphmem.errors import InvalidInput, NotFound
from graphmem_schemas import Recall

__all__ = ["Shown", "ShownRecall"]

MAX_RECALLS = 10_000
MAX_UIDS = 500_000


@dataclass(frozen=True, slots=True)
class ShownRecall:
    """A question and the uids of the hits that were shown for it."""

    question: str
    uids: frozenset[str]


class Shown:
    """The last 10,000 recalls of one memory, or fewer of many hits. Safe to use from threads.

    It holds questions and uids, no text of the memory, and is gone with the process: feedback
    belongs to whoever was shown something.
    """

    def __init__(self) -> None:
        self._recalls: OrderedDict[str, ShownRecall] = OrderedDict()
        self._n_uids = 0
        self._lock = threading.Lock()

    def note(self, recall: Recall, cited: Iterable[str] = ()) -> Recall:
        """Remember what a recall shows; return it. The same one again adds its hits.

        Args:
            recall: as the caller gets it.
            cited: uids of more that is shown, in a context.
        """
        uids = frozenset((*(hit.uid for hit in recall.hits), *cited))
        with self._lock:
            before = self._recalls.pop(recall.id, None)
            if before is not None:
                self._n_uids -= len(before.uids)
                uids |= before.uids
            self._recalls[recall.id] = ShownRecall(recall.question, uids)
            self._n_uids += len(uids)
            while len(self._recalls) > MAX_RECALLS or (
                self._n_uids > MAX_UIDS and len(self._recalls) > 1
            ):
                _, oldest = self._recalls.popitem(last=False)
                self._n_uids -= len(oldest.uids)
        return recall

    def find(self, recall_id: object) -> ShownRecall:
        """Return what was shown under the id.

        Raises:
            InvalidInput: The id is no string.
            NotFound: This memory has shown no such recall, or too many since.
        """
        if not isinstance(recall_id, str):
            raise InvalidInput(f"a recall's id is a string, not {type(recall_id).__name__}")
        with self._lock:
            found = self._recalls.get(recall_id)
        if found is None:
            raise NotFound(
                f"this memory has shown no recall {recall_id[:80]!r}, or more than "
                f"{MAX_RECALLS:,} since: feedback is for what this process was shown"
            )
        return found
