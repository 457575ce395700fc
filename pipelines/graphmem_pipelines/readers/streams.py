"""Files of many values → one value at a time, so that no file need fit into memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, BinaryIO, TextIO

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.decoding import bom_encoding

__all__ = ["Row", "bounded_lines", "json_values", "opened_text"]

_CHUNK_CHARS = 1 << 16
# A literal that the end of what was read cuts is an error no further than this from there.
_MAX_LITERAL_CHARS = 64
_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN is no value


@dataclass(frozen=True, slots=True)
class Row:
    """One value of a file.

    Attributes:
        number: of its line, or its place in the list, from 1; 0 where the file is one value.
        problem: why there is no value.
    """

    number: int
    value: Any = None
    problem: str | None = None


@contextmanager
def opened_text(file: BinaryIO, encoding: str | None) -> Iterator[TextIO]:
    """Lend the file as text; bytes that are none come back as halves of surrogate pairs.

    Raises:
        InvalidInput: There is no such encoding, or it does not fit.
    """
    name = encoding or bom_encoding(file.read(4)) or "utf-8"
    file.seek(0)
    try:
        text = TextIOWrapper(file, name, errors="surrogateescape")
    except LookupError as error:
        raise InvalidInput(f"there is no encoding {name!r}") from error
    try:
        yield text
    except UnicodeDecodeError as error:  # other encodings have no halves to come back as
        raise InvalidInput(f"it is not all {name}: {error.reason}") from error
    finally:
        with suppress(ValueError):  # whoever lent the file has closed it already
            text.detach()


def bounded_lines(text: TextIO, limit: int) -> Iterator[str | None]:
    """Yield lines without their ends, or None for one that is longer than the limit."""
    while True:
        line = text.readline(limit + 1)
        if not line:
            return
        if len(line) <= limit or line.endswith("\n"):
            yield line.rstrip("\r\n")
            continue
        while line and not line.endswith("\n"):
            line = text.readline(_CHUNK_CHARS)
        yield None


def json_values(file: BinaryIO, options: ReaderOptions, *, lines: bool) -> Iterator[Row]:
    """Yield the values of JSON Lines, the members of a list, or the one value that there is.

    Args:
        file: at its start.
        options: the longest line, and the largest member of a list.
        lines: whether each line is known to be a value.

    Raises:
        InvalidInput: There is no such encoding.
    """
    with opened_text(file, options.encoding) as text:
        if lines or _has_lines(text, options.max_line_bytes):
            yield from _by_line(text, options.max_line_bytes)
        else:
            yield from _Members(text, options.max_bytes).rows()


def _has_lines(text: TextIO, limit: int) -> bool:
    """Whether the first line is a whole value, and another line follows."""
    start = bounded_lines(text, limit)
    first = next((line for line in start if line is None or line.strip()), None)
    more = first is not None and any(line is None or line.strip() for line in start)
    text.seek(0)
    return more and isinstance(_load(first or "", 0).value, dict | list)


def _by_line(text: TextIO, limit: int) -> Iterator[Row]:
    for number, line in enumerate(bounded_lines(text, limit), start=1):
        if line is None:
            yield Row(number, problem=f"line {number:,} has more than {limit:,} characters")
        elif line.strip():
            yield _load(line, number)


def _load(line: str, number: int) -> Row:
    try:
        return Row(number, _DECODER.decode(line.removeprefix("\ufeff")))
    except RecursionError:
        return Row(number, problem=f"line {number:,} is nested too deep")
    except ValueError as error:
        return Row(number, problem=f"line {number:,} is no JSON: {_short(error)}")


class _Members:
    """The members of one list, as far as they have been read; or else the one value."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self._text = text
        self._limit = limit
        self._buffer = ""
        self._at = 0
        self._ended = False

    def rows(self) -> Iterator[Row]:
        """Yield them in order; after a broken one nothing more can be told apart."""
        if self._next_sign() != "[":
            yield self._value(0)
            return
        self._at += 1
        number = 0
        while self._next_sign() not in ("", "]"):
            number += 1
            row = self._value(number)
            yield row
            if row.problem:
                return
            if self._next_sign() == ",":
                self._at += 1
        if self._ended and self._next_sign() == "":
            yield Row(
                number + 1, problem=f"the list ends after member {number:,}: the file is cut"
            )

    def _next_sign(self) -> str:
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in " \t\r\n\ufeff":
                self._at += 1
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._more():
                return ""

    def _value(self, number: int) -> Row:
        what = f"member {number:,}" if number else "it"
        while True:
            try:
                value, end = _DECODER.raw_decode(self._buffer, self._at)
                if end < len(self._buffer) or not self._more():
                    self._at = end
                    return Row(number, value)
            except RecursionError:
                return Row(number, problem=f"{what} is nested too deep")
            except ValueError as error:
                if self._is_broken(error) or not self._more():
                    return Row(number, problem=f"{what} is no JSON: {_short(error)}")
            if len(self._buffer) - self._at > self._limit:
                return Row(number, problem=f"{what} has more than {self._limit:,} characters")

    def _is_broken(self, error: ValueError) -> bool:
        """Whether more text cannot mend it."""
        if not isinstance(error, json.JSONDecodeError):
            return True
        is_cut = error.msg.startswith("Unterminated string")
        return not is_cut and error.pos < len(self._buffer) - _MAX_LITERAL_CHARS

    def _more(self) -> bool:
        """Read as much again as is there, so that a long member is tried few times."""
        left = self._buffer[self._at :]
        said = self._text.read(max(_CHUNK_CHARS, len(left)))
        self._buffer, self._at = left + said, 0
        self._ended = not said
        return bool(said)


def _short(error: ValueError) -> str:
    return str(error)[:200]
