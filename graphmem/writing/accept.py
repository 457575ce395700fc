"""First stage of writing: whatever the caller handed in → texts by source, checked.

In: a text, messages, documents, paths. Out: `SourceText`s. Nothing is read from the store, and
nothing is changed when a check fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.writing.checks import (
    MAX_CHARS,
    MAX_PATH_CHARS,
    check_moment,
    check_path,
    check_text,
)
from graphmem.writing.refused import first_problem
from graphmem_schemas import Conversation, Document, ExtractedPassage, Message, SourceKind

__all__ = ["Content", "SourceText", "Turn", "accept", "accept_passages"]

MAX_NAME_CHARS = 1_000

_Item = Message | Document | Conversation | Path | Mapping[str, Any]
Content = str | Path | Document | Conversation | Iterable[_Item]

_OPENING = re.compile(r"\s*#[ \t]+(\S.*?)[ \t]*#*[ \t]*(?:\n|\Z)")
_HEADINGS = re.compile(r"^#{2,6}\s+\S", re.MULTILINE)
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_NOT_A_NAME = "give Path(…) of each file to add what it holds, or say more than the name"
_TEXT_SUFFIXES = frozenset((".md", ".markdown", ".txt", ".rst", ".text", ""))


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a conversation, or a whole document.

    Attributes:
        whole: whether it was cut by the caller: then it is a passage, if it is short enough.
    """

    text: str
    speaker: str | None = None
    at: datetime | None = None
    ref: str | None = None
    title: str | None = None
    whole: bool = True


@dataclass(frozen=True, slots=True)
class SourceText:
    """A source and everything that it says, in order.

    Attributes:
        trust: 0 to 1; None where the caller says nothing of it.
    """

    name: str
    kind: SourceKind
    turns: tuple[Turn, ...]
    title: str | None = None
    uri: str | None = None
    at: datetime | None = None
    trust: float | None = None


def accept(
    content: Content, *, source: str | None, at: datetime | str | None, title: str | None
) -> list[SourceText]:
    """Turn any accepted content into source texts.

    Args:
        content: a text, a path to a text file, a document, messages, or several documents and
            conversations.
        source: name of the source; None takes the path, the uri, or the content's hash.
        at: when it was said or written; dates without a zone are UTC.

    Raises:
        InvalidInput: The content has an unknown shape, is blank, too long, or not text.
        NotFound: A path does not exist.
    """
    if source is not None:
        _check_name(source, "source")
    if title is not None:
        check_text(title, "title", MAX_NAME_CHARS)
    moment = check_moment(at)
    if isinstance(content, str):
        content = Document(text=_no_path(check_text(content, "text")), title=title)
    if isinstance(content, Path):
        content = _read(content, title)
    content = _conversation(content, 0)
    if isinstance(content, Document | Conversation):
        return [_from_whole(content, source, moment, title)]
    items = [_conversation(item, at) for at, item in enumerate(_as_list(content))]
    if all(isinstance(item, Document | Conversation | Path) for item in items):
        if source is not None and len(items) > 1:
            raise InvalidInput(
                f"source {source!r} was given for {len(items)} documents or conversations: each "
                "is a source of its own; leave `source` out, or add them one by one"
            )
        whole = [_read(item, None) if isinstance(item, Path) else item for item in items]
        return _told_apart([_from_whole(one, source, moment, title) for one in whole])
    return [_from_messages(items, source, moment, title)]


def accept_passages(rows: Iterable[ExtractedPassage | Mapping[str, Any]]) -> list[SourceText]:
    """Turn passages that the caller has cut into source texts, one for each session.

    A passage without a session is a source of its own, named by its id. Order is kept.

    Raises:
        InvalidInput: A row has an unknown shape or a blank text; the message gives its index.
    """
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise InvalidInput(f"passages must be a list of them, not a {type(rows).__name__}")
    passages = [_parse(ExtractedPassage, row, index) for index, row in enumerate(rows)]
    sessions: dict[str, list[ExtractedPassage]] = {}
    for index, passage in enumerate(passages):
        check_text(passage.text, f"text of passage {index}")
        _check_names(passage, ("id", "session", "title", "speaker"), f"of passage {index}")
        sessions.setdefault(passage.session or passage.id, []).append(passage)
    return [_from_passages(name, members) for name, members in sessions.items()]


def _no_path(text: str) -> str:
    """Refuse the name of a file or folder that is there: who gives it wants what that holds."""
    if len(text) <= MAX_PATH_CHARS and not any(map(str.isspace, text)):
        with suppress(OSError):  # no name that a file can have
            if Path(text).is_dir():
                raise InvalidInput(f"{text!r} is the name of a folder: {_NOT_A_NAME}")
            if Path(text).suffix and Path(text).is_file():
                raise InvalidInput(f"{text!r} is the name of a file: {_NOT_A_NAME}")
    return text


def _check_name(name: object, what: str) -> str:
    return check_text(name, what, MAX_NAME_CHARS)


def _check_names(row: object, fields: tuple[str, ...], of: str) -> None:
    """Check what names something by the same rules as texts, where it is given."""
    for field in fields:
        name = getattr(row, field)
        if name is not None:
            check_text(name, f"{field} {of}")


