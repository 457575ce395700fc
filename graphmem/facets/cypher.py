"""Cypher, on the store itself or on a projection of the space."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphmem.facets.base import Facet
from graphmem.views.cypher.reader import CypherReader

if TYPE_CHECKING:
    from graphmem.core.cypher import CypherResult

__all__ = ["SpeaksCypher"]


class SpeaksCypher(Facet):
    """The side that takes Cypher."""

    _cypher: CypherReader

    def cypher(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limit: int = 1_000,
        timeout_s: float = 10.0,
        isolated: bool = False,
    ) -> CypherResult:
        """Run a Cypher statement that reads: on a projection of this space, or on Neo4j itself.

        A projection holds this space alone. On a server that holds others too, each node of a
        pattern must be bound by `{space: $space}`; a statement that does not do so is refused.
        That guards against slips: counts, scores and plans still tell how much the others hold.

        Args:
            statement: one statement.
            parameters: a plain value, or a list of such, for each `$name`; `$space` is bound.
            limit: rows at most, 1 to 100,000; the result says if it cut.
            timeout_s: seconds after which the engine gives up, up to 600.
            isolated: use a projection on Neo4j too, for somebody who may know of no other space.

        Raises:
            InvalidInput: The statement does more than read, or cannot be run.
            MissingExtra: A projection is needed, and the extra `cypher` is not installed.
            StatementTimedOut: It took longer than it may.
            StoreError: It broke the engine; the memory is unharmed.
        """
        return self._cypher.run(
            statement, parameters, limit=limit, timeout_s=timeout_s, isolated=isolated
        )

    def query(
        self,
        name: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        limit: int = 1_000,
        timeout_s: float = 10.0,
    ) -> CypherResult:
        """Run a query of the catalogue (`graphmem queries` lists them); else like `cypher`.

        Raises:
            InvalidInput: There is no such query, or a parameter is none of its type.
        """
        return self._cypher.query(name, parameters, limit=limit, timeout_s=timeout_s)
