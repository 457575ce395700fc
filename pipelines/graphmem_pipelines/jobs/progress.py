"""How fast a job goes, told at most some times a second."""

from __future__ import annotations

import time
from collections import deque

from graphmem_pipelines.jobs.apply import Applier
from graphmem_pipelines.jobs.report import Hear, JobProgress

__all__ = ["ProgressTeller"]

_TELL_S = 0.2
_WINDOW_S = 10.0


class ProgressTeller:
    """Tells a listener how far a job is.

    Args:
        hear: who listens.
        job: id of the job.
        n_items: of the job.
        n_before: items that were through before this process took it up.
    """

    def __init__(self, hear: Hear, job: str, n_items: int, n_before: int) -> None:
        self._hear, self._job, self._n_items, self._n_before = hear, job, n_items, n_before
        self._begun = self._told = time.monotonic()
        self._recent: deque[tuple[float, int]] = deque([(self._begun, 0)])

    def tell(self, applier: Applier, cost: float | None, *, now: bool = False) -> None:
        """Tell it, unless that was done a moment ago.

        Args:
            applier: what is through.
            cost: so far.
            now: tell it in any case.
        """
        at = time.monotonic()
        if not now and at - self._told < _TELL_S:
            return
        self._told = at
        self._recent.append((at, applier.n_passages))
        while len(self._recent) > 2 and at - self._recent[0][0] > _WINDOW_S:
            self._recent.popleft()
        since, n_then = self._recent[0]
        n_left = self._n_items - self._n_before - applier.n_done
        self._hear(
            JobProgress(
                job=self._job,
                stage="reading",
                n_items=self._n_items,
                n_done=self._n_before + applier.n_done,
                n_failed=applier.n_failed,
                n_passages=applier.n_passages,
                passages_per_s=(applier.n_passages - n_then) / max(at - since, 1e-9),
                eta_s=n_left * (at - self._begun) / applier.n_done if applier.n_done else None,
                cost=cost,
            )
        )
