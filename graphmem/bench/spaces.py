"""Filled stores of sets, kept between runs, and the engine over one of their spaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from graphmem.bench.filling import fill_group
from graphmem.bench.sets import BenchSet
from graphmem.errors import InvalidInput
from graphmem.models.loading import LazyModels
from graphmem.ports import Embedder, Float32, GraphStore
from graphmem.reading.engine import Engine
from graphmem.reading.ranker import Ranker, default_ranker
from graphmem.stores.registry import open_store
from graphmem.views.space import SpaceViews
from graphmem_schemas import GivenExtraction, Passage, SearchRequest

__all__ = ["N_HITS", "Ranks", "Remembering", "Report", "check_ks", "filled_store", "open_engine",
           "ranks_by", "refs_of"]  # fmt: skip

Report = Callable[[str], None]
Ranks = Callable[[str], Sequence[str]]
"""From a question to the caller's ids, best first, each once."""

N_HITS = 80
"""Hits that are asked for: a long turn is several, and a ranking of 20 turns is wanted."""


def check_ks(ks: Sequence[int]) -> None:
    """Check the cut-offs of a ranking.

    Raises:
        InvalidInput: There are none, or one is not from 1 to a quarter of `N_HITS`.
    """
    if not ks or not 1 <= min(ks) <= max(ks) <= N_HITS // 4:
        raise InvalidInput(f"cut-offs must be 1 to {N_HITS // 4}, not {tuple(ks)}")


class Remembering:
    """An embedder that keeps what it has embedded: questions are asked again and again.

    Attributes:
        latest: (n, d) what it returned last.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.dimension = embedder.name, embedder.dimension
        self.latest: Float32 = np.zeros((0, embedder.dimension), np.float32)
        self._embedder = embedder
        self._known: dict[tuple[str, ...], Float32] = {}

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) the vectors of the texts."""
        key = tuple(texts)
        if key not in self._known:
            self._known[key] = self._embedder.embed(texts)
        self.latest = self._known[key]
        return self.latest


@contextmanager
def filled_store(
    bench: BenchSet,
    folder: Path | None,
    models: LazyModels,
    report: Report,
    given: Sequence[GivenExtraction] | None = None,
) -> Iterator[GraphStore]:
    """Open the store of a set, a space for each group; it is filled where there is none.

    Args:
        bench: the set.
        folder: where stores are kept, each under the name of its set; None keeps none.
        models: encoder and extractor.
        report: hears how far it has come.
        given: what somebody else extracted; None for our own extraction. A store of such is not
            kept.
    """
    with TemporaryDirectory(prefix="graphmem-bench-") as scratch:
        home = folder if folder and given is None else Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        path = home / f"{bench.name}.db"
        if not path.exists():
            _fill(bench, path, models, report, given)
        store = open_store(path)
        try:
            yield store
        finally:
            store.close()


def _fill(
    bench: BenchSet,
    path: Path,
    models: LazyModels,
    report: Report,
    given: Sequence[GivenExtraction] | None,
) -> None:
    """Fill a store under another name first, so that one that was cut short is never taken."""
    part = path.with_suffix(".part.db")
    for left in path.parent.glob(f"{part.name}*"):
        if left.is_file():
            left.unlink()
    store = open_store(part)
    try:
        for at, (group, rows) in enumerate(bench.groups.items(), start=1):
            report(f"{bench.name}: filling group {at} of {len(bench.groups)}: {len(rows)} rows")
            fill_group(store, group, rows, models, given, report)
    finally:
        store.close()
    for file in path.parent.glob(f"{part.name}*"):
        file.rename(path.parent / file.name.replace(part.name, path.name))


def open_engine(
    store: GraphStore, space: str, embedder: Embedder, ranker: Ranker | None = None
) -> Engine:
    """Return the engine of a space, over views of its own."""
    views = SpaceViews(space, embedder.dimension, None)
    views.refresh(store)
    return Engine(
        store, store, space, views.text, views.vectors, views.adjacency,
        lambda: views.refresh(store), embedder, lambda: datetime.now(UTC),
        ranker=ranker or default_ranker(),
    )  # fmt: skip


def refs_of(store: GraphStore, space: str) -> dict[str, str]:
    """Return the caller's id of each passage by uid; its uid where it has none."""
    return {
        node.uid: node.ref or node.uid
        for batch in store.changes(space, 0, labels=(Passage.label,))
        for node in batch.nodes
        if isinstance(node, Passage)
    }


def ranks_by(engine: Engine, refs: Mapping[str, str]) -> Ranks:
    """Return how an engine ranks.

    Args:
        engine: asked for `N_HITS`.
        refs: the caller's id of each passage.
    """

    def ranks(question: str) -> list[str]:
        hits = engine.search(SearchRequest(question=question, k=N_HITS)).hits
        # Hits in the order of time are ranked by their scores all the same.
        ranked = sorted(hits, key=lambda hit: -hit.score)
        return list(dict.fromkeys(refs[hit.uid] for hit in ranked))

    return ranks
