"""What was shown lately, so that feedback can speak of it: a ledger of this process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes

from graphmem.errors import InvalidInput, NotFound
from graphmem_schemas import Recall

__all__ = ["Shown", "ShownRecall"]

MAX_RECALLS = 10_000
MAX_UIDS = 500_000
# Known to this process alone, so that a digest tells nobody what was deleted.
_KEY = token_bytes(16)


@dataclass(frozen=True, slots=True)
class ShownRecall:
    """A question and the uids of the hits that were shown for it.

    Attributes:
        gone: digests of uids that were deleted since: enough to know one that is named again.
    """

    question: str
    uids: frozenset[str]
    gone: frozenset[bytes] = frozenset()

    def __len__(self) -> int:
        return len(self.uids) + len(self.gone)

    def __contains__(self, uid: object) -> bool:
        """Whether a uid was shown, deleted since or not."""
        return isinstance(uid, str) and (uid in self.uids or _digest(uid) in self.gone)


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
                self._n_uids -= len(before)
                uids |= before.uids
            gone = before.gone if before else frozenset[bytes]()
            self._recalls[recall.id] = ShownRecall(recall.question, uids, gone)
            self._n_uids += len(uids) + len(gone)
            while len(self._recalls) > MAX_RECALLS or (
                self._n_uids > MAX_UIDS and len(self._recalls) > 1
            ):
                _, oldest = self._recalls.popitem(last=False)
                self._n_uids -= len(oldest)
        return recall

    def forget(self, gone: Collection[str] | None) -> None:
        """Let go of uids that are deleted; None lets go of all recalls. O(recalls + uids)."""
        with self._lock:
            if gone is None:
                self._recalls.clear()
                self._n_uids = 0
                return
            for recall_id, shown in self._recalls.items():
                if lost := shown.uids.intersection(gone):
                    self._recalls[recall_id] = ShownRecall(
                        shown.question, shown.uids - lost, shown.gone.union(map(_digest, lost))
                    )

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


def _digest(uid: str) -> bytes:
    return blake2b(uid.encode(), digest_size=16, key=_KEY).digest()
