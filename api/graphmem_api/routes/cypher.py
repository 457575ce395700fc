"""Cypher that reads, and the catalogue of named questions."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path

from graphmem.core.cypher import CypherResult
from graphmem_api.access.guard import Reader, Space
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.routes.within import at_most, check_length
from graphmem_api.service import Service, ServiceHere
from graphmem_queries.catalogue import queries
from graphmem_schemas import CypherBody, CypherTable, NamedParameter, NamedQuery, QueryBody

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["cypher"], route_class=StrictRoute)

Name = Annotated[str, Path(min_length=1, max_length=100, description="From `queries`.")]


@router.post("/cypher", operation_id="cypher", summary="Run a Cypher statement")
async def cypher(
    space: Space, asked: CypherBody, service: ServiceHere, caller: Reader
) -> CypherTable:
    """Run one statement that reads, on this space alone. `$space` is bound.

    For a key of some spaces only, it runs on a projection that holds nothing else.
    """
    check_length(asked.statement, service.settings.limits.text_chars, "statement")
    limit, timeout_s = _bounded(asked, service)
    async with service.spaces.lend(space, slow=True) as memory:
        return _table(
            await memory.cypher(
                asked.statement,
                asked.parameters,
                limit=limit,
                timeout_s=timeout_s,
                isolated=caller.spaces is not None,
            )
        )


@router.get("/queries", operation_id="queries", summary="List the named questions")
async def named_queries(space: Space, _: Reader) -> tuple[NamedQuery, ...]:
    """Return the questions of the catalogue, which can be asked by name."""
    return tuple(
        NamedQuery(
            name=query.name,
            question=query.question,
            parameters=tuple(
                NamedParameter(
                    name=one.name, type=one.type, meaning=one.meaning, default=one.default
                )
                for one in query.parameters
            ),
            columns=query.columns,
        )
        for query in queries().values()
    )


@router.post("/queries/{name}", operation_id="query", summary="Ask a named question")
async def named_query(
    space: Space, name: Name, asked: QueryBody, service: ServiceHere, _: Reader
) -> CypherTable:
    """Run a query of the catalogue with values for its parameters."""
    limit, timeout_s = _bounded(asked, service)
    async with service.spaces.lend(space, slow=True) as memory:
        return _table(await memory.query(name, asked.parameters, limit=limit, timeout_s=timeout_s))


def _bounded(asked: CypherBody | QueryBody, service: Service) -> tuple[int, float]:
    limits = service.settings.limits
    rows = limits.rows if asked.limit is None else at_most(asked.limit, limits.rows, "limit")
    if asked.timeout_s is None:
        return rows, limits.cypher_s
    return rows, at_most(asked.timeout_s, limits.cypher_s, "timeout_s")


def _table(result: CypherResult) -> CypherTable:
    return CypherTable(columns=result.columns, rows=result.rows, cut=result.cut)
