"""What all jobs share: a state that is true however they end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from graphmem.errors import BudgetSpent, GraphMemError
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Job

__all__ = ["Cancelled", "running"]


class Cancelled(Exception):
    """The user asked for an end; it never leaves a job."""


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
        ledger.move(job.id, "cancelled", "cancelled by the user")
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
