"""Who runs a statement: the store, where it speaks Cypher, or a projection of the space."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from graphmem.errors import InvalidInput
from graphmem.ports import Capability, CypherServer, GraphStore
from graphmem_schemas import Entity

if TYPE_CHECKING:
    from graphmem.core.cypher import CypherResult
    from graphmem.views.cypher.view import CypherView

__all__ = ["CypherReader"]


class CypherReader:
    """Runs Cypher that reads on one space: by the store, or on a projection that is made for it.

    Nothing is loaded and made before the first statement.
    """

    def __init__(self, store: GraphStore, space: str) -> None:
        self._store, self._space = store, space
        self._lock = threading.Lock()
        self._view: CypherView | None = None

    def run(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None,
        *,
        limit: int,
        timeout_s: float,
        isolated: bool = False,
    ) -> CypherResult:
        """Check a statement and run it; `isolated` is on a projection in any case."""
        from graphmem.core.cypher import accept_cypher
        from graphmem.core.cypher_spaces import find_unbound

        request = accept_cypher(
            statement, parameters, space=self._space, limit=limit, timeout_s=timeout_s
        )
        if isolated or Capability.CYPHER not in self._store.capabilities:
            return self._projection().cypher(request)
        unbound = find_unbound(request.statement)
        if unbound and not {self._space}.issuperset(self._store.spaces()):
            raise InvalidInput(
                f"this server holds other spaces too, and {unbound!r} is not bound to one: write "
                "(n:Entity {space: $space}) for each node of a pattern, also behind a WITH that "
                "does not pass it on; the value is filled in"
            )
        return cast(CypherServer, self._store).cypher(request)

    def query(
        self, name: str, parameters: Mapping[str, Any] | None, *, limit: int, timeout_s: float
    ) -> CypherResult:
        """Run a query of the catalogue."""
        from graphmem_queries.catalogue import QueryError, find_query

        served = Capability.CYPHER in self._store.capabilities
        try:
            query = find_query(name)
            bound = query.bind(parameters or {}, self._named)
        except QueryError as error:
            raise InvalidInput(str(error)) from error
        statement = query.text("neo4j" if served else "embedded")
        return self.run(statement, bound, limit=limit, timeout_s=timeout_s)

    def _named(self, label: str, name: str) -> Sequence[str]:
        """Return the uids of the space's nodes of a label that have the name."""
        from graphmem.core.names import normalise_name

        key = normalise_name(name)
        sought = f"={key}" if label == Entity.label else key
        return self._store.find(self._space, label, [sought]).get(sought, ())

    def close(self) -> None:
        """Let go of the projection, which stays for the next start; closing twice is fine."""
        with self._lock:
            if self._view is not None:
                self._view.close()
            self._view = None

    def _projection(self) -> CypherView:
        from graphmem.views.cypher.view import CypherView
        from graphmem.views.snapshot import folder_of

        with self._lock:
            if self._view is None:
                home = self._store.views_folder
                folder = folder_of(self._space, home) if home else None
                self._view = CypherView(self._store, self._space, folder)
            return self._view
