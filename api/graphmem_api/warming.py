"""Before the first caller: models are loaded and loops compiled, so that nobody waits for them."""

from __future__ import annotations

import logging
import threading
from time import perf_counter

from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.memory import MemoryStore

__all__ = ["Warming"]

_LOG = logging.getLogger("graphmem")
_TEXT = "Ada moved to Porto in May 2024. She works there for Boreal Analytics."
_QUESTION = "Where does Ada work?"
_WORTH_TELLING_S = 5.0


class Warming:
    """Adds and asks once, in a memory that is gone after it.

    A new installation takes half a minute for that, any later start a second or two.

    Args:
        models: that are warmed.
    """

    def __init__(self, models: LazyModels) -> None:
        self._models = models
        self._under_way = threading.Event()

    @property
    def under_way(self) -> bool:
        """Whether it has begun and is not over."""
        return self._under_way.is_set()

    def start(self) -> None:
        """Begin, on a thread that no end of the server waits for."""
        self._under_way.set()
        threading.Thread(target=self._run, name="graphmem-warming", daemon=True).start()

    def _run(self) -> None:
        begun = perf_counter()
        try:
            models = self._models
            store = MemoryStore()
            with Memory(store, embedder=models.embedder, extractor=models.extractor) as memory:
                memory.add(_TEXT)
                memory.context(_QUESTION)
        except Exception:
            # The first caller meets the same, and is told in his own words.
            _LOG.exception("models could not be warmed")
        finally:
            self._under_way.clear()
        if (took := perf_counter() - begun) > _WORTH_TELLING_S:
            _LOG.info("models and loops were made ready in %.0f s", took)
