"""LangGraph's long-term store over a memory: its items are sources, and come back as they were.

    from graphmem import Memory
    from graphmem.adapters.langgraph import GraphMemStore

    store = GraphMemStore(Memory("agent.db", space="langgraph"))
    graph = builder.compile(store=store)

What an item says becomes passages, events and facts like any text; its exact value goes along as
the `data:` address of its source. An item that is put again takes the place of the older one.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from graphmem.adapters.values import clipped, read_value, strings_in, write_value
from graphmem.core.cursors import write_cursor
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, MissingExtra, NotFound
from graphmem.memory import Memory
from graphmem_schemas import Document, Source

try:
    from langgraph.store.base import (
        BaseStore,
        GetOp,
        Item,
        ListNamespacesOp,
        MatchCondition,
        Op,
        PutOp,
        Result,
        SearchItem,
        SearchOp,
    )
    from langgraph.store.base.embed import get_text_at_path
except ModuleNotFoundError as error:
    raise MissingExtra("langgraph", "the store of LangGraph") from error

__all__ = ["GraphMemStore"]

Namespace = tuple[str, ...]
_PREFIX = "langgraph/"
_PAGE = 1_000
_FEW = 3
# A source's name may have 1,000 characters; "#", version and what makes it unique take 22.
_MAX_NAME_CHARS = 1_000
_MAX_STEM_CHARS = _MAX_NAME_CHARS - 22


@dataclass(frozen=True, slots=True)
class _Stored:
    """An item as it is kept.

    Attributes:
        source: name of its source; each version has one of its own.
        version: rises with every put; of puts at once the source decides.
        indexed: whether searching may find it.
    """

    source: str
    version: int
    indexed: bool
    item: Item

    @property
    def rank(self) -> tuple[int, str]:
        """The same for every reader, so that all agree on the last version."""
        return self.version, self.source


class GraphMemStore(BaseStore):
    """A LangGraph store whose items are remembered like everything else.

    All namespaces are in the one space of the memory. Reading an item costs one lookup; listing
    namespaces, and searching, read the sources of the space. There is no time to live. Stores and
    processes may write at once: of puts to one key that overlap, one is the last for all of them.
    A query ranks the 1,000 best hits of the whole space: an item that is not among them has no
    score, and comes after those that have one, by namespace and key. Where others say much of the
    same, a tenant that needs its own ranking needs a space of its own.

    Args:
        memory: where items are kept; it is its owner's to close.
        fields: paths of what an item says, where a put names none; None is all of its texts.
    """

    def __init__(self, memory: Memory, *, fields: list[str] | None = None) -> None:
        self._memory, self._fields = memory, fields

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several things: what reads sees the state before what writes."""
        done: list[Result] = []
        puts: dict[tuple[Namespace, str], PutOp] = {}
        for op in ops:
            match op:
                case GetOp():
                    stored = self._current(op.namespace, op.key)
                    done.append(stored.item if stored else None)
                case SearchOp():
                    done.append(self._search(op))
                case ListNamespacesOp():
                    done.append(self._namespaces(op))
                case PutOp():
                    puts[op.namespace, op.key] = op
                    done.append(None)
                case _:
                    raise InvalidInput(f"LangGraph asks for {type(op).__name__}, not known here")
        for op in puts.values():
            self._put(op)
        return done

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """Do several things in a thread; what has begun goes on to its end."""
        return await asyncio.to_thread(self.batch, list(ops))

    # Writing

    def _put(self, op: PutOp) -> None:
        name = _name(op.namespace, op.key)
        versions = self._versions(name)
        if op.value is not None:
            self._write(op, name, versions[-1] if versions else None)
            # Only what is below a version that is there goes, so the highest one always stays.
            versions = self._versions(name)[:-1]
        # Oldest first: if this is cut off, no older version comes to light.
        for stored in versions:
            self._remove(stored)

    def _remove(self, stored: _Stored) -> None:
        with suppress(NotFound):  # another process was quicker
            self._memory.delete(source=stored.source)

    def _write(self, op: PutOp, name: str, old: _Stored | None) -> None:
        now = datetime.now(UTC)
        version = old.version + 1 if old else 1
        write_value(op.value)  # what cannot be kept is refused before it is read
        said = self._said(op)
        kept = {
            "namespace": list(op.namespace),
            "key": op.key,
            "value": dict(op.value or {}),
            "version": version,
            "indexed": bool(said),
            "created_at": (old.item.created_at if old else now).isoformat(),
            "updated_at": now.isoformat(),
        }
        # Such an address is longer than one that a caller may give.
        text = said or clipped(f"item {op.key}")
        document = Document.model_construct(uri=write_value(kept), text=text)
        # Names sort by version, so that who pages through them meets the new before the old goes.
        source = f"{_stem(name)}#{version:012}-{secrets.token_hex(4)}"
        self._memory.add(document, source=source, at=now)

    def _said(self, op: PutOp) -> str:
        """Return what is read of an item, and found by searching; "" where nothing is to be."""
        value, paths = dict(op.value or {}), self._fields if op.index is None else op.index
        if paths is False:
            return ""
        if paths is None:
            said = clipped("\n".join(strings_in(value)))
            return said or clipped(json.dumps(value, ensure_ascii=False))
        # Who names paths may keep the rest back: where none is there, nothing is read instead.
        return clipped("\n".join(t for path in paths for t in get_text_at_path(value, path)))

    # Reading

    def _current(self, namespace: Namespace, key: str) -> _Stored | None:
        versions = self._versions(_name(namespace, key))
        return versions[-1] if versions else None

    def _versions(self, name: str) -> list[_Stored]:
        """Return what is there of an item, oldest first; more than one until a put is through."""
        # Names that are just too long for a version were long enough for the old "#a" and "#b".
        stems = {stem for stem in (name, _stem(name)) if len(stem) < _MAX_NAME_CHARS}
        found = [one for stem in stems for one in self._stored(f"{stem}#", _FEW)]
        return sorted(found, key=lambda one: one.rank)

    def _all(self) -> dict[tuple[Namespace, str], _Stored]:
        """Return every item, by namespace and key."""
        found: dict[tuple[Namespace, str], _Stored] = {}
        for stored in self._stored(_PREFIX, _PAGE):
            address = stored.item.namespace, stored.item.key
            if address not in found or found[address].rank < stored.rank:
                found[address] = stored
        return dict(sorted(found.items()))

    def _stored(self, prefix: str, k: int) -> Iterator[_Stored]:
        """Yield what sources hold whose names begin so, and read up to k at a time."""
        cursor: str | None = write_cursor(prefix)
        while cursor:
            page = self._memory.sources(k=k, cursor=cursor)
            for source in page.sources:
                if not source.name.startswith(prefix):
                    return
                if stored := _stored(source):
                    yield stored
            cursor = page.next

    def _search(self, op: SearchOp) -> list[SearchItem]:
        depth = len(op.namespace_prefix)
        fitting = [
            stored
            for (namespace, _), stored in self._all().items()
            if namespace[:depth] == op.namespace_prefix and _fits(stored.item.value, op.filter)
        ]
        scores: dict[str, float] = {}
        if op.query:
            scores = self._scores(op.query, [one for one in fitting if one.indexed])
            # Those that were not found come last, as in LangGraph's own stores.
            fitting.sort(key=lambda one: -scores.get(one.source, float("-inf")))
        shown = fitting[op.offset : op.offset + op.limit]
        return [SearchItem(**_fields(one.item), score=scores.get(one.source)) for one in shown]

    def _scores(self, query: str, items: list[_Stored]) -> dict[str, float]:
        names = {one.source for one in items}
        if not names:
            return {}
        recall = self._memory.search(query, k=_PAGE)
        found: dict[str, float] = {}
        for hit in recall.hits:
            if hit.source in names:
                found[hit.source] = max(hit.score, found.get(hit.source, hit.score))
        return found

    def _namespaces(self, op: ListNamespacesOp) -> list[Namespace]:
        found = {namespace for namespace, _ in self._all()}
        for condition in op.match_conditions or ():
            found = {one for one in found if _matches(one, condition)}
        shown = sorted({one[: op.max_depth] for one in found})
        return shown[op.offset : op.offset + op.limit]


