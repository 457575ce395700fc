"""The command line: a thin shell over `graphmem.Memory`, one file a group of commands."""

from __future__ import annotations

__all__ = ["main"]


def main() -> None:
    """Run the command line and end the process with its exit status."""
    from graphmem.cli.app import run

    raise SystemExit(run())
