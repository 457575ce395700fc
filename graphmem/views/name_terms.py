"""The words of each entity's name, as numbers of the text index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.terms import terms
from graphmem.core.uid_index import Keys, UidIndex
from graphmem.views.columns import Column
from graphmem_schemas import Entity

__all__ = ["MAX_NAME_TERMS", "NameTerms"]

Array = npt.NDArray[Any]
Int32 = npt.NDArray[np.int32]

MAX_NAME_TERMS = 4
"""Of a longer name the first words tell which sentence has it."""


class NameTerms:
    """Up to `MAX_NAME_TERMS` terms by entity; 36 bytes an entity.

    Attributes:
        n_lost: how many names went or changed, of which something is left.
    """

    def __init__(self, arrays: Mapping[str, Array] | None = None) -> None:
        given = arrays or {}
        self._uids = UidIndex.from_arrays(given) if given else UidIndex()
        self._terms = Column(np.array(given.get("terms", ()), np.int32))
        self.n_lost = 0

    def add(self, entities: Iterable[Entity], number_of: Callable[[str], int]) -> None:
        """Take names over; one that is there already is replaced. O(words)."""
        named = list(entities)
        n_known = len(self._uids)
        rows = self._uids.add([entity.uid for entity in named]).tolist()
        self._terms.extend_to(MAX_NAME_TERMS * len(self._uids), -1)
        table = self._table()
        for row, entity in zip(rows, named, strict=True):
            # A name of stop words alone ("It") is in no sentence that could be told.
            found = [number_of(term) for term in terms(entity.name)[:MAX_NAME_TERMS]]
            found += [-1] * (MAX_NAME_TERMS - len(found))
            self.n_lost += row < n_known and table[row].tolist() != found
            table[row] = found

    def remove(self, uids: Iterable[str]) -> None:
        """Forget names; unknown uids are none of ours."""
        wanted = list(uids)
        rows = self._uids.rows(wanted) if wanted else np.empty(0, np.int64)
        self._table()[rows[rows >= 0]] = -1
        self.n_lost += int(np.count_nonzero(rows >= 0))

    def of(self, keys: Keys) -> Int32:
        """Return (n, MAX_NAME_TERMS) the terms of each entity's name, -1 behind the last."""
        rows = self._uids.find(keys)
        out = np.full((len(keys), MAX_NAME_TERMS), -1, np.int32)
        out[rows >= 0] = self._table()[rows[rows >= 0]]
        return out

    def to_arrays(self) -> dict[str, Array]:
        """Return everything as arrays, of which `NameTerms` makes the same again."""
        return {**self._uids.to_arrays(), "terms": self._terms.values}

    def tidied(self, new_term: Array) -> NameTerms:
        """Return the names that are left, their terms under new numbers.

        Args:
            new_term: by old number; the last, at -1, is -1.
        """
        kept = np.flatnonzero(self._table()[:, 0] >= 0)
        tidy = NameTerms()
        tidy._uids.add(self._uids.uids(kept))
        tidy._terms = Column(new_term[self._table()[kept]].ravel())
        return tidy

    def used(self) -> Array:
        """Return the numbers of the terms that names have."""
        found = np.unique(self._terms.values)
        return found[found >= 0]

    def _table(self) -> Int32:
        table: Int32 = self._terms.values.reshape(-1, MAX_NAME_TERMS)
        return table
