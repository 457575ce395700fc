"""The process that runs statements: it may break, be stopped or run out of memory by itself.

It takes a line and answers with a line, one at a time, until its parent is gone:

    {"path": "…"}                                                     opens a file
    {"statement": "…", "parameters": {…}, "limit": 9, "timeout_s": 1}  runs a statement on it

Answers are {}, {"columns", "rows", "cut"}, {"unopened": "…"}, {"refused": "…"} or {"large": "…"}.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from graphmem.errors import GraphMemError
from graphmem.views.cypher.opening import connected, open_database, said
from graphmem.views.cypher.wire import from_wire, to_wire

if TYPE_CHECKING:
    from ladybug import Database

__all__ = ["main"]

# What a statement may hold of the file, and beside that of everything else.
_POOL_BYTES = 512 << 20
_STATEMENT_BYTES = 1 << 30
# What an answer may have: rows behind that are cut.
_ANSWER_BYTES = 64 << 20
_ANSWER_VALUES = 4_000_000
_FIRST_ROWS, _MOST_ROWS = 1, 1_000
_CHUNK_BYTES = 1 << 20
_LOOK_S = 5.0


def main() -> None:
    """Answer until the parent closes the pipe or is gone."""
    answers = _own_output()
    _keep_no_cores()
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    server = _Server()
    for line in sys.stdin.buffer:
        answers.write(server.answer(from_wire(line)) + b"\n")
        answers.flush()
    # Nothing was written, so there is nothing to put in order.
    os._exit(0)


class _Server:
    """One file that is open, or none."""

    def __init__(self) -> None:
        self._database: Database | None = None

    def answer(self, request: dict[str, Any]) -> bytes:
        try:
            if "path" in request:
                self._open(Path(request["path"]))
                return b"{}"
            return self._run(**request)
        except MemoryError:
            return to_wire({"large": "no memory is left"})
        except GraphMemError as error:
            return to_wire({"unopened": str(error)})
        except (RuntimeError, ValueError, OverflowError) as error:
            return to_wire({"refused": said(error)})

    def _open(self, path: Path) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        _set_memory(None)
        self._database = open_database(path, read_only=True, pool=_POOL_BYTES)
        _set_memory(_STATEMENT_BYTES)

    def _run(
        self, statement: str, parameters: dict[str, Any], limit: int, timeout_s: float
    ) -> bytes:
        if self._database is None:
            raise RuntimeError("no file is open")
        with connected(self._database) as connection:
            connection.set_query_timeout(max(1, round(timeout_s * 1_000)))
            result: Any = connection.execute(statement, parameters)
            try:
                return _answer(result, limit)
            finally:
                result.close()


def _answer(result: Any, limit: int) -> bytes:
    """Return the first rows, as many as fit."""
    columns = to_wire(result.get_column_names())
    parts: list[bytes] = []
    n_rows = n_bytes = n_values = 0
    size = _FIRST_ROWS
    while n_rows < limit and result.has_next():
        rows = result.get_n(min(size, limit - n_rows))
        part = to_wire(rows)[1:-1]
        n_bytes += len(part)
        n_values += part.count(b",")
        if n_bytes > _ANSWER_BYTES or n_values > _ANSWER_VALUES:
            if not parts:
                return to_wire({"large": "one row of the answer is larger than an answer may be"})
            return _joined(columns, parts, cut=True)
        parts.append(part)
        n_rows += len(rows)
        # No more at once than is known to be small.
        size = min(_MOST_ROWS, 2 * size, max(1, _CHUNK_BYTES * n_rows // (n_bytes + 1)))
    return _joined(columns, parts, cut=result.has_next())


def _joined(columns: bytes, parts: list[bytes], *, cut: bool) -> bytes:
    rows = b",".join(parts)
    return b'{"columns":%b,"cut":%b,"rows":[%b]}' % (columns, b"true" if cut else b"false", rows)


def _own_output() -> BinaryIO:
    """Keep the pipe to ourselves: what anything prints goes nowhere."""
    own = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return own


def _leave_with(parent: int) -> None:
    """End where the parent was killed and another holds its end of the pipe."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(0)


def _keep_no_cores() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _set_memory(extra: int | None) -> None:
    """Let the process have so many bytes more than now; None: as many as it was given.

    Where a system does not count addresses, the engine's own limit on its pool is all there is.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        now = most
        if extra is not None:
            pages = int(Path("/proc/self/statm").read_text().split()[0])
            wanted = pages * resource.getpagesize() + extra
            now = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_AS, (now, most))
