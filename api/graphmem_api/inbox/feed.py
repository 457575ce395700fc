"""Changes of the graph, as they come, for whoever listens.

Nothing is kept for a listener: each reads the store's own feed from the commit that he has seen,
as fast as he takes it, so that a slow one costs as little as one that is gone.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from graphmem.core.changes import ChangeBatch
from graphmem.ports import GraphStore
from graphmem_api.problems import Problem
from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["Feed", "Mark", "Message"]

_POLL_S = 0.5
_ROWS = 500
_MAX_TEXT = 200
_MAX_ID = 200


@dataclass(frozen=True, slots=True)
class Mark:
    """A commit that somebody has seen.

    Attributes:
        token: the commit's own random mark: after a store was put back to an older copy, the same
            number means another commit.
    """

    seq: int
    token: str

    @property
    def text(self) -> str:
        """What stands for it outside."""
        return f"{self.seq}-{self.token}"

    @classmethod
    def of(cls, text: str) -> Mark:
        """Read what `text` gave.

        Raises:
            Problem: 422, it is no mark.
        """
        number, dash, token = text.partition("-")
        if len(text) > _MAX_ID or not (number.isascii() and number.isdigit() and dash):
            raise Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "invalid_input",
                f"{text[:40]!r} is no id of an event: send back the last one that came, or none",
            )
        return cls(int(number), token)


@dataclass(frozen=True, slots=True)
class Message:
    """What a listener gets; `mark` where he may go on from it, None amid a commit."""

    event: str
    data: dict[str, Any]
    mark: Mark | None


class Feed:
    """Tells listeners what changes in a space.

    Args:
        store: its own feed is read.
        threads: do so.
        most: listeners at once.
    """

    def __init__(self, store: GraphStore, threads: ThreadPoolExecutor, most: int) -> None:
        self._store, self._threads, self._most = store, threads, most
        self._loop = asyncio.get_running_loop()
        self._news: dict[str, asyncio.Event] = {}
        self._listeners: Counter[str] = Counter()
        self._places: Counter[str] = Counter()
        self._ended = asyncio.Event()
        self.n_listeners = 0

    @property
    def ending(self) -> bool:
        """Whether every stream is to end."""
        return self._ended.is_set()

    def end(self) -> None:
        """End every stream."""
        self._ended.set()
        for news in self._news.values():
            news.set()

    def wake(self, space: str) -> None:
        """Say that a space has changed."""
        if news := self._news.get(space):
            news.set()

    @contextmanager
    def place(self, of: str = "") -> Iterator[None]:
        """Have a place among the listeners.

        Args:
            of: whose; he may have another while as many are free as he has, so that one alone has
                half of them at most. "" is nobody in particular.

        Raises:
            Problem: 429, there are too many, or he has too many.
        """
        n_free = self._most - self.n_listeners
        if n_free <= (self._places[of] if of else 0):
            raise Problem(
                HTTPStatus.TOO_MANY_REQUESTS,
                "too_many_streams",
                f"no more streams of events may be open here of {self._most:,} in all, of which "
                "each caller has a share: close one, or come again later",
                {"Retry-After": "10"},
            )
        self.n_listeners += 1
        self._places[of] += 1
        try:
            yield
        finally:
            self.n_listeners -= 1
            self._places[of] -= 1
            if not self._places[of]:
                del self._places[of]

    async def pause(self, seconds: float) -> None:
        """Wait some seconds, or until streams are to end."""
        await _until(self._ended, seconds)

    async def changes(self, space: str, after: Mark | None) -> AsyncGenerator[Message]:
        """Yield what changes in a space, until streams are to end.

        Args:
            space: whose.
            after: the last commit that was seen; None begins with what comes from now on.

        Raises:
            StoreError: It cannot be read.
        """
        self._listeners[space] += 1
        news = self._news.setdefault(space, asyncio.Event())
        try:
            seen = await self._run(self._start, space, after)
            if after is not None and seen != after:
                yield Message("reset", {"seq": seen.seq}, seen)
            else:
                yield Message("ready", {"seq": seen.seq}, seen)
            while not self.ending:
                news.clear()
                batch = await self._run(self._next, space, seen.seq)
                if batch is None:
                    await _until(news, _POLL_S)
                    continue
                seen = Mark(batch.seq, await self._run(self._token, space, batch.seq))
                for message in _messages(batch, seen):
                    yield message
        finally:
            self._listeners[space] -= 1
            if not self._listeners[space]:
                del self._listeners[space]
                self._news.pop(space, None)

    async def _run(self, look: Any, *arguments: object) -> Any:
        return await self._loop.run_in_executor(self._threads, look, *arguments)

    def _start(self, space: str, after: Mark | None) -> Mark:
        """Return where to begin: where somebody stopped, if that commit is there still."""
        newest = Mark(*self._store.newest(space))
        if after is None:
            return newest
        there = self._token(space, after.seq) if after.seq <= newest.seq else None
        return after if there == after.token else newest

    def _token(self, space: str, seq: int) -> str:
        return (self._store.token(space, seq) or "") if seq else ""

    def _next(self, space: str, after: int) -> ChangeBatch | None:
        if self._store.newest(space)[0] <= after:
            return None
        batches = self._store.changes(space, after, labels=tuple(Node.registry), kinds=EDGE_KINDS)
        try:
            return next(iter(batches), None)
        finally:
            if isinstance(batches, Generator):
                batches.close()


def _messages(batch: ChangeBatch, mark: Mark) -> Iterator[Message]:
    """Yield what a batch says, some rows at a time; only after the last may one go on from it."""
    rows: list[tuple[str, Any]] = []
    rows += [("removed_nodes", uid) for uid in batch.removed_nodes]
    rows += [("removed_edges", _edge(*key)) for key in batch.removed_edges]
    rows += [("nodes", _node(node)) for node in batch.nodes]
    rows += [("edges", _edge(edge.kind, edge.start, edge.end)) for edge in batch.edges]
    for at in range(0, max(len(rows), 1), _ROWS):
        data: dict[str, Any] = {"seq": batch.seq}
        for name, row in rows[at : at + _ROWS]:
            data.setdefault(name, []).append(row)
        is_last = at + _ROWS >= len(rows)
        yield Message("changes", data, mark if is_last else None)


def _node(node: Node) -> dict[str, str]:
    fields = (getattr(node, name, None) for name in ("text", "name", "title"))
    text = next((said for said in fields if said), "")
    return {"uid": node.uid, "label": node.label, "text": text[:_MAX_TEXT]}


def _edge(kind: str, start: str, end: str) -> dict[str, str]:
    return {"kind": kind, "start": start, "end": end}


async def _until(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
