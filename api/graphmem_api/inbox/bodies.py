"""Bodies of requests → writes: checked whole, so that nothing is kept of what cannot be used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Any

from pydantic import ValidationError

from graphmem.errors import InvalidInput
from graphmem.writing.refused import say
from graphmem_api.problems import Problem
from graphmem_api.values import check_values
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.rows import Item
from graphmem_pipelines.ledger.writes import Write
from graphmem_schemas.writes import ExtractedBody, MemoriesBody, RunBody

__all__ = ["Body", "parsed", "schema_of", "write_of"]

Body = MemoriesBody | RunBody | ExtractedBody


def parsed(raw: bytes, model: type[Body]) -> Body:
    """Read a body.

    Raises:
        InvalidInput: It is no JSON, or not that of the model.
        Problem: 413, it has too many values.
    """
    check_values(raw)
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise InvalidInput(f"the body cannot be used: {_problem(error, model)}") from error


def write_of(body: Body, space: str, name: str | None, most_chars: int, *, alone: bool) -> Write:
    """Check a body whole, and make a write of it.

    Args:
        body: of the request.
        space: into which it goes.
        name: who sends it under which Idempotency-Key.
        most_chars: that one text may have.
        alone: whether it gets a receipt of its own.

    Raises:
        InvalidInput: Something of it cannot be used.
        Problem: 413, a text is too long.
    """
    said = body.model_dump(mode="json", exclude_none=True)
    for text in _texts(body):
        if len(text) > most_chars:
            raise Problem(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                "text_too_long",
                f"a text has {len(text):,} characters, and this server takes {most_chars:,}: "
                "split it",
            )
    words = json.dumps([type(body).__name__, said], sort_keys=True)
    digest = blake2b(words.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return Write(space, tuple(_items(body, said)), alone, name, digest)


def schema_of(model: type[Body]) -> dict[str, Any]:
    """Return the JSON Schema of a body, with nothing in it that refers to elsewhere."""
    schema = model.model_json_schema()
    parts = schema.pop("$defs", {})
    whole: dict[str, Any] = _inlined(schema, parts)
    return whole


def _problem(error: ValidationError, model: type[Body]) -> str:
    first = error.errors(include_url=False)[0]
    return say(first, model.model_fields if len(first["loc"]) == 1 else None)


def _items(body: Body, said: Mapping[str, Any]) -> Iterator[Item]:
    if isinstance(body, RunBody):
        yield item_of(1, "run", said)
    elif isinstance(body, ExtractedBody):
        yield item_of(1, "extracted", {"extractions": (), **said})
    elif body.messages is not None:
        yield item_of(1, "messages", said)
    elif body.documents is not None:
        shared = {key: value for key, value in said.items() if key != "documents"}
        for n, document in enumerate(said["documents"], start=1):
            yield item_of(n, "document", {**shared, **document})
    elif body.conversations is not None:
        shared = {key: value for key, value in said.items() if key != "conversations"}
        for n, conversation in enumerate(said["conversations"], start=1):
            yield item_of(n, "messages", {**shared, **conversation})
    else:
        yield item_of(1, "text", said)


def _texts(body: Body) -> Iterator[str]:
    if isinstance(body, RunBody):
        for step in body.steps:
            yield from (step.action, step.observation or "")
    elif isinstance(body, ExtractedBody):
        yield from (passage.text for passage in body.passages)
    else:
        yield body.text or ""
        held = (body.messages or (), *(one.messages for one in body.conversations or ()))
        yield from (message.text for messages in held for message in messages)
        yield from (document.text for document in body.documents or ())


def _inlined(schema: Any, parts: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(one, parts) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(parts[schema["$ref"].rpartition("/")[2]], parts)
    return {key: _inlined(value, parts) for key, value in schema.items()}
