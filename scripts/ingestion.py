"""How fast a set's conversations and documents are added, by how fast they are embedded alone.

    python scripts/ingestion.py DIR [--groups 2] [--rounds 5]

DIR holds corpus.jsonl.gz and queries.jsonl.gz. A group is added as its user would import it, all
its sessions in one call, or its documents, with all layers; the encoder alone gets the same texts
in one call, with all its threads. The two take turns, and the median round of each counts. The
ratio of processor times is what the other would be if no processor ever waited.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from graphmem.bench.filling import fill_group
from graphmem.bench.sets import Row, read_set
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store

_Times = list[tuple[float, float]]
"""Seconds of the clock on the wall and of all processors, a round each."""


def main() -> int:
    """Print rates and ratios a group, and of all together."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--groups", type=int, default=2, help="how many groups of the set")
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured")
    arguments = parser.parse_args()
    models, n_all = LazyModels(), 0
    sums = [0.0] * 4
    for group, rows in list(read_set(arguments.folder).groups.items())[: arguments.groups]:
        embedding, adding = _measure(group, rows, models, arguments.rounds)
        times = [
            median(column) for each in (embedding, adding) for column in zip(*each, strict=True)
        ]
        sums = [total + more for total, more in zip(sums, times, strict=True)]
        n_all += len(rows)
        _say(group, len(rows), times)
    _say("all", n_all, sums)
    return 0


def _measure(
    group: str, rows: tuple[Row, ...], models: LazyModels, n_rounds: int
) -> tuple[_Times, _Times]:
    """Time both kinds of work in turns, after a round to warm up."""
    texts = [f"{row.speaker or row.title or ''}: {row.text}" for row in rows]
    embedding: _Times = []
    adding: _Times = []
    with TemporaryDirectory(prefix="graphmem-ingestion-") as folder:
        for number in range(n_rounds + 1):
            store = open_store(Path(folder) / f"{number}.db")
            work: list[tuple[_Times, Callable[[], object]]] = [
                (embedding, lambda: models.embedder.embed(texts)),
                (adding, lambda store=store: fill_group(store, group, rows, models)),  # type: ignore[misc]
            ]
            for times, call in work if number % 2 else reversed(work):
                times.append(_timed(call))
            store.close()
    return embedding[1:], adding[1:]


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, processors = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - processors


def _say(group: str, n: int, times: list[float]) -> None:
    embed_s, embed_cpu, add_s, add_cpu = times
    sys.stdout.write(
        f"{group:<12} {n:6,d} passages  embedded {n / embed_s:6.1f}/s  added {n / add_s:6.1f}/s  "
        f"ratio {embed_s / add_s:.3f}  of processor time {embed_cpu / add_cpu:.3f}\n"
    )


if __name__ == "__main__":
    raise SystemExit(main())
