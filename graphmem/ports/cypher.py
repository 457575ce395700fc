"""What runs a Cypher statement that reads: a server, or a projection of the graph."""

from __future__ import annotations

from typing import Protocol

from graphmem.core.cypher import CypherRequest, CypherResult

__all__ = ["CypherServer"]


class CypherServer(Protocol):
    """A store that speaks Cypher itself (`Capability.CYPHER`)."""

    def cypher(self, request: CypherRequest) -> CypherResult:
        """Run a statement that was checked, with no right to write.

        One row more than the limit is asked for at most, so that `cut` can be told.

        Raises:
            InvalidInput: The engine does not understand the statement, or it needs too much.
            StatementTimedOut: It took longer than it may.
            StoreError: The server could not run it.
        """
        ...
