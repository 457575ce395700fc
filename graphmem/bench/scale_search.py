"""Searches of two memories, timed in turns with what no search can do without."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from time import process_time

import numpy as np

from graphmem.bench.scale_models import MadeEncoder
from graphmem.bench.scale_texts import A_BLOCK, block_of, question_about
from graphmem.bench.timing import milliseconds
from graphmem.memory import Memory
from graphmem.reading.analyse import asked
from graphmem.reading.pieces import embed_parts, in_parts
from graphmem.stores.registry import open_store
from graphmem.stores.sqlite import SqliteStore
from graphmem.views.snapshot import folder_of
from graphmem.views.vectors import VectorView
from graphmem_schemas import Recall

__all__ = ["SearchTimes", "questions_about", "time_searches"]

_N_QUESTIONS, _N_PARALLEL, _N_THREADS = 60, 64, 2
# Of each question's times the best counts: what else the machine did is not what is measured.
_N_ROUNDS = 4
# As many as a search asks for with the question itself.
_K = 80


@dataclass(slots=True)
class SearchTimes:
    """Milliseconds by question, the best of some rounds, and of all parallel ones together.

    Attributes:
        floors: what no search can do without: embedding the parts of the question, one query.
        searches: all of it.
        floors_cpu: processor time of the same.
        searches_cpu: processor time, which counts both threads of a search.
        stages: what `Trace.timings_ms` tells, of the best round.
        every_search: all of them, since what makes one slow now and then is what p95 tells.
    """

    floors: dict[str, float] = field(default_factory=dict)
    searches: dict[str, float] = field(default_factory=dict)
    floors_cpu: dict[str, float] = field(default_factory=dict)
    searches_cpu: dict[str, float] = field(default_factory=dict)
    stages: dict[str, dict[str, float]] = field(default_factory=dict)
    every_search: list[float] = field(default_factory=list)
    one_by_one_ms: float = 0.0
    two_threads_ms: float = 0.0

    @property
    def vs_floor(self) -> float:
        """The middle search by the middle of what it cannot do without."""
        return median(self.searches.values()) / median(self.floors.values())

    @property
    def p95_vs_p50(self) -> float:
        """The slowest of 20 searches by the middle one, of all that were timed."""
        return self._p95 / median(self.every_search)

    @property
    def _p95(self) -> float:
        return float(np.percentile(self.every_search, 95))

    def details(self) -> dict[str, float]:
        """Return what the ratios are made of."""
        names = next(iter(self.stages.values()))
        stages = {
            f"until_{name}_ms": median(times[name] for times in self.stages.values())
            for name in names
        }
        return {
            "search_ms": median(self.searches.values()),
            "search_p95_ms": self._p95,
            "floor_ms": median(self.floors.values()),
            "search_cpu_ms": median(self.searches_cpu.values()),
            "floor_cpu_ms": median(self.floors_cpu.values()),
            "64_one_by_one_ms": self.one_by_one_ms,
            "64_two_threads_ms": self.two_threads_ms,
            **stages,
        }


def questions_about(n_passages: int, n: int, encoder: MadeEncoder) -> list[str]:
    """Return n questions about passages from first to last, their vectors made already."""
    blocks = np.linspace(0, n_passages // A_BLOCK - 1, n).astype(int).tolist()
    questions = [
        question_about(block_of(block)[at * 7 % A_BLOCK], at) for at, block in enumerate(blocks)
    ]
    encoder.learn(sorted({part for one in questions for part in in_parts(asked(one))}))
    return questions


def time_searches(
    memories: Sequence[Memory],
    paths: Sequence[Path],
    sizes: Sequence[int],
    encoder: MadeEncoder,
) -> list[SearchTimes]:
    """Time questions in turns in all memories: what a search cannot do without, and the search."""
    times = [SearchTimes() for _ in memories]
    asked_of = [questions_about(size, _N_QUESTIONS, encoder) for size in sizes]
    views = [_vectors(path, encoder) for path in paths]
    for memory, questions in zip(memories, asked_of, strict=True):
        for question in questions[::8]:
            memory.search(question)
    for number in range(_N_ROUNDS * _N_QUESTIONS):
        for at in range(len(memories)):
            question = asked_of[at][number % _N_QUESTIONS]
            _time(memories[at], views[at], question, encoder, times[at])
    for memory, size, one in zip(memories, sizes, times, strict=True):
        _together(memory, questions_about(size, _N_PARALLEL, encoder), one)
    return times


def _time(
    memory: Memory, view: VectorView, question: str, encoder: MadeEncoder, times: SearchTimes
) -> None:
    def floor() -> None:
        view.nearest(embed_parts(encoder, asked(question))[0], _K)

    began = process_time()
    floor_ms = milliseconds(floor)
    between = process_time()
    recalls: list[Recall] = []
    search_ms = milliseconds(lambda: recalls.append(memory.search(question)))
    ended = process_time()
    if search_ms < times.searches.get(question, math.inf):
        times.stages[question] = dict(recalls[0].trace.timings_ms)
    times.every_search.append(search_ms)
    _keep(times.floors, question, floor_ms)
    _keep(times.searches, question, search_ms)
    _keep(times.floors_cpu, question, (between - began) * 1e3)
    _keep(times.searches_cpu, question, (ended - between) * 1e3)


def _keep(best: dict[str, float], question: str, value: float) -> None:
    best[question] = min(value, best.get(question, math.inf))


def _together(memory: Memory, questions: Sequence[str], times: SearchTimes) -> None:
    """Time many questions one by one and in two threads, twice each; the better counts."""
    singles, doubles = [], []
    with ThreadPoolExecutor(_N_THREADS) as pool:
        for _ in range(2):
            singles.append(milliseconds(lambda: [memory.search(one) for one in questions]))
            doubles.append(milliseconds(lambda: list(pool.map(memory.search, questions))))
    times.one_by_one_ms, times.two_threads_ms = min(singles), min(doubles)


def _vectors(path: Path, encoder: MadeEncoder) -> VectorView:
    store = open_store(path)
    assert isinstance(store, SqliteStore)
    assert store.views_folder is not None
    view = VectorView("default", encoder.dimension, folder_of("default", store.views_folder))
    view.refresh(store)
    store.close()
    return view
