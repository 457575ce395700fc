"""Errors as RFC 9457 problem details: what happened, with which value, and what to do."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Receive, Scope, Send

from graphmem import errors
from graphmem.writing.refused import say

__all__ = ["Problem", "ProblemResponse", "add_problems", "problem_response"]

_log = logging.getLogger("graphmem")
# Who counts a body while it is read can only raise what FastAPI lets through.
_CODES = {
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "body_too_large",
    HTTPStatus.SERVICE_UNAVAILABLE: "busy",
}
# Where pydantic says it is wrong: "body" and a name.
_IN_BODY = 2
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

_STATUS: tuple[tuple[type[errors.GraphMemError], HTTPStatus], ...] = (
    (errors.InvalidInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.NotFound, HTTPStatus.NOT_FOUND),
    (errors.StatementTimedOut, HTTPStatus.REQUEST_TIMEOUT),
    (errors.StoreBusy, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.StoreFull, HTTPStatus.INSUFFICIENT_STORAGE),
    (errors.EndpointDown, HTTPStatus.SERVICE_UNAVAILABLE),
    (errors.ModelError, HTTPStatus.BAD_GATEWAY),
    (errors.NotSupported, HTTPStatus.NOT_IMPLEMENTED),
    (errors.MissingExtra, HTTPStatus.NOT_IMPLEMENTED),
)


class Problem(Exception):
    """What a route ends with where the request itself is at fault.

    Args:
        status: of HTTP.
        code: one word a kind of problem, as those of `graphmem.errors`.
        detail: what happened, with which value, and what to do.
        headers: of the response, such as Retry-After.
    """

    def __init__(
        self, status: HTTPStatus, code: str, detail: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers = dict(headers or {})


def add_problems(app: FastAPI) -> None:
    """Have an app answer every error with a problem."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(errors.GraphMemError, _on_memory_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)


class ProblemResponse(JSONResponse):
    """Tells of a problem, and of the id of the request, where that has one."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem, request_id: str | None = None) -> None:
        self._said = {
            "type": f"urn:graphmem:problem:{problem.code}",
            "title": problem.status.phrase,
            "status": int(problem.status),
            "code": problem.code,
            "detail": problem.detail,
        }
        if request_id:
            self._said["request_id"] = request_id
        super().__init__(self._said, problem.status, problem.headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        if request_id := scope.get("state", {}).get("request_id"):
            self.body = self.render({**self._said, "request_id": request_id})
            self.headers["Content-Length"] = str(len(self.body))
        await super().__call__(scope, receive, send)


def problem_response(problem: Problem) -> ProblemResponse:
    """Return the response that tells of a problem."""
    return ProblemResponse(problem)


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _on_memory_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.GraphMemError)
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        _log.warning("%s: %s", error.code, error)
    return problem_response(Problem(status, error.code, error.public, _retry(error)))


def _retry(error: errors.GraphMemError) -> dict[str, str]:
    if not error.retryable:
        return {}
    wait_s = getattr(error, "retry_after_s", 0.0)
    return {"Retry-After": str(max(1, math.ceil(wait_s)))}


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    detail = say(first, _fields(request, first["loc"]))
    if first["type"] == "json_invalid":
        detail = f"body: {first['msg']}: {first.get('ctx', {}).get('error', '')}"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem_response(Problem(status, errors.InvalidInput.code, detail))


def _fields(request: Request, where: tuple[int | str, ...]) -> Iterable[str]:
    """Return which fields a body has, where one of it is wrong and not of what stands in it."""
    field = getattr(request.scope.get("route"), "body_field", None)
    known = getattr(field and field.field_info.annotation, "model_fields", {})
    return known if len(where) == _IN_BODY else ()


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    detail = str(error.detail)
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_methods(request))
        detail = f"this path takes {headers['Allow']}, not {request.method[:20]}"
    elif status is HTTPStatus.NOT_FOUND and detail == status.phrase:
        detail = "nothing is served at this path; /openapi.json says what there is"
    code = _CODES.get(status, status.name.lower())
    return problem_response(Problem(status, code, detail, headers))


def _methods(request: Request) -> list[str]:
    """Return what a path takes: methods of one path may be in several routers."""
    return [
        method
        for method in _METHODS
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]
