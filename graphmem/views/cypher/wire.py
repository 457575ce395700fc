"""How a statement goes to the process that runs it, and its rows come back: JSON, a line each.

What JSON has no word for is a pair under a key that no text of a statement can hold. NaN and the
infinities are written as Python's own reader takes them.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

__all__ = ["from_wire", "to_wire"]

_KEY = "\x00"
_MARK = rb'"\u0000"'


def to_wire(value: Any) -> bytes:
    """Return a value as one line, without its end; keys of maps become texts."""
    try:
        return _dumped(value)
    except TypeError:
        return _dumped(_with_text_keys(value))


def from_wire(line: bytes) -> Any:
    """Return the value that a line says."""
    return json.loads(line, object_hook=_restored if _MARK in line else None)


def _dumped(value: Any) -> bytes:
    return json.dumps(value, default=_named, separators=(",", ":")).encode()


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _with_text_keys(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_with_text_keys(one) for one in value]
    return value


def _named(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return {_KEY: [type(value).__name__, value.isoformat()]}
    if isinstance(value, timedelta):
        return {_KEY: ["timedelta", [value.days, value.seconds, value.microseconds]]}
    if isinstance(value, Decimal | UUID):
        return {_KEY: [type(value).__name__, str(value)]}
    if isinstance(value, bytes):
        return {_KEY: ["bytes", value.hex()]}
    return str(value)


def _restored(found: dict[str, Any]) -> Any:
    if found.keys() != {_KEY}:
        return found
    name, said = found[_KEY]
    return _MAKERS[name](said)


_MAKERS: dict[str, Any] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "timedelta": lambda said: timedelta(*said),
    "Decimal": Decimal,
    "UUID": UUID,
    "bytes": bytes.fromhex,
}
