"""What keeps a space in order, and what it has to say without a question: delete, consolidate."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from graphmem.writing.checks import check_space
from graphmem_api.access.guard import Space, Writer, said_of, told
from graphmem_api.inbox.deleting import delete
from graphmem_api.problems import Problem
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.service import ServiceHere
from graphmem_schemas import ConsolidateReceipt, DeleteReceipt
from graphmem_schemas.writes import JobStatus

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["upkeep"], route_class=StrictRoute)


@router.delete(
    "/memories",
    operation_id="delete_memories",
    summary="Delete for good",
    response_model=DeleteReceipt,
    responses={
        202: {"model": JobStatus, "description": "Kept: it will be deleted, and nothing before."},
        429: {"description": "Too much waits: come again after Retry-After seconds."},
    },
)
async def delete_memories(  # noqa: PLR0913  # one parameter each
    space: Space,
    request: Request,
    service: ServiceHere,
    caller: Writer,
    uid: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    source: Annotated[str | None, Query(min_length=1, max_length=1_000)] = None,
    entity: Annotated[str | None, Query(min_length=1, max_length=2_000)] = None,
    whole: Annotated[
        bool, Query(alias="space", description="The whole space; needs the scope admin.")
    ] = False,
    wait: Annotated[bool, Query(description="Wait for the receipt, for a while.")] = True,
) -> DeleteReceipt | Response:
    """Remove a node, a source, an entity or the whole space, with what rests on it alone.

    What has other support stays, as if the removed had never been. Exactly one is named. What was
    acknowledged before is gone as well: of a source or a space it is not applied any more, and
    of anything else it is applied first.
    """
    about = {"uid": uid, "source": source, "entity": entity}
    given = {name: value for name, value in about.items() if value is not None}
    if len(given) + whole != 1:
        raise Problem(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "invalid_input",
            "name exactly one of uid, source, entity and space=true",
        )
    if whole and "admin" not in caller.scopes:
        raise Problem(
            HTTPStatus.FORBIDDEN, "forbidden", "to delete a whole space takes the scope admin"
        )
    name = check_space(space)
    named = {"space": name} if whole else given
    wait_s = service.settings.limits.wait_s if wait else None
    told(request, **said_of(**named))
    job, found = await delete(service.inbox, name, wait_s, **named)
    told(request, job=job)
    if isinstance(found, DeleteReceipt):
        return found
    return Response(
        found.model_dump_json(),
        HTTPStatus.ACCEPTED,
        {"Location": f"/v1/jobs/{job}"},
        "application/json",
    )


@router.post("/consolidate", operation_id="consolidate", summary="Make more of what is new")
async def consolidate(space: Space, service: ServiceHere, _: Writer) -> ConsolidateReceipt:
    """Merge doubles, lift what several sources tell to facts, draw lessons from runs.

    Where nothing is new, nothing changes.
    """
    async with service.spaces.lend(space, slow=True) as memory:
        return await memory.consolidate()
