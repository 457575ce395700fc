"""The space as a graph, its counts and its sources."""

from __future__ import annotations

import gzip
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response

from graphmem_api.access.guard import Reader, Space
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.routes.within import at_most
from graphmem_api.service import ServiceHere
from graphmem_schemas import GraphPage, Layer, SourcePage, Stats
from graphmem_schemas.requests import Moment

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["graph"], route_class=StrictRoute)

# Half the size in a fifth of the time that the smallest takes.
_GZIP_LEVEL = 1

Cursor = Annotated[
    str | None, Query(max_length=8_000, description="`next` of the page before, as it is.")
]
Around = Annotated[
    list[Annotated[str, Query(min_length=1, max_length=80)]],
    Query(
        max_length=200, description="Uids to show with what is near; all of the space unless said."
    ),
]
AsOf = Annotated[Moment | None, Query(description="World time; what came later is left out.")]
KnownAt = Annotated[
    Moment | None, Query(description="System time; what was recorded later is left out.")
]


@router.get(
    "/graph", operation_id="graph", summary="Get nodes and edges", response_model=GraphPage
)
async def graph(  # noqa: PLR0913  # one parameter each
    space: Space,
    service: ServiceHere,
    _: Reader,
    around: Around = [],  # noqa: B006  # FastAPI copies it
    hops: Annotated[int, Query(ge=0, le=10)] = 1,
    layer: Annotated[list[Layer] | None, Query(description="All unless said.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    limit: Annotated[int | None, Query(ge=1, description="Nodes a page.")] = None,
    cursor: Cursor = None,
    encodings: Annotated[str, Header(alias="Accept-Encoding", include_in_schema=False)] = "",
) -> Response:
    """Return the nodes of a space page by page, or those around some, with the edges among them.

    Uids of hits, and of the steps that led to them, show what a recall found.
    """
    limits = service.settings.limits
    size = limits.nodes if limit is None else at_most(limit, limits.nodes, "limit")
    at_most(hops, limits.hops, "hops")
    async with service.spaces.lend(space, slow=True) as memory:
        page = await memory.browse(
            around, hops=hops, layers=layer, as_of=as_of, known_at=known_at, limit=size,
            cursor=cursor,
        )  # fmt: skip
        packed = "gzip" in encodings
        body = await service.spaces.run(partial(_written, page, packed=packed))
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return Response(body, headers=headers, media_type="application/json")


@router.get("/stats", operation_id="stats", summary="Count what a space holds")
async def stats(space: Space, service: ServiceHere, caller: Reader) -> Stats:
    """Count the nodes by label, the edges by kind, and the vectors.

    `store_bytes` is the room that all spaces take, and 0 for a key that is not for all of them.
    """
    async with service.spaces.lend(space) as memory:
        found = await memory.stats()
    return found if caller.spaces is None else found.model_copy(update={"store_bytes": 0})


@router.get("/sources", operation_id="sources", summary="List sources")
async def sources(
    space: Space,
    service: ServiceHere,
    _: Reader,
    limit: Annotated[int, Query(ge=1, le=1_000, description="Rows a page.")] = 100,
    cursor: Cursor = None,
) -> SourcePage:
    """Return the documents, conversations and runs of the space, by name."""
    async with service.spaces.lend(space) as memory:
        return await memory.sources(k=limit, cursor=cursor)


def _written(page: GraphPage, *, packed: bool) -> bytes:
    """Return a page as JSON; what is not said of a node is left out, which is half of all."""
    body = page.model_dump_json(exclude_none=True).encode()
    return gzip.compress(body, _GZIP_LEVEL, mtime=0) if packed else body
