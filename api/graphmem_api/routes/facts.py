"""What holds, and what was learnt: facts of an entity, insights and prescriptions for a task."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from graphmem_api.access.guard import Reader, Space
from graphmem_api.routes.paged import PAGED, Cursor, MostRows, page_of
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.routes.within import at_most
from graphmem_api.service import Service, ServiceHere
from graphmem_schemas import Proposition, Recall
from graphmem_schemas.requests import Moment

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["facts"], route_class=StrictRoute)

Named = Annotated[str, Query(min_length=1, max_length=2_000)]
Task = Annotated[str, Query(min_length=1, max_length=20_000, description="In plain words.")]
K = Annotated[int | None, Query(ge=1, le=1_000, description="Hits at most.")]


@router.get("/current", operation_id="current", summary="Get the facts that hold", responses=PAGED)
async def current(  # noqa: PLR0913  # one parameter each
    space: Space,
    request: Request,
    response: Response,
    service: ServiceHere,
    _: Reader,
    entity: Named,
    predicate: Named | None = None,
    as_of: Annotated[Moment | None, Query(description="World time; now unless said.")] = None,
    known_at: Annotated[Moment | None, Query(description="System time; now unless said.")] = None,
    limit: MostRows = None,
    cursor: Cursor = None,
) -> tuple[Proposition, ...]:
    """Return the facts about an entity that hold, the one that began last first.

    Without a predicate these are all whose subject or object it is.
    """
    async with service.spaces.lend(space) as memory:
        found = await memory.current(entity, predicate, as_of=as_of, known_at=known_at)
    return tuple(page_of(found, lambda fact: fact.uid, limit, cursor, request, response))


@router.get("/insights", operation_id="insights", summary="Get insights for a task")
async def insights(
    space: Space, service: ServiceHere, _: Reader, task: Task, k: K = None
) -> Recall:
    """Return the insights that help most with a task."""
    n_hits = _hits(k, 3, service)
    async with service.spaces.lend(space) as memory:
        return await memory.insights(task, n_hits)


@router.get("/prescriptions", operation_id="prescriptions", summary="Get prescriptions for a task")
async def prescriptions(
    space: Space, service: ServiceHere, _: Reader, task: Task, k: K = None
) -> Recall:
    """Return the prescriptions that fit a task best."""
    n_hits = _hits(k, 5, service)
    async with service.spaces.lend(space) as memory:
        return await memory.prescriptions(task, n_hits)


def _hits(asked: int | None, otherwise: int, service: Service) -> int:
    limit = service.settings.limits.k
    return min(otherwise, limit) if asked is None else at_most(asked, limit, "k")
