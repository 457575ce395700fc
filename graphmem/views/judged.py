"""The view of judgements: what people said of hits, by the vector of the question they asked.

Small beside the views of passages: a row for each question that somebody gave feedback on.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.core.changes import ChangeBatch
from graphmem.core.kernels.dense import dot_pairs
from graphmem.ports import Float32, GraphStore, Judged
from graphmem.views.kept import Arrays, KeptView
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


class JudgedView(KeptView):
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
        super().__init__(space, folder / "judged.snap" if folder else None, _KIND, model)
        self._embed = embed
        self._questions: dict[str, _Question] = {}
        self._used: dict[str, set[str]] = {}
        self._table: _Table | None = None

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

    def save(self, store: GraphStore) -> None:
        """Keep the view on disk, where it has a place; no file where nobody has judged anything.

        Raises:
            StoreError: The file cannot be written; the one before is as it was.
        """
        if self._questions or self._saved_seq:
            super().save(store)

    def _changes(self, store: GraphStore) -> Iterator[ChangeBatch]:
        return store.changes(self._space, self.seq, labels=(Query.label,), kinds=(_USED,))

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

    def _clear(self) -> None:
        self._questions, self._used, self._table = {}, {}, None

    def _compact(self) -> None:
        """Nothing of what was removed is held."""

    def _packed(self) -> Arrays:
        told = sorted(self._questions.items())
        rows = [[uid, one.share, sorted(self._used.get(uid, ()))] for uid, one in told]
        return {
            "rows": np.frombuffer(json.dumps(rows).encode(), np.uint8),
            "vectors": _stacked([one.vector for _, one in told]),
        }

    def _put_back(self, arrays: Arrays) -> None:
        rows = json.loads(arrays["rows"].tobytes())
        for (uid, share, used), vector in zip(rows, arrays["vectors"], strict=True):
            self._questions[uid] = _Question(vector, share)
            self._used[uid] = set(used)

    def _n_held(self) -> int:
        return len(self._questions)

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
        vectors = _stacked([vector for vector, _, _ in told])
        return _Table(vectors, [share for _, share, _ in told], [used for _, _, used in told])


def _stacked(vectors: list[Float32]) -> Float32:
    return np.stack(vectors) if vectors else np.empty((0, 0), np.float32)


def _share(task: Query) -> float | None:
    """Return how well it went, 0 to 1; None where that is not known."""
    if task.outcome == "unknown":
        return None
    return task.score if task.score is not None else float(task.outcome == "success")
