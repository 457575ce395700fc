"""A whole space as JSON Lines, out and in, with the same uids.

The first line names the format; then come nodes, then vectors, then edges, one a line. The last
line says how many there are, and a checksum of their lines, so that a file that was cut off is not
taken for a whole one. Files of before that line say nothing of it in their first, and are read.
"""

from __future__ import annotations

import json
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from graphmem.core.changes import Changes, Vector
from graphmem.errors import InvalidInput
from graphmem.interop.checking import Checks
from graphmem.interop.files import look_for, write_whole
from graphmem.interop.whole import edges_of, nodes_of, vectors_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Node, parse_node

__all__ = ["FORMAT", "Row", "export_jsonl", "import_jsonl", "write_rows"]

FORMAT = "graphmem-jsonl-1"
COMMIT_ROWS = 5_000
_CHECKSUM = "blake2b"
_HEAD = json.dumps({"format": FORMAT}).rstrip("}")

Row = Node | Vector | Edge


def export_jsonl(
    store: GraphStore, space: str, path: Path, embedder: str | None, *, vectors: bool = True
) -> int:
    """Write the space to a file, with its vectors unless told not to; return the number of rows.

    Raises:
        InvalidInput: The path is no place for a file, or it cannot be written.
        StoreBusy: Others wrote to the space all the time.
    """

    def write(file: TextIO) -> int:
        file.write(_rest_of_head(embedder, closed=True))
        tally = _Tally()
        for row in _all(store, space, vectors):
            line = _line(row)
            file.write(line)
            tally.add(line)
        file.write(json.dumps(tally.end) + "\n")
        return tally.n_rows

    return write_whole(store, space, path, _HEAD, write)


def write_rows(path: Path, rows: Iterable[Row], embedder: Callable[[], str | None]) -> int:
    """Write rows that were read from elsewhere as a file to import; return how many.

    Args:
        path: a file of one's own.
        rows: taken one by one.
        embedder: asked after the last row, for what made the vectors.
    """
    n_rows = 0
    body = path.with_name(path.name + ".part")
    with body.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(_line(row))
            n_rows += 1
    with path.open("wb") as whole, body.open("rb") as read:
        whole.write((_HEAD + _rest_of_head(embedder(), closed=False)).encode())
        shutil.copyfileobj(read, whole)
    return n_rows


def import_jsonl(
    store: GraphStore, space: str, path: Path, check_header: Callable[[str | None], None]
) -> int:
    """Read a file that `export_jsonl` wrote into the space; return the number of rows.

    Every line is checked before the first one is applied. Rows that are there already change
    nothing, so an import that was interrupted can be run again.

    Args:
        store: where to.
        space: the space that the rows go into; that of the export is not kept.
        path: the file.
        check_header: told the embedder of the vectors; raises if they do not fit.

    Raises:
        NotFound: There is no such file.
        InvalidInput: A line is not what it should be, and the message gives its number; or the
            lines do not fit together, or to what the space holds.
    """
    look_for(path)
    rows = _rows(path)
    embedder = _embedder(next(rows, None), path)
    checks = Checks(store, space, embedder)
    for row in rows:
        if not isinstance(row, dict):
            checks.take(row)
    checks.finish()
    check_header(embedder)  # it may bind the store, so all lines come first
    n_rows = 0
    for batch in _batches(path):
        changes = Changes(
            nodes=tuple(row for row in batch if isinstance(row, Node)),
            edges=tuple(row for row in batch if isinstance(row, Edge)),
            vectors=tuple(row for row in batch if isinstance(row, Vector)),
        )
        store.apply(space, lambda _, changes=changes: changes)  # type: ignore[misc]
        n_rows += len(batch)
    return n_rows


def _rest_of_head(embedder: str | None, *, closed: bool) -> str:
    said = json.dumps({"embedder": embedder, **({"closed": True} if closed else {})})
    return f", {said.removeprefix('{')}\n"


def _embedder(header: Row | dict[str, Any] | None, path: Path) -> str | None:
    """Return what the header says of the vectors."""
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InvalidInput(f"{str(path)!r} does not begin with a {FORMAT} header line")
    embedder = header.get("embedder")
    if embedder is not None and not isinstance(embedder, str):
        raise InvalidInput(
            f"the header of {path.name} names no embedder ({str(embedder)[:80]!r}): it is a text "
            "or null"
        )
    return embedder


