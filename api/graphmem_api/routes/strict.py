"""Routes that take nothing but what they say: of a body's JSON, and of a query's parameters."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any, get_args, get_origin

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json

from graphmem.errors import InvalidInput
from graphmem_api.problems import Problem
from graphmem_api.routes.within import check_most
from graphmem_api.values import check_values

__all__ = ["StrictRoute", "check_type"]

# What is longer is read by a thread.
_SHORT_BYTES = 64 * 1024

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRoute(APIRoute):
    """A route whose bodies are strict JSON, and whose query has no parameter that is unknown.

    Strict JSON is UTF-8, nested to 200 levels at most, without NaN and half characters.
    """

    def get_route_handler(self) -> _Handler:
        """Return what answers a request."""
        handle = super().get_route_handler()
        takes, lists = _parameters(self.dependant)
        has_body = self.body_field is not None

        async def strictly(request: Request) -> Response:
            given = Counter(name for name, _ in request.query_params.multi_items())
            for name, n_given in given.items():
                if name not in takes or (n_given > 1 and name not in lists):
                    raise _unknown(name, takes)
            if has_body:
                check_type(request, named=False)
            try:
                return await handle(_StrictRequest(request.scope, request.receive))
            except RequestValidationError as error:
                limits = request.app.state.service.settings.limits
                check_most(error.errors()[0], self.operation_id, limits)
                raise

        return strictly


class _StrictRequest(Request):
    async def json(self) -> Any:
        """Return what the body says.

        Raises:
            json.JSONDecodeError: It is no strict JSON.
            Problem: 413, it has too many values.
        """
        raw = await self.body()
        return _read(raw) if len(raw) < _SHORT_BYTES else await asyncio.to_thread(_read, raw)


def _read(raw: bytes) -> Any:
    check_values(raw)
    try:
        return from_json(raw, allow_inf_nan=False)
    except ValueError as error:
        raise json.JSONDecodeError(str(error), "", 0) from error


def _parameters(dependant: Dependant) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of all query parameters, and of those that may come more than once."""
    takes, lists = set[str](), set[str]()
    for field in dependant.query_params:
        takes.add(field.alias)
        kind = field.field_info.annotation
        if any(get_origin(part) is list for part in (kind, *get_args(kind))):
            lists.add(field.alias)
    return frozenset(takes), frozenset(lists)


def _unknown(name: str, takes: frozenset[str]) -> Problem:
    if name in takes:
        detail = f"query.{name} is given more than once, and counts once"
    else:
        known = ", ".join(sorted(takes)) or "none"
        detail = f"query: there is no parameter {name[:80]!r}; there are: {known}"
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, InvalidInput.code, detail)


def check_type(request: Request, *, named: bool) -> None:
    """Refuse a body that is not JSON by its own account, or is packed.

    Args:
        request: with the body.
        named: whether it must say what it is: a page on another site may send plain text to a
            server on this machine, and JSON it may not.

    Raises:
        Problem: 415.
    """
    said = request.headers.get("content-type", "" if named else "application/json")
    kind = said.partition(";")[0].strip().lower()
    packed = request.headers.get("content-encoding", "identity").strip().lower()
    if packed != "identity":
        detail = f"the body is packed by {packed[:40]!r}: send it as it is"
    elif kind != "application/json" and not (
        kind.startswith("application/") and kind.endswith("+json")
    ):
        detail = f"the body is {kind[:80]!r}: send JSON, with Content-Type: application/json"
    else:
        return
    raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", detail)
