"""Processes below a process, and whether they are gone. For Linux: it reads /proc."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path

__all__ = ["Started", "descendants", "kill_and_watch", "watch"]


def descendants(pid: int) -> set[int]:
    """Return all processes below one; what was left by its parent is below nobody."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (status := _status(int(entry.name))):
            children.setdefault(status[1], []).append(int(entry.name))
    found: set[int] = set()
    left = [pid]
    while left:
        some = children.get(left.pop(), [])
        found.update(some)
        left += some
    return found


_LATE = re.compile(r"agent|default_worker", re.IGNORECASE)
_TOLD_CHARS = 200
_N_LOOKS = 20

Started = dict[int, "str | None"]
"""Processes, each with when it was started."""


def kill_and_watch(
    child: subprocess.Popen[bytes], limit_s: float, agents: Started
) -> tuple[float, list[str]]:
    """Kill one process alone; all that it started must end by itself.

    Args:
        child: is killed.
        limit_s: how long the others may take.
        agents: gains Ray's own agents, which look for what they serve every few seconds only,
            and processes of Ray that are not yet workers.

    Returns:
        After how many seconds all but these were gone, and the names of those that were not.
    """
    below = {pid: _started(pid) for pid in descendants(child.pid)}
    child.send_signal(signal.SIGKILL)
    child.wait()
    agents.update((pid, at) for pid, at in below.items() if _LATE.search(_name(pid)))
    return watch({pid: at for pid, at in below.items() if pid not in agents}, limit_s)


def watch(processes: Started, limit_s: float) -> tuple[float, list[str]]:
    """Wait until processes are gone; those that are not are killed, and named."""
    begun = time.monotonic()
    while alive := [pid for pid, start in processes.items() if start and _started(pid) == start]:
        if time.monotonic() - begun > limit_s:
            names = sorted(_name(pid)[:_TOLD_CHARS] for pid in alive)
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            return limit_s, names
        time.sleep(0.02)
    return time.monotonic() - begun, []


def _status(pid: int) -> tuple[str, int, str] | None:
    """Return state, parent and start of a process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return fields[0], int(fields[1]), fields[19]


def _started(pid: int) -> str | None:
    """Return when it was started, so that its number given to another is seen."""
    status = _status(pid)
    return status[2] if status and status[0] != "Z" else None


def _name(pid: int) -> str:
    """Return the command line; one that is just being started has none for a moment."""
    try:
        for _ in range(_N_LOOKS):
            raw = Path(f"/proc/{pid}/cmdline").read_bytes()
            if raw or _started(pid) is None:
                break
            time.sleep(0.01)
        return raw.replace(b"\0", b" ").decode()
    except OSError:
        return "gone"
