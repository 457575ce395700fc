"""`graphmem bench serve`: a server under load, beside one client alone and beside the SDK.

All in one run on one memory: the SDK in as many processes as the server has, one client that
asks one question after the other, then many that ask while others add.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from graphmem.bench.speed_texts import make_passages
from graphmem_api.bench.clients import Answered, run_clients
from graphmem_api.bench.filled import UNUSED, fill
from graphmem_api.bench.processes import BySdk, by_sdk, server_at

__all__ = ["TARGETS", "Load", "LoadReport", "run_load"]

TARGETS: Mapping[str, tuple[str, str]] = {
    "errors": ("answers that were no success", "0"),
    "p95_vs_share": ("p95 of all clients by one's p95 times clients a process", "≤ 3"),
    "rate_vs_sdk": ("searches/s by those of the SDK in as many processes", "≥ 0.8"),
    "writes_ended": ("acknowledged writes that ended applied, of all", "1"),
}

_N_SHOWN = 5


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What was measured.

    Attributes:
        figures: by the names in `TARGETS`.
        details: what they were made of.
        notes: the first answers that were no success.
    """

    figures: Mapping[str, float]
    details: Mapping[str, float]
    notes: tuple[str, ...] = ()

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details` and `notes`."""
        told = {**self.figures, "details": dict(self.details), "notes": list(self.notes)}
        return json.dumps(told)

    def lines(self) -> list[str]:
        """Return the figures with their targets, for people."""
        lines = [f"{'':<16}{'measured':>10}  {'target':<8} what"]
        for name, (meaning, target) in TARGETS.items():
            lines.append(f"{name:<16}{self.figures[name]:>10.3g}  {target:<8} {meaning}")
        lines += ["", *(f"{name:<24}{value:>10,.1f}" for name, value in self.details.items())]
        return [*lines, *self.notes]


@dataclass(frozen=True, slots=True)
class Load:
    """How much of it.

    Attributes:
        passages: of the memory.
        searchers: clients that search at once.
        adders: clients that add at once.
        workers: processes of the server, and of the SDK.
        seconds: of each of the three measures.
    """

    passages: int = 5_000
    searchers: int = 64
    adders: int = 4
    workers: int = 2
    seconds: float = 20.0


def run_load(load: Load, report: Callable[[str], None]) -> LoadReport:
    """Measure; takes three times `load.seconds`, and the time to make the memory.

    Args:
        load: how much.
        report: hears what is being done.
    """
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        report(f"a memory of {load.passages:,} passages")
        path = Path(folder) / "load.db"
        questions = fill(path, load.passages)
        report(f"the SDK in {load.workers} processes")
        texts = [made.text for made in make_passages(20_000, UNUSED)]
        half = len(texts) // 2
        sdk = by_sdk(path, questions, texts[:half], load.workers, load.adders, load.seconds)
        with server_at(path, load.workers) as server:
            report("one client")
            alone = asyncio.run(run_clients(server.url, questions, 1, [], 0, load.seconds))
            report(f"{load.searchers} clients that search, {load.adders} that add")
            asked = (load.searchers, texts[half:], load.adders, load.seconds)
            many = asyncio.run(run_clients(server.url, questions, *asked))
    return _report(load, sdk, alone, many)


def _report(load: Load, sdk: BySdk, alone: Answered, many: Answered) -> LoadReport:
    share = alone.p95_ms * load.searchers / load.workers
    return LoadReport(
        figures={
            "errors": float(alone.n_errors + many.n_errors),
            "p95_vs_share": many.p95_ms / share,
            "rate_vs_sdk": many.searches_per_s / sdk.searches_per_s,
            "writes_ended": many.n_applied / many.n_acknowledged if many.n_acknowledged else 1.0,
        },
        details={
            "sdk_searches_per_s": sdk.searches_per_s,
            "sdk_writes": float(sdk.n_added),
            "one_searches_per_s": alone.searches_per_s,
            "one_p95_ms": alone.p95_ms,
            "many_searches_per_s": many.searches_per_s,
            "many_p50_ms": many.p50_ms,
            "many_p95_ms": many.p95_ms,
            "writes": float(many.n_acknowledged),
        },
        notes=tuple((alone.errors + many.errors)[:_N_SHOWN]),
    )