def _name(namespace: Namespace, key: str) -> str:
    parts = "/".join(quote(part, safe="") for part in namespace)
    return f"{_PREFIX}{parts}//{quote(key, safe='')}"


def _stem(name: str) -> str:
    """Return how the sources of an item begin: where its name is long by a hash of it.

    No namespace begins with a bare "#", and the key itself is in the value.
    """
    return name if len(name) <= _MAX_STEM_CHARS else f"{_PREFIX}#{content_uid('item', name)}"


def _stored(source: Source) -> _Stored | None:
    """Return the item that a source holds; None where something else wrote it."""
    try:
        kept = read_value(source.uri)
        item = Item(
            value=kept["value"],
            key=kept["key"],
            namespace=tuple(kept["namespace"]),
            created_at=kept["created_at"],
            updated_at=kept["updated_at"],
        )
        return _Stored(source.name, int(kept["version"]), bool(kept["indexed"]), item)
    except (KeyError, TypeError, ValueError):
        return None


def _fields(item: Item) -> dict[str, Any]:
    return {name: getattr(item, name) for name in Item.__slots__}


def _matches(namespace: Namespace, condition: MatchCondition) -> bool:
    path = condition.path
    if len(path) > len(namespace):
        return False
    of_prefix = condition.match_type == "prefix"
    part = namespace[: len(path)] if of_prefix else namespace[len(namespace) - len(path) :]
    return all(wanted in ("*", given) for wanted, given in zip(path, part, strict=True))


def _fits(value: Any, wanted: Any) -> bool:
    """Whether a value is as a filter wants it."""
    if wanted is None:
        return True
    return all(_is(value.get(name), one) for name, one in wanted.items())


def _is(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if any(str(name).startswith("$") for name in wanted):
            return all(_compares(value, name, other) for name, other in wanted.items())
        return isinstance(value, Mapping) and all(
            _is(value.get(name), other) for name, other in wanted.items()
        )
    if isinstance(wanted, list | tuple):
        same = isinstance(value, list | tuple) and len(value) == len(wanted)
        return same and all(map(_is, value, wanted))
    return bool(value == wanted)


def _compares(value: Any, operator: str, other: Any) -> bool:
    if operator in ("$eq", "$ne"):
        return bool(value == other) is (operator == "$eq")
    if operator not in ("$gt", "$gte", "$lt", "$lte"):
        raise InvalidInput(f"there is no operator {operator!r}: $eq, $ne, $gt, $gte, $lt, $lte")
    try:
        one, two = float(value), float(other)
    except (TypeError, ValueError):
        return False  # what is not there is neither more nor less
    return {"$gt": one > two, "$gte": one >= two, "$lt": one < two, "$lte": one <= two}[operator]
