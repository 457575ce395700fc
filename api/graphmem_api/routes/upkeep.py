"""What keeps a space in order, and what it has to say without a question: delete, consolidate."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from graphmem_api.access.guard import Space, Writer
from graphmem_api.problems import Problem
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.service import ServiceHere
from graphmem_schemas import ConsolidateReceipt, DeleteReceipt

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["upkeep"], route_class=StrictRoute)


@router.delete("/memories", operation_id="delete_memories", summary="Delete for good")
async def delete_memories(  # noqa: PLR0913  # one parameter each
    space: Space,
    service: ServiceHere,
    caller: Writer,
    uid: Annotated[str | None, Query(min_length=1, max_length=80)] = None,
    source: Annotated[str | None, Query(min_length=1, max_length=1_000)] = None,
    entity: Annotated[str | None, Query(min_length=1, max_length=2_000)] = None,
    whole: Annotated[
        bool, Query(alias="space", description="The whole space; needs the scope admin.")
    ] = False,
) -> DeleteReceipt:
    """Remove a node, a source, an entity or the whole space, with what rests on it alone.

    What has other support stays, as if the removed had never been. Exactly one is named.
    """
    named = {"uid": uid, "source": source, "entity": entity}
    given = {name: value for name, value in named.items() if value is not None}
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
    async with service.spaces.lend(space, slow=True) as memory:
        if whole:
            return await memory.delete(space=memory.space)
        return await memory.delete(**given)


@router.post("/consolidate", operation_id="consolidate", summary="Make more of what is new")
async def consolidate(space: Space, service: ServiceHere, _: Writer) -> ConsolidateReceipt:
    """Merge doubles, lift what several sources tell to facts, draw lessons from runs.

    Where nothing is new, nothing changes.
    """
    async with service.spaces.lend(space, slow=True) as memory:
        return await memory.consolidate()
