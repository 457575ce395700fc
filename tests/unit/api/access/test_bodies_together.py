"""Bodies are bounded in sum: what is held of some leaves no room for others, and comes back."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from graphmem_api.access.entry import BoundedBody

SCOPE: dict[str, Any] = {"type": "http", "headers": [], "state": {"request_id": "r"}}


def test_who_comes_where_no_room_is_left_is_told_to_come_again() -> None:
    async def all_of_it() -> None:
        gate = asyncio.Event()

        async def hold(scope: Scope, receive: Receive, send: Send) -> None:
            await receive()
            await gate.wait()
            await Response("held")(scope, receive, send)

        bounded = BoundedBody(hold, most=100, most_together=250)

        async def send_bytes(n: int) -> tuple[int, dict[bytes, bytes]]:
            heads: list[Message] = []

            async def receive() -> Message:
                return {"type": "http.request", "body": b"x" * n, "more_body": False}

            async def heard(message: Message) -> None:
                heads.append(message)

            await bounded({**SCOPE}, receive, heard)
            return heads[0]["status"], dict(heads[0]["headers"])

        held = [asyncio.create_task(send_bytes(100)) for _ in range(2)]
        await asyncio.sleep(0)
        status, headers = await send_bytes(51)
        assert (status, headers[b"retry-after"]) == (503, b"1")
        fits = asyncio.create_task(send_bytes(50))
        await asyncio.sleep(0)
        gate.set()
        assert [(await one)[0] for one in (*held, fits)] == [200] * 3
        assert (await send_bytes(100))[0] == 200

    asyncio.run(all_of_it())
