"""Errors as problems: each with its status, and nothing of the server's inside."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from fastapi import FastAPI, Query
from starlette.testclient import TestClient

from graphmem import errors
from graphmem_api.problems import Problem, add_problems
from graphmem_api.routes.strict import StrictRoute
from graphmem_schemas import SearchBody

SECRET = "/srv/secret/agent.db"


def asked(error: Exception, headers: dict[str, str] | None = None) -> Any:
    app = FastAPI()
    add_problems(app)

    @app.get("/it")
    async def fails() -> None:
        raise error

    return TestClient(app).get("/it", headers=headers)


def all_errors() -> list[type[errors.GraphMemError]]:
    kinds = [getattr(errors, name) for name in errors.__all__]
    return [kind for kind in kinds if kind is not errors.MissingExtra]


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_every_error_is_a_problem(kind: type[errors.GraphMemError]) -> None:
    answer = asked(kind(f"it broke at {SECRET}"))
    said = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert said["code"] == kind.code
    assert said["status"] == answer.status_code >= 400
    assert ("retry-after" in answer.headers) == kind.retryable
    of_the_server = issubclass(kind, errors.StoreError | errors.ModelError | errors.EngineLost)
    if of_the_server and kind is not errors.StatementTimedOut:
        assert SECRET not in answer.text
        assert said["detail"].endswith("The server's log says more.")


def test_an_endpoint_that_is_left_alone_says_for_how_long() -> None:
    error = errors.EndpointDown("it is down", retry_after_s=7.2)
    assert asked(error).headers["retry-after"] == "8"


def test_a_missing_extra_says_what_to_install() -> None:
    answer = asked(errors.MissingExtra("cypher", "Cypher"))
    assert answer.status_code == 501
    assert "graphmem[cypher]" in answer.json()["detail"]


def test_a_problem_takes_its_headers_along() -> None:
    problem = Problem(HTTPStatus.CONFLICT, "taken", "it is taken", {"X-Who": "me"})
    answer = asked(problem)
    assert (answer.status_code, answer.headers["x-who"]) == (409, "me")
    assert answer.json() == {
        "type": "urn:graphmem:problem:taken",
        "title": "Conflict",
        "status": 409,
        "code": "taken",
        "detail": "it is taken",
    }


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?b=1", "no parameter 'b'"),
        ("?a=1&a=2", "more than once"),
        (f"?{'x' * 500}=1", "no parameter"),
        ("?many=1&many=2&a=x", None),
    ],
)
def test_a_query_is_what_the_route_takes(query: str, says: str | None) -> None:
    app = FastAPI()
    add_problems(app)
    app.router.route_class = StrictRoute

    @app.get("/it")
    async def it(a: str, many: Annotated[list[int], Query()] = []) -> int:  # noqa: B006
        return len(many)

    answer = TestClient(app).get(f"/it{query}")
    if says is None:
        assert answer.json() == 2
    else:
        assert answer.status_code == 422
        assert re.search(says, answer.json()["detail"])
        assert len(answer.text) < 400


def test_an_unknown_field_is_told_with_those_that_there_are() -> None:
    app = FastAPI()
    add_problems(app)

    @app.post("/search")
    async def search(asked: SearchBody) -> None:
        raise AssertionError(asked)

    answer = TestClient(app).post("/search", json={"question": "Who?", "kk": 3})
    assert answer.status_code == 422
    detail = answer.json()["detail"]
    assert detail.startswith("body.kk: there is no such field; there are: question, ")
    assert "mode" in detail
    for body, says in (
        ({"question": "Who?", "a: b": 3}, "body.a: b: there is no such field; there are: .*"),
        ({}, "body.question is missing"),
        ({"question": 7}, "body.question must be a valid string; it is 7"),
        ({"question": "Who?", "k": "many"}, "body.k must be a valid integer.*; it is 'many'"),
    ):
        answer = TestClient(app).post("/search", json=body)
        assert answer.status_code == 422
        assert re.fullmatch(says, answer.json()["detail"])
