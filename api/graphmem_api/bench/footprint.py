"""What a server and its workers hold of the machine. Linux only: it is read from `/proc`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Footprint", "footprint"]

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Footprint:
    """What all processes of a server hold together.

    Attributes:
        mb: memory; a page that several share counts once.
        n_files: open files and connections.
        n_threads: threads.
    """

    mb: float
    n_files: int
    n_threads: int


def footprint(pid: int) -> Footprint:
    """Measure a process and all that it has started."""
    kb = n_files = n_threads = 0
    for process in _with_children(pid):
        # One that ends meanwhile holds nothing.
        with suppress(OSError):
            rollup = (process / "smaps_rollup").read_text().splitlines()
            kb += next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
            n_files += len(list((process / "fd").iterdir()))
            n_threads += len(list((process / "task").iterdir()))
    return Footprint(kb / 1024, n_files, n_threads)


def _with_children(pid: int) -> Iterator[Path]:
    process = _PROC / str(pid)
    yield process
    with suppress(OSError):
        for task in list((process / "task").iterdir()):
            for child in (task / "children").read_text().split():
                yield from _with_children(int(child))