class _Tally:
    """Counts lines and adds their checksums up, so that equal graphs have equal sums.

    Rows come in the order of their last change, which says nothing of the graph.
    """

    def __init__(self) -> None:
        self.n_rows = 0
        self._sum = 0

    def add(self, line: str) -> None:
        """Take in one line, with its end or without."""
        digest = blake2b(line.rstrip("\n").encode(), digest_size=16).digest()
        self.n_rows += 1
        self._sum = (self._sum + int.from_bytes(digest)) % (1 << 128)

    @property
    def end(self) -> dict[str, Any]:
        """What the last line says."""
        return {"rows": self.n_rows, _CHECKSUM: f"{self._sum:032x}"}


def _all(store: GraphStore, space: str, vectors: bool) -> Iterator[Row]:
    yield from nodes_of(store, space)
    yield from vectors_of(store, space) if vectors else ()
    yield from edges_of(store, space)


def _line(row: Row) -> str:
    if isinstance(row, Vector):
        raw = b64encode(row.values.astype("<f4").tobytes()).decode()
        return json.dumps({"vector": row.uid, "float32": raw}) + "\n"
    if isinstance(row, Node):
        body = {"node": row.label, **row.model_dump(mode="json", exclude_defaults=True)}
    else:
        said = row.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True)
        body = {"edge": row.kind, **said}
    return json.dumps(body, ensure_ascii=False) + "\n"


def _rows(path: Path) -> Iterator[Row | dict[str, Any]]:
    """Yield the header as a dict, then the rows, each checked, and all of them at the end."""
    with path.open(encoding="utf-8", errors="strict") as file:
        number, line = 0, ""
        try:
            header = _object(file.readline() or "{}", 1, path)
            yield header
            tally, end = _Tally(), None
            for number, line in enumerate(file, 2):
                body = _object(line, number, path)
                if end is not None:
                    raise InvalidInput(f"line {number} of {path.name} stands behind the last one")
                if _CHECKSUM in body:
                    end = body
                    continue
                yield _row(body)
                tally.add(line)
            if "closed" in header or end is not None:
                _check_end(tally, end, path)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise _refused(error, line, number, path) from error


def _refused(error: Exception, line: str, number: int, path: Path) -> InvalidInput:
    broken = isinstance(error, json.JSONDecodeError) and not line.endswith("\n")
    if number and broken:  # behind a first line that can be read
        return InvalidInput(
            f"{str(path)!r} seems cut off: line {number}, its last, breaks off; export again"
        )
    return InvalidInput(
        f"line {number or 1} of {path.name} is not a graphmem row: {str(error).splitlines()[0]}"
    )


def _object(line: str, number: int, path: Path) -> dict[str, Any]:
    body = json.loads(line)
    if not isinstance(body, dict):
        raise InvalidInput(f"line {number} of {path.name} is no JSON object")
    return body


def _check_end(tally: _Tally, end: dict[str, Any] | None, path: Path) -> None:
    if end is None:
        raise InvalidInput(
            f"{str(path)!r} is cut off: its last line is missing, {tally.n_rows:,} rows are left; "
            "export again"
        )
    if end != tally.end:
        raise InvalidInput(
            f"{str(path)!r} is not as it was written: its last line says {end.get('rows')} rows "
            f"of another checksum, and there are {tally.n_rows:,}; export again, or, where it was "
            'changed on purpose, take out that line, and "closed" of the first'
        )


def _row(body: dict[str, Any]) -> Row:
    if "node" in body:
        label = body.pop("node")
        if label not in Node.registry:
            raise InvalidInput(f"unknown node label {label!r}")
        return parse_node(label, json.dumps(body))
    if "vector" in body:
        values = np.frombuffer(b64decode(body["float32"], validate=True), dtype="<f4")
        return Vector(str(body["vector"]), values.astype(np.float32))
    return Edge.model_validate({"kind": body.pop("edge"), **body})


def _batches(path: Path) -> Iterator[list[Row]]:
    batch: list[Row] = []
    rows = _rows(path)
    next(rows)
    for row in rows:
        if not isinstance(row, dict):
            batch.append(row)
        if len(batch) >= COMMIT_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch
