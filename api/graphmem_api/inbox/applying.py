"""Threads that apply what waits, and what keeps them from it."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass

from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem_api.inbox.ledgers import Ledgers
from graphmem_api.inbox.turns import Turns
from graphmem_pipelines.jobs.adding import OF_SERVER, Adding, Stopped
from graphmem_pipelines.ledger.writes import Taken

__all__ = ["Appliers", "Faults", "Heard"]

_LOG = logging.getLogger("graphmem.inbox")

Heard = Callable[[str, tuple[str, ...]], None]
"""Is told a space of which something was applied, and the jobs that are through."""


@dataclass(frozen=True, slots=True)
class _Fault:
    """What keeps a space from being written: since when, when it was last met, and why."""

    since: float
    last: float
    why: str


class Faults:
    """What keeps writes from being applied, and whether the server is to blame for it.

    A space that fails while others are applied is not well itself. Where its error is one of the
    store or of a model, and nothing has been applied anywhere since it came, the server is not.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failing: dict[str, _Fault] = {}
        self._worked_at = float("-inf")

    def failed(self, space: str, why: str, *, of_server: bool) -> None:
        """Note that nothing of a space can be applied just now."""
        with self._lock:
            now = time.monotonic()
            before = self._failing.pop(space, None)
            if of_server:
                self._failing[space] = _Fault(before.since if before else now, now, why)

    def worked(self, space: str) -> None:
        """Note that something of a space was applied."""
        with self._lock:
            self._failing.pop(space, None)
            self._worked_at = time.monotonic()

    def of_server(self, waiting: Collection[str], seen_at: float) -> str | None:
        """Return what is wrong with the server, None where nothing is.

        Args:
            waiting: spaces of which something waited; what was given up fails no more.
            seen_at: when that was seen, by the clock of `time.monotonic`.
        """
        with self._lock:
            for space in self._failing.keys() - set(waiting):
                # What has come and failed since that look was not there to be seen.
                if self._failing[space].last < seen_at:
                    del self._failing[space]
            since_then = (one for one in self._failing.values() if one.since >= self._worked_at)
            return next((one.why for one in since_then), None)


class Appliers:
    """Threads of this process; each applies the writes of one space at a time.

    Args:
        ledgers: hold what waits.
        store: takes it.
        models: of the store.
        lend: lends the memory of a space to a thread.
        n_threads: how many.
        hear: is told what was applied, on the thread that did it.

    Attributes:
        faults: what keeps writes from being applied.
    """

    def __init__(
        self,
        *,
        ledgers: Ledgers,
        store: GraphStore,
        models: LazyModels,
        lend: Callable[[str], AbstractContextManager[Memory]],
        n_threads: int,
        hear: Heard,
    ) -> None:
        self._ledgers, self._store, self._models = ledgers, store, models
        self._lend, self._hear = lend, hear
        self._turns = Turns()
        # One thread at a time has a space.
        self._owed: defaultdict[str, list[Taken]] = defaultdict(list)
        self.faults = Faults()
        self._threads = [
            threading.Thread(target=self._run, name=f"graphmem-apply-{n}", daemon=True)
            for n in range(n_threads)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def alive(self) -> bool:
        """Whether every thread is there."""
        return all(thread.is_alive() for thread in self._threads)

    def wake(self) -> None:
        """Say that something waits."""
        self._turns.wake()

    def stop(self) -> None:
        """Have the threads end after what they are at."""
        self._turns.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the threads; return whether all have ended."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def give_back(self) -> None:
        """Have what threads are at wait again: the process ends under them, and not for it.

        Raises:
            StoreError: The ledger cannot be written.
        """
        with self._ledgers.lend() as ledger:
            for taken in tuple(self._owed.values()):
                ledger.give_back(tuple(taken))

    def _run(self) -> None:
        seen = 0
        while not self._turns.stopping:
            try:
                if not self._turn():
                    seen = self._turns.wait(seen)
            except Exception:
                # A ledger that cannot be read now; what waits is as safe as it was.
                _LOG.exception("looking for writes that wait failed")
                self._turns.wait(seen)

    def _turn(self) -> bool:
        """Give one space its turn; return whether there was one."""
        with self._ledgers.lend() as ledger:
            waiting = ledger.waiting_spaces()
        space = self._turns.begin(waiting)
        if space is None:
            return False
        elsewhere = failed = False
        try:
            elsewhere = not self._apply(space)
        except Stopped:
            pass
        except GraphMemError as error:
            failed = True
            self.faults.failed(space, str(error), of_server=isinstance(error, OF_SERVER))
            _LOG.warning("writes of space %r wait: %s", space, error)
        except Exception as error:
            failed = True
            self.faults.failed(space, type(error).__name__, of_server=False)
            _LOG.exception("writes of space %r wait", space)
        finally:
            self._turns.end(space, elsewhere=elsewhere, failed=failed)
        return True

    def _apply(self, space: str) -> bool:
        """Apply the next writes of a space; False where another process does so."""
        with self._ledgers.lend() as ledger, ledger.turn(space) as mine:
            if not mine:
                return False
            stopping, owed = (lambda: self._turns.stopping), self._owed[space]
            adding = Adding(ledger, self._store, self._models, self._lend, stopping, owed)
            turned = adding.turn(space)
            del self._owed[space]
        if turned.n_items:
            self.faults.worked(space)
            self._hear(space, turned.ended)
        return True
