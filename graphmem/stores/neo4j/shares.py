"""Contributions to an edge beyond the first 64: each in a node of its own.

One more source of an edge that thousands speak for then costs what it says, and not what all say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from graphmem.core.changes import EdgeKey
from graphmem.stores.neo4j.reads import ShareMap, add_shares
from graphmem.stores.neo4j.rows import chunks, encode_key
from graphmem.stores.neo4j.transaction import Transaction
from graphmem_queries.texts import text

__all__ = ["ShareWriter"]

_BATCH_ROWS = 5_000


class ShareWriter:
    """Reads, puts and removes contributions within one transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._tx = transaction

    def some(self, pairs: Iterable[tuple[EdgeKey, str]]) -> ShareMap:
        """Return what some sources contribute to edges that do not name them."""
        found: ShareMap = {}
        for part in chunks(self._rows(pairs), _BATCH_ROWS):
            add_shares(found, self._tx.run(text("store/some_shares"), rows=part))
        return found

    def put(self, shares: Mapping[EdgeKey, Mapping[str, float]]) -> None:
        """Write contributions down, or over those that are there."""
        said = {(key, source): w for key, one in shares.items() for source, w in one.items()}
        rows = [
            {**row, "share": w} for row, w in zip(self._rows(said), said.values(), strict=True)
        ]
        for part in chunks(rows, _BATCH_ROWS):
            self._tx.run(text("store/put_shares"), rows=part)

    def drop(self, shares: Mapping[EdgeKey, Iterable[str]]) -> None:
        """Remove contributions of some sources."""
        rows = self._rows((key, source) for key, one in shares.items() for source in one)
        for part in chunks(rows, _BATCH_ROWS):
            self._tx.run(text("store/drop_shares"), rows=part)

    def drop_all(self, keys: Iterable[EdgeKey]) -> None:
        """Remove whatever is contributed to edges."""
        for part in chunks([encode_key(key) for key in keys], _BATCH_ROWS):
            self._tx.run(text("store/drop_shares_of"), space=self._tx.space, edges=part)

    def _rows(self, pairs: Iterable[tuple[EdgeKey, str]]) -> list[dict[str, Any]]:
        space = self._tx.space
        return [
            {"space": space, "edge": encode_key(key), "source": source} for key, source in pairs
        ]
