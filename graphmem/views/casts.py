"""Who speaks in each source: sources with the same people are parts of one conversation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["Casts", "joined_casts"]

Array = npt.NDArray[Any]


class Casts:
    """The people of each source, by number, counted by what they say.

    Args:
        sources: (n,) the source of each living passage.
        speakers: (n,) who says it, -1 for nobody with a name.
    """

    def __init__(self, sources: Array, speakers: Array) -> None:
        self._said: dict[int, dict[int, int]] = {}
        named = speakers >= 0
        pairs = np.stack([sources[named], speakers[named]], axis=1)
        found, counts = np.unique(pairs, axis=0, return_counts=True)
        for (source, speaker), count in zip(found.tolist(), counts.tolist(), strict=True):
            self._said.setdefault(source, {})[speaker] = count

    def count(self, source: int, speaker: int, sign: int) -> None:
        """Count a passage, or take one out; whom nothing is left of is no longer there."""
        if speaker < 0:
            return
        said = self._said.setdefault(source, {})
        said[speaker] = said.get(speaker, 0) + sign
        if not said[speaker]:
            del said[speaker]
        if not said:
            del self._said[source]

    def of(self, source: int) -> frozenset[int]:
        """Return the people who speak in a source."""
        return frozenset(self._said.get(source, ()))


def joined_casts(casts: Mapping[int, frozenset[int]]) -> dict[int, int]:
    """Return by source one person who stands for all whom it shares people with; -1 for nobody.

    Args:
        casts: the people of each source.
    """
    leader: dict[int, int] = {}

    def find(person: int) -> int:
        while leader.setdefault(person, person) != person:
            person = leader[person]
        return person

    for cast in casts.values():
        for person in cast:
            first, second = sorted((find(min(cast)), find(person)))
            leader[second] = first
    return {source: find(min(cast)) if cast else -1 for source, cast in casts.items()}
