"""What reading needs from a store that is searched where it lies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from graphmem.core.pages import LinkPage, PassageCandidate
from graphmem.ports.models import Float32
from graphmem.ports.stores import GraphStore
from graphmem_schemas import EdgeKind

__all__ = ["CandidateServer", "LinkServer"]


class LinkServer(GraphStore, Protocol):
    """A store that can tell the links of a few nodes without reading the rest."""

    def link_pages(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind]
    ) -> list[LinkPage]:
        """Return the links of each uid, in the order of `uids`; an empty page for no links.

        Args:
            space: the space.
            uids: each once.
            kinds: the kinds of edges that are walked.
        """
        ...

    def linked_passages(self, space: str, kinds: Sequence[EdgeKind]) -> int:
        """Return how many passages have a link of these kinds. May read every passage."""
        ...


class CandidateServer(LinkServer, Protocol):
    """A store that searches its passages itself."""

    def passages_by_words(
        self, space: str, words: Sequence[str], k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the k best passages by its full-text index, best first.

        Args:
            space: the space: what other spaces hold takes no place of the k.
            words: what is asked, each taken as a word, whatever characters it has.
            k: 1 or more.
            until: moment in seconds since 1970 after which no passage counts; None is no limit.
        """
        ...

    def passages_by_vector(
        self, space: str, vector: Float32, k: int, until: int | None
    ) -> list[str]:
        """Return the uids of the k best passages by its vector index, best first; see above."""
        ...

    def passages_with(self, space: str, uids: Sequence[str]) -> list[PassageCandidate]:
        """Return the passages and those up to two steps before and after, in any order.

        As far as the windows of the text index reach.
        """
        ...

    def word_counts(self, space: str, words: Sequence[str]) -> list[int]:
        """Return in how many passages each word stands, up to some thousands."""
        ...
