"""What a memory costs beside its encoder: searching, adding, starting, and how that grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from graphmem.bench.speed_facts import measure_facts
from graphmem.bench.speed_load import load_passages, numbered
from graphmem.bench.speed_search import measure_search
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.bench.timing import PEAK_MB, in_turns, run_fresh, seconds_fresh, seconds_to_answer
from graphmem.errors import ModelMissing
from graphmem.memory import Memory
from graphmem.models.registry import open_embedder
from graphmem.ports import Embedder
from graphmem.stores.registry import open_store
from graphmem_schemas import Document

__all__ = ["measure_memory"]

Figures = dict[str, float | None]
Say = Callable[[str], None]

_SPACE = "default"
_N_SEARCHED, _N_COLD = 15_000, 3_000
_N_SMALL, _N_LARGE = 10_000, 1_000_000
_N_POOL = 5_000
_N_QUESTIONS = 41
_N_INGESTED, _N_CHUNK = 1_536, 128
_N_ADDS, _N_WARM_UP = 31, 3
_N_STARTS = 5
# Passages that are added must not be among those that are there.
_UNUSED = 10_000_000

_SEARCH = (
    PEAK_MB
    + """
import sys
from graphmem import Memory
memory = Memory(sys.argv[1])
assert memory.search(sys.argv[2]).hits
print(peak_mb())
"""
)


def measure_memory(
    folder: Path, report: Say, *, quick: bool
) -> tuple[Figures, Figures, list[str]]:
    """Measure with stores of made passages in `folder`.

    Args:
        folder: where there is room for about 4 GB (10 MB a thousand passages).
        report: hears what is being done.
        quick: leave out the store of a million passages.

    Returns:
        Figures by the names of `graphmem.bench.speed.TARGETS`, details, and notes on what is
        missing.
    """
    figures: Figures = {"import_s": seconds_fresh(["-c", "import graphmem"], _N_STARTS)}
    details: Figures = {"help_s": seconds_fresh(["-m", "graphmem", "--help"], _N_STARTS)}
    try:
        embedder = open_embedder(None)
    except ModelMissing as error:
        return figures, details, [f"all that needs the encoder: {error}"]
    notes: list[str] = []
    measured = [
        _searching(folder, embedder, report),
        _cold(folder, embedder, report),
        _ingesting(folder, embedder, report),
    ]
    if quick:
        notes.append("add_one_1m_vs_10k, reconcile_1m_vs_10k: left out, since they take minutes")
    else:
        measured += [_adding_one(folder, report), measure_facts(folder, report)]
    for more, their_details in measured:
        figures.update(more)
        details.update(their_details)
    return figures, details, notes


def _searching(folder: Path, embedder: Embedder, report: Say) -> tuple[Figures, Figures]:
    report(f"search: {_N_SEARCHED:,} passages")
    path = folder / "search.db"
    _fill(path, _N_SEARCHED, embedder)
    figures, details = measure_search(path, _SPACE, _N_SEARCHED, _N_QUESTIONS, embedder)
    question = question_about(next(make_passages(1)))
    rss = run_fresh(["-c", _SEARCH, str(path), question]).strip()
    return {**figures, "rss_mb": float(rss)}, details


def _cold(folder: Path, embedder: Embedder, report: Say) -> tuple[Figures, Figures]:
    report(f"cold start: {_N_COLD:,} passages")
    path = folder / "cold.db"
    _fill(path, _N_COLD, embedder)
    question = question_about(next(make_passages(1)))
    with Memory(path) as memory:  # leaves its views behind, as every memory does
        memory.search(question)
    answering = ["-c", _SEARCH, str(path), question]
    return {"cold_search_s": seconds_to_answer(answering, _N_STARTS)}, {}


def _ingesting(folder: Path, embedder: Embedder, report: Say) -> tuple[Figures, Figures]:
    report(f"ingestion: {_N_INGESTED:,} passages")
    texts = [made.text for made in make_passages(_N_INGESTED + _N_CHUNK, _UNUSED)]
    chunks = [texts[at : at + _N_CHUNK] for at in range(0, len(texts), _N_CHUNK)]
    n_rounds = _N_INGESTED // _N_CHUNK
    with Memory(folder / "ingest.db") as memory:
        memory.add([Document(text=text, uri=f"warm {i}") for i, text in enumerate(chunks[-1])])

        def add(number: int) -> None:
            memory.add(
                [Document(text=t, uri=f"{number}/{i}") for i, t in enumerate(chunks[number])]
            )

        embed_ms, add_ms = in_turns(lambda n: embedder.embed(chunks[n]), add, n_rounds)
    return (
        {"ingest_vs_embedder": embed_ms / add_ms},
        {
            "ingest_passages_per_s": 1_000.0 * _N_CHUNK / add_ms,
            "embed_passages_per_s": 1_000.0 * _N_CHUNK / embed_ms,
        },
    )


def _adding_one(folder: Path, report: Say) -> tuple[Figures, Figures]:
    """Vectors are left out of what is there: rows are appended, whatever lies before them."""
    pool = list(make_passages(_N_POOL))
    for name, n in (("small", _N_SMALL), ("large", _N_LARGE)):
        report(f"adding one: a memory of {n:,} passages")
        store = open_store(folder / f"{name}.db")
        load_passages(store, _SPACE, numbered(pool, n))
        store.close()
    texts = [made.text for made in make_passages(_N_ADDS + _N_WARM_UP, _UNUSED)]
    with Memory(folder / "small.db") as small, Memory(folder / "large.db") as large:

        def add(memory: Memory, number: int) -> None:
            memory.add(texts[number], source=f"one {number}")

        for number in range(_N_ADDS, _N_ADDS + _N_WARM_UP):
            add(small, number)
            add(large, number)
        small_ms, large_ms = in_turns(
            lambda number: add(small, number), lambda number: add(large, number), _N_ADDS
        )
    return (
        {"add_one_1m_vs_10k": large_ms / small_ms},
        {"add_one_10k_ms": small_ms, "add_one_1m_ms": large_ms},
    )


def _fill(path: Path, n: int, embedder: Embedder) -> None:
    store = open_store(path)
    load_passages(store, _SPACE, make_passages(n), embedder)
    store.close()