def _as_list(content: object) -> list[Any]:
    if isinstance(content, bytes | bytearray | Mapping) or not isinstance(content, Iterable):
        raise InvalidInput(
            f"cannot add a {type(content).__name__}: give a text, a Path, a Document, or a list "
            "of messages {'speaker': …, 'text': …}"
        )
    items = list(content)
    if not items:
        raise InvalidInput("an empty list was added: nothing to remember")
    return items


def _parse(model: type[Any], row: object, index: int) -> Any:
    if isinstance(row, model):
        return row
    if not isinstance(row, Mapping):
        fields = ", ".join(model.model_fields)
        raise InvalidInput(
            f"item {index} is a {type(row).__name__}: expected {model.__name__} or a dict "
            f"with {fields}"
        )
    try:
        return model.model_validate(dict(row))
    except ValidationError as error:
        fields = ", ".join(model.model_fields)
        raise InvalidInput(
            f"item {index} is no {model.__name__}: {first_problem(error)} (its fields: {fields})"
        ) from error


def _read(path: Path, title: str | None) -> Document:
    try:
        text = _read_text(check_path(path))
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{str(path)!r} is not UTF-8 (byte {error.start}): convert it first"
        ) from error
    except OSError as error:
        raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror}") from error
    heading = _HEADING.search(text)
    return Document(
        text=check_text(text, f"{str(path)!r}"),
        title=title or (heading.group(1) if heading else path.stem),
        uri=path.as_posix(),
    )


def _read_text(path: Path) -> str:
    if not path.exists():
        raise NotFound(f"there is no file {str(path)!r}")
    if not path.is_file() or path.suffix.lower() not in _TEXT_SUFFIXES:
        raise InvalidInput(
            f"{str(path)!r} is not a text file; plain text and Markdown are read "
            "(a folder: add its files)"
        )
    if path.stat().st_size > 4 * MAX_CHARS:
        raise InvalidInput(f"{str(path)!r} has {path.stat().st_size:,} bytes: split it")
    return path.read_text(encoding="utf-8-sig")


def _conversation(item: Any, index: int) -> Any:
    """Return what has messages as a conversation, and anything else as it is."""
    if isinstance(item, Mapping) and "messages" in item:
        return _parse(Conversation, item, index)
    return item


def _from_whole(
    content: Document | Conversation, source: str | None, at: datetime | None, title: str | None
) -> SourceText:
    if isinstance(content, Document):
        return _from_document(content, source, at, title)
    _check_names(content, ("source", "title"), "of the conversation")
    return _from_messages(
        list(content.messages), content.source or source, content.at or at, content.title or title
    )


def _told_apart(texts: list[SourceText]) -> list[SourceText]:
    """Refuse a conversation of another's name: the later would be the earlier one, grown.

    Raises:
        InvalidInput: There are two of one name.
    """
    kinds: dict[str, set[SourceKind]] = {}
    for text in texts:
        before = kinds.setdefault(text.name, set())
        if before and "conversation" in (text.kind, *before):
            raise InvalidInput(
                f"a conversation and something else are both called {text.name!r}, or say the "
                "same and have no name: give each a source of its own, or put them together"
            )
        before.add(text.kind)
    return texts


def _from_document(
    document: Document, source: str | None, at: datetime | None, title: str | None
) -> SourceText:
    text = check_text(document.text, "text")
    _check_names(document, ("title", "uri", "ref"), "of the document")
    title = title or document.title
    moment = document.at or at
    called = source or document.ref or document.uri
    name = called or content_uid("document", title or "", text)
    title = title or _title_of(text, called)
    turn = Turn(text, at=moment, ref=document.ref, title=title, whole=False)
    return SourceText(name, "document", (turn,), title=title, uri=document.uri, at=moment)


def _title_of(text: str, called: str | None) -> str | None:
    """Return what a text's headings stand under: the heading that it opens with, or its name."""
    if opening := _OPENING.match(text):
        return opening.group(1)
    return called if _HEADINGS.search(text) else None


def _from_messages(
    items: list[Any], source: str | None, at: datetime | None, title: str | None
) -> SourceText:
    if any(isinstance(item, Conversation | Document) for item in items):
        raise InvalidInput(
            "messages cannot be mixed with conversations or documents: give the messages as a "
            "conversation, {'messages': […], 'source': …}"
        )
    messages: list[Message] = [_parse(Message, item, index) for index, item in enumerate(items)]
    for index, message in enumerate(messages):
        check_text(message.text, f"text of message {index}")
        _check_names(message, ("speaker", "ref"), f"of message {index}")
    turns = tuple(Turn(m.text, m.speaker, m.at or at, m.ref, title) for m in messages)
    name = source or content_uid("conversation", *(turn.text for turn in turns))
    first = next((turn.at for turn in turns if turn.at), None)
    return SourceText(name, "conversation", turns, title=title, at=first)


def _from_passages(name: str, passages: list[ExtractedPassage]) -> SourceText:
    turns = tuple(Turn(p.text, p.speaker, p.at, p.id, p.title) for p in passages)
    kind: SourceKind = "conversation" if any(p.speaker for p in passages) else "document"
    first = next((turn.at for turn in turns if turn.at), None)
    return SourceText(name, kind, turns, title=passages[0].title, at=first)
