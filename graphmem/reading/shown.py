"""What was shown lately, kept by the process that showed it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable

from graphmem.ports import ShownRecall
from graphmem_schemas import Recall

__all__ = ["Shown"]

MAX_RECALLS = 10_000
MAX_UIDS = 500_000


class Shown:
    """The last 10,000 recalls of one memory, or fewer of many hits. Safe to use from threads.

    It holds questions and uids, no text of the memory, and is gone with the process.
    """

    def __init__(self) -> None:
        self._recalls: OrderedDict[str, ShownRecall] = OrderedDict()
        self._n_uids = 0
        self._lock = threading.Lock()

    def note(self, recall: Recall, cited: Iterable[str] = ()) -> Recall:
        """Remember what a recall shows; return it. The same one again adds its hits."""
        uids = frozenset((*(hit.uid for hit in recall.hits), *cited))
        shown = ShownRecall(recall.question, uids)
        with self._lock:
            before = self._recalls.pop(recall.id, None)
            if before is not None:
                self._n_uids -= len(before.uids)
                shown = shown.and_also(before)
            self._recalls[recall.id] = shown
            self._n_uids += len(shown.uids)
            while len(self._recalls) > MAX_RECALLS or (
                self._n_uids > MAX_UIDS and len(self._recalls) > 1
            ):
                _, oldest = self._recalls.popitem(last=False)
                self._n_uids -= len(oldest.uids)
        return recall

    def forget(self, gone: Collection[str] | None) -> None:
        """Let go of uids that are deleted; None lets go of all recalls. O(recalls + uids)."""
        with self._lock:
            if gone is None:
                self._recalls.clear()
                self._n_uids = 0
                return
            for recall_id, shown in self._recalls.items():
                if not shown.uids.isdisjoint(gone):
                    self._recalls[recall_id] = rest = shown.without(gone)
                    self._n_uids -= len(shown.uids) - len(rest.uids)

    def find(self, recall_id: str) -> ShownRecall | None:
        """Return what was shown under the id, where that is known."""
        with self._lock:
            return self._recalls.get(recall_id)
