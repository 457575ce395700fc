"""How-to knowledge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphmem.facets.base import Facet
from graphmem.models.seal import describe, seal
from graphmem_schemas import GivenPrescription, Recall, Receipt

__all__ = ["Lessons"]


class Lessons(Facet):
    """How-to knowledge."""

    def add_prescriptions(
        self,
        rows: Iterable[GivenPrescription | Mapping[str, Any]],
        *,
        source: str | None = None,
    ) -> Receipt:
        """Remember lessons that somebody has, in the order in which they were told.

        The same lesson again is the same node, with more to rest on.

        Args:
            rows: {"when", "text", "when_not"?, "steps"?, "source"?}; "when" says which tasks it
                is for. Lessons that were learnt in one go belong together, in order.
            source: name for those that name none; None is the hash of what they say.

        Raises:
            InvalidInput: A row cannot be used; nothing has changed.
            StoreError: They could not be stored; nothing has changed.
        """
        from graphmem.writing.prescribe import accept_lessons, teach

        sources = accept_lessons(rows, source)
        embedder = self._models.embedder
        seal(self._store, describe(embedder))
        return teach(sources, self._store, self.space, embedder, self._clock)

    def prescriptions(self, task: str, k: int = 5) -> Recall:
        """Return the k prescriptions that fit a task best; the title of a hit is its `when`.

        Args:
            task: in plain words.
            k: 1 to 1,000.

        Raises:
            InvalidInput: The task is blank, or k out of range.
        """
        from graphmem.reading.prescriptions import fitting_prescriptions

        return self._lessons_for(task, k, fitting_prescriptions)
