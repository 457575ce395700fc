"""Values of frameworks, kept exactly beside what is read of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from graphmem.errors import InvalidInput
from graphmem.writing.checks import is_blank

__all__ = ["clipped", "is_value", "read_value", "strings_in", "write_value"]

_DATA = "data:application/json,"
_MAX_CHARS = 1_000_000


def write_value(value: object) -> str:
    """Return a value as a `data:` address, in ASCII; `read_value` gives it back.

    Raises:
        InvalidInput: JSON does not know a part of it.
    """
    try:
        return _DATA + json.dumps(value, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidInput(f"only what JSON knows can be kept: {error}") from error


def read_value(address: str | None) -> Any:
    """Return the value of a `data:` address.

    Raises:
        InvalidInput: It is none that `write_value` made.
    """
    if not is_value(address):
        raise InvalidInput(f"{str(address)[:80]!r} holds no value: something else wrote it")
    return json.loads(str(address).removeprefix(_DATA))


def is_value(address: str | None) -> bool:
    """Whether an address is one of `write_value`."""
    return address is not None and address.startswith(_DATA)


def strings_in(value: object) -> Iterator[str]:
    """Yield the texts in a value that say something, in order, at any depth."""
    if isinstance(value, str):
        if not is_blank(value):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings_in(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from strings_in(part)


def clipped(text: str, n_chars: int = _MAX_CHARS) -> str:
    """Return a text as far as it can be read: without NUL and halves of pairs; "" for a blank."""
    readable = text[:n_chars].replace("\x00", " ").encode("utf-8", "replace").decode()
    return "" if is_blank(readable) else readable
