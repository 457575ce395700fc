"""One node: what it says, how it came to be so, what is around it, what it rests on."""

from __future__ import annotations

from hashlib import blake2b
from typing import Annotated, cast

from fastapi import APIRouter, Header, Path, Query, Request, Response

from graphmem_api.access.guard import Reader, Space, Writer, said_of, told
from graphmem_api.routes.paged import PAGED, Cursor, MostRows, page_of
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.service import ServiceHere
from graphmem_schemas import (
    AnyNode,
    Change,
    EdgeKind,
    EvidencePage,
    MergeBody,
    NeighbourPage,
    NodeState,
    Receipt,
    RetireBody,
    StoredNode,
)

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}/nodes/{uid}", tags=["nodes"], route_class=StrictRoute)

Uid = Annotated[str, Path(min_length=1, max_length=80, description="Of any node.")]
NextCursor = Annotated[
    str | None, Query(max_length=8_000, description="`next` of the page before, as it is.")
]
PageSize = Annotated[int, Query(ge=1, le=1_000, description="Rows a page.")]
Known = Annotated[
    str | None, Header(alias="If-None-Match", description="The ETag of what is there already.")
]

_ETAG = {
    "ETag": {
        "description": "Changes when the node does; If-None-Match takes it.",
        "schema": {"type": "string"},
    }
}


@router.get(
    "",
    operation_id="get_node",
    summary="Get a node",
    response_model=StoredNode,
    responses={200: {"headers": _ETAG}, 304: {"description": "It is the one that you have."}},
)
async def get_node(
    space: Space, uid: Uid, service: ServiceHere, _: Reader, known: Known = None
) -> Response:
    """Return a node as it is stored. Its ETag changes when it does."""
    async with service.spaces.lend(space) as memory:
        node = await memory.get(uid)
    body = StoredNode(label=node.label, node=cast(AnyNode, node)).model_dump_json().encode()
    etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if known is not None and _is_known(etag, known):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


@router.get(
    "/history", operation_id="node_history", summary="Get a node's history", responses=PAGED
)
async def history(  # noqa: PLR0913  # one parameter each
    space: Space,
    uid: Uid,
    request: Request,
    response: Response,
    service: ServiceHere,
    _: Reader,
    limit: MostRows = None,
    cursor: Cursor = None,
) -> tuple[NodeState, ...]:
    """Return how a node came to be what it is, oldest first.

    Of a fact all that it superseded, was superseded by or contradicts; of an entity the facts
    about it.
    """
    async with service.spaces.lend(space) as memory:
        states = await memory.history(uid)
    page = page_of(states, lambda state: state.node.uid, limit, cursor, request, response)
    return tuple(_state(one) for one in page)


@router.get("/neighbors", operation_id="node_neighbors", summary="Get what is around a node")
async def neighbors(
    space: Space,
    uid: Uid,
    service: ServiceHere,
    _: Reader,
    kind: Annotated[list[EdgeKind] | None, Query(description="Of edges; all unless said.")] = None,
    limit: PageSize = 100,
    cursor: NextCursor = None,
) -> NeighbourPage:
    """Return the edges of a node with what they lead to."""
    async with service.spaces.lend(space) as memory:
        return await memory.neighbours(uid, kinds=kind, k=limit, cursor=cursor)


@router.get("/evidence", operation_id="node_evidence", summary="Get what a node rests on")
async def evidence(
    space: Space,
    uid: Uid,
    service: ServiceHere,
    _: Reader,
    limit: PageSize = 20,
    cursor: NextCursor = None,
) -> EvidencePage:
    """Return the passages that a node rests on, with where in them it is said.

    Of a source these are its passages; of an entity, where it is mentioned.
    """
    async with service.spaces.lend(space) as memory:
        return await memory.evidence(uid, k=limit, cursor=cursor)


@router.post("/retire", operation_id="retire", summary="Close a fact")
async def retire(
    space: Space, uid: Uid, service: ServiceHere, _: Writer, said: RetireBody | None = None
) -> Receipt:
    """Close a fact without removing it: it is shown no more, and its history stays."""
    async with service.spaces.lend(space) as memory:
        return await memory.retire(uid, said.at if said else None)


@router.post("/merge", operation_id="merge", summary="Say that two entities are one")
async def merge(
    space: Space, uid: Uid, said: MergeBody, request: Request, service: ServiceHere, _: Writer
) -> Receipt:
    """Say that two entities are one; nothing is moved, and `unmerge` takes it back."""
    told(request, **said_of(entity=said.into))
    async with service.spaces.lend(space) as memory:
        return await memory.merge(uid, said.into)


@router.post("/unmerge", operation_id="unmerge", summary="Say that merged entities are two")
async def unmerge(
    space: Space, uid: Uid, said: MergeBody, request: Request, service: ServiceHere, _: Writer
) -> Receipt:
    """Say that two merged entities are two: both are again what they were."""
    told(request, **said_of(entity=said.into))
    async with service.spaces.lend(space) as memory:
        return await memory.undo(uid, said.into)


def _state(change: Change) -> NodeState:
    node = cast(AnyNode, change.node)
    return NodeState(at=change.at, what=change.what, label=node.label, node=node)


def _is_known(etag: str, header: str) -> bool:
    """Whether an If-None-Match names the tag, as weak ones are compared (RFC 9110, 13.1.2)."""
    tags = (tag.strip().removeprefix("W/") for tag in header.split(","))
    return header.strip() == "*" or etag in tags
