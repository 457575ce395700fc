"""Streams of events: heartbeats, clients that take nothing, errors, and an end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from graphmem.errors import StoreUnavailable
from graphmem.stores.memory import MemoryStore
from graphmem_api.access.caller import LOOPBACK
from graphmem_api.inbox.feed import Feed
from graphmem_api.routes import events
from graphmem_api.routes.events import EventStream, told


async def run(
    coming: AsyncGenerator[str],
    *,
    taken: int | None = None,
    holds: Callable[[], bool] = lambda: True,
) -> tuple[list[dict[str, Any]], Feed]:
    """Serve a stream to a client that takes so many messages; return these."""
    sent: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        if taken is not None and len(sent) >= taken:
            await asyncio.Event().wait()
        sent.append(message)

    async def receive() -> dict[str, str]:
        await asyncio.Event().wait()
        return {}

    with ThreadPoolExecutor(1) as threads:
        feed = Feed(MemoryStore(), threads, 1)
        await EventStream(coming, feed, LOOPBACK, holds)({"type": "http"}, receive, send)
    return sent, feed


def body(sent: list[dict[str, Any]]) -> str:
    return b"".join(message.get("body", b"") for message in sent).decode()


def test_a_stream_with_nothing_to_tell_shows_that_it_lives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_HEARTBEAT_S", 0.01)

    async def slow() -> AsyncGenerator[str]:
        await asyncio.sleep(0.1)
        yield told("end", {})

    sent, feed = asyncio.run(run(slow()))
    assert body(sent).startswith(": still here\n\n")
    assert body(sent).endswith("event: end\ndata: {}\n\n")
    assert feed.n_listeners == 0


def test_who_takes_nothing_is_dropped_and_his_place_is_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_TAKEN_S", 0.02)
    closed: list[bool] = []

    async def endless() -> AsyncGenerator[str]:
        try:
            while True:
                yield told("changes", {"text": "a" * 1_000})
        finally:
            closed.append(True)

    sent, feed = asyncio.run(run(endless(), taken=3))
    assert len(sent) == 3
    assert sent[-1]["more_body"]  # it does not look like a whole answer
    assert feed.n_listeners == 0
    assert closed


def test_an_error_is_told_and_ends_the_stream() -> None:
    async def failing() -> AsyncGenerator[str]:
        yield told("ready", {})
        raise StoreUnavailable("the store is away")

    sent, _ = asyncio.run(run(failing()))
    last = body(sent).split("\n\n")[-2]
    assert last.startswith("event: error\n")
    told_of = json.loads(last.partition("data: ")[2])
    assert told_of["code"] == "store_unavailable"
    assert "is away" not in told_of["detail"]
    assert not sent[-1]["more_body"]


@pytest.mark.parametrize("busy", [True, False])
def test_a_stream_ends_when_its_key_does(monkeypatch: pytest.MonkeyPatch, busy: bool) -> None:
    """Whether anything happens in it or nothing does; what comes then is not told any more."""
    monkeypatch.setattr(events, "_LOOK_S", 0.01)
    n_told = 0

    async def endless() -> AsyncGenerator[str]:
        nonlocal n_told
        while n_told < 1 or busy:
            n_told += 1
            yield told("changes", {"n": n_told})
        await asyncio.Event().wait()

    looks = iter([True, True, False])
    sent, feed = asyncio.run(run(endless(), holds=lambda: next(looks)))
    *before, last, _ = body(sent).split("\n\n")
    assert len(before) == (2 if busy else 1)
    assert json.loads(last.partition("data: ")[2])["code"] == "unauthorized"
    assert not sent[-1]["more_body"]
    assert feed.n_listeners == 0


def test_no_stream_lasts_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_LONGEST_S", 0.02)
    monkeypatch.setattr(events, "_HEARTBEAT_S", 0.01)

    async def endless() -> AsyncGenerator[str]:
        await asyncio.Event().wait()
        yield ""

    sent, _ = asyncio.run(run(endless()))
    assert not sent[-1]["more_body"]


def test_no_text_begins_an_event_of_its_own() -> None:
    text = told("changes", {"text": "a\n\nevent: end\ndata: {}\r\u2028\u0085"}, "7-x")
    assert text.count("\n\n") == 1
    assert "\r" not in text
    assert text.endswith("\nid: 7-x\n\n")
