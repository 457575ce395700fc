"""`graphmem bench soak`: a server under steady traffic for long, and what it holds meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from graphmem.bench.speed_texts import make_passages
from graphmem_api.bench.clients import Answered
from graphmem_api.bench.filled import UNUSED, fill
from graphmem_api.bench.footprint import Footprint, footprint
from graphmem_api.bench.processes import Server, server_at
from graphmem_api.bench.traffic import Pace, Traffic

__all__ = ["TARGETS", "Soak", "SoakReport", "run_soak"]

TARGETS: Mapping[str, tuple[str, str]] = {
    "errors": ("answers that were no success", "0"),
    "writes_ended": ("acknowledged writes that ended applied, of all", "1"),
    "memory_late_vs_early": ("memory of the last quarter by that of the second", "≤ 1.1"),
    "files_late_vs_early": ("open files and connections, compared so", "≤ 1.1"),
    "threads_late_vs_early": ("threads, compared so", "≤ 1.1"),
}

_SAMPLES = 60
_N_TEXTS = 5_000
_N_SHOWN, _N_LOG_LINES = 5, 80


@dataclass(frozen=True, slots=True)
class Soak:
    """How long and how much of it.

    Attributes:
        minutes: of traffic.
        passages: of the memory.
        workers: processes of the server.
        pace: of the callers.
    """

    minutes: float = 60.0
    passages: int = 2_000
    workers: int = 2
    pace: Pace = field(default_factory=Pace)


@dataclass(frozen=True, slots=True)
class SoakReport:
    """What was measured.

    Attributes:
        figures: by the names in `TARGETS`.
        details: what they were made of.
        held: memory, files and threads, evenly spread over the time.
        notes: the first answers that were no success, and the end of the server's log then.
    """

    figures: Mapping[str, float]
    details: Mapping[str, float]
    held: Sequence[Footprint]
    notes: Sequence[str] = ()

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details`, `held` and `notes`."""
        held = [(round(seen.mb, 1), seen.n_files, seen.n_threads) for seen in self.held]
        told = {"details": dict(self.details), "held": held, "notes": list(self.notes)}
        return json.dumps({**self.figures, **told})

    def lines(self) -> list[str]:
        """Return the figures with their targets, for people."""
        lines = [f"{'':<24}{'measured':>10}  {'target':<8} what"]
        for name, (meaning, target) in TARGETS.items():
            lines.append(f"{name:<24}{self.figures[name]:>10.3g}  {target:<8} {meaning}")
        lines += ["", *(f"{name:<24}{value:>10,.1f}" for name, value in self.details.items())]
        return [*lines, *self.notes]


def run_soak(soak: Soak, report: Callable[[str], None]) -> SoakReport:
    """Measure for as long as `soak.minutes`, and the time to make the memory.

    Args:
        soak: how long and how much.
        report: hears what is being done.
    """
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        report(f"a memory of {soak.passages:,} passages")
        path = Path(folder) / "soak.db"
        questions = fill(path, soak.passages)
        texts = [made.text for made in make_passages(_N_TEXTS, UNUSED)]
        with server_at(path, soak.workers) as server:
            report(f"{soak.minutes:g} minutes of traffic")
            traffic = Traffic(server.url, Answered(soak.minutes * 60.0))
            held = asyncio.run(_watched(traffic, server, questions, texts, soak))
        notes = traffic.told.errors[:_N_SHOWN]
        if notes:
            notes += server.log.read_text(errors="replace").splitlines()[-_N_LOG_LINES:]
    return _report(traffic, held, notes)


async def _watched(
    traffic: Traffic,
    server: Server,
    questions: Sequence[str],
    texts: Sequence[str],
    soak: Soak,
) -> list[Footprint]:
    """Run the traffic, and look every so often at what the server holds."""
    coming = asyncio.create_task(traffic.run(questions, texts, soak.pace))
    held = []
    for _ in range(_SAMPLES):
        await asyncio.sleep(traffic.told.seconds / _SAMPLES)
        held.append(await asyncio.to_thread(footprint, server.pid))
    await coming
    return held


def _report(traffic: Traffic, held: Sequence[Footprint], notes: Sequence[str]) -> SoakReport:
    told = traffic.told
    quarter = len(held) // 4
    early, late = held[quarter : 2 * quarter], held[-quarter:]

    def grown(size: Callable[[Footprint], float]) -> float:
        return median(map(size, late)) / median(map(size, early))

    return SoakReport(
        figures={
            "errors": float(told.n_errors),
            "writes_ended": told.n_applied / told.n_acknowledged if told.n_acknowledged else 1.0,
            "memory_late_vs_early": grown(lambda seen: seen.mb),
            "files_late_vs_early": grown(lambda seen: seen.n_files),
            "threads_late_vs_early": grown(lambda seen: seen.n_threads),
        },
        details={
            "minutes": told.seconds / 60.0,
            "searches": float(len(told.search_ms)),
            "search_p50_ms": told.p50_ms,
            "search_p95_ms": told.p95_ms,
            "writes": float(told.n_acknowledged),
            "deletes": float(traffic.n_deleted),
            "streams": float(traffic.n_listened),
            "mb_early": median(seen.mb for seen in early),
            "mb_late": median(seen.mb for seen in late),
            "files_late": median(seen.n_files for seen in late),
        },
        held=held,
        notes=notes,
    )
