"""How much a body may say: what reads JSON has the interpreter alone, so that all others wait."""

from __future__ import annotations

from http import HTTPStatus

from graphmem_api.problems import Problem

__all__ = ["MAX_VALUES", "check_values"]

MAX_VALUES = 500_000
"""Values of a body, with those in values: as many as a hundred thousand messages have."""


def check_values(raw: bytes) -> None:
    """Refuse a body that has too many values; what it means is for others to tell.

    Raises:
        Problem: 413.
    """
    if _count(raw) <= MAX_VALUES:
        return
    # A long text has commas of its own: only what is in no string counts.
    bare = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    is_split = bare.count(b'"') <= 4 * MAX_VALUES
    if is_split and _count(b"".join(bare.split(b'"')[::2])) <= MAX_VALUES:
        return
    raise Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "too_many_values",
        f"a body has at most {MAX_VALUES:,} values, with those in lists and objects: send it in "
        "parts",
    )


def _count(raw: bytes) -> int:
    return raw.count(b",") + raw.count(b"[") + raw.count(b"{")
