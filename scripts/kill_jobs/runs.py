"""One ingest in peace, and one that is killed again and again."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scripts.kill_jobs.processes import Started, kill_and_watch, watch
from scripts.kill_jobs.state import item_rows, job_states, n_answers, n_applied

__all__ = ["CONCURRENCY", "Moment", "Setting", "Told", "draw_moments", "run_killed", "run_whole"]

CONCURRENCY = 16
# Each looks for its parent twice a second; a busy machine takes its time to let them.
# An agent of Ray whose cluster is gone calls for it for a minute before it ends.
_GONE_S, _AGENTS_S = 10.0, 180.0
_END_S = 1800.0
_EARLIEST_S, _LATER_S = 0.1, 0.3
_SHARE_EARLY = 0.3


@dataclass(frozen=True, slots=True)
class Setting:
    """What is run: `url` is of an LLM's server; None is no LLM."""

    tree: Path
    n_items: int
    engine: str = "local"
    workers: int = 2
    url: str | None = None

    def start(self, store: Path) -> subprocess.Popen[bytes]:
        """Start an ingest as a process of its own; what it says goes into a file."""
        command = [sys.executable, "-m", "graphmem", "ingest", str(self.tree), "--json"]
        command += ["--store", str(store), "--engine", self.engine]
        command += ["--workers", str(self.workers)]
        if self.url:
            command += ["--llm", "openai:stub", "--base-url", self.url]
            command += ["--concurrency", str(CONCURRENCY)]
        with said_file(store).open("ab") as said:
            return subprocess.Popen(
                command, stdout=said, stderr=said, env={**os.environ, "OPENAI_API_KEY": "any"}
            )


@dataclass(frozen=True, slots=True)
class Moment:
    """When a run is killed: so much of what was left is applied, and so many seconds later."""

    share: float
    after_s: float

    def earlier(self) -> Moment:
        """Return the moment in half the time."""
        return Moment(self.share / 2, self.after_s / 2)


@dataclass(slots=True)
class Told:
    """What was seen.

    Attributes:
        gone_s: how long what a killed process had started lived on.
        n_lost: answers that a server gave and that nobody had received when he was killed.
        agents: of Ray, which may live on for some seconds.
        too_late: a run had ended by itself before it was killed: nothing is shown by it.
    """

    kills: list[str] = field(default_factory=list)
    gone_s: list[float] = field(default_factory=list)
    n_lost: int = 0
    agents: Started = field(default_factory=dict)
    too_late: bool = False
    problems: list[str] = field(default_factory=list)


def said_file(store: Path) -> Path:
    """Return where the processes of a store say what they say."""
    return store.with_name(store.name + ".said")


def run_whole(setting: Setting, store: Path) -> tuple[float, float]:
    """Run in peace; return the seconds until the first item was applied, and until the end.

    Raises:
        SystemExit: It failed.
    """
    begun, first = time.monotonic(), 0.0
    child = setting.start(store)
    try:
        while child.poll() is None:
            if not first and n_applied(store):
                first = time.monotonic() - begun
            time.sleep(0.05)
    finally:
        child.kill()
        child.wait()
    if child.returncode:
        raise SystemExit(f"the undisturbed run failed: {said_file(store).read_text()}")
    whole = time.monotonic() - begun
    return first or whole, whole


def run_killed(
    setting: Setting,
    store: Path,
    moments: Sequence[Moment],
    n_answered: Callable[[], int],
) -> Told:
    """Kill at each of the moments, then let it end.

    Args:
        setting: what is run.
        store: a new one.
        moments: each of a run of its own.
        n_answered: how often the LLM's server has answered so far.
    """
    told = Told()
    for number, moment in enumerate(moments, start=1):
        child = setting.start(store)
        alive = _comes(moment, child, setting, store)
        if alive:
            _kill(child, setting, store, told)
        if not alive or "done" in job_states(store):
            told.problems.append(f"it ended by itself before kill {number}")
            told.too_late = True
            return told
        _count_lost(n_answered() - n_answers(store), told)
    child = setting.start(store)
    if child.wait(_END_S):
        told.problems.append(f"it failed: {said_file(store).read_text()[-1000:]}")
    _, agents = watch(told.agents, _AGENTS_S)
    told.problems += [f"this outlived its cluster: {name}" for name in agents]
    if n_answered() - n_answers(store) != told.n_lost:
        told.problems.append("an answer that was kept was asked for again")
    return told


def draw_moments(n_kills: int, seed: int, startup_s: float) -> list[Moment]:
    """Draw moments of all sorts: while it starts and lists, and while it reads and applies."""
    rng = random.Random(seed)
    moments = []
    for left in range(n_kills, 0, -1):
        if rng.random() < _SHARE_EARLY:
            moments.append(Moment(0.0, rng.uniform(_EARLIEST_S, startup_s)))
        else:
            share = rng.random() / (left + 0.5)
            moments.append(Moment(share, rng.uniform(0, _LATER_S)))
    return moments


def _comes(moment: Moment, child: subprocess.Popen[bytes], setting: Setting, store: Path) -> bool:
    """Wait for a moment; return whether the process still ran then."""
    before = n_applied(store)
    wanted = before + moment.share * (setting.n_items - before)
    while child.poll() is None and n_applied(store) < wanted:
        time.sleep(0.01)
    try:
        child.wait(moment.after_s)
    except subprocess.TimeoutExpired:
        return True
    return False


def _kill(child: subprocess.Popen[bytes], setting: Setting, store: Path, told: Told) -> None:
    after, left = kill_and_watch(child, _GONE_S, told.agents)
    told.gone_s.append(round(after, 2))
    if left:
        told.problems.append(f"these lived on for {after:.0f} s after a kill: {left}")
    states = ", ".join(job_states(store)) or "no job"
    told.kills.append(f"{n_applied(store)} of {len(item_rows(store))} applied, {states}")


def _count_lost(n_lost: int, told: Told) -> None:
    """Answers that the server gave and nobody kept were amid their way when it was killed."""
    if n_lost - told.n_lost > CONCURRENCY:
        told.problems.append(f"{n_lost - told.n_lost} answers were lost by one kill")
    told.n_lost = n_lost
