"""The view of judgements: what people said of hits, by the vector of the question they asked.

Small beside the views of passages: a row for each question that somebody gave feedback on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import numpy as np
import numpy.typing as npt

from graphmem.core.changes import ChangeBatch
from graphmem.core.kernels.dense import dot_pairs
from graphmem.ports import Float32, GraphStore, Judged
from graphmem.views.history import is_history, token_at
from graphmem.views.snapshot import load, save
from graphmem_schemas import EdgeKind, Query

__all__ = ["JudgedView"]

# Raise it with every change of what the arrays mean.
_KIND = "judged/1"
_USED: EdgeKind = "USED"


@dataclass(slots=True, eq=False)
class _Question:
    """A question that feedback was given on.

    Attributes:
        vector: (d,).
        share: 0 to 1, how well it went; None where nobody said.
    """

    vector: Float32
    share: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """The questions that tell something, by uid.

    Attributes:
        vectors: (m, d).
        shares: how well each went.
        used: uids of what was used, sorted.
    """

    vectors: Float32
    shares: list[float]
    used: list[tuple[str, ...]]


class JudgedView:
    """A `View` and a `Judgements` of one space. Safe to use from many threads.

    Memory: 4 bytes a dimension and some 200 for each question.

    Args:
        space: whose feedback.
        folder: where the view is kept; None keeps it in memory only.
        embed: (n,) questions to (n, d) vectors of unit length, as those that are asked get them.
        model: names what embeds, so that no other's vectors are taken up.
    """

    def __init__(
        self,
        space: str,
        folder: Path | None,
        embed: Callable[[Sequence[str]], Float32],
        model: str,
    ) -> None:
        self.seq = 0
        self._space = space
        self._path = folder / "judged.snap" if folder else None
        self._embed, self._model = embed, model
        self._lock = RLock()
        self._questions: dict[str, _Question] = {}
        self._used: dict[str, set[str]] = {}
        self._table: _Table | None = None
        self._loaded = False
        self._saved_seq = 0
        self._token = ""

    def alike(self, question: Float32, least: float) -> list[Judged]:
        """Return the judged questions with a cosine of `least` or more, by uid. O(m d)."""
        with self._lock:
            table = self._table = self._table or self._tabled()
        if not table.shares:
            return []
        cosines = np.empty((len(table.shares), 1), np.float32)
        dot_pairs(table.vectors, np.ascontiguousarray(question[None]), cosines)
        near: npt.NDArray[np.intp] = np.flatnonzero(cosines[:, 0] >= least)
        return [Judged(float(cosines[at, 0]), table.shares[at], table.used[at]) for at in near]

    def refresh(self, store: GraphStore) -> None:
        """Catch up with the store; costs one look at its number where nothing is new."""
        if self._loaded and store.seq(self._space) == self.seq:
            return
        with self._lock:
            if not self._loaded:
                self._load(store)
            if not is_history(store, self._space, self.seq, self._token):
                self._questions, self._used, self._table = {}, {}, None
                self.seq = self._saved_seq = 0
            news = store.changes(self._space, self.seq, labels=(Query.label,), kinds=(_USED,))
            for batch in news:
                self._take(batch)
                self.seq, self._token = batch.seq, token_at(store, self._space, batch.seq)

    def save(self, store: GraphStore) -> None:
        """Keep the view on disk, where it has a place and there is anything to keep.

        Raises:
            StoreError: The file cannot be written; the one before is as it was.
        """
        with self._lock:
            if self._path is None or self._saved_seq == self.seq or not self._questions:
                return
            uids = sorted(self._questions)
            rows = [[u, self._questions[u].share, sorted(self._used.get(u, ()))] for u in uids]
            save(
                self._path,
                kind=_KIND,
                identity=self._identity(store),
                seq=self.seq,
                token=self._token,
                arrays={
                    "rows": np.frombuffer(json.dumps(rows).encode(), np.uint8),
                    "vectors": np.stack([self._questions[uid].vector for uid in uids]),
                },
            )
            self._saved_seq = self.seq

    def _take(self, batch: ChangeBatch) -> None:
        """Take up what changed: removals first, and edges that may come before their question."""
        removed = [(start, end) for kind, start, end in batch.removed_edges if kind == _USED]
        for start, end in removed:
            self._used.get(start, set()).discard(end)
        self._forget(batch.removed_nodes)
        for edge in batch.edges:
            self._used.setdefault(edge.start, set()).add(edge.end)
        # The task of a run is no question that anything was shown for.
        asked = [n for n in batch.nodes if isinstance(n, Query) and n.source is None]
        if asked:
            vectors = self._embed([node.text for node in asked])
            for node, vector in zip(asked, vectors, strict=True):
                self._questions[node.uid] = _Question(vector, _share(node))
        if removed or batch.removed_nodes or batch.edges or asked:
            self._table = None

    def _forget(self, uids: Iterable[str]) -> None:
        gone = set(uids)
        if not gone:
            return
        for uid in gone & self._used.keys():
            del self._used[uid]
        for uid in gone & self._questions.keys():
            del self._questions[uid]
        for used in self._used.values():
            used -= gone

    def _tabled(self) -> _Table:
        told = [
            (one.vector, one.share, tuple(sorted(self._used[uid])))
            for uid, one in sorted(self._questions.items())
            if one.share is not None and self._used.get(uid)
        ]
        rows = [vector for vector, _, _ in told]
        vectors = np.stack(rows) if rows else np.empty((0, 0), np.float32)
        return _Table(vectors, [share for _, share, _ in told], [used for _, _, used in told])

    def _load(self, store: GraphStore) -> None:
        self._loaded = True
        if self._path is None:
            return
        kept = load(self._path, kind=_KIND, identity=self._identity(store))
        if kept is None:
            return
        rows = json.loads(kept.arrays["rows"].tobytes())
        for (uid, share, used), vector in zip(rows, kept.arrays["vectors"], strict=True):
            self._questions[uid] = _Question(vector, share)
            self._used[uid] = set(used)
        self.seq = self._saved_seq = kept.seq
        self._token = kept.token

    def _identity(self, store: GraphStore) -> str:
        return f"{store.identity}/{self._model}/{self._space}"


def _share(task: Query) -> float | None:
    """Return how well it went, 0 to 1; None where that is not known."""
    if task.outcome == "unknown":
        return None
    return task.score if task.score is not None else float(task.outcome == "success")
