"""What a value of JSON is: a chat, an export, a run, a trace, or a row of anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from pydantic import ValidationError

from graphmem.errors import InvalidInput
from graphmem.writing.refused import first_problem
from graphmem_pipelines.readers.content import Content, ReaderOptions
from graphmem_pipelines.readers.exports import from_chatgpt, from_locomo, from_longmemeval
from graphmem_pipelines.readers.messages import is_langchain, is_message, read_messages
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.rows import row_document, row_part, row_ref, rows_conversation
from graphmem_pipelines.readers.said import Told, from_said, outcome_of
from graphmem_pipelines.readers.spans import from_spans, is_trace, spans_of
from graphmem_schemas import Step

__all__ = ["Made", "Part", "contents_of", "part_content", "shape_of"]

_TASKS = ("task", "goal", "question", "instruction")
_NAMES = ("id", "uuid", "conversation_id", "session_id", "thread_id", "task_id", "run_id", "ref")
_STEP_FIELDS = frozenset(
    ("action", "message", "text", "content", "observation", "result", "output", "agent",
     "speaker", "role", "name", "to", "reward", "at")
)  # fmt: skip
_MAX_TITLE_CHARS = 300


@dataclass(frozen=True, slots=True)
class Made:
    """A source that one value holds whole.

    Attributes:
        name: its own name in the file; "" where it is all that the file holds.
        content: makes it, or says why that cannot be.
    """

    name: str
    content: Callable[[], Content]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a source whose pieces lie apart.

    Attributes:
        part: the source's own name in the file; "" where it is all that the file holds.
    """

    part: str
    shape: str
    value: Any


def shape_of(value: object) -> str:
    """Return the name of the reader for a value."""
    if isinstance(value, list):
        return "openai"
    if not isinstance(value, Mapping):
        return "rows"
    if is_trace(value):
        return "otel"
    if "mapping" in value and ("current_node" in value or "title" in value):
        return "chatgpt"
    if "haystack_sessions" in value:
        return "longmemeval"
    inner = value.get("conversation", value)
    if isinstance(inner, Mapping) and "session_1" in inner:
        return "locomo"
    if isinstance(value.get("steps"), list) and any(name in value for name in _TASKS):
        return "run"
    if isinstance(value.get("messages"), list):
        return "openai"
    if is_langchain(value):
        return "langchain"
    # Rows of a log have a role and a content, too; their session tells them apart.
    return "openai" if is_message(value) else "rows"


def contents_of(value: Any, kind: str, own: str, options: ReaderOptions) -> Iterator[Made | Part]:
    """Yield what a value holds.

    Args:
        value: of JSON, or a row of a table.
        kind: a shape that is known; "json" and "csv" leave it to the value.
        own: what it is called where it has no name of its own.
        options: field map.

    Raises:
        InvalidInput: It is none of what is known.
    """
    shape = "rows"
    if kind != "csv":
        shape = shape_of(value) if kind == "json" or isinstance(value, list) else kind
        if shape == "openai" and options.fields and "messages" not in value:
            shape = "rows"  # a log whose fields were mapped
    if not isinstance(value, Mapping | list):
        raise InvalidInput(f"it is a {type(value).__name__}, no object with fields")
    if kind == "csv":
        yield from _of_row(value, own, options, table=True)
    else:
        yield from _MAKERS[shape](value, own, options)


def part_content(shape: str, values: Sequence[Any], name: str, options: ReaderOptions) -> Content:
    """Return the source of which these are the pieces, in their order.

    Raises:
        InvalidInput: Nothing of it can be read.
    """
    if shape == "otel":
        return from_spans(name, values)
    if shape == "rows":
        return rows_conversation(name, values, options.fields)
    return from_said(name, read_messages(values), Told())


