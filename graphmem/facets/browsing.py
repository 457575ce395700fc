"""Looking around: the graph page by page, what is around a node, and what it rests on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from graphmem.errors import InvalidInput
from graphmem.facets.base import Facet
from graphmem.reading.lookup import find_node
from graphmem.writing.checks import check_k, check_moment
from graphmem_schemas import EDGE_KINDS, LAYERS, EdgeKind, Layer

if TYPE_CHECKING:
    from graphmem_schemas import EvidencePage, GraphPage, NeighbourPage, SourcePage

__all__ = ["Browsing"]

_MAX_NODES = 1_000_000
_LAYERS: tuple[Layer, ...] = get_args(Layer)
_MAX_HOPS = 10


class Browsing(Facet):
    """Looking around: the graph page by page, what is around a node, and what it rests on."""

    def browse(  # noqa: PLR0913  # settings, all by their names
        self,
        around: Sequence[str] = (),
        *,
        hops: int = 1,
        layers: Collection[Layer] | None = None,
        as_of: datetime | str | None = None,
        known_at: datetime | str | None = None,
        limit: int = 10_000,
        cursor: str | None = None,
    ) -> GraphPage:
        """Return a part of the graph: the nodes as they are drawn, and the edges.

        Args:
            around: uids of nodes to show with what is near them; none is the whole space, page
                by page, by uid: what is there all the time comes once, whoever writes meanwhile.
            hops: how many edges away what is near may be, 0 to 10.
            layers: "evidence", "events", "knowledge", "hypergraph", "hierarchy"; None is all.
            as_of: world time: leave out what was said or began later; None is now.
            known_at: system time: leave out what was recorded later; None is now.
            limit: nodes at most, 1 to 1,000,000.
            cursor: `next` of the page before, of the whole space.

        Raises:
            InvalidInput: A limit, a layer, a moment or the cursor is none.
            NotFound: The space has none of the nodes.
        """
        from graphmem.reading import browse
        from graphmem.reading.drawn import Moments

        if type(limit) is not int or not 1 <= limit <= _MAX_NODES:
            raise InvalidInput(f"limit must be a number from 1 to {_MAX_NODES:,}, not {limit!r}")
        if type(hops) is not int or not 0 <= hops <= _MAX_HOPS:
            raise InvalidInput(f"hops must be a number from 0 to {_MAX_HOPS}, not {hops!r}")
        if unknown := sorted(set(layers or ()) - set(LAYERS)):
            raise InvalidInput(f"there is no layer {unknown[0]!r}; there are {', '.join(LAYERS)}")
        labels = [label for layer in layers or _LAYERS for label in LAYERS[layer]]
        moments = Moments(
            self._clock(), check_moment(as_of, "as_of"), check_moment(known_at, "known_at")
        )
        if not around:
            return browse.graph_page(self._store, self.space, labels, moments, limit, cursor)
        if cursor is not None:
            raise InvalidInput("what is around nodes comes as one page: leave the cursor out")
        return browse.around(self._store, self.space, around, labels, moments, limit, hops)

    def neighbours(
        self,
        uid: str,
        *,
        kinds: Sequence[EdgeKind] | None = None,
        k: int = 100,
        cursor: str | None = None,
    ) -> NeighbourPage:
        """Return the edges of a node, by kind, start and end, with what they lead to.

        Args:
            uid: any node.
            kinds: of edges; None is all.
            k: edges a page, 1 to 1,000.
            cursor: `next` of the page before.

        Raises:
            InvalidInput: A kind, k or the cursor is none.
            NotFound: The space has no such node.
        """
        from graphmem.reading.browse import neighbour_page
        from graphmem.reading.drawn import Moments

        if unknown := sorted(set(kinds or ()) - set(EDGE_KINDS)):
            raise InvalidInput(f"there is no kind of edge {unknown[0]!r}")
        node, moments = find_node(self._store, self.space, uid), Moments(self._clock())
        return neighbour_page(
            self._store, self.space, node.uid, kinds, moments, check_k(k), cursor
        )

    def evidence(self, uid: str, *, k: int = 20, cursor: str | None = None) -> EvidencePage:
        """Return the passages that a node rests on, with where in them it is said.

        Args:
            uid: any node: of a source its passages, of an entity those that mention it.
            k: passages a page, 1 to 1,000.
            cursor: `next` of the page before.

        Raises:
            InvalidInput: k or the cursor is none.
            NotFound: The space has no such node.
        """
        from graphmem.reading.rests_on import evidence_page

        node = find_node(self._store, self.space, uid)
        return evidence_page(node, self._store, self.space, check_k(k), cursor)

    def sources(self, *, k: int = 100, cursor: str | None = None) -> SourcePage:
        """Return the sources of the space by name.

        Args:
            k: sources a page, 1 to 1,000.
            cursor: `next` of the page before.

        Raises:
            InvalidInput: k or the cursor is none.
        """
        from graphmem.reading.browse import source_page

        return source_page(self._store, self.space, check_k(k), cursor)
