"""Errors as RFC 9457 problem details: what happened, with which value, and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from graphmem import errors

__all__ = ["Problem", "add_problems", "problem_response"]

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


def problem_response(problem: Problem) -> JSONResponse:
    """Return the response that tells of a problem."""
    return JSONResponse(
        {
            "type": f"urn:graphmem:problem:{problem.code}",
            "title": problem.status.phrase,
            "status": int(problem.status),
            "code": problem.code,
            "detail": problem.detail,
        },
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


async def _on_problem(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)
    return problem_response(error)


async def _on_memory_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, errors.GraphMemError)
    status = next(
        (status for kind, status in _STATUS if isinstance(error, kind)),
        HTTPStatus.INTERNAL_SERVER_ERROR,
    )
    headers = {"Retry-After": "1"} if error.retryable else {}
    return problem_response(Problem(status, error.code, str(error), headers))


async def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    detail = f"{where}: {first['msg']}"
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return problem_response(Problem(status, errors.InvalidInput.code, detail))


async def _on_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    code = status.name.lower()
    return problem_response(Problem(status, code, str(error.detail), error.headers))
