"""CSV and TSV → one row at a time, by the names of their columns."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.decoding import bom_encoding, detected
from graphmem_pipelines.readers.streams import Row, bounded_lines, opened_text

__all__ = ["table_rows"]

_SAMPLE_BYTES = 1 << 16
_SEPARATORS = ",;\t|"
# Excel tells the separator in a line before the names.
_SAYS_SEPARATOR = re.compile(r"\ufeff?sep=(.)$", re.I)


def table_rows(file: BinaryIO, options: ReaderOptions) -> Iterator[Row]:
    """Yield the rows of a table; its first row names the columns.

    The separator (comma, semicolon, tab, bar) and the encoding are found out.

    Raises:
        InvalidInput: It has no row of names, or there is no such encoding.
    """
    sample = file.read(_SAMPLE_BYTES)
    file.seek(0)
    with opened_text(file, options.encoding or _encoding(sample)) as text:
        yield from _rows(_Lines(text, options.max_line_bytes), _separator(sample))


def _rows(lines: _Lines, separator: str) -> Iterator[Row]:
    # The limit is the whole process's; rows are bounded here, before any field is too long.
    csv.field_size_limit(max(csv.field_size_limit(), 2 * lines.limit))
    table = csv.reader(lines, delimiter=separator)
    rows = _checked(table, lines)
    names = next(rows, [])
    if len(names) <= 2 and _SAYS_SEPARATOR.match(separator.join(names)):
        names = next(rows, [])
    if isinstance(names, str):
        raise InvalidInput(f"its first row {names}")
    header = [name.strip().lstrip("\ufeff") for name in names]
    if not any(header):
        raise InvalidInput("it has no first row with the names of its columns")
    for number, cells in enumerate(rows, start=2):
        if isinstance(cells, str):
            yield Row(number, problem=f"row {number:,} {cells}")
        elif any(cell.strip() for cell in cells):
            yield _row(number, header, cells)


def _row(number: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        said = f"row {number:,} has {len(cells)} cells for {len(header)} columns: quote its texts"
        return Row(number, problem=said)
    return Row(number, dict(zip(header, cells, strict=False)))


class _Lines:
    """Lines of a table, counted by what a row has taken so far."""

    def __init__(self, text: TextIO, limit: int) -> None:
        self._lines = bounded_lines(text, limit)
        self.limit = limit
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        if line is None and not self.taken:
            raise _TooLong(f"has more than {self.limit:,} characters")
        self.taken += self.limit + 1 if line is None else len(line) + 1
        if self.taken > self.limit + 1:
            raise _NeverEnds
        return (line or "") + "\n"


class _TooLong(Exception):
    """A row of one line has more characters than a row may; the next one can be read."""


class _NeverEnds(Exception):
    """A row of many lines has more characters than a row may."""


def _checked(table: Iterator[list[str]], lines: _Lines) -> Iterator[list[str] | str]:
    """Yield rows, or why one is none; a quote that is never closed ends the table."""
    while True:
        lines.taken = 0
        try:
            yield next(table)
        except StopIteration:
            return
        except _NeverEnds:
            yield "is too long, or a quote in it is never closed: what follows is left out"
            return
        except _TooLong as error:
            yield str(error)
        except csv.Error as error:
            yield f"cannot be read: {error}"


def _encoding(sample: bytes) -> str | None:
    """Return the encoding of a table that is not UTF-8; spreadsheets write those of Windows."""
    if bom_encoding(sample):
        return None
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    try:
        whole.decode("utf-8")
        return None
    except UnicodeDecodeError:
        return detected(whole)


def _separator(sample: bytes) -> str:
    first = sample.replace(b"\x00", b"").split(b"\n", 1)[0].decode("utf-8", "replace")
    said = _SAYS_SEPARATOR.match(first.strip())
    if said:
        return said[1]
    return max(_SEPARATORS, key=lambda sign: (first.count(sign), -_SEPARATORS.index(sign)))
