"""What `graphmem doctor` says of jobs: red while something failed or waits for nobody."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmem.cli.findings import Finding
    from graphmem.cli.session import Session

__all__ = ["check_jobs"]

_MAX_SHOWN = 5


def check_jobs(session: Session) -> Iterator[Finding]:
    """Yield one finding on the ledger of an embedded store; nothing where no job was run."""
    from graphmem.cli.findings import Finding
    from graphmem.errors import GraphMemError
    from graphmem.stores.beside import JOBS
    from graphmem_pipelines.jobs.health import unfinished
    from graphmem_pipelines.ledger.ledger import Ledger

    given = os.environ.get("GRAPHMEM_LEDGER")
    beside = session.path and session.path.with_name(session.path.name + JOBS)
    path = Path(given) if given else beside
    if path is None or not path.exists():
        return
    try:
        ledger = Ledger(path)
    except GraphMemError as error:
        yield Finding("jobs", False, str(error), "move the file away: items are read anew then")
        return
    try:
        left = unfinished(ledger)
    finally:
        ledger.close()
    if not left:
        yield Finding("jobs", True, "all items of all jobs are dealt with")
        return
    told = [f"{one.job[-8:]} {one.state}: {one.told}" for one in left[:_MAX_SHOWN]]
    yield Finding(
        "jobs", False, "; ".join(told), f"graphmem jobs retry {left[0].job[-8:]}, or jobs cancel"
    )
