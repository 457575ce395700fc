"""Rows of tables and of JSON with fields of any name → documents, or turns of conversations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from graphmem.errors import InvalidInput
from graphmem.writing.refused import first_problem
from graphmem_pipelines.readers.content import Content
from graphmem_pipelines.readers.moments import read_moment
from graphmem_schemas import Document, Message

__all__ = ["ROLES", "check_fields", "row_document", "row_part", "row_ref", "rows_conversation"]

ROLES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "message", "note"),
    "title": ("title", "subject", "headline", "heading"),
    "at": ("at", "date", "timestamp", "created_at", "created", "time", "datetime", "published"),
    "speaker": ("speaker", "role", "author", "sender", "from", "user", "username"),
    "session": ("session", "session_id", "conversation", "conversation_id", "thread", "thread_id"),
    "ref": ("ref", "id", "uuid"),
    "uri": ("uri", "url", "link"),
}
"""What a row may say, and the names that are tried where no field map names another."""

_SPEAKS = ("speaker", "role")
_LIMITS = {"title": 1_000, "speaker": 200, "ref": 500, "uri": 4_000}


def check_fields(fields: Mapping[str, str]) -> None:
    """Refuse a field map for what no row says.

    Raises:
        InvalidInput: A role is unknown.
    """
    for role in fields:
        if role not in ROLES:
            raise InvalidInput(f"there is no field {role!r} to map: {', '.join(ROLES)}")


def row_part(row: Mapping[str, Any], fields: Mapping[str, str]) -> str | None:
    """Return the conversation that a row is a turn of, "" for the only one, None for none.

    A row of a session that somebody says is a turn; so is one without a session whose field is
    called speaker or role, or was mapped. A column `author` alone makes no conversation.
    """
    speaker = _value(row, "speaker", fields)
    if speaker is None:
        return None
    session = _value(row, "session", fields)
    if session is not None:
        return _text(session)
    speaks = "speaker" in fields or any(name.lower() in _SPEAKS for name in row)
    return "" if speaks else None


def row_ref(row: Mapping[str, Any], fields: Mapping[str, str]) -> str | None:
    """Return the row's own name."""
    return _said(row, "ref", fields)


def row_document(
    name: str, row: Mapping[str, Any], fields: Mapping[str, str], *, table: bool = False
) -> Content:
    """Return what a row says as a document.

    Args:
        name: of the source.
        row: from columns or fields to values.
        fields: what they are called.
        table: whether it is of a table: then, where no field is mapped, the columns that are no
            text, title or date are a part of what it says.

    Raises:
        InvalidInput: It has no text, or its date is none.
    """
    rest = _columns(row) if table and not fields else ""
    said = _text(_value(row, "text", fields)) if rest else _words(row, fields)
    text = "\n".join(filter(None, (rest, said)))
    document = Document(
        text=text,
        title=_said(row, "title", fields),
        uri=_said(row, "uri", fields),
        at=_moment(row, fields),
        ref=row_ref(row, fields),
    )
    return Content(name, document=document)


def rows_conversation(
    name: str, rows: Sequence[Mapping[str, Any]], fields: Mapping[str, str]
) -> Content:
    """Return the turns of one conversation in the order of the file; blank ones are left out.

    Raises:
        InvalidInput: None has a text, or a date is none.
    """
    messages = []
    for row in rows:
        text = _text(_value(row, "text", fields))
        if not text.strip():
            continue
        try:
            messages.append(
                Message(
                    text=text,
                    speaker=_said(row, "speaker", fields),
                    at=_moment(row, fields),
                    ref=row_ref(row, fields),
                )
            )
        except ValidationError as error:
            raise InvalidInput(f"a turn cannot be used: {first_problem(error)}") from error
    if not messages:
        raise InvalidInput("it has no turn with a text")
    title = next((said for row in rows if (said := _said(row, "title", fields))), None)
    first = next((message.at for message in messages if message.at), None)
    return Content(name, messages=tuple(messages), title=title, at=first)


def _columns(row: Mapping[str, Any]) -> str:
    """Return the columns of a row that have no role of their own, as "name: value; …"."""
    known = {name for role in ("text", "title", "at", "ref", "uri") for name in ROLES[role]}
    told = ((name.strip(), " ".join(_text(value).split())) for name, value in row.items())
    return "; ".join(
        f"{name}: {value}" for name, value in told if value and name and name.lower() not in known
    )


def _words(row: Mapping[str, Any], fields: Mapping[str, str]) -> str:
    value = _value(row, "text", fields)
    if value is None:
        names = ", ".join(str(name)[:40] for name in list(row)[:12])
        wanted = fields.get("text") or " or ".join(ROLES["text"])
        raise InvalidInput(
            f"it has no text: {wanted} is missing or empty among its fields {names}; name the "
            "field that holds it"
        )
    return _text(value)


def _value(row: Mapping[str, Any], role: str, fields: Mapping[str, str]) -> Any:
    """Return what a row says for a role; None also where that is blank."""
    if role in fields:
        return _blank_is_none(_at_path(row, fields[role]))
    by_name = {name.strip().lower(): value for name, value in row.items()}
    found = (_blank_is_none(by_name.get(name)) for name in ROLES[role])
    return next((value for value in found if value is not None), None)


def _at_path(row: Mapping[str, Any], path: str) -> Any:
    """Return a field by its name, or by the names on the way to it: `meta.date`."""
    if path in row:
        return row[path]
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _text(value: Any) -> str:
    """Return a text as it is, numbers as they are written, lists of texts line by line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "\n".join(value)
    if value is None or isinstance(value, Mapping | list):
        return ""
    return str(value)


def _said(row: Mapping[str, Any], role: str, fields: Mapping[str, str]) -> str | None:
    return " ".join(_text(_value(row, role, fields)).split())[: _LIMITS[role]] or None


def _moment(row: Mapping[str, Any], fields: Mapping[str, str]) -> datetime | None:
    """Return when it was; a column that is called so by chance need not hold a date."""
    value = _value(row, "at", fields)
    moment = read_moment(value)
    if moment is None and value is not None and "at" in fields:
        raise InvalidInput(f"{str(value)[:40]!r} is no date that is known: write ISO 8601")
    return moment
