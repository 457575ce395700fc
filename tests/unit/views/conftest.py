"""A store that is searched where it lies: the reference store with what a server adds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from graphmem.core.pages import LinkPage, PassageCandidate
from graphmem.core.terms import terms
from graphmem.core.terms import words as words_of
from graphmem.ports import Float32
from graphmem.stores.memory import MemoryStore
from graphmem_schemas import EdgeKind, Passage


class PagedStore(MemoryStore):
    """Answers as a server does, by looking at everything, and keeps what it was asked for.

    Attributes:
        asked: the uids of each question for links.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[list[str]] = []

    def link_pages(
        self,
        space: str,
        uids: Sequence[str],
        kinds: Sequence[EdgeKind],
    ) -> list[LinkPage]:
        self.asked.append(list(uids))
        return [self._page(space, uid, kinds) for uid in uids]

    def linked_passages(self, space: str, kinds: Sequence[EdgeKind]) -> int:
        passages = [
            node.uid
            for batch in self.changes(space, 0, labels=["Passage"])
            for node in batch.nodes
        ]
        return sum(bool(self.neighbours(space, [uid], kinds)) for uid in passages)

    def _page(
        self,
        space: str,
        uid: str,
        kinds: Sequence[EdgeKind],
    ) -> LinkPage:
        edges = self.neighbours(space, [uid], kinds)
        others = [edge.end if edge.start == uid else edge.start for edge in edges]
        return LinkPage(
            neighbours=others,
            kinds=[edge.kind for edge in edges],
            weights=[edge.weight for edge in edges],
            outgoing=[edge.start == uid for edge in edges],
            degrees=[len(self.neighbours(space, [other], kinds)) for other in others],
            counts=[self._count(space, other) for other in others],
            count=self._count(space, uid),
        )

    def _count(self, space: str, uid: str) -> int:
        return sum(edge.end == uid for edge in self.neighbours(space, [uid], ["MENTIONS"]))

    def passages_by_words(
        self, space: str, words: Sequence[str], k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the passages that share most of the words."""
        wanted = {term for word in words for term in terms(word)}
        shared = {
            passage.uid: len(wanted & set(terms(f"{passage.title or ''} {passage.text}")))
            for passage in self._passages(space, until)
        }
        return sorted(
            (uid for uid, n in shared.items() if n), key=lambda uid: (-shared[uid], uid)
        )[:k]

    def passages_by_vector(
        self, space: str, vector: Float32, k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the passages whose vectors are nearest."""
        alive = {passage.uid for passage in self._passages(space, until)}
        cosines = {
            uid: cosine for uid, cosine in self._cosines(space, vector).items() if uid in alive
        }
        return sorted(cosines, key=lambda uid: (-cosines[uid], uid))[:k]

    def passages_with(self, space: str, uids: Sequence[str]) -> list[PassageCandidate]:
        """Return the passages and those around them."""
        passages = {passage.uid: passage for passage in self._passages(space, None)}
        wanted = [passages[uid] for uid in uids if uid in passages]
        near = {
            other.uid: other
            for one in wanted
            for other in passages.values()
            if other.source == one.source and abs(other.position - one.position) <= 2
        }
        vectors = self._vectors(space)
        return [PassageCandidate(one, vectors.get(uid)) for uid, one in near.items()]

    def word_counts(self, space: str, words: Sequence[str]) -> list[int]:
        """Return in how many passages each word stands."""
        held = [
            set(words_of(f"{passage.title or ''} {passage.text}"))
            for passage in self._passages(space, None)
        ]
        return [sum(word in one for one in held) for word in words]

    def _passages(self, space: str, until: int | None) -> list[Passage]:
        found = [
            node
            for batch in self.changes(space, 0, labels=["Passage"])
            for node in batch.nodes
            if isinstance(node, Passage)
        ]
        if until is None:
            return found
        return [one for one in found if one.at is None or one.at.timestamp() <= until]

    def _cosines(self, space: str, vector: Float32) -> dict[str, float]:
        vectors = self._vectors(space)
        return {uid: float(np.dot(values, vector)) for uid, values in vectors.items()}

    def _vectors(self, space: str) -> dict[str, Float32]:
        batches = self.changes(space, 0, vectors=True)
        return {one.uid: one.values for batch in batches for one in batch.vectors}


@pytest.fixture
def server() -> PagedStore:
    return PagedStore()


@pytest.fixture(scope="session")
def server_type() -> type[PagedStore]:
    return PagedStore
