"""What callers hand in, checked: texts, names, moments, numbers and paths.

Each check returns what it was given, in the form in which it is kept, or says what is wrong.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from pathlib import Path

from pydantic import TypeAdapter

from graphmem.errors import InvalidInput
from graphmem_schemas import MAX_K, Timestamp

__all__ = [
    "MAX_CHARS",
    "MAX_PATH_CHARS",
    "MAX_SPACE_CHARS",
    "check_k",
    "check_moment",
    "check_path",
    "check_space",
    "check_text",
    "is_blank",
]

MAX_CHARS = 10_000_000
MAX_SPACE_CHARS = 200
MAX_MOMENT_CHARS = 64
MAX_PATH_CHARS = 4_096

_MOMENT: TypeAdapter[datetime] = TypeAdapter(Timestamp)


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


def _visible(character: str) -> bool:
    return not character.isspace() and unicodedata.category(character) not in ("Cc", "Cf", "Cs")


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
