"""What a search costs beside what no search can do without: the question's vectors and one look.

A question is embedded with its pieces (`graphmem.reading.pieces`), so that, and one query of the
index of vectors, is what a search is compared with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np

from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.bench.timing import milliseconds
from graphmem.memory import Memory
from graphmem.ports import Embedder
from graphmem.reading.analyse import asked
from graphmem.reading.pieces import embed_parts
from graphmem.stores.registry import open_store
from graphmem.views.vectors import VectorView

__all__ = ["measure_search", "mixed_questions"]

Figures = dict[str, float | None]

_K = 80
_N_PARALLEL, _N_THREADS = 64, 2
_FORMS = (
    question_about,
    lambda made: f"Whom did {made.names[0]} meet in {made.names[2]}, and what was shown there?",
    lambda made: f"Which drawings did {made.names[1]} see in the town where they met?",
    lambda made: f"What do {made.names[0]} and {made.names[1]} both know of {made.names[2]}?",
)


def mixed_questions(n_passages: int, n: int) -> list[str]:
    """Return n questions about the first passages, of one piece to four, in four forms."""
    step = max(1, n_passages // n)
    made = list(make_passages(n_passages))[::step][:n]
    return [_FORMS[at % len(_FORMS)](one) for at, one in enumerate(made)]


def measure_search(
    path: Path, space: str, n_passages: int, n_questions: int, embedder: Embedder
) -> tuple[Figures, Figures]:
    """Compare searches with their floors, in turns on the same questions, and run many at once.

    Args:
        path: of a store that holds `make_passages(n_passages)`.
        space: where.
        n_passages: how many.
        n_questions: how many are timed one by one.
        embedder: makes the questions' vectors.

    Returns:
        Figures by the names of `graphmem.bench.speed.TARGETS`, and details.
    """
    step = max(1, n_passages // n_questions)
    plain = [question_about(p) for p in list(make_passages(n_passages))[::step]][:n_questions]
    store = open_store(path)
    vectors = VectorView(space, embedder.dimension, None)
    vectors.refresh(store)
    store.close()

    def floor(question: str) -> None:
        found = embed_parts(embedder, asked(question))
        vectors.nearest(found[0], _K)

    with Memory(path, space=space, embedder=embedder) as memory:
        memory.search(plain[-1])  # compiles, and opens the views
        simple = _timed(plain, lambda q: embedder.embed([q]), floor, memory.search)
        mixed = mixed_questions(n_passages, n_questions)
        varied = _timed(mixed, floor, memory.search)
        one_by_one, at_once = _many(memory, mixed_questions(n_passages, _N_PARALLEL))
    embed_ms, floor_ms, search_ms = (median(times) for times in simple)
    middle, late = np.percentile(varied[1], [50, 95]).tolist()
    return (
        {
            "search_vs_embed_floor": search_ms / embed_ms,
            "search_vs_parts_floor": search_ms / floor_ms,
            "mixed_vs_parts_floor": middle / median(varied[0]),
            "search_p95_vs_p50": late / middle,
        },
        {
            "search_ms": search_ms,
            "embed_question_ms": embed_ms,
            "embed_parts_and_query_ms": floor_ms,
            "mixed_search_ms": middle,
            "mixed_search_p95_ms": late,
            "searches_64_one_by_one_ms": one_by_one,
            "searches_64_two_threads_ms": at_once,
        },
    )


def _timed(questions: Sequence[str], *works: Callable[[str], object]) -> list[list[float]]:
    """Return the milliseconds of each work by question; who goes first changes every time."""
    times: list[list[float]] = [[] for _ in works]
    for number, question in enumerate(questions):
        for turn in range(len(works)):
            which = (number + turn) % len(works)
            work = works[which]
            times[which].append(milliseconds(lambda work=work, q=question: work(q)))  # type: ignore[misc]
    return times


def _many(memory: Memory, questions: Sequence[str]) -> tuple[float, float]:
    """Return the milliseconds of all questions, one by one and in two threads."""
    single = milliseconds(lambda: [memory.search(question) for question in questions])
    with ThreadPoolExecutor(_N_THREADS) as pool:
        together = milliseconds(lambda: list(pool.map(memory.search, questions)))
    return single, together
