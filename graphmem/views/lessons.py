"""The lesson view: runs by the sort of their task, insights and prescriptions by what they say.

Small beside the views of passages: it holds texts, makes their vectors itself when they are first
asked for, and keeps only these on disk, by a hash of the text.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.core.lessons import Float64, fuse, with_neighbours
from graphmem.ports import Float32, GraphStore, Models
from graphmem.ports.lessons import Ranked
from graphmem.views import snapshot
from graphmem.views.history import is_history, token_at
from graphmem.views.runs import RunIndex
from graphmem.views.shelf import Shelf, place_of, text_of
from graphmem_schemas import Insight, Node, Prescription, Query

__all__ = ["LessonView"]

_KIND = "lessons/1"
_LABELS = (Query.label, Prescription.label, Insight.label)
# What any request has in common says nothing: it is taken out of a task before it is compared.
_GENERIC = (
    "What should I do?",
    "How do I do this task?",
    "Please find the answer for me.",
    "Could you help me with my account?",
    "Add this to the list.",
    "Tell me the total.",
)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """The lessons of a label in the order in which they were told.

    Attributes:
        order: the list of rows that this was made from; another list is another state.
        groups: uids of the sources that they were told in.
        vectors: (n, d) of what they are compared by.
    """

    order: list[int]
    rows: npt.NDArray[np.int64]
    uids: list[str]
    groups: list[str]
    vectors: Float32


class LessonView:
    """A `View` and a `LessonIndex` of one space. Safe to use from many threads.

    Args:
        space: whose runs and lessons.
        folder: where the vectors are kept; None keeps them in memory only.
        models: give the embedder, when a vector is first needed.
    """

    def __init__(self, space: str, folder: Path | None, models: Models) -> None:
        self.seq = 0
        self._space = space
        self._path = folder / "lessons.snap" if folder else None
        self._models = models
        self._home = ""
        self._lock = threading.RLock()
        self._token = ""
        self._vectors: dict[str, Float32] = {}
        self._loaded = False
        self._n_kept = 0
        self._forget_all()

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store; costs one look at its number where nothing is new."""
        if self.seq and store.seq(self._space) == self.seq:
            return
        with self._lock:
            self._home = store.identity
            # Of what is gone no vector is held.
            lost = not is_history(store, self._space, self.seq, self._token)
            if lost:
                self._forget_all()
            for batch in store.changes(self._space, self.seq, labels=_LABELS):
                lost |= bool(batch.removed_nodes)
                for uid in batch.removed_nodes:
                    self._remove(uid)
                for node in batch.nodes:
                    self._remove(node.uid)
                    self._put(node)
                self.seq, self._token = batch.seq, token_at(store, self._space, batch.seq)
            if lost:
                self._told.clear()
                wanted, n_before = self._hashes() | _GENERIC_HASHES, len(self._vectors)
                self._vectors = {k: v for k, v in self._vectors.items() if k in wanted}
                if len(self._vectors) < n_before:
                    self._n_kept = -1

    def save(self, store: GraphStore) -> None:
        """Keep the vectors of the texts that are there, where there are new ones.

        Raises:
            StoreError: The folder cannot be written.
        """
        with self._lock:
            if self._path is None or not self._vectors or len(self._vectors) == self._n_kept:
                return
            kept = sorted(self._hashes() & self._vectors.keys())
            if not kept:
                return
            snapshot.save(
                self._path,
                kind=_KIND,
                identity=self._identity(),
                seq=self.seq,
                token=self._token,
                arrays={
                    "hashes": np.array([key.encode() for key in kept], "S32"),
                    "vectors": np.stack([self._vectors[key] for key in kept]),
                },
            )
            self._n_kept = len(self._vectors)

    def slots(self) -> frozenset[str]:
        """Return the words that some run of the space shows to stand for any thing."""
        with self._lock:
            return self._runs.slots()

    def similar(self, skeleton: str, k: int) -> list[Ranked]:
        """Return the k runs whose tasks are most alike, best first, newest among equals."""
        with self._lock:
            return self._runs.similar(skeleton, k)

    def best(self, label: str, text: str, k: int) -> list[Ranked]:
        """Return the k prescriptions or insights that fit the text best, ties by uid.

        O(n d) for n lessons, and O(n log n) after a change.
        """
        with self._lock:
            shelf = self._shelves[label]
            if not len(shelf):
                return []
            told = self._told_of(label)
            by_words, by_letters = shelf.lexical(text)
            # Not kept: questions never end, lessons are few.
            asked = self._models.embedder.embed([text])[0]
            meaning = _centred(told.vectors, asked, self._embed(_GENERIC))
            scores = fuse(by_words[told.rows], meaning, by_letters[told.rows])
            if label == Prescription.label:
                scores = with_neighbours(scores, told.groups)
        found = [Ranked(uid, float(s)) for uid, s in zip(told.uids, scores, strict=True)]
        return sorted(found, key=lambda one: (-one.score, one.uid))[:k]

    def _told_of(self, label: str) -> _Told:
        """Return the lessons of a label in order, made anew only where they have changed."""
        order = self._shelves[label].order()
        told = self._told.get(label)
        if told is None or told.order is not order:
            nodes = [self._shelves[label].node(row) for row in order]
            vectors = self._embed([text_of(node) for node in nodes])
            # What was drawn from runs was told nowhere, and has no neighbours.
            groups = [place_of(node)[1] or node.uid for node in nodes]
            uids = [node.uid for node in nodes]
            told = _Told(order, np.array(order, np.int64), uids, groups, vectors)
            self._told[label] = told
        return told

    def _forget_all(self) -> None:
        self.seq, self._token = 0, ""
        self._runs = RunIndex()
        self._shelves = {label: Shelf() for label in _LABELS[1:]}
        self._told: dict[str, _Told] = {}

    def _remove(self, uid: str) -> None:
        self._runs.remove(uid)
        for shelf in self._shelves.values():
            shelf.remove(uid)

    def _put(self, node: Node) -> None:
        if isinstance(node, Query):
            self._runs.put(node)
        else:
            self._shelves[node.label].put(node)

    def _embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) vectors, making only those that are not known yet."""
        if not self._loaded:
            self._load()
        known = self._vectors
        keys = [_hash(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            made = self._models.embedder.embed(list(new.values()))
            known.update(zip(new, made, strict=True))
        return np.stack([known[key] for key in keys])

    def _hashes(self) -> set[str]:
        """Return the hashes of the texts that are there."""
        return {_hash(text) for shelf in self._shelves.values() for text in shelf.texts}

    def _load(self) -> None:
        """Take up the vectors that were kept, where they are of this store and embedder."""
        self._loaded = True
        if self._path is None:
            return
        kept = snapshot.load(self._path, kind=_KIND, identity=self._identity())
        if kept is not None:
            keys = [key.decode() for key in kept.arrays["hashes"].tolist()]
            self._vectors.update(zip(keys, kept.arrays["vectors"], strict=True))
            self._n_kept = len(self._vectors)

    def _identity(self) -> str:
        embedder = self._models.embedder
        return f"{self._home}/{embedder.name}/{embedder.dimension}/{self._space}"


def _centred(lessons: Float32, task: Float32, generic: Float32) -> Float64:
    """Return (n,) cosines without what all lessons, and all requests, have in common."""
    rows = lessons.astype(np.float64) - lessons.mean(axis=0, dtype=np.float64)
    asked = task.astype(np.float64) - generic.mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1) * np.linalg.norm(asked)
    cosines: Float64 = np.einsum("ij,j->i", rows, asked) / np.maximum(lengths, 1e-9)
    return cosines


def _hash(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


_GENERIC_HASHES = frozenset(map(_hash, _GENERIC))
