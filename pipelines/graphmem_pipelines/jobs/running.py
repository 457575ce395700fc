"""What all jobs share: a state that is true however they end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from graphmem.errors import BudgetSpent, GraphMemError
from graphmem_pipelines.jobs.old import forget_old
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Job

__all__ = ["Cancelled", "given_up", "is_unlisted", "look_for_cancel", "running"]


_CANCELLED = "cancelled by the user"


class Cancelled(Exception):
    """The user asked for an end; it never leaves a job."""


def look_for_cancel(ledger: Ledger, job: str) -> None:
    """Go on only where the user did not ask for an end.

    Raises:
        Cancelled: He did.
    """
    if ledger.is_cancelling(job):
        raise Cancelled


def is_unlisted(ledger: Ledger, job: Job) -> bool:
    """Whether the items of a job are still to be found: it has none yet, or not all."""
    given_up = job.state == "cancelled" and not ledger.totals(job.id).n_items
    return job.state == "scanning" or given_up


def given_up(ledger: Ledger, job: str) -> None:
    """Write down that a job was given up while it was listed; who retries it lists it anew."""
    ledger.drop_items(job)
    ledger.move(job, "cancelled", _CANCELLED)


@contextmanager
def running(ledger: Ledger, job: Job) -> Iterator[None]:
    """Work on a job, which is held, for the length of a block, and write down how that ended.

    What concerns every item (no room, no server, a spent budget) ends the block, and the job can
    go on from there later; it is not raised, the job's `error` tells.

    Raises:
        StoreError: The ledger cannot be written.
    """
    try:
        ledger.move(job.id, "running")
        yield
    except Cancelled:
        ledger.move(job.id, "cancelled", _CANCELLED)
    except BudgetSpent as error:
        ledger.move(job.id, "stopped", str(error))
    except GraphMemError as error:
        ledger.move(job.id, "failed", str(error))
    except KeyboardInterrupt:
        ledger.move(job.id, "stopped", "interrupted; the same command goes on from here")
        raise
    except BaseException as error:
        ledger.move(job.id, "failed", f"a defect of graphmem: {type(error).__name__}: {error}")
        raise
    else:
        ledger.move(job.id, "done")
        forget_old(ledger, time.time())
