"""What every request passes before a route sees it: own host, a known caller, a body of bounds."""

from __future__ import annotations

from collections import Counter
from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from graphmem.errors import GraphMemError
from graphmem_api.access.caller import Caller, Denied, forbidden
from graphmem_api.access.gate import Gate, is_loopback
from graphmem_api.observe.masking import without_secrets
from graphmem_api.problems import Problem, problem_response
from graphmem_api.settings import Settings

__all__ = ["OPEN_PATHS", "Authenticated", "BoundedBody", "OwnHost", "is_public"]

OPEN_PATHS = frozenset({"/health/live", "/health/ready", "/openapi.json", "/explorer"})
"""What needs no key: nothing of a memory is there."""
_OPEN_FOLDER = "/explorer/"
_DENIED = (401, 403, 421, 429)


def is_public(path: str) -> bool:
    """Say whether a path is for everybody: the explorer's own files, and whether we are well."""
    return path in OPEN_PATHS or path.startswith(_OPEN_FOLDER)


class OwnHost:
    """Refuses, where no key is asked for, web pages of elsewhere and names that lead here.

    A page anywhere can have its own name resolve to this machine, and a browser then takes it for
    the page's own server (DNS rebinding): so the name itself must be this machine's.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] == "http" and _gate(scope).is_open:
            problem = self._problem(Headers(scope=scope), _peer(scope))
            if problem is not None:
                await problem_response(problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _problem(self, headers: Headers, peer: str) -> Problem | None:
        if self._settings.proxies and not is_loopback(peer):
            return forbidden(
                "without keys this server answers only its own machine, and not whom a proxy "
                "brings; `graphmem keys create` makes a key"
            )
        host = headers.get("host", "")
        name = urlsplit(f"//{host}").hostname or "" if host.isascii() else ""
        if not is_loopback(name):
            return forbidden(
                "without keys this server answers only as localhost or 127.0.0.1; "
                "`graphmem keys create` makes a key, and other names work with it"
            )
        origin = headers.get("origin")
        if origin is None or origin == f"http://{host}" or origin in self._settings.origins:
            return None
        return forbidden("web pages of elsewhere may not call; --origin names those that may")


class Authenticated:
    """Finds out who calls, turns away who is nobody, and keeps the audit log.

    Done before anything is routed or read of the body, so that no route can be forgotten.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http" or is_public(scope["path"]):
            await self._app(scope, receive, send)
            return
        gate, state = _gate(scope), scope.setdefault("state", {})
        status = 500

        async def heard(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            try:
                authorization = Headers(scope=scope).get("authorization")
                state["caller"] = await gate.caller(authorization, _peer(scope))
            except Problem as problem:
                if isinstance(problem, Denied):
                    state["caller"] = problem.who
                await problem_response(problem)(scope, receive, heard)
                return
            except GraphMemError as error:
                await problem_response(_unreadable(error))(scope, receive, heard)
                return
            await self._app(scope, receive, heard)
        finally:
            _audit(gate, scope, status)


class BoundedBody:
    """Refuses a body that is too large: at its head where it says so, else once it is.

    Args:
        app: behind it.
        most: bytes of one body.
        most_together: bytes of all that are held at once; one alone is always taken. Who has
            others here gets no room for one more while they hold more than is free.
    """

    def __init__(self, app: ASGIApp, most: int, most_together: int) -> None:
        self._app, self._most = app, most
        self._room = max(most, most_together)
        self._held: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        if said.isdecimal() and int(said) > self._most:
            await problem_response(self._problem())(scope, receive, send)
            return
        n_bytes, started, of = 0, False, _account(scope)

        async def counted() -> Message:
            nonlocal n_bytes
            message = await receive()
            n_new = len(message.get("body", b""))
            n_bytes += n_new
            self._room -= n_new
            self._held[of] += n_new
            if n_bytes > self._most:
                raise _Refused(self._problem())
            n_others = self._held[of] - n_bytes if of else 0
            if self._room < n_others:
                raise _Refused(_no_room())
            return message

        async def heard(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, counted, heard)
        except _Refused as refused:
            if started:
                raise
            await problem_response(refused.problem)(scope, receive, send)
        finally:
            self._room += n_bytes
            self._held[of] -= n_bytes
            if not self._held[of]:
                del self._held[of]

    def _problem(self) -> Problem:
        return Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "body_too_large",
            f"a request has at most {self._most:,} bytes; send it in parts",
        )


class _Refused(HTTPException):
    """Of a kind that what reads a body lets through."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.status, problem.detail, problem.headers)
        self.problem = problem


def _no_room() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "busy",
        "so many large requests are read that there is no room for more: try again in a moment",
        {"Retry-After": "1"},
    )


def _gate(scope: Scope) -> Gate:
    gate: Gate = scope["app"].state.gate
    return gate


def _account(scope: Scope) -> str:
    """Return whose share a request takes; "" is nobody in particular, who takes nobody's."""
    caller: Caller | None = scope["state"].get("caller")
    return caller.account if caller else ""


def _peer(scope: Scope) -> str:
    """Return the address of a client, as the network or a trusted proxy says it."""
    client: tuple[str, int] | None = scope.get("client")
    return client[0] if client else ""


def _unreadable(error: GraphMemError) -> Problem:
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, "the keys cannot be read just now")


def _audit(gate: Gate, scope: Scope, status: int) -> None:
    """Write of what was changed and of what was turned away."""
    state = scope["state"]
    told = state.get("audit", {})
    # A message of MCP is answered with 200, and may be denied all the same.
    denied, needs = status in _DENIED or "denied" in told, state.get("needs", "read")
    if not denied and (needs == "read" or scope["method"] in ("GET", "HEAD")):
        return
    caller: Caller | None = state.get("caller")
    gate.audit.write(
        {
            "request": state.get("request_id"),
            "key": caller.name if caller else None,
            "key_id": caller.key_id if caller else None,
            "peer": _peer(scope),
            "method": scope["method"],
            "path": without_secrets(scope["path"])[:500],
            "status": status,
            **told,
        },
        denied=denied,
    )
