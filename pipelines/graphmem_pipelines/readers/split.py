"""A file of many sources → its items, one after another, each with its content."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, BinaryIO

from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.gathering import Gathering
from graphmem_pipelines.readers.odd import ODD, not_built_so
from graphmem_pipelines.readers.rows import check_fields
from graphmem_pipelines.readers.shapes import Part, contents_of, part_content
from graphmem_pipelines.readers.streams import Row, json_values
from graphmem_pipelines.readers.tables import table_rows

__all__ = ["split"]

_LINES = (".jsonl", ".ndjson")
# A file in which none of so many values can be read is of another kind than was thought.
_MANY = 100


def split(
    file: BinaryIO, key: str, kind: str, options: ReaderOptions, *, suffix: str = ""
) -> Iterator[Found]:
    """Yield the documents, conversations and runs of a file of rows or of JSON.

    Those that stand in one value come as they are read, those whose parts lie apart when the
    file has ended, in the order in which they began. What cannot be read is an item, too.

    Args:
        file: open at its start.
        key: of the file.
        kind: "csv", "json", or a shape of JSON that is known.
        options: field map and limits.
        suffix: of the file's name.

    Raises:
        InvalidInput: Nothing of it can be read.
        StoreFull: There is no room for temporary files.
    """
    check_fields(options.fields)
    if kind == "csv":
        rows = table_rows(file, options)
    else:
        rows = json_values(file, options, lines=suffix in _LINES)
    with Gathering() as gathering:
        yield from _unless_all_fail(_Splitting(key, kind, options, gathering).items(rows), key)


class _Splitting:
    """One file on its way to items."""

    def __init__(self, key: str, kind: str, options: ReaderOptions, gathering: Gathering) -> None:
        self._key = key
        self._kind = kind
        self._options = options
        self._gathering = gathering

    def items(self, rows: Iterator[Row]) -> Iterator[Found]:
        """Yield the items of all rows."""
        n_items = 0
        for row in rows:
            for item in self._of_row(row):
                n_items += 1
                yield item
        for part, found in self._gathering.parts(self._options.max_bytes):
            name = self._name(part)
            n_items += 1
            if found is None:
                limit = f"{self._options.max_bytes:,}"
                yield self._failed(name, f"it has more than {limit} characters")
            else:
                yield self._tried(name, _part_of(found, name, self._options))
        if not n_items:
            yield self._failed(self._key, "it holds no text, chat or run")

    def _of_row(self, row: Row) -> Iterator[Found]:
        own = str(row.number) if row.number else ""
        if row.problem is not None:
            yield self._failed(self._name(own), row.problem)
            return
        made = contents_of(row.value, self._kind, own, self._options)
        while True:
            try:
                step = next(made, None)
            except ODD as error:
                yield self._failed(self._name(own), str(not_built_so(error, self._kind)))
                return
            if step is None:
                return
            if isinstance(step, Part):
                self._gathering.add(step.part, [step.shape, step.value])
            else:
                yield self._tried(self._name(step.name), step.content)

    def _tried(self, name: str, content: Callable[[], Content]) -> Found:
        try:
            made = content()
        except ODD as error:
            return self._failed(name, str(not_built_so(error, self._kind)))
        name = self._gathering.unique(name)
        run = made.run if made.run is None else {**made.run, "source": name}
        return Found(name, None, self._kind, _size(made), replace(made, name=name, run=run))

    def _failed(self, name: str, problem: str) -> Found:
        return Found(self._gathering.unique(name), None, self._kind, 0, problem=problem)

    def _name(self, own: str) -> str:
        """Return the key of a source of the file; the only one is called as the file is."""
        plain = own.encode("utf-8", "replace").decode("utf-8")
        return f"{self._key}#{plain[:300]}" if own else self._key


def _part_of(found: list[Any], name: str, options: ReaderOptions) -> Callable[[], Content]:
    shape = found[0][0]
    return lambda: part_content(shape, [value for _, value in found], name, options)


def _unless_all_fail(items: Iterator[Found], key: str) -> Iterator[Found]:
    """Yield the items, or one for all where the first many of them have the same fault."""
    failed: list[Found] = []
    for item in items:
        if item.problem is None:
            yield from failed
            yield item
            break
        failed.append(item)
        if len(failed) == _MANY:
            said = f"none of its first {_MANY} rows can be read; {failed[0].problem}"
            yield Found(key, None, item.kind, 0, problem=said)
            return
    else:
        yield from failed
        return
    yield from items


def _size(content: Content) -> int:
    """Return about how much it says."""
    if content.document is not None:
        return len(content.document.text)
    if content.messages is not None:
        return sum(len(message.text) for message in content.messages)
    steps: list[Mapping[str, Any]] = content.run["steps"] if content.run else []
    return sum(len(step["action"]) + len(step.get("observation") or "") for step in steps)
