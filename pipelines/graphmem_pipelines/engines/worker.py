"""What a worker process does: it reads an item, cuts it, embeds it and parses it.

The same in a process of this machine and in an actor of a cluster: only here does a job touch
readers and models.
"""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from itertools import islice

from graphmem.errors import EngineLost, GraphMemError
from graphmem.models.loading import LazyModels
from graphmem.models.registry import open_embedder
from graphmem.writing.accept import SourceText, accept
from graphmem.writing.collector import collector_paused
from graphmem.writing.prepare import prepare_all
from graphmem.writing.trust import with_trust
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.readers.content import Content, Found
from graphmem_pipelines.readers.read import read

__all__ = ["Worker", "open_worker", "read_packed", "unpacked"]


class Worker:
    """Holds the models of one process.

    Args:
        recipe: how sources are read.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        # One thread: there are as many processes as there are cores.
        self._models = LazyModels(open_embedder(recipe.embedder, threads=1), recipe.extractor)

    def warm(self) -> None:
        """Load the models now, and not with the first item."""
        _ = self._models.embedder
        if self._recipe.depth == "parse":
            _ = self._models.extractor

    def read_all(self, items: Sequence[Item]) -> list[Outcome]:
        """Read items together, which is quicker; where one fails, each alone."""
        try:
            with collector_paused():
                return self._read(items)
        except Exception:  # `read` tells of it, with the item that it is about
            return [self.read(item) for item in items]

    def read(self, item: Item) -> Outcome:
        """Read one item; what is wrong with it is told, and never raised."""
        try:
            with collector_paused():
                return self._read([item])[0]
        except GraphMemError as error:
            return Outcome(item.n, error=str(error))
        except MemoryError:
            return Outcome(item.n, error=f"{item.key} needs more memory than there is: split it")
        except Exception as error:
            # A library that meets an odd file may raise anything; that is the item's end alone.
            return Outcome(
                item.n, error=f"{item.key} could not be read: {type(error).__name__}: {error}"
            )

    def _read(self, items: Sequence[Item]) -> list[Outcome]:
        contents = [self._content(item) for item in items]
        texts = [
            []
            if content.run is not None
            else with_trust(self._accepted(content), self._recipe.trust)
            for content in contents
        ]
        everything = [text for each in texts for text in each]
        read = iter(prepare_all(everything, self._models, self._recipe.depth))
        return [
            Outcome(item.n, run={"source": content.name, **content.run})
            if content.run is not None
            else Outcome(item.n, tuple(islice(read, len(each))))
            for item, content, each in zip(items, contents, texts, strict=True)
        ]

    def _content(self, item: Item) -> Content:
        if item.content is not None:
            return Content.from_json(item.content)
        found = Found(item.key, item.path, item.kind, item.size)
        return read(found, self._recipe.options)

    def _accepted(self, content: Content) -> list[SourceText]:
        at = content.at or self._recipe.at
        title = content.title or self._recipe.title
        if content.document is not None:
            document = content.document
            if document.title is None and title is not None:
                document = document.model_copy(update={"title": title})
            return accept(document, source=content.name, at=at, title=None)
        return accept(content.messages or (), source=content.name, at=at, title=title)


def open_worker(recipe: Recipe) -> Worker | GraphMemError:
    """Return a worker whose models are loaded, or why there is none: no item is to blame then."""
    try:
        worker = Worker(recipe)
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
