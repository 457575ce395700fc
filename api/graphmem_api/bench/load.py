"""`graphmem bench serve`: a server under load, beside one client alone and beside the SDK.

All in one run on one memory: one client that asks one question after the other, then in turns the
SDK in as many processes as the server has, and many clients that ask while others add. A machine
is quicker in one minute than in the next, so what is compared stands side by side, more than once.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from graphmem.bench.speed_texts import make_passages
from graphmem_api.bench.clients import Answered, run_clients
from graphmem_api.bench.filled import UNUSED, fill
from graphmem_api.bench.processes import BySdk, by_sdk, server_at

__all__ = ["TARGETS", "Load", "LoadReport", "run_load"]

TARGETS: Mapping[str, tuple[str, str]] = {
    "errors": ("answers that were no success", "0"),
    "p95_vs_share": ("p95 of all clients by one's p95 times clients a process", "≤ 3"),
    "rate_vs_sdk": ("searches/s by those of the SDK in as many processes: median turn", "≥ 0.8"),
    "writes_ended": ("acknowledged writes that ended applied, of all", "1"),
}

_N_SHOWN, _N_TEXTS = 5, 20_000


@dataclass(frozen=True, slots=True)
class _Turn:
    """The SDK, and the server right after it."""

    sdk: BySdk
    many: Answered

    @property
    def rate_vs_sdk(self) -> float:
        return self.many.searches_per_s / self.sdk.searches_per_s


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
        seconds: of each measure: one client, and two in each turn.
        turns: of SDK and server.
    """

    passages: int = 5_000
    searchers: int = 64
    adders: int = 4
    workers: int = 2
    seconds: float = 10.0
    turns: int = 5


def run_load(load: Load, report: Callable[[str], None]) -> LoadReport:
    """Measure; takes `load.seconds` for each measure, and the time to make the memory.

    Args:
        load: how much.
        report: hears what is being done.
    """
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        report(f"a memory of {load.passages:,} passages")
        path = Path(folder) / "load.db"
        questions = fill(path, load.passages)
        texts = [made.text for made in make_passages(_N_TEXTS, UNUSED)]
        # None of them is added twice: nothing would be done.
        parts = [texts[n :: 2 * load.turns] for n in range(2 * load.turns)]
        with server_at(path, load.workers) as server:
            report("one client")
            alone = asyncio.run(run_clients(server.url, questions, 1, [], 0, load.seconds))
            turns = []
            for n, (by_them, by_us) in enumerate(zip(parts[::2], parts[1::2], strict=True), 1):
                report(f"turn {n} of {load.turns}: the SDK in {load.workers} processes")
                sdk = by_sdk(path, questions, by_them, load.workers, load.adders, load.seconds)
                report(f"turn {n}: {load.searchers} clients that search, {load.adders} that add")
                asked = (load.searchers, by_us, load.adders, load.seconds)
                turns.append(_Turn(sdk, asyncio.run(run_clients(server.url, questions, *asked))))
    return _report(load, alone, turns)


def _report(load: Load, alone: Answered, turns: Sequence[_Turn]) -> LoadReport:
    share = alone.p95_ms * load.searchers / load.workers
    many = [turn.many for turn in turns]
    writes = sum(each.n_acknowledged for each in many)
    return LoadReport(
        figures={
            "errors": float(alone.n_errors + sum(each.n_errors for each in many)),
            "p95_vs_share": median(each.p95_ms for each in many) / share,
            "rate_vs_sdk": median(turn.rate_vs_sdk for turn in turns),
            "writes_ended": sum(each.n_applied for each in many) / writes if writes else 1.0,
        },
        details={
            "rate_vs_sdk_least": min(turn.rate_vs_sdk for turn in turns),
            "rate_vs_sdk_most": max(turn.rate_vs_sdk for turn in turns),
            "sdk_searches_per_s": median(turn.sdk.searches_per_s for turn in turns),
            "sdk_writes": float(sum(turn.sdk.n_added for turn in turns)),
            "one_searches_per_s": alone.searches_per_s,
            "one_p95_ms": alone.p95_ms,
            "many_searches_per_s": median(each.searches_per_s for each in many),
            "many_p50_ms": median(each.p50_ms for each in many),
            "many_p95_ms": median(each.p95_ms for each in many),
            "writes": float(writes),
        },
        notes=tuple([error for each in (alone, *many) for error in each.errors][:_N_SHOWN]),
    )
