"""What is to be remembered: kept, acknowledged, and applied in the order in which it came."""

from __future__ import annotations

from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from graphmem.writing.checks import check_space
from graphmem_api.access.guard import Space, Writer, told
from graphmem_api.inbox.adding import how_far, outcome
from graphmem_api.inbox.bodies import Body, parsed, schema_of, write_of
from graphmem_api.routes.strict import check_type
from graphmem_api.service import Service, ServiceHere
from graphmem_pipelines.ledger.writes import Kept, Write
from graphmem_schemas import Receipt
from graphmem_schemas.writes import ExtractedBody, JobStatus, MemoriesBody, RunBody

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["remember"])

Wait = Annotated[
    bool,
    Query(description="Wait until it is applied, for a while, and answer with its receipt."),
]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="A name of your own for this write: sent again with it, it is done once.",
    ),
]

_LOCATION = {
    "Location": {"description": "The job of the write.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "There where the write had come before.",
        "schema": {"type": "string"},
    },
}


def _answers(body: type[Body]) -> dict[str, Any]:
    """Return what OpenAPI tells of a route that takes writes."""
    schema = {"application/json": {"schema": schema_of(body)}}
    return {
        "status_code": HTTPStatus.ACCEPTED,
        "response_model": JobStatus,
        "response_description": "Kept: it will be applied whatever happens to the server.",
        "responses": {
            200: {"model": Receipt, "description": "Applied: it was all known, or came before."},
            201: {"model": Receipt, "description": "Applied.", "headers": _LOCATION},
            202: {"headers": _LOCATION},
            409: {"description": "The Idempotency-Key was used for another write."},
            413: {"description": "The body or a text in it is too long."},
            415: {"description": "The body is not JSON."},
            422: {"description": "It cannot be used; nothing was kept."},
            429: {"description": "Too much waits: come again after Retry-After seconds."},
        },
        "openapi_extra": {"requestBody": {"required": True, "content": schema}},
    }


class _Call:
    """A request that brings a write."""

    def __init__(
        self,
        space: Space,
        request: Request,
        service: ServiceHere,
        caller: Writer,
        wait: Wait = False,
        key: Key = None,
    ) -> None:
        self.request, self.service, self.wait = request, service, wait
        self.space = check_space(space)
        # A digest: who looks into the ledger learns nobody's key.
        self.name = key and blake2b(f"{caller.name}\n{key}".encode(), digest_size=16).hexdigest()


Call = Annotated[_Call, Depends()]


@router.post("/memories", operation_id="add_memories", **_answers(MemoriesBody))
async def add_memories(call: Call) -> Response:
    """Remember a text, a conversation or documents."""
    return await _take(call, MemoriesBody)


@router.post("/runs", operation_id="add_run", **_answers(RunBody))
async def add_run(call: Call) -> Response:
    """Remember what agents did for a task and how it ended."""
    return await _take(call, RunBody)


@router.post("/extracted", operation_id="add_extracted", **_answers(ExtractedBody))
async def add_extracted(call: Call) -> Response:
    """Remember passages with what somebody else extracted from them."""
    return await _take(call, ExtractedBody)


async def _take(call: _Call, model: type[Body]) -> Response:
    write = await _checked(call, model)
    inbox, limits = call.service.inbox, call.service.settings.limits
    kept = await inbox.keep(write)
    told(call.request, job=kept.job, items=len(write.items))
    if call.wait and await inbox.wait(kept.job, limits.wait_s):
        return await _applied(call.service, kept, keyed=call.name is not None)
    status = await inbox.read(lambda ledger: how_far(ledger, kept.job))
    return _answer(HTTPStatus.ACCEPTED, status, kept)


async def _checked(call: _Call, model: type[Body]) -> Write:
    """Read the body and check it, on a thread: a long one takes a while.

    Raises:
        Problem: 413, 415: it is too long, or no JSON.
        InvalidInput: It cannot be used.
    """
    check_type(call.request, named=True)
    raw = await call.request.body()
    most = call.service.settings.limits.text_chars

    def check() -> Write:
        body = parsed(raw, model)
        return write_of(body, call.space, call.name, most, alone=call.wait)

    return await call.service.inbox.aside(check)


async def _applied(service: Service, kept: Kept, *, keyed: bool) -> Response:
    """Answer with what a write did.

    Raises:
        InvalidInput: All of it failed; nothing of it is kept, or its reason where it has a key.
        Problem: 500, a defect is to blame for that.
    """
    status = await service.inbox.read(lambda ledger: outcome(ledger, kept.job, keyed=keyed))
    if status.state != "done":
        return _answer(HTTPStatus.ACCEPTED, status, kept)
    receipt = status.receipt if isinstance(status.receipt, Receipt) else Receipt(seq=0)
    is_new = receipt.changed and kept.as_ == "new"
    return _answer(HTTPStatus.CREATED if is_new else HTTPStatus.OK, receipt, kept)


def _answer(status: HTTPStatus, body: JobStatus | Receipt, kept: Kept) -> Response:
    headers = {"Location": f"/v1/jobs/{kept.job}"}
    if kept.as_ == "again":
        headers["Idempotency-Replayed"] = "true"
    return Response(body.model_dump_json(), status, headers=headers, media_type="application/json")
