"""The spaces of one store: a memory each, opened when first asked for, over shared models."""

from __future__ import annotations

import threading
from collections import OrderedDict

from graphmem.aio import AsyncMemory
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_api.settings import Settings

__all__ = ["Spaces"]


class Spaces:
    """Memories of one store. Safe to use from many threads.

    Args:
        settings: which store and models; how many spaces are held at once.

    Raises:
        StoreError: The store cannot be opened.
        InvalidInput: A model is unknown.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._models = LazyModels(settings.embedder, settings.extractor, settings.llm)
        self.store = open_store(settings.store)
        self._lock = threading.Lock()
        self._open: OrderedDict[str, AsyncMemory] = OrderedDict()

    def get(self, space: str) -> AsyncMemory:
        """Return the memory of a space; the one that was used longest ago is let go.

        Raises:
            InvalidInput: No space can have that name.
        """
        with self._lock:
            memory = self._open.get(space)
            if memory is None:
                memory = self._open[space] = AsyncMemory(self._memory(space))
            self._open.move_to_end(space)
            while len(self._open) > self._settings.spaces_held:
                # Who still works with it keeps it alive; it holds no connection of its own.
                self._open.popitem(last=False)
            return memory

    @property
    def models(self) -> LazyModels:
        """What reads and embeds the texts of all spaces."""
        return self._models

    def close(self) -> None:
        """Keep the views of what is open, and close the store."""
        with self._lock:
            for memory in self._open.values():
                memory.memory.close()
            self._open.clear()
        self.store.close()

    def _memory(self, space: str) -> Memory:
        return Memory(
            self.store,
            space=space,
            embedder=self._models.embedder,
            extractor=self._models.extractor,
            llm=self._models.llm,
            served=self._settings.served,
        )
