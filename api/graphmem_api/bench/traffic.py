"""Callers at a pace of their own, however long an answer takes: what a server sees all day."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from urllib.parse import urlsplit

from graphmem_api.bench.clients import SUCCESS, Answered, Connection, settle, warm
from graphmem_api.bench.filled import SPACE

__all__ = ["Pace", "Traffic"]

# After so many questions a caller hangs up and comes again.
_ASKED_A_CONNECTION = 20
# What was added so many turns ago is deleted, so that the memory stays as large as it was.
_HELD = 60
_LISTEN_EVERY_S, _LISTEN_S = 5.0, 2.0
_LOOK_EVERY_S = 10.0
_LOOKED_AT = ("/metrics", "/health/ready", "/v1/jobs", f"/v1/{SPACE}/stats")
_MOST_WAITING_S, _MOST_SETTLING_S = 60.0, 600.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How much comes in a second.

    Attributes:
        searches: by callers who wait for no answer but their own.
        adds: each with the deletion of what was added a while ago.
        searchers: that share the searches.
    """

    searches: float = 4.0
    adds: float = 1.0
    searchers: int = 8


@dataclass(slots=True)
class Traffic:
    """Searches, adds and deletes, listens and looks at a server, each at its pace.

    Attributes:
        url: of the server.
        told: what came back.
        n_deleted: sources that were deleted.
        n_listened: streams that were listened to and left.
    """

    url: str
    told: Answered
    n_deleted: int = 0
    n_listened: int = 0
    _jobs: list[str] = field(default_factory=list)

    async def run(self, questions: Sequence[str], texts: Sequence[str], pace: Pace) -> None:
        """Come for as long as `told.seconds`; then wait until what was added is applied."""
        await warm(self.url, questions[0])
        until = perf_counter() + self.told.seconds
        every = pace.searchers / pace.searches
        await asyncio.gather(
            *(self._search(questions[n:], every, until) for n in range(pace.searchers)),
            self._add_and_delete(texts, 1 / pace.adds, until),
            self._listen(until),
            self._look(until),
        )
        await asyncio.wait_for(
            settle(Connection(self.url), self._jobs, self.told), _MOST_SETTLING_S
        )

    async def _search(self, questions: Sequence[str], every: float, until: float) -> None:
        connection = Connection(self.url)
        async for n in _turns(every, until):
            begun = perf_counter()
            body = {"question": questions[n % len(questions)]}
            if await self._ask(connection, "POST", f"/v1/{SPACE}/search", body):
                self.told.search_ms.append((perf_counter() - begun) * 1_000.0)
            if n % _ASKED_A_CONNECTION == _ASKED_A_CONNECTION - 1:
                await connection.close()
        await connection.close()

    async def _add_and_delete(self, texts: Sequence[str], every: float, until: float) -> None:
        connection = Connection(self.url)
        async for n in _turns(every, until):
            body = {"text": texts[n % len(texts)], "source": f"soak-{n}"}
            answer = await self._ask(connection, "POST", f"/v1/{SPACE}/memories", body)
            if isinstance(answer, dict):
                self.told.n_acknowledged += 1
                self._jobs.append(str(answer["id"]))
            if n >= _HELD:
                path = f"/v1/{SPACE}/memories?source=soak-{n - _HELD}"
                self.n_deleted += await self._ask(connection, "DELETE", path) is not None
        await connection.close()

    async def _listen(self, until: float) -> None:
        """Listen to what changes, and leave without a word."""
        parts = urlsplit(self.url)
        head = f"GET /v1/{SPACE}/events HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n"
        async for _ in _turns(_LISTEN_EVERY_S, until):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(head.encode())
            answer = await reader.readuntil(b"\r\n")
            if int(answer.split(b" ", 2)[1]) not in SUCCESS:
                self.told.errors.append(f"listen: {answer!r}")
            await asyncio.sleep(_LISTEN_S)
            writer.transport.abort()
            self.n_listened += 1

    async def _look(self, until: float) -> None:
        async for n in _turns(_LOOK_EVERY_S, until):
            connection = Connection(self.url)
            await self._ask(connection, "GET", _LOOKED_AT[n % len(_LOOKED_AT)])
            await connection.close()

    async def _ask(
        self, connection: Connection, method: str, path: str, body: object = None
    ) -> object:
        """Return what came back, or None where that was no success."""
        try:
            async with asyncio.timeout(_MOST_WAITING_S):
                status, answer = await connection.ask(method, path, body)
        except (OSError, EOFError) as error:
            await connection.close()
            self.told.errors.append(f"{method} {path}: {error!r}")
            return None
        if status in SUCCESS:
            return answer
        self.told.errors.append(f"{method} {path}: {status} {answer}")
        return None


async def _turns(every: float, until: float) -> AsyncIterator[int]:
    """Count turns, evenly spread; one that took too long delays none but itself."""
    begun, n = perf_counter(), 0
    while (due := begun + n * every) < until:
        await asyncio.sleep(max(0.0, due - perf_counter()))
        yield n
        n += 1
