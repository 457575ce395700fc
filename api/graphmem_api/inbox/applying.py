"""Threads that apply what waits, and look after the queue."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem_api.inbox.ledgers import Ledgers
from graphmem_api.inbox.turns import Turns
from graphmem_pipelines.jobs.adding import Adding, Stopped
from graphmem_pipelines.ledger.writes import Queue

__all__ = ["Appliers", "Heard", "Seen"]

_LOG = logging.getLogger("graphmem.inbox")
_COUNT_S = 1.0
_PRUNE_S = 300.0
_FAILED_KEPT_S = 30 * 86_400.0
_MEMORIES = 16

Heard = Callable[[str, tuple[str, ...]], None]
"""Is told a space of which something was applied, and the jobs that are through."""


@dataclass(slots=True)
class Seen:
    """What was seen of the queue.

    Attributes:
        at: when, by the clock of `time.monotonic`.
        error: why nothing can be applied just now, by space.
    """

    queue: Queue
    at: float
    error: dict[str, str]


class Appliers:
    """Threads of this process; each applies the writes of one space at a time.

    Args:
        ledgers: hold what waits.
        store: takes it.
        models: of the store.
        n_threads: how many.
        kept_s: how long what is through stays in the ledger; what failed stays a month longer.
        hear: is told what was applied, on the thread that did it.
    """

    def __init__(
        self,
        *,
        ledgers: Ledgers,
        store: GraphStore,
        models: LazyModels,
        n_threads: int,
        kept_s: float,
        hear: Heard,
    ) -> None:
        self._ledgers, self._store, self._models = ledgers, store, models
        self._kept_s, self._hear = kept_s, hear
        self._turns = Turns()
        self._lock = threading.Lock()
        self._memories: OrderedDict[str, Memory] = OrderedDict()
        self._counted = self._pruned = 0.0
        self._applied = True
        self.seen = Seen(Queue(), time.monotonic(), {})
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
        self._look_after()
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
            self.seen.error[space] = str(error)
            _LOG.warning("writes of space %r wait: %s", space, error)
        except Exception as error:
            failed = True
            self.seen.error[space] = f"a defect of graphmem: {type(error).__name__}"
            _LOG.exception("writes of space %r wait", space)
        finally:
            self._turns.end(space, elsewhere=elsewhere, failed=failed)
        return True

    def _apply(self, space: str) -> bool:
        """Apply the next writes of a space; False where another process does so."""
        with self._ledgers.lend() as ledger, ledger.turn(space) as mine:
            if not mine:
                return False
            adding = Adding(
                ledger, self._store, self._models, self._memory_of, lambda: self._turns.stopping
            )
            turned = adding.turn(space)
        self.seen.error.pop(space, None)
        if turned.n_items:
            self._applied = True
            self._hear(space, turned.ended)
        return True

    def _look_after(self) -> None:
        """Count what waits, for whoever asks how it goes, and forget what is long through."""
        now = time.monotonic()
        with self._lock:
            count, prune = now - self._counted > _COUNT_S, now - self._pruned > _PRUNE_S
            self._counted = now if count else self._counted
            self._pruned = now if prune else self._pruned
        with self._ledgers.lend() as ledger:
            if count:
                queue = ledger.queue()
                if self._applied and not queue.n_waiting:
                    self._applied = False
                    # What callers delete from the memory is not to be found here.
                    ledger.tidy()
                error = {s: e for s, e in self.seen.error.items() if s in queue.by_space}
                self.seen = Seen(queue, now, error)
            old = time.time() - self._kept_s
            while prune and ledger.prune(old, old - _FAILED_KEPT_S):
                pass

    def _memory_of(self, space: str) -> Memory:
        with self._lock:
            memory = self._memories.get(space) or Memory(
                self._store,
                space=space,
                embedder=self._models.embedder,
                extractor=self._models.extractor,
            )
            self._memories[space] = memory
            self._memories.move_to_end(space)
            while len(self._memories) > _MEMORIES:
                self._memories.popitem(last=False)
            return memory
