"""What a server says by OpenAI's protocol, and what it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphmem.core.token_counts import estimate_tokens
from graphmem.core.usage import Usage, estimate_prompt
from graphmem.testing.llm_faults import Said

__all__ = [
    "Demands",
    "completion",
    "error_body",
    "limited",
    "not_strict",
    "refusal_of",
    "refused_key",
    "schema_of",
    "usage_of",
]

FORMS = ("json_schema", "json_object", "text")
_CHARACTERS_A_TOKEN = 4
_NOT_STRICT = ("default", "allOf", "oneOf", "not", "if", "dependentRequired", "patternProperties")


@dataclass(frozen=True, slots=True)
class Demands:
    """What the server insists on.

    Attributes:
        api_key: None lets everybody in; else any other key is refused with 401.
        models: None knows every model; else any other one is a 404.
        forms: the forms of answer that it knows; any other one is a 400.
        unknown: parameters that it refuses with 400, as "temperature".
        says_usage: whether answers tell their tokens.
        strict: whether a JSON schema that strict modes do not take is a 400, as OpenAI has it.
    """

    api_key: str | None = None
    models: tuple[str, ...] | None = None
    forms: tuple[str, ...] = FORMS
    unknown: tuple[str, ...] = ()
    says_usage: bool = True
    strict: bool = False


def refusal_of(
    demands: Demands, body: Mapping[str, Any], login: str | None
) -> tuple[int, dict[str, Any]] | None:
    """Return status and body of a refusal, or None where all is as the server insists."""
    if wrong := refused_key(demands, login):
        return 401, wrong
    model = body.get("model")
    if demands.models is not None and model not in demands.models:
        return 404, error_body(f"The model `{model}` does not exist", "model_not_found")
    form = (body.get("response_format") or {}).get("type", "text")
    if form not in demands.forms:
        return 400, error_body(f"Invalid response_format: {form} is not supported")
    if demands.strict and (why := not_strict(schema_of(body))):
        return 400, error_body(f"Invalid schema for response_format 'answer': {why}")
    for name in demands.unknown:
        if name in body:
            return 400, error_body(f"Unsupported parameter: '{name}' is not supported", param=name)
    if body.get("stream"):
        return 400, error_body("stream is not supported", param="stream")
    return None


def schema_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON schema that a request asks for; empty where it asks for none."""
    schema = (body.get("response_format") or {}).get("json_schema", {}).get("schema")
    return schema if isinstance(schema, dict) else {}


def not_strict(schema: Any, where: str = "") -> str:
    """Return why OpenAI's strict mode does not take a schema; nothing where it does.

    References:
        OpenAI, Structured model outputs, Supported schemas (read in November 2026).
    """
    if isinstance(schema, list):
        return next((why for part in schema if (why := not_strict(part, where))), "")
    if not isinstance(schema, dict):
        return ""
    if unknown := [word for word in _NOT_STRICT if word in schema]:
        return f"in {where or '()'}, {unknown[0]!r} is not permitted"
    named = schema.get("properties", {})
    if schema.get("type") == "object" or named:
        if schema.get("additionalProperties") is not False:
            return f"in {where or '()'}, 'additionalProperties' is required to be false"
        if sorted(schema.get("required", ())) != sorted(named):
            return f"in {where or '()'}, 'required' is required to name every property"
    inner = {**named, **schema.get("$defs", {}), "items": schema.get("items")}
    inner["anyOf"] = schema.get("anyOf")
    found = (not_strict(part, f"{where}/{name}") for name, part in inner.items())
    return next((why for why in found if why), "")


def refused_key(demands: Demands, login: str | None) -> dict[str, Any] | None:
    """Return what is said of a wrong key; None where it is right, or none is needed.

    Args:
        demands: name the key.
        login: the header `Authorization`.
    """
    given = (login or "").removeprefix("Bearer ")
    if demands.api_key is None or given == demands.api_key:
        return None
    # OpenAI's own servers quote the key, so that whoever passes the text on gives it away.
    return error_body(f"Incorrect API key provided: {given}", "invalid_api_key")


def limited(said: Said, body: Mapping[str, Any]) -> Said:
    """Return what is said within the tokens that the request allows."""
    most = body.get("max_completion_tokens") or body.get("max_tokens")
    if not isinstance(most, int) or not said.content or estimate_tokens(said.content) <= most:
        return said
    return Said(said.content[: most * _CHARACTERS_A_TOKEN], said.refusal, "length")


def usage_of(body: Mapping[str, Any], said: Said) -> Usage:
    """Return what a call takes, by the estimate of `graphmem.core.usage`."""
    contents = [str(message.get("content") or "") for message in body["messages"]]
    n_said = estimate_tokens(said.content or said.refusal or "")
    return Usage(estimate_prompt(contents, schema_of(body)), n_said)


def completion(body: Mapping[str, Any], said: Said, usage: Usage | None) -> dict[str, Any]:
    """Return the body of an answer."""
    message = {"role": "assistant", "content": said.content, "refusal": said.refusal}
    made: dict[str, Any] = {
        "id": "chatcmpl-test",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model"),
        "choices": [{"index": 0, "message": message, "finish_reason": said.finish_reason}],
    }
    if usage is not None:
        made["usage"] = {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.prompt_tokens + usage.completion_tokens,
        }
    return made


def error_body(message: str, code: str | None = None, param: str | None = None) -> dict[str, Any]:
    """Return the body of a refusal or a failure."""
    kind = "invalid_request_error"
    return {"error": {"message": message, "type": kind, "code": code, "param": param}}
