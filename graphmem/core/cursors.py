"""Cursors: where a listing goes on, as a text that callers hand back as it is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from graphmem.errors import InvalidInput

__all__ = ["read_cursor", "write_cursor"]

_MAX_CHARS = 8_000


def write_cursor(*key: str | int) -> str:
    """Return the cursor of the row with the key: what comes after it is not listed yet."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_cursor(cursor: str | None, like: tuple[str | int, ...]) -> tuple[str | int, ...] | None:
    """Return the key of a cursor; None where there is none, for the beginning.

    Args:
        cursor: from `write_cursor`.
        like: a key of the same length and types.

    Raises:
        InvalidInput: It was not made for such a listing.
    """
    if cursor is None:
        return None
    try:
        if len(cursor) > _MAX_CHARS:
            raise ValueError
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        key = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        key = None
    if not isinstance(key, list) or list(map(type, key)) != list(map(type, like)):
        raise InvalidInput(
            f"cursor {cursor[:40]!r} is none of this listing: take `next` of the page before as "
            "it is, or leave it out to begin"
        )
    return tuple(key)
