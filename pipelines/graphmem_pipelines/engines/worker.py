"""What a worker process does: it reads an item, cuts it, embeds it and parses it.

The same in a process of this machine and in an actor of a cluster: only here does a job touch
readers and models.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Sequence
from itertools import islice

from graphmem.errors import EngineLost, GraphMemError
from graphmem.models.loading import LazyModels
from graphmem.models.registry import EMBEDDER_VARIABLE, open_embedder
from graphmem.ports import Embedder
from graphmem.writing.accept import SourceText, accept
from graphmem.writing.collector import collector_paused
from graphmem.writing.prepare import prepare_all
from graphmem.writing.trust import with_trust
from graphmem_pipelines.engines.base import Outcome, Recipe, Task
from graphmem_pipelines.readers.content import Content, Found
from graphmem_pipelines.readers.read import read

__all__ = ["Worker", "open_worker", "read_packed", "unpacked"]


class Worker:
    """Holds the models of one process.

    Args:
        recipe: how sources are read.
        n_threads: with how many threads texts are encoded at once.
    """

    def __init__(self, recipe: Recipe, n_threads: int = 1) -> None:
        self._recipe = recipe
        self._models = LazyModels(_embedder(recipe.embedder, n_threads), recipe.extractor)

    def warm(self) -> None:
        """Load the models now, and not with the first item."""
        _ = self._models.embedder
        if self._recipe.depth == "parse":
            _ = self._models.extractor

    def read_all(self, tasks: Sequence[Task]) -> list[Outcome]:
        """Read items together, which is quicker; where one fails, each alone."""
        try:
            with collector_paused():
                return self._read(tasks)
        except Exception:  # `read` tells of it, with the item that it is about
            return [self.read(task) for task in tasks]

    def read(self, task: Task) -> Outcome:
        """Read one item; what is wrong with it is told, and never raised."""
        try:
            with collector_paused():
                return self._read([task])[0]
        except GraphMemError as error:
            return Outcome(task.n, error=str(error))
        except MemoryError:
            return Outcome(task.n, error=f"{task.key} needs more memory than there is: split it")
        except Exception as error:
            # A library that meets an odd file may raise anything; that is the item's end alone.
            return Outcome(
                task.n, error=f"{task.key} could not be read: {type(error).__name__}: {error}"
            )

    def _read(self, tasks: Sequence[Task]) -> list[Outcome]:
        contents = [self._content(task) for task in tasks]
        texts = [
            []
            if content.run is not None
            else with_trust(self._accepted(content), self._recipe.trust)
            for content in contents
        ]
        everything = [text for each in texts for text in each]
        read = iter(prepare_all(everything, self._models, self._recipe.depth))
        return [
            Outcome(task.n, run={"source": content.name, **content.run})
            if content.run is not None
            else Outcome(task.n, tuple(islice(read, len(each))))
            for task, content, each in zip(tasks, contents, texts, strict=True)
        ]

    def _content(self, task: Task) -> Content:
        if task.content is not None:
            return Content.from_json(task.content)
        found = Found(task.key, task.path, task.kind, task.size)
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


def read_packed(worker: Worker | GraphMemError, tasks: Sequence[Task]) -> bytes:
    """Return the outcomes of some tasks, packed to be handed to another process.

    Packed here, and unpacked by whoever needs it: the pools' own way of packing is three times as
    slow. It goes from process to process of one job and is never kept.
    """
    if isinstance(worker, GraphMemError):
        return pickle.dumps(worker, protocol=5)
    return pickle.dumps(worker.read_all(tasks), protocol=5)


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


def _embedder(spec: str | None, n_threads: int) -> Embedder:
    spec = spec or os.environ.get(EMBEDDER_VARIABLE) or "minilm"
    if spec != "minilm":
        return open_embedder(spec)
    from graphmem.models.minilm import MiniLMEncoder

    return MiniLMEncoder(threads=n_threads)
