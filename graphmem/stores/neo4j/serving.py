"""Searches that the server does itself, for spaces that nobody wants to hold in memory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, LiteralString

import numpy as np

from graphmem.core.pages import LinkPage, PassageCandidate
from graphmem.ports import Float32
from graphmem.stores.neo4j.client import Client, Rows
from graphmem.stores.neo4j.rows import columns, decode_node
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_RULES, EdgeKind, Passage

__all__ = ["Serving"]

# Beyond so many it no longer matters how common a word is.
_MAX_COUNT = 3_000
# Looking at each of so few vectors is as fast as asking the index, and exact.
_FEW_VECTORS = 2_000
# Asked of the index at first, beyond what the space's share of all vectors suggests: it finds
# and orders them roughly. Of the nearest 20 of 30,000, 0.96 are found, and 0.87 without these.
_MORE, _SPARE = 50, 1.5
_LUCENE_WORDS = 64
_FIELDS = ("text", "title", "speaker")
_NOTHING = "none:none"


class Serving:
    """The reads of `ports.CandidateServer`, which the server's own indexes answer."""

    _client: Client

    def link_pages(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind]
    ) -> list[LinkPage]:
        """Return the links of each uid, in the order of `uids`; an empty page for no links."""
        rows = self._read(_link_pages(tuple(kinds)), space=space, uids=list(uids))
        pages = {uid: LinkPage(*told) for uid, *told in rows}
        return [pages.get(uid, LinkPage()) for uid in uids]

    def linked_passages(self, space: str, kinds: Sequence[EdgeKind]) -> int:
        """Return how many passages have a link of these kinds. Looks at every passage."""
        ((n,),) = self._read(text("serve/linked_passages", kinds=tuple(kinds)), space=space)
        return int(n)

    def passages_by_words(
        self, space: str, words: Sequence[str], k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the k best passages by the full-text index, best first."""
        if not words:
            return []
        query = _query(space, words[:_LUCENE_WORDS])
        statement = text("serve/passages_by_words")
        rows = self._read(statement, space=space, query=query, k=k, until=until)
        return [uid for uid, _ in rows]

    def passages_by_vector(
        self, space: str, vector: Float32, k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the k best passages by the vector index, best first.

        The index knows no spaces, so more is asked for until k of this one are among them; where
        that would be more than the space holds, each of its own is looked at.
        """
        given = vector.tolist()
        shares = self._read(text("serve/vector_shares"), space=space)
        n_held, n_all = shares[0] if shares else (0, 0)
        n = int((k + _MORE) * _SPARE * n_all / max(n_held, 1)) + 1
        while max(n, _FEW_VECTORS) < n_held:
            nearest = text("serve/passages_by_vector")
            rows = self._read(nearest, space=space, vector=given, n=n, until=until)
            if len(rows) >= k:
                return [uid for uid, _ in rows[:k]]
            n *= 4
        exact = text("serve/passages_by_cosine")
        rows = self._read(exact, space=space, vector=given, k=k, until=until)
        return [uid for uid, _ in rows]

    def passages_with(self, space: str, uids: Sequence[str]) -> list[PassageCandidate]:
        """Return the passages and those up to two steps before and after."""
        statement = text("serve/passages_with")
        told = columns([Passage.label])
        rows = self._read(statement, space=space, uids=list(uids), **told)
        found = [(decode_node(Passage.label, said), floats) for said, floats in rows]
        return [
            PassageCandidate(p, None if floats is None else np.array(floats, np.float32))
            for p, floats in found
            if isinstance(p, Passage)
        ]

    def word_counts(self, space: str, words: Sequence[str]) -> list[int]:
        """Return in how many passages each word stands, up to 3,000."""
        queries = [_query(space, [word]) for word in words]
        rows = self._read(
            text("serve/word_counts"), space=space, queries=queries, limit=_MAX_COUNT
        )
        return [n for (n,) in rows]

    def _read(self, statement: LiteralString, **parameters: Any) -> Rows:
        return self._client.patiently(lambda: self._client.read(statement, **parameters))


def _link_pages(kinds: tuple[EdgeKind, ...]) -> LiteralString:
    labels = {label for kind in kinds for ends in EDGE_RULES[kind] for label in ends}
    return text("serve/link_pages", labels=tuple(sorted(labels)), kinds=kinds)


def _query(space: str, words: Sequence[str]) -> str:
    """Return what asks the index for passages of the space that have any of the words.

    What has no letter and no digit, Lucene leaves out: a space of such a name is told from others
    afterwards, and for such a word stands a field that no passage has.
    """
    asked = [f"{field}:{_quoted(word)}" for word in words for field in _FIELDS]
    return f"+space:{_quoted(space)}^0 +({' '.join([*asked, _NOTHING])})"


def _quoted(word: str) -> str:
    """Return a word as a phrase of Lucene's language, in which no other character means much."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
