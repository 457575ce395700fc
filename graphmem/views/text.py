"""The text view: lexical search over the passages of a space, rebuilt from the store at will."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphmem.core.changes import ChangeBatch
from graphmem.core.lexical import TextQuery
from graphmem.ports import GraphStore
from graphmem.views.kept import Arrays, KeptView, is_mostly_dead
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.text_match import Match
from graphmem.views.text_past import arrays_at
from graphmem.views.work_pool import WorkPool
from graphmem_schemas import Entity, Passage

__all__ = ["TextView"]

# Raise it with every change of what the arrays mean: of the terms too.
_KIND = "text/4"

_LABELS: tuple[str, ...] = (Passage.label, Entity.label)


class TextView(KeptView):
    """Keeps an inverted index of the passages of one space; implements `ports.TextIndex`.

    Args:
        space: whose passages.
        folder: where the view is kept; None keeps it in memory only.
    """

    def __init__(self, space: str, folder: Path | None) -> None:
        super().__init__(space, folder / "text.snapshot" if folder else None, _KIND)
        self._arrays = TextIndexArrays()
        self._pool = WorkPool()
        self._past: tuple[tuple[object, ...], TextIndexArrays] | None = None

    def __len__(self) -> int:
        return int(self._arrays.n_passages)

    def match(self, query: TextQuery) -> Match:
        """Find the passages that share words with a question; close what is returned."""
        with self._lock:  # so that no row comes in between, which the past knows nothing of
            return Match(self._at(query.until), self._lock, self._pool, query)

    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        return store.changes(self._space, self.seq, labels=_LABELS)

    def _take(self, batch: ChangeBatch) -> None:
        self._arrays.remove(batch.removed_nodes)
        # In uid order a long source would be threaded from its end again and again.
        passages = [node for node in batch.nodes if isinstance(node, Passage)]
        self._arrays.add(sorted(passages, key=_place))
        self._arrays.add_names([node for node in batch.nodes if isinstance(node, Entity)])

    def _clear(self) -> None:
        self._arrays, self._past = TextIndexArrays(), None

    def _is_wasteful(self) -> bool:
        return is_mostly_dead(self._arrays.n_dead, len(self))

    def _compact(self) -> None:
        # Questions under way go on with the arrays that they began with.
        self._arrays, self._past = self._arrays.compacted(), None

    def _packed(self) -> Arrays:
        return self._arrays.to_arrays()

    def _put_back(self, arrays: Arrays) -> None:
        self._arrays = TextIndexArrays(arrays)

    def _n_held(self) -> int:
        return len(self)

    def _at(self, until: int | None) -> TextIndexArrays:
        """Return what counts at a moment; kept, as the next question is often about the same."""
        if until is None:
            return self._arrays
        wanted = self._arrays, self.seq, len(self._arrays.rows["uid"]), until
        if self._past is None or self._past[0] != wanted:
            self._past = wanted, arrays_at(self._arrays, until)
        return self._past[1]


def _place(passage: Passage) -> tuple[str, int, str]:
    return passage.source, passage.position, passage.uid
