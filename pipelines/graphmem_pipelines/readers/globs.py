"""Glob patterns as regular expressions: `**` crosses folders, `*` and `?` do not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from graphmem.errors import InvalidInput

__all__ = ["Globs"]


class Globs:
    """Several patterns at once.

    Args:
        patterns: globs.
        anywhere: whether one without a slash is also tried on the name of a file alone.
    """

    __slots__ = ("_anywhere", "_pattern")

    def __init__(self, patterns: Sequence[str], *, anywhere: bool = True) -> None:
        self._pattern = _compiled(tuple(patterns))
        self._anywhere = anywhere

    def __bool__(self) -> bool:
        """Whether there is any pattern."""
        return self._pattern is not None

    def match(self, relative: str) -> bool:
        """Whether one fits a path below the root, written with slashes."""
        if self._pattern is None:
            return False
        return bool(
            self._pattern.match(relative)
            or (self._anywhere and self._pattern.match(relative.rpartition("/")[2]))
        )

    def match_within(self, relative: str) -> bool:
        """Whether one fits a path or a folder that it is in."""
        parts = relative.split("/")
        return any(self.match("/".join(parts[:n])) for n in range(len(parts), 0, -1))


@lru_cache(maxsize=64)
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str] | None:
    if not patterns:
        return None
    try:
        return re.compile(f"(?:{'|'.join(map(_translated, patterns))})\\Z", re.DOTALL)
    except re.error as error:
        raise InvalidInput(f"{patterns!r} are no glob patterns: {error}") from error


def _translated(pattern: str) -> str:
    parts = pattern.removeprefix("./").rstrip("/").split("/")
    made = ""
    for at, part in enumerate(parts):
        last = at == len(parts) - 1
        if part == "**":
            made += ".*" if last else "(?:.*/)?"
        else:
            made += _part(part) + ("" if last else "/")
    return made


def _part(part: str) -> str:
    made, at = "", 0
    while at < len(part):
        character = part[at]
        end = part.find("]", at + 2)
        if character == "[" and end > 0:
            made += _one_of(part[at + 1 : end])
            at = end
        else:
            made += {"*": "[^/]*", "?": "[^/]"}.get(character, re.escape(character))
        at += 1
    return made


def _one_of(inside: str) -> str:
    negated = inside[0] in "!^" and len(inside) > 1
    letters = "".join(c if c == "-" else re.escape(c) for c in inside[negated:])
    return f"[^/{letters}]" if negated else f"[{letters}]"
