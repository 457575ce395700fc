"""Bodies are bounded in sum, callers share the room, and what is let go comes back."""

from __future__ import annotations

import asyncio

from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from graphmem_api.access.caller import LOOPBACK, Caller
from graphmem_api.access.entry import BoundedBody


class Held:
    """An app that holds bodies until it is told to let go.

    Args:
        most: bytes of one.
        most_together: of all.
    """

    def __init__(self, most: int, most_together: int) -> None:
        self._app = BoundedBody(self._hold, most=most, most_together=most_together)
        self.let_go = asyncio.Event()

    async def begin(self, n: int, of: str = "") -> asyncio.Task[Message]:
        """Send a body, and let the app take it; the task returns the head of the answer."""
        sending = asyncio.create_task(self.send(n, of))
        await asyncio.sleep(0)
        return sending

    async def send(self, n: int, of: str = "") -> Message:
        heads: list[Message] = []
        caller = Caller("ann", frozenset(), None, key_id=of) if of else LOOPBACK
        state = {"request_id": "r", "caller": caller}

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * n, "more_body": False}

        async def heard(message: Message) -> None:
            heads.append(message)

        await self._app({"type": "http", "headers": [], "state": state}, receive, heard)
        return heads[0]

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await self.let_go.wait()
        await Response("held")(scope, receive, send)


def test_who_comes_where_no_room_is_left_is_told_to_come_again() -> None:
    async def all_of_it() -> None:
        app = Held(most=100, most_together=250)
        held = [await app.begin(100) for _ in range(2)]
        refused = await app.send(51)
        assert (refused["status"], dict(refused["headers"])[b"retry-after"]) == (503, b"1")
        held.append(await app.begin(50))
        app.let_go.set()
        assert [(await one)["status"] for one in held] == [200] * 3
        assert (await app.send(100))["status"] == 200

    asyncio.run(all_of_it())


def test_nobody_takes_all_room_from_others() -> None:
    async def all_of_it() -> None:
        app = Held(most=100, most_together=400)
        greedy = [await app.begin(100, "a1") for _ in range(2)]
        refused = await app.begin(100, "a1")
        others = [await app.begin(100, "b2"), await app.begin(100, "c3")]
        app.let_go.set()
        assert (await refused)["status"] == 503
        assert [(await one)["status"] for one in (*greedy, *others)] == [200] * 4
        assert (await app.send(100, "a1"))["status"] == 200

    asyncio.run(all_of_it())
