"""The clients of the load bench count what was answered in their time, and nothing else."""

from __future__ import annotations

import asyncio

from graphmem_api.bench.clients import Answered, run_clients

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"
REFUSAL = b"HTTP/1.1 503 Busy\r\ncontent-length: 2\r\n\r\n{}"
# What the clients warm a server up with comes first.
N_WARM = 48


async def load(delay_s: float, answer: bytes, seconds: float, n_searchers: int) -> Answered:
    """Ask a server that warms up at once, and then takes its time."""
    n_asked, served = 0, list[asyncio.Task[None] | None]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal n_asked
        served.append(asyncio.current_task())
        while head := await reader.readline():
            n_bytes = 0
            while head.strip():
                name, _, value = head.partition(b":")
                n_bytes = int(value) if name == b"content-length" else n_bytes
                head = await reader.readline()
            await reader.readexactly(n_bytes)
            n_asked += 1
            if n_asked > N_WARM:
                await asyncio.sleep(delay_s)
            writer.write(ANSWER if n_asked <= N_WARM else answer)
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        told = await run_clients(f"http://127.0.0.1:{port}", ["?"], n_searchers, [], 0, seconds)
        await asyncio.gather(*filter(None, served), return_exceptions=True)
    return told


def test_what_is_answered_too_late_is_not_counted() -> None:
    told = asyncio.run(load(delay_s=1.0, answer=ANSWER, seconds=0.5, n_searchers=8))
    assert (told.search_ms, told.errors, told.searches_per_s) == ([], [], 0.0)
    assert told.p95_ms == 500.0


def test_what_is_answered_in_time_is_counted_and_timed() -> None:
    told = asyncio.run(load(delay_s=0.01, answer=ANSWER, seconds=0.5, n_searchers=4))
    assert told.errors == []
    assert told.searches_per_s == len(told.search_ms) / 0.5 > 0
    assert min(told.search_ms) >= 10
    assert sum(told.search_ms) <= 4 * 500


def test_a_refusal_is_an_error_and_no_answer() -> None:
    told = asyncio.run(load(delay_s=0.1, answer=REFUSAL, seconds=0.3, n_searchers=1))
    assert told.search_ms == []
    assert told.n_errors > 0
    assert told.errors[0].startswith("search: 503")
