"""Runs of one space by the sort of their task: which tasks are alike, in bounded time."""

from __future__ import annotations

from bisect import insort
from collections import Counter

from graphmem.core.skeleton import grams, likeness
from graphmem.ports.lessons import Ranked
from graphmem_schemas import Query

__all__ = ["RunIndex"]

# Sorts of tasks that are looked at for one task: rare words first, then as many as share most.
_MAX_VISITED = 20_000
_MAX_COMPARED = 200


class RunIndex:
    """An inverted index of the grams of skeletons; runs of one skeleton are one entry.

    Memory follows the sorts of tasks, not the runs, but for 100 bytes a run.
    """

    def __init__(self) -> None:
        self._sort_of: dict[str, tuple[str, str, tuple[str, ...]]] = {}
        self._runs: dict[str, list[tuple[str, str]]] = {}
        self._grams: dict[str, Counter[str]] = {}
        self._sorts_with: dict[str, dict[str, int]] = {}
        self._slots: Counter[str] = Counter()

    def put(self, query: Query) -> None:
        """Add a run that is not there; questions that have no skeleton are none."""
        if not query.skeleton:
            return
        sort, at = query.skeleton, query.recorded_at.isoformat()
        self._sort_of[query.uid] = (sort, at, query.shown)
        self._slots.update(query.shown)
        if sort not in self._runs:
            self._runs[sort] = []
            self._grams[sort] = grams(sort, ())
            for gram, n in self._grams[sort].items():
                self._sorts_with.setdefault(gram, {})[sort] = n
        insort(self._runs[sort], (at, query.uid))

    def remove(self, uid: str) -> None:
        """Take a run away, where it is there."""
        if uid not in self._sort_of:
            return
        sort, at, slots = self._sort_of.pop(uid)
        self._slots.subtract(slots)
        self._slots = +self._slots
        self._runs[sort].remove((at, uid))
        if not self._runs[sort]:
            del self._runs[sort]
            for gram in self._grams.pop(sort):
                del self._sorts_with[gram][sort]
                if not self._sorts_with[gram]:
                    del self._sorts_with[gram]

    def slots(self) -> frozenset[str]:
        """Return the words that some run shows to stand for any thing."""
        return frozenset(self._slots)

    def similar(self, skeleton: str, k: int) -> list[Ranked]:
        """Return the k runs whose tasks are most alike, best first, newest among equals."""
        asked = grams(skeleton, ())
        scored = sorted(
            ((sort, likeness(asked, self._grams[sort])) for sort in self._candidates(asked)),
            key=lambda one: (-one[1], one[0]),
        )
        found: list[tuple[float, tuple[str, str]]] = []
        for sort, score in scored:
            if not score or (len(found) >= k and score < found[-1][0]):
                break
            found += [(score, run) for run in reversed(self._runs[sort][-k:])]
        # Stable sorts, the last one first: by likeness, then the newest, then by uid.
        found.sort(key=lambda one: one[1][1])
        found.sort(key=lambda one: one[1][0], reverse=True)
        found.sort(key=lambda one: -one[0])
        return [Ranked(uid, round(score, 6)) for score, (_, uid) in found[:k]]

    def _candidates(self, asked: Counter[str]) -> list[str]:
        """Return the sorts that share most with the asked grams, 200 at most."""
        common: Counter[str] = Counter()
        n_visited = 0
        rare_first = sorted(asked, key=lambda gram: (len(self._sorts_with.get(gram, ())), gram))
        for gram in rare_first:
            sorts = self._sorts_with.get(gram, {})
            if common and n_visited + len(sorts) > _MAX_VISITED:
                break
            n_visited += len(sorts)
            for sort, n in sorts.items():
                common[sort] += min(n, asked[gram])
        best = sorted(common.items(), key=lambda one: (-one[1], one[0]))
        return [sort for sort, _ in best[:_MAX_COMPARED]]
