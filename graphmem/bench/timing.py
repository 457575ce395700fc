"""Times that can be compared: what is compared runs in turns, and the middle counts."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from statistics import median
from threading import Timer
from time import perf_counter

__all__ = [
    "PEAK_MB", "in_turns", "milliseconds", "run_fresh", "seconds_fresh", "seconds_to_answer",
]  # fmt: skip


_NO_BYTECODE = "PYTHONDONTWRITEBYTECODE"
_LONGEST_S = 300.0

# Prints the peak memory of the process that runs it. Linux hands the parent's peak on in
# getrusage, so its own record is read where there is one.
PEAK_MB = """
def peak_mb():
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    except OSError:
        import resource, sys
        unit = 2**20 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
"""


def milliseconds(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """Return how long one call took."""
    start = clock()
    work()
    return (clock() - start) * 1_000.0


def in_turns(
    first: Callable[[int], object],
    second: Callable[[int], object],
    n_rounds: int,
    clock: Callable[[], float] = perf_counter,
) -> tuple[float, float]:
    """Time two kinds of work on the same inputs; return the medians in milliseconds.

    Who goes first changes from round to round, so that a slow phase of the machine, or a cache
    that one leaves to the other, falls on both.

    Args:
        first: called with the round's number.
        second: called with the same numbers.
        n_rounds: how many calls each, after none to warm up: callers do that.
        clock: of seconds.
    """
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(n_rounds):
        order = (0, 1) if number % 2 == 0 else (1, 0)
        for which in order:
            call = partial((first, second)[which], number)
            times[which].append(milliseconds(call, clock))
    return median(times[0]), median(times[1])


def run_fresh(arguments: Sequence[str]) -> str:
    """Run this Python in a process of its own and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        check=True, capture_output=True, text=True, timeout=_LONGEST_S, env=_surroundings(),
    )  # fmt: skip
    return done.stdout


def seconds_fresh(arguments: Sequence[str], n_rounds: int) -> float:
    """Return the median time from starting a process until it has ended, once warmed up."""
    run_fresh(arguments)
    times = [milliseconds(lambda: run_fresh(arguments)) for _ in range(n_rounds)]
    return median(times) / 1_000.0


def seconds_to_answer(arguments: Sequence[str], n_rounds: int) -> float:
    """Return the median time from starting a process until its first line, once warmed up."""
    run_fresh(arguments)
    return median(_seconds_to_line(arguments) for _ in range(n_rounds))


def _seconds_to_line(arguments: Sequence[str]) -> float:
    start = perf_counter()
    command = [sys.executable, "-u", *arguments]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, env=_surroundings()) as process,
        _killed_after(process, _LONGEST_S),
    ):
        line = process.stdout.readline() if process.stdout else b""
        seconds = perf_counter() - start
    if not line or process.returncode:
        raise RuntimeError(f"{command} ended with {process.returncode} and said {line!r} first")
    return seconds


@contextmanager
def _killed_after(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    timer = Timer(seconds, process.kill)
    timer.start()
    try:
        yield
        process.communicate()
    finally:
        timer.cancel()


def _surroundings() -> dict[str, str]:
    """The environment of an installation: it has its bytecode, since pip compiles what it puts."""
    return {name: value for name, value in os.environ.items() if name != _NO_BYTECODE}
