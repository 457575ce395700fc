"""What deleted rows leave in a file: nothing, and here is the proof.

SQLite overwrites what it frees (`secure_delete`), but pages that were split or moved keep bytes
of what stood there. `squeeze` writes the file anew; `leftovers` then accounts for every byte of
it: the header, the cells that trees lead to, and their overflow chains are content that a query
shows; all else must be zero. `traces` looks for given texts, for those who want to see for
themselves. Format: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import json
import mmap
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path

from graphmem.errors import StoreBusy, StoreCorrupt
from graphmem.stores.sqlite.mapping import mapped
from graphmem.stores.sqlite.pool import connect

__all__ = ["leftovers", "pieces", "squeeze", "traces"]

_FILE_HEADER = 100
_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE = 2, 5, 10, 13
_PAGE_NUMBER = 4
# What leads to other pages of a table has no content: the number of a page, which begins with a
# zero in files of up to 64 GB, and that of a row.
_CELL_OF_NUMBERS = 8
_LIMIT = 20
_PATIENCE_MS = 5_000
# Pieces so long come again by chance only where a text repeats itself.
_PIECE = 32


def squeeze(path: Path) -> None:
    """Write the file anew without what is free in it, and empty its log.

    Raises:
        StoreBusy: Another process reads or writes it.
        StoreError: There is no room, or it cannot be written; nothing was lost.
    """
    with mapped(path):
        connection = connect(path)
        try:
            # A big file does not fit into memory; the copy holds nothing but what is there.
            connection.execute("PRAGMA temp_store = FILE")
            connection.execute("VACUUM")
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            (busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.close()
    if busy:
        raise StoreBusy(f"{path} is being read by another process: close it and try again")


def leftovers(path: Path) -> list[str]:
    """Return what lies in the file and belongs to nothing, as sentences; none is the proof.

    To be asked after `squeeze`, while nobody writes. O(bytes) in Python: some 20 MB a second.

    Raises:
        StoreCorrupt: The file is no tree of pages.
    """
    with open(path, "rb") as file:
        log = path.with_name(path.name + "-wal")
        found = ["the write-ahead log is not empty"] if _size(log) else []
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        with (
            mapped(path),
            content,
            sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as at,
        ):
            rows = at.execute("SELECT rootpage FROM sqlite_master WHERE rootpage > 0")
            roots = [1, *(root for (root,) in rows)]
            try:
                for sentence in _Pages(content).unaccounted(roots):
                    found.append(sentence)
                    if len(found) >= _LIMIT:
                        break
            except (struct.error, IndexError) as error:
                raise StoreCorrupt(f"{path} is no tree of pages: {error}") from error
            finally:
                rows.close()
        at.close()
    return found


def pieces(texts: Iterable[str]) -> dict[bytes, str]:
    """Return what to look for of each text, in the ways in which a file may hold it.

    A text is cut, since a long one lies on several pages: whatever is left of it in one place
    and is twice as long as a piece has a whole piece in it.
    """
    found: dict[bytes, str] = {}
    for text in texts:
        forms = {
            text,
            " ".join(text.casefold().split()),
            json.dumps(text, ensure_ascii=False)[1:-1],
        }
        for form in sorted(forms):
            raw = form.encode("utf-8", "surrogatepass")
            for at in range(0, max(len(raw) - _PIECE, 0) + 1, _PIECE):
                found.setdefault(raw[at : at + _PIECE], text)
            found.setdefault(raw[-_PIECE:], text)
    found.pop(b"", None)
    return found


def traces(files: Iterable[Path], wanted: dict[bytes, str]) -> list[tuple[Path, str]]:
    """Return in which files a piece of which text lies, each pair once."""
    found: dict[tuple[Path, str], None] = {}
    for path in files:
        if not _size(path):
            continue
        with (
            open(path, "rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            for piece, text in wanted.items():
                if (path, text) not in found and content.find(piece) >= 0:
                    found[path, text] = None
    return list(found)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


class _Pages:
    """The pages of a file, and which bytes of them are content."""

    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        (size,) = struct.unpack_from(">H", content, 16)
        self._size = 65_536 if size == 1 else int(size)
        # Usable bytes of a page: the header can set some aside at its end.
        self._usable = self._size - content[20]
        self._n_free = int(struct.unpack_from(">I", content, 36)[0])
        self._seen: set[int] = set()

    def unaccounted(self, roots: list[int]) -> Iterator[str]:
        """Walk all trees, then say which bytes and pages belong to none of them."""
        if self._n_free:
            yield f"{self._n_free} pages are free and not given back"
        stack = list(roots)
        while stack:
            number = stack.pop()
            if number in self._seen:
                continue
            self._seen.add(number)
            page = self._page(number)
            used, children, chains = self._cells(page, _FILE_HEADER if number == 1 else 0)
            stack += children
            numbers = page[_FILE_HEADER if number == 1 else 0] == _INTERIOR_TABLE
            if n := _stray(page, used, _CELL_OF_NUMBERS if numbers else _PAGE_NUMBER):
                yield f"page {number} has {n} bytes that no row has"
            for first, length in chains:
                yield from self._chain(first, length)
        n_lost = len(self._content) // self._size - len(self._seen)
        if n_lost:
            yield f"{n_lost} pages belong to no table"

    def _page(self, number: int) -> bytes:
        start = (number - 1) * self._size
        return self._content[start : start + self._size]

    def _cells(
        self, page: bytes, header: int
    ) -> tuple[list[tuple[int, int]], list[int], list[tuple[int, int]]]:
        """Return the used ranges of a page, its children, and the chains that it begins."""
        kind, free, n_cells = struct.unpack_from(">BHH", page, header)
        if kind not in (_INTERIOR_INDEX, _INTERIOR_TABLE, _LEAF_INDEX, _LEAF_TABLE):
            raise IndexError(f"no page is of kind {kind}")
        inner = kind in (_INTERIOR_INDEX, _INTERIOR_TABLE)
        first = header + (12 if inner else 8)
        used = [(0, self._end_of_places(page, first + 2 * n_cells)), (self._usable, self._size)]
        children = [int(struct.unpack_from(">I", page, header + 8)[0])] if inner else []
        chains: list[tuple[int, int]] = []
        for start in struct.unpack_from(f">{n_cells}H", page, first):
            at = start
            if inner:
                children.append(int(struct.unpack_from(">I", page, at)[0]))
                at += 4
            length, at = _number(page, at)
            if kind == _LEAF_TABLE:
                _, at = _number(page, at)
            if kind != _INTERIOR_TABLE:  # there it was the key, and nothing follows
                local = self._local(kind, length)
                at += local
                if local < length:
                    chains.append((int(struct.unpack_from(">I", page, at)[0]), length - local))
                    at += 4
            used.append((start, max(at, start + 4)))
        while free:  # a free block keeps its own four bytes: where the next is, and its length
            used.append((free, free + 4))
            (free,) = struct.unpack_from(">H", page, free)
        return used, children, chains

    def _end_of_places(self, page: bytes, at: int) -> int:
        """Return where the list of places of cells ends, with places that it had before.

        SQLite does not clear those. A place is two bytes below the page's size, so that its
        first byte is below any letter: no text and no number of eight bytes hides there.
        """
        while at + 2 <= self._usable and struct.unpack_from(">H", page, at)[0] < self._usable:
            at += 2
        return at

    def _local(self, kind: int, length: int) -> int:
        """Return how much of a cell's content is on its own page."""
        usable = self._usable
        most = usable - 35 if kind == _LEAF_TABLE else (usable - 12) * 64 // 255 - 23
        if length <= most:
            return length
        least = (usable - 12) * 32 // 255 - 23
        some = least + (length - least) % (usable - 4)
        return some if some <= most else least

    def _chain(self, number: int, length: int) -> Iterator[str]:
        while number and number not in self._seen:
            self._seen.add(number)
            page = self._page(number)
            taken = min(length, self._usable - 4)
            length -= taken
            if any(page[4 + taken : self._usable]):
                yield f"page {number} has bytes after the end of its row"
            (number,) = struct.unpack_from(">I", page)


def _stray(page: bytes, used: list[tuple[int, int]], longest: int) -> int:
    """Count the bytes outside of the used ranges that are not zero.

    A few in a row do not count, since numbers of pages and rows that moved are not cleared
    either; a text has no zeros between its letters.
    """
    n_stray, end = 0, 0
    for start, stop in sorted(used):
        runs = page[end:start].split(b"\x00") if start > end else ()
        n_stray += sum(len(run) for run in runs if len(run) > longest)
        end = max(end, stop)
    return n_stray


def _number(page: bytes, at: int) -> tuple[int, int]:
    """Read a variable-length number; return it and where it ends."""
    value = 0
    for _ in range(8):
        byte = page[at]
        value = value << 7 | byte & 0x7F
        at += 1
        if byte < 0x80:
            return value, at
    return value << 8 | page[at], at + 1
