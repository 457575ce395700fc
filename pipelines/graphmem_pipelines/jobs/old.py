"""The ledger grows no further than it is of use: jobs that ended well long ago are forgotten."""

from __future__ import annotations

from graphmem_pipelines.ledger.ledger import Ledger

__all__ = ["KEPT_JOBS", "KEPT_S", "forget_old"]

KEPT_S = 30 * 86_400.0
"""Somebody may ask about a job of the last month."""
KEPT_JOBS = 100
"""Who ingests seldom finds the last ones, however old. A job of 20,000 items has 9 MB."""


def forget_old(ledger: Ledger, now: float) -> int:
    """Forget jobs that are done for long, with their items; return how many.

    What was applied is still known as unchanged: that is kept apart. A job of which something
    failed stays until it is dealt with, since nothing may be lost in silence.

    Args:
        ledger: of the jobs.
        now: seconds since 1970.
    """
    n = 0
    # Oldest first: what failed in one and was dealt with by a later one is told by the later one.
    for job in ledger.old_jobs(now - KEPT_S, KEPT_JOBS):
        if not ledger.n_still_failed(job):
            ledger.forget(job.id)
            n += 1
    return n
