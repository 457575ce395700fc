"""A thread of its own that looks after the queue, whatever those that apply are at."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass

from graphmem_api.inbox.ledgers import Ledgers
from graphmem_pipelines.ledger.writes import Queue, WriteLedger

__all__ = ["Seen", "Watch"]

_LOG = logging.getLogger("graphmem.inbox")
_COUNT_S = 1.0
_PRUNE_S = 300.0
_FAILED_KEPT_S = 30 * 86_400.0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of the queue.

    Attributes:
        at: when that was begun, by the clock of `time.monotonic`.
    """

    queue: Queue
    at: float


class Watch:
    """Counts what waits, for whoever asks how it goes, and forgets what is long through.

    Args:
        ledgers: hold what waits.
        kept_s: how long what is through stays in the ledger; what failed stays a month longer.
    """

    def __init__(self, ledgers: Ledgers, kept_s: float) -> None:
        self._ledgers, self._kept_s = ledgers, kept_s
        self._stopping = threading.Event()
        self._to_tidy = True
        self._pruned_at = float("-inf")
        self.seen = Seen(Queue(), time.monotonic())
        self._thread = threading.Thread(target=self._run, name="graphmem-watch", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread is there."""
        return self._thread.is_alive()

    def applied(self) -> None:
        """Say that something was applied, so that the ledger's log is emptied in time."""
        self._to_tidy = True

    def stop(self) -> None:
        """Have the thread end after what it is at."""
        self._stopping.set()

    def join(self, seconds: float) -> bool:
        """Wait for the thread; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._ledgers.lend() as ledger:
                    self._look(ledger)
                    self._prune(ledger)
            except Exception:
                # A ledger that cannot be read now; how old the last look is tells so.
                _LOG.exception("looking after the queue of writes failed")
            self._stopping.wait(_COUNT_S)

    def _look(self, ledger: WriteLedger) -> None:
        # Before it is counted: what is applied during the count is tidied after the next one.
        to_tidy, self._to_tidy = self._to_tidy, False
        at = time.monotonic()
        try:
            queue = ledger.queue()
            if to_tidy and not queue.n_waiting:
                # What callers delete from the memory is not to be found here.
                ledger.tidy()
                to_tidy = False
            self.seen = Seen(queue, at)
        finally:
            self._to_tidy |= to_tidy

    def _prune(self, ledger: WriteLedger) -> None:
        if time.monotonic() - self._pruned_at < _PRUNE_S:
            return
        old = time.time() - self._kept_s
        while ledger.prune(old, old - _FAILED_KEPT_S) and not self._stopping.is_set():
            pass
        self._pruned_at = time.monotonic()
