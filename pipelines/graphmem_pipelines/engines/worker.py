"""What a worker process does: it reads an item, cuts it, embeds it and parses it.

The same in a process of this machine and in an actor of a cluster: only here does a job touch
readers and models.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from graphmem.core.collector import collector_paused
from graphmem.errors import EngineLost, GraphMemError, InvalidInput
from graphmem.models.loading import LazyModels
from graphmem.models.registry import open_embedder
from graphmem.writing.accept import SourceText, accept
from graphmem.writing.prepare import prepare_all
from graphmem.writing.trust import with_trust
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.limit import TimeIsUp, time_limit
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.readers.content import Content, Found
from graphmem_pipelines.readers.read import read

__all__ = ["Worker", "open_worker", "read_packed", "unpacked"]


class Worker:
    """Holds the models of one process.

    Args:
        recipe: how sources are read.
        max_read_s: seconds that reading one file may take; where it cannot be stopped, this
            process ends. None has no limit, for a process that is not the job's own.
    """

    def __init__(self, recipe: Recipe, max_read_s: float | None = None) -> None:
        self._recipe, self._max_read_s = recipe, max_read_s
        # One thread: there are as many processes as there are cores.
        self._models = LazyModels(open_embedder(recipe.embedder, threads=1), recipe.extractor)

    def warm(self) -> None:
        """Load the models now, and not with the first item."""
        _ = self._models.embedder
        if self._recipe.depth == "parse":
            _ = self._models.extractor

    def read_all(self, items: Sequence[Item]) -> list[Outcome]:
        """Read items, embed and parse them together; what is wrong with one is its outcome."""
        found = [self._content(item) for item in items]
        good = [
            (item, content)
            for item, content in zip(items, found, strict=True)
            if isinstance(content, Content)
        ]
        made = iter(self._prepared(good))
        return [one if isinstance(one, Outcome) else next(made) for one in found]

    def read(self, item: Item) -> Outcome:
        """Read one item; what is wrong with it is told, and never raised."""
        return self.read_all([item])[0]

    def _content(self, item: Item) -> Content | Outcome:
        try:
            with collector_paused():
                if item.content is not None:
                    return Content.from_json(item.content)
                found = Found(item.key, item.path, item.kind, item.size)
                with self._limit(item):
                    return read(found, self._recipe.options)
        except Exception as error:
            return _failed(item, error)

    @contextmanager
    def _limit(self, item: Item) -> Iterator[None]:
        if self._max_read_s is None:
            yield
            return
        try:
            with time_limit(self._max_read_s):
                yield
        except TimeIsUp:
            raise InvalidInput(
                f"{item.key!r}: reading it took more than {self._max_read_s:g} seconds: split it, "
                "or give a higher limit"
            ) from None

    def _prepared(self, good: Sequence[tuple[Item, Content]]) -> list[Outcome]:
        try:
            with collector_paused():
                return self._together(good)
        except Exception as error:
            if len(good) == 1:
                return [_failed(good[0][0], error)]
            return [made for one in good for made in self._prepared([one])]

    def _together(self, good: Sequence[tuple[Item, Content]]) -> list[Outcome]:
        texts = [
            []
            if content.run is not None
            else with_trust(self._accepted(content), self._recipe.trust)
            for _, content in good
        ]
        everything = [text for each in texts for text in each]
        read = iter(prepare_all(everything, self._models, self._recipe.depth))
        return [
            Outcome(item.n, run={"source": content.name, **content.run}, digest=content.digest)
            if content.run is not None
            else Outcome(item.n, tuple(islice(read, len(each))), digest=content.digest)
            for (item, content), each in zip(good, texts, strict=True)
        ]

    def _accepted(self, content: Content) -> list[SourceText]:
        at = content.at or self._recipe.at
        said = content.document or content.messages or ()
        return accept(said, source=content.name, at=at, title=content.title)


def _failed(item: Item, error: Exception) -> Outcome:
    if isinstance(error, GraphMemError):
        return Outcome(item.n, error=str(error))
    if isinstance(error, MemoryError):
        return Outcome(item.n, error=f"{item.key} needs more memory than there is: split it")
    # A library that meets an odd file may raise anything; that is the item's end alone.
    return Outcome(item.n, error=f"{item.key} could not be read: {type(error).__name__}: {error}")


def open_worker(recipe: Recipe, max_read_s: float | None = None) -> Worker | GraphMemError:
    """Return a worker whose models are loaded, or why there is none: no item is to blame then."""
    try:
        worker = Worker(recipe, max_read_s)
        worker.warm()
    except GraphMemError as error:
        return error
    except Exception as error:
        return EngineLost(f"a worker could not load its models: {type(error).__name__}: {error}")
    return worker


def read_packed(worker: Worker | GraphMemError, items: Sequence[Item]) -> bytes:
    """Return the outcomes of some items, packed to be handed to another process.

    Packed here, and unpacked by whoever needs it: the pools' own way of packing is three times as
    slow. It goes from process to process of one job and is never kept.
    """
    if isinstance(worker, GraphMemError):
        return pickle.dumps(worker, protocol=5)
    return pickle.dumps(worker.read_all(items), protocol=5)


def unpacked(packed: bytes) -> list[Outcome]:
    """Return what `read_packed` packed.

    Raises:
        GraphMemError: There is no worker.
    """
    with collector_paused():  # which would look through all that is made here: half the time
        said: list[Outcome] | GraphMemError = pickle.loads(packed)
    if isinstance(said, GraphMemError):
        raise said
    return said
