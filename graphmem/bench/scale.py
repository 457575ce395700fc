"""`graphmem bench scale`: what a search and an add cost in a large memory, next to a small one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

from graphmem.bench.scale_load import fill
from graphmem.bench.scale_models import MadeEncoder
from graphmem.bench.scale_search import SearchTimes, time_searches
from graphmem.bench.scale_texts import A_BLOCK, block_of
from graphmem.bench.speed_walk import measure_walk
from graphmem.bench.timing import milliseconds, run_fresh
from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder
from graphmem.models.seal import describe, write_seal
from graphmem.stores.registry import open_store
from graphmem.views.space import SpaceViews

__all__ = ["TARGETS", "ScaleReport", "run_scale"]

Say = Callable[[str], None]

_SPACE = "default"
_N_SMALL = 10_000
_N_ADDS, _N_WARM_UP = 31, 3
_N_NODES, _N_EDGES = 1_000_000, 5_000_000
# Blocks of passages that are added are none of those that are there.
_UNUSED = 10_000_000

TARGETS: Mapping[str, tuple[str, str]] = {
    "search_vs_floor_small": ("search by embedding what it embeds and one query", "≤ 1.5"),
    "search_vs_floor": ("the same in the large memory", "≤ 2"),
    "p95_vs_p50": ("the slowest of 20 searches by the middle one", "≤ 3"),
    "two_threads_vs_one": ("64 questions in two threads by one after the other", "≤ 1"),
    "add_one": ("adding one passage by that in the small memory", "≤ 1.5"),
    "rss_mb": ("MB of a new process that opens it and searches", "≤ 4,096"),
    "push_vs_prpack": ("push, times as fast as igraph PRPACK, 1 M / 5 M", "≥ 300"),
    "top20_overlap": ("share of PRPACK's top 20 that push finds", "1"),
}


@dataclass(slots=True)
class ScaleReport:
    """What was measured.

    Attributes:
        n_passages: in the large memory.
        figures: by the names in `TARGETS`; None where it was not measured.
        details: what the ratios were made of.
    """

    n_passages: int
    figures: dict[str, float | None] = field(default_factory=dict)
    details: dict[str, float] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details`."""
        figures = {name: _rounded(self.figures.get(name)) for name in TARGETS}
        details = {name: _rounded(value) for name, value in self.details.items()}
        return json.dumps({"n_passages": self.n_passages, **figures, "details": details})

    def table(self) -> str:
        """Return the figures with their targets, for people."""
        lines = [f"{self.n_passages:,} passages", ""]
        for name, (meaning, target) in TARGETS.items():
            value = self.figures.get(name)
            shown = "–" if value is None else f"{value:,.4g}"
            lines.append(f"{name:<24}{shown:>10}  {target:<10} {meaning}")
        return "\n".join([*lines, "", *(f"{n:<40}{v:>12,.4g}" for n, v in self.details.items())])


def run_scale(
    n_passages: int, report: Say, *, stores: Path | None = None, walk: bool = True
) -> ScaleReport:
    """Measure a memory of so many passages next to one of 10,000; the filling takes longest.

    Args:
        n_passages: rounded up to a multiple of 1,000.
        report: hears what is being done.
        stores: where filled stores are kept for the next run; each run adds some passages.
        walk: whether to compare the push with PRPACK, on a graph of its own.
    """
    n_passages = -(-n_passages // A_BLOCK) * A_BLOCK
    result = ScaleReport(n_passages)
    encoder = MadeEncoder(MiniLMEncoder())
    with ExitStack() as opened:
        folder = stores or Path(opened.enter_context(TemporaryDirectory(prefix="graphmem-")))
        folder.mkdir(parents=True, exist_ok=True)
        paths = [_filled(folder, n, encoder, report, result) for n in (_N_SMALL, n_passages)]
        _start(paths[1], n_passages, result)
        report("searching")
        small, large = (
            opened.enter_context(Memory(path, space=_SPACE, embedder=encoder)) for path in paths
        )
        sizes = (_N_SMALL, n_passages)
        times = time_searches((small, large), paths, sizes, encoder)
        _tell(times, result)
        report("adding")
        _add(small, large, result)
    if walk:
        figures = measure_walk(_N_NODES, _N_EDGES, report)
        result.figures["push_vs_prpack"] = figures.push_vs_prpack
        result.figures["top20_overlap"] = figures.top20_overlap
        result.details["push_ms"] = figures.push_ms
    return result


def _filled(folder: Path, n: int, encoder: MadeEncoder, report: Say, result: ScaleReport) -> Path:
    """Fill a store and make its views, where that was not done before."""
    path = folder / f"made-{n}.db"
    if path.exists():
        return path
    started = perf_counter()
    unfinished = folder / f"made-{n}.part"
    for old in folder.glob(f"{unfinished.name}*"):
        if old.is_file():
            old.unlink()
    store = open_store(unfinished)
    fill(store, _SPACE, n, encoder.vectors, report)
    write_seal(store, describe(encoder))
    store.close()
    os.replace(unfinished, path)
    result.details[f"fill_{n}_s"] = perf_counter() - started
    report(f"making the views of {n:,} passages")
    started = perf_counter()
    store = open_store(path)
    SpaceViews(_SPACE, encoder.dimension, store.views_folder).complete(store)
    store.close()
    result.details[f"views_{n}_s"] = perf_counter() - started
    return path


def _start(path: Path, n: int, result: ScaleReport) -> None:
    """Open the large memory in a process of its own, and search there."""
    printed = run_fresh(["-m", "graphmem.bench.scale_start", str(path), _SPACE, str(n)])
    told = json.loads(printed)
    result.figures["rss_mb"] = told["peak_mb"]
    result.details.update(told)


def _tell(times: Sequence[SearchTimes], result: ScaleReport) -> None:
    small, large = times
    result.figures |= {
        "search_vs_floor_small": small.vs_floor,
        "search_vs_floor": large.vs_floor,
        "p95_vs_p50": large.p95_vs_p50,
        "two_threads_vs_one": large.two_threads_ms / large.one_by_one_ms,
    }
    for name, one in zip(("small", "large"), times, strict=True):
        result.details |= {f"{name}_{what}": value for what, value in one.details().items()}


def _add(small: Memory, large: Memory, result: ScaleReport) -> None:
    """Time adding one passage and searching right after it, in turns in both memories."""
    # A kept store has those of the last run already.
    unused = _UNUSED + small.stats().nodes["Passage"]
    texts = [made.text for made in block_of(unused)]

    def add(memory: Memory, number: int) -> None:
        memory.add(texts[number], source=f"added {unused} {number}")

    def ask(memory: Memory, number: int) -> None:
        memory.search(texts[number][:60])

    numbers = iter(range(len(texts)))
    for _ in range(_N_WARM_UP):
        number = next(numbers)
        for work in (add, ask):
            work(small, number)
            work(large, number)
    times: dict[tuple[str, str], list[float]] = {}
    both = [("small", small), ("large", large)]
    for number in islice(numbers, _N_ADDS):
        both.reverse()
        for name, work in (("add_one", add), ("search_after_add", ask)):
            for size, memory in both:
                took = milliseconds(partial(work, memory, number), process_time)
                times.setdefault((name, size), []).append(took)
    for (name, size), found in times.items():
        result.details[f"{name}_{size}_cpu_ms"] = median(found)
    result.figures["add_one"] = (
        result.details["add_one_large_cpu_ms"] / result.details["add_one_small_cpu_ms"]
    )


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
