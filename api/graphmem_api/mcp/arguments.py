"""What a model may give each tool: checked, within the limits, and described so that it fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphmem.errors import InvalidInput
from graphmem_api.settings import Limits
from graphmem_schemas import SearchMode
from graphmem_schemas.base import Frozen

__all__ = [
    "AddMemory",
    "Arguments",
    "CypherQuery",
    "DeleteMemory",
    "GetContext",
    "GetMemory",
    "MemoryHistory",
    "SearchMemories",
    "Turn",
    "input_schema",
    "output_schema",
    "read_arguments",
]

_MOMENT = "ISO 8601, UTC unless it says otherwise: 2024-05-03 or 2024-05-03T10:00:00Z"
# Of each field that a setting limits: how JSON Schema says it, and which limit.
_LIMITED = {
    "text": ("maxLength", "text_chars"),
    "question": ("maxLength", "text_chars"),
    "statement": ("maxLength", "text_chars"),
    "k": ("maximum", "k"),
    "budget": ("maximum", "budget"),
    "limit": ("maximum", "rows"),
}
_MAX_TURNS = 1_000
_Kind = Literal["passage", "proposition", "event", "entity", "hyperedge", "concept"]


class Arguments(Frozen):
    """Arguments of a tool; one that there is not is told, with those that there are."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Turn(Arguments):
    """One message of a conversation."""

    speaker: str = Field(max_length=200, description="Who said it: a name, or user or assistant.")
    text: str = Field(min_length=1, description="What was said, verbatim.")
    at: str | None = Field(default=None, max_length=64, description=f"When: {_MOMENT}.")


class AddMemory(Arguments):
    """Arguments of `add_memory`."""

    text: str | None = Field(
        default=None,
        min_length=1,
        description="What to remember, as full sentences that name who and what they are about. "
        "Give this or messages.",
    )
    messages: tuple[Turn, ...] | None = Field(
        default=None,
        min_length=1,
        max_length=_MAX_TURNS,
        description="Instead of text: a conversation, in order, verbatim.",
    )
    source: str | None = Field(
        default=None,
        min_length=1,
        max_length=1_000,
        description="A name to find, grow or delete it by, such as session-7 or guide.md. The "
        "same conversation under the same name again adds its new messages only.",
    )
    at: str | None = Field(
        default=None,
        max_length=64,
        description=f"When it was said or written: {_MOMENT}. Relative dates in it count from "
        "then; leave it out where you do not know.",
    )
    title: str | None = Field(
        default=None, min_length=1, max_length=1_000, description="What it is about."
    )


class SearchMemories(Arguments):
    """Arguments of `search_memories`."""

    question: str = Field(
        min_length=1,
        description="A full question or statement in plain words, with the names that matter.",
    )
    k: int = Field(default=10, ge=1, description="How many hits.")
    as_of: str | None = Field(
        default=None, max_length=64, description=f"Answer with what held then: {_MOMENT}."
    )
    kinds: tuple[_Kind, ...] | None = Field(
        default=None,
        min_length=1,
        description="Kinds of hits; verbatim passages unless said. proposition: facts.",
    )
    mode: SearchMode | None = Field(
        default=None,
        description="latest: what holds now, the last of several first. all: what held before as "
        "well. chronological: in the order of time. Left out, the question tells.",
    )


class GetContext(Arguments):
    """Arguments of `get_context`."""

    question: str = Field(
        min_length=1, description="A full question in plain words, with the names that matter."
    )
    budget: int = Field(default=1_500, ge=1, description="Tokens that the text may take.")
    as_of: str | None = Field(
        default=None, max_length=64, description=f"Answer with what held then: {_MOMENT}."
    )


class GetMemory(Arguments):
    """Arguments of `get_memory`."""

    uid: str = Field(
        min_length=1, max_length=80, description="As hits, receipts and histories give it."
    )


class MemoryHistory(Arguments):
    """Arguments of `memory_history`."""

    uid: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        description="Of a fact: all that it replaced, was replaced by or contradicts. Give this "
        "or entity.",
    )
    entity: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="Instead of uid: a person, place or thing by name; the facts about it.",
    )
    predicate: str | None = Field(
        default=None,
        min_length=1,
        max_length=500,
        description="With entity: one relation only, such as live in.",
    )
    limit: int = Field(default=50, ge=1, description="How many states, the newest of them.")


