"""OpenAPI: what FastAPI makes of the routes, with problems, examples and how to name oneself."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from graphmem_api.routes.examples import EXAMPLES

__all__ = ["describe"]

_METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = {"$ref": "#/components/schemas/Problem"}
_ANSWERS = {
    "401": "Nobody is known by that key or token, or there is none.",
    "403": "The key may not do that, or not in that space.",
    "422": "Something that was sent cannot be used; nothing has changed.",
    "429": "The key has called too often: come again after Retry-After seconds.",
    "503": "Too much is asked just now: come again after Retry-After seconds.",
    "default": "It could not be done; the problem says why.",
}
_OF_A_NODE = (
    "get_node", "node_history", "node_neighbors", "node_evidence", "retire", "merge", "unmerge",
)  # fmt: skip
_FIRST_UID = {"search": "/hits/0/uid", "recall": "/hits/0/uid", "graph": "/nodes/0/uid"}
_PUBLIC = ("/health/",)


def describe(app: FastAPI) -> None:
    """Have an app say what it does in full."""

    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    # FastAPI's own way to say more than it knows.
    app.openapi = openapi  # type: ignore[method-assign]


def _described(app: FastAPI) -> dict[str, Any]:
    schema = get_openapi(
        title=app.title,
        version=app.version,
        summary="Long-term memory for LLM agents, kept as a graph.",
        description="Every error is a problem of RFC 9457. `space` is the tenant.",
        routes=app.routes,
    )
    parts = schema.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    # What FastAPI would answer with.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    schemas["Problem"] = _problem()
    parts["securitySchemes"] = {
        "key": {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key, or a token of the issuer. A server without keys takes "
            "calls of its own machine only, and asks for none.",
        }
    }
    for path, item in schema["paths"].items():
        for method in _METHODS:
            if method in item:
                _complete(item[method], public=path.startswith(_PUBLIC))
    return schema


def _complete(operation: dict[str, Any], *, public: bool) -> None:
    """Add to an operation what can go wrong, and examples."""
    answers = operation.setdefault("responses", {})
    if answers.get("422", {}).get("description") == "Validation Error":
        del answers["422"]  # FastAPI's own
    for status, said in _ANSWERS.items():
        if not public or status == "default":
            answers.setdefault(status, {"description": said})
    for status, answer in answers.items():
        if status == "default" or status >= "400":
            answer.setdefault("content", {"application/problem+json": {"schema": _PROBLEM}})
    operation["responses"] = dict(sorted(answers.items()))
    if uid := _FIRST_UID.get(operation.get("operationId", "")):
        answers["200"]["links"] = _links(uid)
    if not public:
        operation["security"] = [{"key": []}, {}]
    examples = EXAMPLES.get(operation.get("operationId", ""), {})
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if examples:
            content["examples"] = {name: {"value": value} for name, value in examples.items()}


def _links(uid: str) -> dict[str, Any]:
    """Return what may follow on an answer that names nodes."""
    parameters = {"space": "$request.path.space", "uid": f"$response.body#{uid}"}
    return {
        name: {"operationId": name, "parameters": parameters, "description": "Of its first node."}
        for name in _OF_A_NODE
    }


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "title": "Problem",
        "description": "What happened, with which value, and what to do (RFC 9457).",
        "type": "object",
        "properties": {
            "type": {**text, "description": "`urn:graphmem:problem:` and the code."},
            "title": {**text, "description": "The phrase of the status."},
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {**text, "description": "One word a kind of problem."},
            "detail": text,
            "request_id": {**text, "description": "That of X-Request-ID."},
        },
        "required": ["type", "title", "status", "code", "detail"],
    }
