"""The text view: lexical search over the passages of a space, rebuilt from the store at will."""

from __future__ import annotations

from pathlib import Path
from threading import RLock

from graphmem.core.lexical import TextQuery
from graphmem.ports import GraphStore
from graphmem.views.history import is_history, token_at
from graphmem.views.snapshot import load, save
from graphmem.views.text_index import TextIndexArrays
from graphmem.views.text_match import Match
from graphmem.views.text_past import arrays_at
from graphmem.views.unkept import Unkept
from graphmem.views.work_pool import WorkPool
from graphmem_schemas import Entity, Passage

__all__ = ["TextView"]

# Raise it with every change of what the arrays mean: of the terms too.
_KIND = "text/4"

_LABELS: tuple[str, ...] = (Passage.label, Entity.label)


class TextView:
    """Keeps an inverted index of the passages of one space; implements `ports.TextIndex`.

    Args:
        space: whose passages.
        folder: where the view is kept; None keeps it in memory only.
    """

    def __init__(self, space: str, folder: Path | None) -> None:
        self.seq = 0
        self._space = space
        self._path = folder / "text.snapshot" if folder else None
        self._arrays = TextIndexArrays()
        self._lock = RLock()
        self._pool = WorkPool()
        self._loaded = False
        self._saved_seq = 0
        self._token = ""
        self._unkept = Unkept()
        self._past: tuple[tuple[object, ...], TextIndexArrays] | None = None

    def __len__(self) -> int:
        return int(self._arrays.n_passages)

    def match(self, query: TextQuery) -> Match:
        """Find the passages that share words with a question; close what is returned."""
        with self._lock:  # so that no row comes in between, which the past knows nothing of
            return Match(self._at(query.until), self._lock, self._pool, query)

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store; costs one look at its number where nothing is new."""
        if self._loaded and store.seq(self._space) == self.seq:
            return
        with self._lock:
            if not self._loaded:
                self._load(store)
            if not is_history(store, self._space, self.seq, self._token):
                self._forget()
            for batch in store.changes(self._space, self.seq, labels=_LABELS):
                self._arrays.remove(batch.removed_nodes)
                # In uid order a long source would be threaded from its end again and again.
                passages = [node for node in batch.nodes if isinstance(node, Passage)]
                self._arrays.add(sorted(passages, key=_place))
                self._arrays.add_names([n for n in batch.nodes if isinstance(n, Entity)])
                self._unkept.count(batch)
                self.seq, self._token = batch.seq, token_at(store, self._space, batch.seq)

    def save(self, store: GraphStore) -> None:
        """Keep the view on disk, where it has a place and enough is new.

        Nothing of what was removed is written: no word, title, name or uid.

        Raises:
            StoreError: The file cannot be written; the one before is as it was.
        """
        if self._path is None or self._saved_seq == self.seq:
            return
        with self._lock:
            if self._saved_seq > 0 and self._unkept.is_little(len(self), self._path):
                return
            # Questions under way go on with the arrays that they began with.
            self._arrays, self._past = self._arrays.compacted(), None
            save(
                self._path,
                kind=_KIND,
                identity=self._identity(store),
                seq=self.seq,
                token=self._token,
                arrays=self._arrays.to_arrays(),
            )
            self._saved_seq, self._unkept = self.seq, Unkept()

    def _load(self, store: GraphStore) -> None:
        self._loaded = True
        if self._path is None:
            return
        kept = load(self._path, kind=_KIND, identity=self._identity(store))
        if kept is not None:
            self._arrays = TextIndexArrays(kept.arrays)
            self.seq = self._saved_seq = kept.seq
            self._token = kept.token

    def _at(self, until: int | None) -> TextIndexArrays:
        """Return what counts at a moment; kept, as the next question is often about the same."""
        if until is None:
            return self._arrays
        wanted = self._arrays, self.seq, len(self._arrays.rows["uid"]), until
        if self._past is None or self._past[0] != wanted:
            self._past = wanted, arrays_at(self._arrays, until)
        return self._past[1]

    def _forget(self) -> None:
        self._arrays, self._past = TextIndexArrays(), None
        self.seq = self._saved_seq = 0
        self._token = ""

    def _identity(self, store: GraphStore) -> str:
        return f"{store.identity}/{self._space}"


def _place(passage: Passage) -> tuple[str, int, str]:
    return passage.source, passage.position, passage.uid
