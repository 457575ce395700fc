"""`graphmem bench speed`: the ratios that speed claims rest on, measured in one run."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from graphmem.bench.speed_memory import measure_memory
from graphmem.bench.speed_walk import measure_walk

__all__ = ["TARGETS", "SpeedReport", "run_speed"]

_N_NODES, _N_EDGES = 100_000, 1_000_000

# What each figure is, and what it should be.
TARGETS: Mapping[str, tuple[str, str]] = {
    "push_vs_prpack": ("push, times as fast as igraph PRPACK", "≥ 100 at 100 k / 1 M"),
    "top20_overlap": ("share of PRPACK's top 20 that push finds", "1"),
    "search_vs_parts_floor": ("search by embedding what it embeds and one query", "≤ 1.5"),
    "mixed_vs_parts_floor": ("the same, questions of one piece to four", "≤ 1.5"),
    "search_vs_embed_floor": ("search by embedding the bare question, 15 k passages", ""),
    "search_p95_vs_p50": ("the slowest of 20 searches by the middle one", "≤ 3"),
    "ingest_vs_embedder": ("rate of ingestion by that of embedding alone", "≥ 0.6"),
    "add_one_1m_vs_10k": ("adding one passage at 1 M by that at 10 k", "≤ 2"),
    "reconcile_1m_vs_10k": ("reconciling a new fact at 1 M facts by that at 10 k", "≤ 1.5"),
    "bytes_per_edge": ("bytes of adjacency an edge", "≤ 16"),
    "rss_mb": ("MB of a process that searches 15 k passages", ""),
    "cold_search_s": ("s to the first answer of a new process, 3 k passages", "≤ 1.5"),
    "import_s": ("s of a process that imports graphmem", "≤ 0.3"),
}


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """What was measured.

    Attributes:
        figures: by the names in `TARGETS`; None where it could not be measured.
        details: what the ratios were made of.
        notes: why figures are missing.
    """

    figures: Mapping[str, float | None]
    details: Mapping[str, float | None]
    notes: tuple[str, ...]

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details` and `notes`."""
        fields = {
            **{name: _rounded(self.figures.get(name)) for name in TARGETS},
            "details": {name: _rounded(value) for name, value in self.details.items()},
            "notes": list(self.notes),
        }
        return json.dumps(fields, ensure_ascii=False)

    def table(self) -> str:
        """Return the figures with their targets, for people."""
        lines = [f"{'':<24}{'measured':>10}  {'target':<22} what"]
        for name, (meaning, target) in TARGETS.items():
            lines.append(f"{name:<24}{_shown(self.figures.get(name)):>10}  {target:<22} {meaning}")
        lines += ["", *(f"{name:<24}{_shown(v):>10}" for name, v in self.details.items())]
        return "\n".join([*lines, *self.notes])


def run_speed(
    nodes: int | None,
    edges: int | None,
    report: Callable[[str], None],
    *,
    quick: bool = False,
) -> SpeedReport:
    """Measure everything; several minutes, most of them for a memory of a million passages.

    Args:
        nodes: of the graph that is walked; None for 100,000.
        edges: of that graph; None for 1,000,000.
        report: hears what is being done.
        quick: leave out what takes minutes: the million passages.
    """
    walk = measure_walk(nodes or _N_NODES, edges or _N_EDGES, report)
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        figures, details, notes = measure_memory(Path(folder), report, quick=quick)
    if walk.prpack_ms is None:
        notes.append("push_vs_prpack, top20_overlap: pip install 'graphmem[igraph]'")
    return SpeedReport(
        figures={
            "push_vs_prpack": walk.push_vs_prpack,
            "top20_overlap": walk.top20_overlap,
            "bytes_per_edge": walk.bytes_per_edge,
            **figures,
        },
        details={
            "nodes": walk.n_nodes,
            "edges": walk.n_edges,
            "push_ms": walk.push_ms,
            "prpack_ms": walk.prpack_ms,
            "uid_bytes_per_edge": walk.uid_bytes_per_edge,
            **details,
        },
        notes=tuple(notes),
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:,.4g}"
