"""What is asked of an LLM, and what can be used of its answer.

An answer is JSON by a schema, or should be. What surrounds it goes (`<think>`, fences, talk).
Where rows of a list do not fit, or it is cut off, one repair is asked for; then those rows are
dropped and counted, what is cut off is closed, and the rest is kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from graphmem.errors import CompletionFailed

__all__ = ["Answer", "ChatMessage", "Complete", "ask", "read_json", "strict_schema"]

_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_END_OF_THOUGHT = re.compile(r"^.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_OPENING = re.compile(r"[{\[]")
_MAX_STARTS = 50
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
# Servers with a strict mode refuse these, or read them each in their own way.
_UNSAID = ("default", "title", "minLength", "maxLength", "minItems", "maxItems", "pattern")
_MAX_PROBLEMS = 8
_CUT_OFF = "the answer is cut off, and what would follow is lost"

AnswerModel = TypeVar("AnswerModel", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a conversation with an LLM."""

    role: Literal["system", "user", "assistant"]
    content: str


Complete = Callable[[Sequence[ChatMessage], Mapping[str, Any]], str]
"""From messages and a JSON schema to the answer as it comes: `LLM.complete`."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[AnswerModel]):
    """What can be used of an answer.

    Attributes:
        value: by the model that was asked for.
        dropped: why rows were left out, one entry a row.
        n_calls: 1, or 2 where a repair was asked for.
    """

    value: AnswerModel
    dropped: tuple[str, ...]
    n_calls: int


def ask(
    complete: Complete,
    messages: Sequence[ChatMessage],
    model: type[AnswerModel],
    understood: Callable[[Any], Any] | None = None,
) -> Answer[AnswerModel]:
    """Ask once, and once more where the answer does not fit.

    Args:
        complete: asks an LLM.
        messages: what is asked.
        model: of the answer; give every field a default, so that a part of it can be used.
        understood: makes of an answer's JSON the object that the model reads, where other forms
            of it mean the same; it raises ValueError where there is nothing of that in it.

    Raises:
        CompletionFailed: The LLM did not answer, or nothing of what it said can be used.
    """
    schema = _kept_schema(model)
    first = complete(messages, schema)
    value, problems = _fitted(first, model, understood)
    if value is not None and not problems:
        return Answer(value, (), 1)
    try:
        again = complete([*messages, *_repair(first, problems)], schema)
    except CompletionFailed:
        if value is None:
            raise
        return Answer(value, tuple(problems), 2)
    repaired, left = _fitted(again, model, understood)
    if repaired is not None:
        return Answer(repaired, tuple(left), 2)
    if value is not None:
        return Answer(value, tuple(problems), 2)
    raise CompletionFailed(
        f"the LLM twice answered in another form than was asked ({left[0][:200]}): "
        "try again, or give a model that can answer in JSON"
    )


@lru_cache(maxsize=64)
def _kept_schema(model: type[BaseModel]) -> Mapping[str, Any]:
    # To make it takes longer than to read an answer.
    return strict_schema(model)


def strict_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the model's JSON schema as strict modes want it: every property is required."""
    schema = deepcopy(model.model_json_schema())
    for part in (schema, *schema.get("$defs", {}).values()):
        _tighten(part)
    return schema


def read_json(text: str) -> Any:
    """Return the JSON in an answer, without thoughts, fences and talk around it.

    A comma too many goes; what is cut off is closed after the last whole row.

    Raises:
        ValueError: There is no JSON in it.
    """
    return _read(text)[0]


def _read(text: str) -> tuple[Any, bool]:
    """Return the JSON in an answer, and whether it is whole."""
    with suppress(ValueError, RecursionError):
        return json.loads(text), True
    said = _END_OF_THOUGHT.sub("", _THOUGHT.sub("", text))
    starts = [match.start() for match in islice(_OPENING.finditer(said), _MAX_STARTS)]
    if not starts:
        raise ValueError("there is no JSON in it")
    for start in starts:
        body = said[start:]
        closed = _closed(body)
        for attempt in (body, _TRAILING_COMMA.sub(r"\1", body), closed):
            with suppress(ValueError, RecursionError):
                value, _ = json.JSONDecoder().raw_decode(attempt)
                if _is_rows(value):
                    return value, attempt is not closed
    raise ValueError("its JSON is broken")


def _is_rows(value: Any) -> bool:
    """Whether it is an object or a list of such, and not a note in brackets."""
    return isinstance(value, dict) or (
        isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)
    )


def _closed(body: str) -> str:
    """Return JSON that is cut off, closed after the last whole row of a list."""
    closers: list[str] = []
    kept, in_text, escaped = "", False, False
    for at, sign in enumerate(body):
        if in_text:
            in_text = escaped or sign != '"'
            escaped = sign == "\\" and not escaped
        elif sign == '"':
            in_text = True
        elif sign in "{[":
            closers.append("}" if sign == "{" else "]")
        elif sign in "}]" and closers:
            closers.pop()
            if closers and closers[-1] == "]":
                kept = body[: at + 1] + "".join(reversed(closers))
    return kept


def _fitted(
    text: str, model: type[AnswerModel], understood: Callable[[Any], Any] | None
) -> tuple[AnswerModel | None, list[str]]:
    """Return what fits of an answer, and what does not; None where nothing does."""
    try:
        value, whole = _read(text)
        value = understood(value) if understood else value
    except ValueError as error:
        return None, [str(error)]
    lost = [] if whole else [_CUT_OFF]
    # A list on its own is what a small model makes of an object with one list.
    if isinstance(value, list) and len(model.model_fields) == 1:
        value = {next(iter(model.model_fields)): value}
    if not isinstance(value, dict):
        return None, [f"it is no JSON object but {type(value).__name__}"]
    try:
        return model.model_validate(value), lost
    except ValidationError as error:
        problems = [*lost, *_problems(error)]
        fitting = _without(value, error)
    try:
        return model.model_validate(fitting), problems
    except ValidationError:
        return None, problems


def _without(value: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """Return the object without the rows and fields that do not fit."""
    rows: dict[str, set[int]] = {}
    fields: set[str] = set()
    for problem in error.errors():
        where = problem["loc"]
        if len(where) > 1 and isinstance(where[1], int):
            rows.setdefault(str(where[0]), set()).add(where[1])
        elif where:
            fields.add(str(where[0]))
    return {
        name: [row for at, row in enumerate(part) if at not in rows[name]]
        if name in rows
        else part
        for name, part in value.items()
        if name not in fields
    }


def _problems(error: ValidationError) -> list[str]:
    """Return one problem for each row or field that does not fit."""
    found: dict[str, str] = {}
    for problem in error.errors():
        where = problem["loc"]
        row = ".".join(map(str, where[:2] if len(where) > 1 else where)) or "answer"
        found.setdefault(row, f"{'.'.join(map(str, where))}: {problem['msg']}")
    return list(found.values())


def _repair(answer: str, problems: Sequence[str]) -> tuple[ChatMessage, ChatMessage]:
    wrong = "; ".join(problems[:_MAX_PROBLEMS])
    return (
        ChatMessage("assistant", answer),
        ChatMessage(
            "user",
            f"That does not fit the schema: {wrong}. Answer again with the whole corrected JSON "
            "object and nothing else.",
        ),
    )


def _tighten(part: dict[str, Any]) -> None:
    for word in _UNSAID:
        part.pop(word, None)
    if "properties" in part:
        part["required"] = list(part["properties"])
        part["additionalProperties"] = False
        for inner in part["properties"].values():
            _tighten(inner)
    if isinstance(part.get("items"), dict):
        _tighten(part["items"])
