"""A whole space as JSON Lines, out and in, with the same uids.

The first line names the format; then come nodes, then vectors, then edges, one a line.
"""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from graphmem.core.changes import Changes, Vector
from graphmem.errors import InvalidInput
from graphmem.interop.files import look_for, write_whole
from graphmem.interop.whole import edges_of, nodes_of, vectors_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Node, parse_node

__all__ = ["FORMAT", "Row", "export_jsonl", "import_jsonl", "write_rows"]

FORMAT = "graphmem-jsonl-1"
COMMIT_ROWS = 5_000
_HEAD = json.dumps({"format": FORMAT}).rstrip("}")
_DIMENSIONS = re.compile(r"\((\d+) dimensions\)$")

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
        file.write(_rest_of_head(embedder))
        n_rows = 0
        for row in _all(store, space, vectors):
            file.write(_line(row))
            n_rows += 1
        return n_rows

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
        whole.write((_HEAD + _rest_of_head(embedder())).encode())
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
        InvalidInput: A line is not what it should be; the message gives its number.
    """
    look_for(path)
    rows = _rows(path)
    header = next(rows, None)
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InvalidInput(f"{str(path)!r} does not begin with a {FORMAT} header line")
    _check_ends(rows, store, space, header.get("embedder"))
    check_header(header.get("embedder"))  # it may bind the store, so all lines come first
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


def _rest_of_head(embedder: str | None) -> str:
    return f', "embedder": {json.dumps(embedder)}}}\n'


def _check_ends(
    rows: Iterator[Row | dict[str, Any]], store: GraphStore, space: str, embedder: str | None
) -> None:
    """Check that every edge and vector is of a node in the file or in the space. O(file)."""
    there: set[str] = set()
    needed: dict[str, None] = {}
    for row in rows:
        if isinstance(row, Node):
            there.add(row.uid)
        elif isinstance(row, Vector):
            _check_vector(row, embedder)
            needed[row.uid] = None
        elif isinstance(row, Edge):
            needed.update({row.start: None, row.end: None})
    missing = [uid for uid in needed if uid not in there]
    stored = store.get(space, missing)
    unknown = [uid for uid, node in zip(missing, stored, strict=True) if node is None]
    if unknown:
        raise InvalidInput(
            f"{len(unknown)} nodes that edges or vectors of the file need are neither in it nor "
            f"in space {space!r}, the first is {unknown[0][:80]!r}: export the whole space again"
        )


def _check_vector(vector: Vector, embedder: str | None) -> None:
    """Refuse a vector that searches could not be compared with."""
    if embedder is None:
        raise InvalidInput("the file holds vectors, but its header does not say of which embedder")
    said = _DIMENSIONS.search(embedder)
    wrong_length = said is not None and len(vector.values) != int(said.group(1))
    # NaN is not near 1 either.
    if wrong_length or not abs(float(np.linalg.norm(vector.values)) - 1.0) < 1e-2:
        raise InvalidInput(
            f"the vector of {vector.uid[:80]!r} is no unit vector of {embedder}: export again"
        )


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
    """Yield the header as a dict, then the rows, each checked."""
    with path.open(encoding="utf-8", errors="strict") as file:
        number = 0
        try:
            for number, line in enumerate(file, 1):
                body = json.loads(line)
                if not isinstance(body, dict):
                    raise InvalidInput(f"line {number} of {path.name} is no JSON object")
                yield body if number == 1 else _row(body)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if isinstance(error, InvalidInput):
                raise
            raise InvalidInput(
                f"line {number or 1} of {path.name} is not a graphmem row: "
                f"{str(error).splitlines()[0]}"
            ) from error


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
