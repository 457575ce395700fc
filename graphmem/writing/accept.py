"""First stage of writing: whatever the caller handed in → texts by source, checked.

In: a text, messages, documents, paths. Out: `SourceText`s. Nothing is read from the store, and
nothing is changed when a check fails.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem.writing.refused import first_problem
from graphmem_schemas import (
    MAX_K,
    Document,
    ExtractedPassage,
    Message,
    SourceKind,
    Timestamp,
)

__all__ = [
    "MAX_CHARS",
    "MAX_SPACE_CHARS",
    "Content",
    "SourceText",
    "Turn",
    "accept",
    "accept_passages",
    "check_k",
    "check_moment",
    "check_path",
    "check_space",
    "check_text",
    "is_blank",
]

MAX_CHARS = 10_000_000
MAX_SPACE_CHARS = 200
MAX_NAME_CHARS = 1_000
MAX_MOMENT_CHARS = 64
MAX_PATH_CHARS = 4_096

Content = str | Path | Document | Iterable[Message | Document | Path | Mapping[str, Any]]

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Timestamp)
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
        content: a text, a path to a text file, a document, messages, or several documents.
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
    if isinstance(content, Document):
        return [_from_document(content, source, moment, title)]
    items = _as_list(content)
    if all(isinstance(item, Document | Path) for item in items):
        if source is not None and len(items) > 1:
            raise InvalidInput(
                f"source {source!r} was given for {len(items)} documents: each document is a "
                "source of its own; leave `source` out, or add them one by one"
            )
        documents = [_read(item, None) if isinstance(item, Path) else item for item in items]
        return [_from_document(document, source, moment, title) for document in documents]
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


def check_text(text: object, what: str, limit: int = MAX_CHARS) -> str:
    """Return the text if it can be kept verbatim and says something.

    Raises:
        InvalidInput: It is not a string, blank, longer than `limit` characters, or holds a NUL
            or half of a surrogate pair.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"{what} must be a string, not {type(text).__name__}")
    if len(text) > limit:
        raise InvalidInput(
            f"{what} has {len(text):,} characters; at most {limit:,} are taken: split it"
        )
    if "\x00" in text:
        raise InvalidInput(f"{what} holds a NUL character at offset {text.index(chr(0))}")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InvalidInput(
            f"{what} holds half of a surrogate pair at offset {error.start}: "
            "decode it with the right encoding first"
        ) from error
    if is_blank(text):
        raise InvalidInput(f"{what} is empty or blank: give some words")
    return text


def is_blank(text: str) -> bool:
    """Whether nothing of the text can be seen."""
    return not any(_visible(character) for character in text)


def check_space(space: object) -> str:
    """Return the space's name if it is one.

    Raises:
        InvalidInput: It is not a string of 1 to 200 visible characters and inner blanks.
    """
    if not isinstance(space, str):
        raise InvalidInput(f"space must be a string, not {type(space).__name__}")
    if not 1 <= len(space) <= MAX_SPACE_CHARS:
        raise InvalidInput(f"space has {len(space)} characters; it takes 1 to {MAX_SPACE_CHARS}")
    if space != space.strip() or not all(_visible(c) or c == " " for c in space):
        raise InvalidInput(
            f"space {space!r} holds control, zero-width or outer blank characters: "
            "use visible ones, so that two spaces never look the same"
        )
    if space in (".", "..") or "\ufffd" in space:
        raise InvalidInput(
            f"space {space!r} is a way in a path, or was not decoded as UTF-8: name it otherwise"
        )
    return unicodedata.normalize("NFC", space)


def check_moment(at: object, what: str = "at") -> datetime | None:
    """Return the moment in UTC; a date or time without a zone is taken to be UTC.

    Args:
        at: a date, a datetime or a text.
        what: what it is called where it was given.

    Raises:
        InvalidInput: It is neither a date nor an ISO 8601 text of one that exists.
    """
    if at is None:
        return None
    if isinstance(at, date) and not isinstance(at, datetime):
        at = datetime(at.year, at.month, at.day)
    if not isinstance(at, datetime | str):
        kinds = "a date, a datetime or ISO 8601 text"
        raise InvalidInput(f"{what} must be {kinds}, not {type(at).__name__}")
    if isinstance(at, str) and len(at) > MAX_MOMENT_CHARS:
        raise InvalidInput(f"{what} has {len(at):,} characters, which no date has; write ISO 8601")
    try:
        # The strings of dates alone, "2023-05-01", are midnight; bare numbers are no dates.
        return _MOMENT.validate_python(datetime.fromisoformat(at) if isinstance(at, str) else at)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(
            f"{what} {at!r} is not a date in ISO 8601, or none that exists: "
            "write 2024-05-03, or 2024-05-03T10:00:00Z"
        ) from error


def check_k(k: object) -> int:
    """Return how many hits are wanted.

    Raises:
        InvalidInput: It is no whole number from 1 to 1,000.
    """
    if isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MAX_K:
        raise InvalidInput(f"k is {k!r:.40}: give a whole number from 1 to {MAX_K:,}")
    return k


def check_path(path: object) -> Path:
    """Return the path of a file; whether there is one is not asked.

    Raises:
        InvalidInput: It is no path, or one that no file system has.
    """
    if not isinstance(path, str | Path):
        raise InvalidInput(f"path must be a string or a Path, not {type(path).__name__}")
    text = str(path)
    if len(text) > MAX_PATH_CHARS:
        raise InvalidInput(f"path has {len(text):,} characters; at most {MAX_PATH_CHARS:,} work")
    if text in ("", ".") or "\x00" in text or not _encodable(text):
        raise InvalidInput(f"{text!a} cannot be the path of a file: give another")
    return Path(path)


def _no_path(text: str) -> str:
    """Refuse the name of a file or folder that is there: who gives it wants what that holds."""
    if len(text) <= MAX_PATH_CHARS and not any(map(str.isspace, text)):
        with suppress(OSError):  # no name that a file can have
            if Path(text).is_dir():
                raise InvalidInput(f"{text!r} is the name of a folder: {_NOT_A_NAME}")
            if Path(text).suffix and Path(text).is_file():
                raise InvalidInput(f"{text!r} is the name of a file: {_NOT_A_NAME}")
    return text


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


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