class DeleteMemory(Arguments):
    """Arguments of `delete_memory`."""

    uid: str | None = Field(
        default=None, min_length=1, max_length=80, description="A node, as hits give it."
    )
    source: str | None = Field(
        default=None, min_length=1, max_length=1_000, description="A source, by its name."
    )
    entity: str | None = Field(
        default=None,
        min_length=1,
        max_length=2_000,
        description="A person, place or thing by name, with all facts about it.",
    )


class CypherQuery(Arguments):
    """Arguments of `cypher_query`."""

    statement: str = Field(
        min_length=1,
        description="One Cypher statement that reads, such as MATCH (p:Proposition "
        "{space: $space}) RETURN p.text LIMIT 20. $space is bound.",
    )
    parameters: dict[str, Any] | None = Field(
        default=None, description="A plain value, or a list of such, for each $name."
    )
    limit: int = Field(default=100, ge=1, description="Rows at most.")


A = TypeVar("A", bound=Arguments)


def read_arguments(model: type[A], given: Mapping[str, Any] | None, limits: Limits) -> A:
    """Return the arguments of a call.

    Raises:
        InvalidInput: One is missing, unknown, of the wrong kind or above its limit.
    """
    try:
        # A null is what many models write for what they leave out.
        read = model.model_validate({k: v for k, v in (given or {}).items() if v is not None})
    except ValidationError as error:
        raise InvalidInput(_problem(model, error)) from None
    for name, (_, limit) in _LIMITED.items():
        value, highest = getattr(read, name, None), getattr(limits, limit)
        if value is not None and (len(value) if isinstance(value, str) else value) > highest:
            # A default above a low limit is not the caller's fault.
            if name not in read.model_fields_set:
                read = read.model_copy(update={name: highest})
                continue
            what = f"{len(value):,} characters" if isinstance(value, str) else f"{value:,}"
            raise InvalidInput(f"{name}: {what} is too much here; give {highest:,} at most")
    return read


def input_schema(model: type[Arguments], limits: Limits) -> dict[str, Any]:
    """Return the JSON Schema of a tool's arguments, as plain as hosts want it.

    Without references and unions: some hosts know neither.
    """
    schema = model.model_json_schema()
    kinds = schema.pop("$defs", {})
    plain: dict[str, Any] = _plain(schema, kinds)
    plain.pop("description", None)
    for name, (word, limit) in _LIMITED.items():
        if name in plain["properties"]:
            highest = getattr(limits, limit)
            described = plain["properties"][name] | {word: highest}
            if "default" in described:
                described["default"] = min(described["default"], highest)
            plain["properties"][name] = described
    return plain


def output_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the JSON Schema of what a tool gives back; what is unknown is left out there."""
    schema = model.model_json_schema()
    plain: dict[str, Any] = _plain(schema, schema.pop("$defs", {}))
    return plain


def _plain(schema: Any, kinds: Mapping[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_plain(part, kinds) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        kind = kinds[schema["$ref"].rpartition("/")[2]]
        return _plain({**kind, **{k: v for k, v in schema.items() if k != "$ref"}}, kinds)
    if "anyOf" in schema:
        rest = {key: value for key, value in schema.items() if key not in ("anyOf", "default")}
        (only,) = (part for part in schema["anyOf"] if part != {"type": "null"})
        return _plain({**only, **rest}, kinds)
    # The names of fields may be those of keywords: only keywords are left out.
    return {
        key: {name: _plain(part, kinds) for name, part in value.items()}
        if key == "properties"
        else _plain(value, kinds)
        for key, value in schema.items()
        if key != "title"
    }


def _problem(model: type[Arguments], error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(map(str, first["loc"])) or "arguments"
    fields = ", ".join(model.model_fields)
    if first["type"] == "extra_forbidden":
        return f"{where}: there is no such argument; there are: {fields}"
    if first["type"] == "missing":
        inside = len(first["loc"]) > 1
        return f"{where} is missing" + ("" if inside else f"; the arguments are: {fields}")
    return f"{where}: {first['msg']}; given was {ascii(first['input'])[:80]}"