def _of_messages(value: Any, own: str, options: ReaderOptions) -> Iterator[Made | Part]:
    """Take a list of messages, an object that has one, or one message of the file's only chat."""
    if isinstance(value, list):
        yield Made(own, partial(_chat, value, {}))
    elif isinstance(value.get("messages"), list):
        # Some nest the messages of a call once more, as calls of several prompts do.
        rows = value["messages"]
        rows = rows[0] if len(rows) == 1 and isinstance(rows[0], list) else rows
        yield Made(_own_name(value) or own, partial(_chat, rows, value))
    else:
        yield Part(_session(value), "openai", value)


def _chat(rows: Sequence[Any], about: Mapping[str, Any]) -> Content:
    said = read_messages(rows)
    title = about.get("title")
    task = next((about[name] for name in _TASKS if isinstance(about.get(name), str)), None)
    at = next((m for name in ("at", "created_at", "create_time", "timestamp", "date")
               if (m := read_moment(about.get(name)))), None)  # fmt: skip
    told = Told(
        title=title[:_MAX_TITLE_CHARS] if isinstance(title, str) else None,
        task=task, outcome=outcome_of(about), at=at,
    )  # fmt: skip
    return from_said("", said, told)


def _of_row(
    value: Any, own: str, options: ReaderOptions, *, table: bool = False
) -> Iterator[Made | Part]:
    part = row_part(value, options.fields)
    if part is not None:
        yield Part(part, "rows", value)
    else:
        name = row_ref(value, options.fields) or own
        yield Made(name, partial(row_document, "", value, options.fields, table=table))


def _of_trace(value: Any, own: str, options: ReaderOptions) -> Iterator[Made | Part]:
    for trace, span in spans_of(value):
        yield Part(trace or own, "otel", span)


def _of_run(value: Any, own: str, options: ReaderOptions) -> Iterator[Made | Part]:
    yield Made(_own_name(value) or own, partial(_run, value))


def _run(value: Mapping[str, Any]) -> Content:
    task = next((value[name] for name in _TASKS if isinstance(value.get(name), str)), None)
    rows = value.get("steps")
    if task is None or not isinstance(rows, list) or not rows:
        raise InvalidInput("a run has a task, a text, and steps, a list of some")
    steps = []
    for at, row in enumerate(rows):
        given = row if isinstance(row, Mapping) else {"action": row}
        try:
            step = Step.model_validate({k: v for k, v in given.items() if k in _STEP_FIELDS})
        except ValidationError as error:
            raise InvalidInput(f"step {at} cannot be used: {first_problem(error)}") from error
        steps.append(step.model_dump(mode="json", exclude_none=True, exclude_defaults=True))
    run: dict[str, Any] = {"task": task, "steps": steps, "outcome": outcome_of(value)}
    moment = read_moment(value.get("at") or value.get("date") or value.get("timestamp"))
    if moment:
        run["at"] = moment.isoformat()
    return Content("", run=run)


def _of_chatgpt(value: Any, own: str, options: ReaderOptions) -> Iterator[Made | Part]:
    name = value.get("conversation_id") or _own_name(value) or own
    yield Made(str(name), partial(from_chatgpt, "", value))


def _of_sessions(
    read: Callable[[Mapping[str, Any]], Iterator[tuple[str, Callable[[], Content]]]],
    value: Any,
    own: str,
    options: ReaderOptions,
) -> Iterator[Made | Part]:
    for name, content in read(value):
        yield Made(name, content)


def _own_name(value: Mapping[str, Any]) -> str:
    return next(
        (str(value[name]) for name in _NAMES if isinstance(value.get(name), str | int)), ""
    )


def _session(value: Mapping[str, Any]) -> str:
    names = ("session_id", "session", "conversation_id", "thread_id")
    return next((str(value[n]) for n in names if isinstance(value.get(n), str | int)), "")


_MAKERS: Mapping[str, Callable[[Any, str, ReaderOptions], Iterator[Made | Part]]] = {
    "openai": _of_messages,
    "langchain": _of_messages,
    "rows": _of_row,
    "otel": _of_trace,
    "run": _of_run,
    "chatgpt": _of_chatgpt,
    "longmemeval": partial(_of_sessions, from_longmemeval),
    "locomo": partial(_of_sessions, from_locomo),
}
