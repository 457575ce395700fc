"""Clients of a server, many on one event loop: each asks again as soon as it is answered.

They speak HTTP over a stream of their own: a client library would take as much of the processors
as the server that is measured.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

from graphmem_api.bench.filled import SPACE

__all__ = ["ADD_EVERY_S", "SUCCESS", "Answered", "Connection", "run_clients", "settle", "warm"]

ADD_EVERY_S = 1.0
"""Who adds does so at this pace, over HTTP and by the SDK: they are compared at equal work.

Twice as often is more than four threads of the SDK can hold beside one that searches without end:
they then add a sixth less than a server does, which takes writes and applies them together.
"""

_END_S = 600.0
_ROUNDS, _WARMING = 3, 16
SUCCESS = range(200, 300)


@dataclass(slots=True)
class Answered:
    """What came back.

    Attributes:
        seconds: that the clients had.
        search_ms: how long each answer took; a refusal is none.
        n_acknowledged: writes that the server took.
        n_applied: those of them whose job was done in the end.
        errors: what was no success, in short.
    """

    seconds: float
    search_ms: list[float] = field(default_factory=list)
    n_acknowledged: int = 0
    n_applied: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def n_errors(self) -> int:
        """How many answers were no success."""
        return len(self.errors)

    @property
    def searches_per_s(self) -> float:
        """Of all clients together."""
        return len(self.search_ms) / self.seconds

    @property
    def p50_ms(self) -> float:
        """Half of the answers took no longer."""
        return self._at(0.5)

    @property
    def p95_ms(self) -> float:
        """Of a hundred answers, five took longer."""
        return self._at(0.95)

    def _at(self, share: float) -> float:
        """Return the time below which a share of the answers is; all of it, where none came."""
        if not self.search_ms:
            return self.seconds * 1_000.0
        return sorted(self.search_ms)[int(share * len(self.search_ms))]


class Connection:
    """One connection that is kept; requests are JSON, and answers are read where they are."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 80
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send a request; return status and body of what comes back.

        Raises:
            OSError: The server is gone.
        """
        status, data = await self.call(method, path, body)
        try:
            return status, json.loads(data or b"null")
        except ValueError:
            return status, data

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        """Do as `ask`, without looking at the body, which would cost what is measured."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._streams
        data = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: {self._host}:{self._port}\r\n"
            f"content-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        )
        writer.write(head.encode() + data)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        status = int(answer.split(" ", 2)[1])
        length = int(answer.partition("content-length: ")[2].partition("\r\n")[0] or 0)
        return status, await reader.readexactly(length)

    async def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


async def run_clients(
    url: str,
    questions: Sequence[str],
    n_searchers: int,
    texts: Sequence[str],
    n_adders: int,
    seconds: float,
) -> Answered:
    """Have clients search and add for some seconds; then wait until what was added is applied."""
    told = Answered(seconds)
    await warm(url, questions[0])
    until = perf_counter() + seconds
    jobs: list[str] = []
    clients = [
        _search(Connection(url), islice(cycle(questions), n, None), until, told)
        for n in range(n_searchers)
    ]
    clients += [
        _add(Connection(url), texts[n::n_adders], until, told, jobs) for n in range(n_adders)
    ]
    await asyncio.gather(*clients)
    await asyncio.wait_for(settle(Connection(url), jobs, told), _END_S)
    return told


async def warm(url: str, question: str) -> None:
    """Ask until each worker has its views, whichever takes a connection."""
    for _ in range(_ROUNDS):
        await asyncio.gather(*(_ask_once(url, question) for _ in range(_WARMING)))


async def _ask_once(url: str, question: str) -> None:
    connection = Connection(url)
    await connection.ask("POST", f"/v1/{SPACE}/search", {"question": question})
    await connection.close()


async def _search(
    connection: Connection, questions: Iterator[str], until: float, told: Answered
) -> None:
    while (begun := perf_counter()) < until:
        body = {"question": next(questions)}
        status, answer = await connection.call("POST", f"/v1/{SPACE}/search", body)
        ended = perf_counter()
        # What ends later was done in time that is not counted.
        if status in SUCCESS and ended <= until:
            told.search_ms.append((ended - begun) * 1_000.0)
        elif status in SUCCESS:
            break
        else:
            told.errors.append(f"search: {status} {answer!r}")
    await connection.close()


async def _add(
    connection: Connection, texts: Sequence[str], until: float, told: Answered, jobs: list[str]
) -> None:
    for text in texts:
        due = perf_counter() + ADD_EVERY_S
        if due >= until:
            break
        status, answer = await connection.ask("POST", f"/v1/{SPACE}/memories", {"text": text})
        if status in SUCCESS:
            told.n_acknowledged += 1
            jobs.append(answer["id"])
        else:
            told.errors.append(f"add: {status} {answer}")
        await asyncio.sleep(max(0.0, due - perf_counter()))
    await connection.close()


async def settle(connection: Connection, jobs: Sequence[str], told: Answered) -> None:
    """Wait until each job has ended, and count those that are done; then hang up."""
    for job in jobs:
        while True:
            status, answer = await connection.ask("GET", f"/v1/jobs/{job}")
            if status not in SUCCESS or answer["state"] not in ("waiting", "running"):
                break
            await asyncio.sleep(0.05)
        told.n_applied += status in SUCCESS and answer["state"] == "done"
    await connection.close()
