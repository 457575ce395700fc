"""The command line: a thin shell over `graphmem.Memory`, one file a group of commands."""

from __future__ import annotations

import atexit
import gc
import os
import sys

__all__ = ["STOPPED", "main", "stopped"]

STOPPED = 130


def main() -> None:
    """Run the command line and end the process with its exit status."""
    # What is left goes with the process. A last look at all of it takes 0.4 s after a search.
    atexit.register(gc.freeze)
    try:
        # Here and not above, since Ctrl-C may well come while this is being loaded.
        from graphmem.cli.app import run

        status = run()
    except KeyboardInterrupt:
        status = stopped()
    if status == STOPPED:
        # Stores bear a kill at any time; threads that are still at work are not waited for.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(STOPPED)
    raise SystemExit(status)


def stopped() -> int:
    """Say that the user has stopped the command; return the exit status for that."""
    sys.stderr.write("graphmem: stopped; what was reported as stored is stored\n")
    return STOPPED
