"""What a route asks of its caller: each takes a `Reader`, `Writer` or `Admin`, and a `Space`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Literal

from fastapi import Depends, Path, Request

from graphmem.core.uids import content_uid, is_content_uid
from graphmem_api.access.caller import Caller
from graphmem_api.access.gate import Gate

__all__ = [
    "Admin", "Caller", "Everywhere", "Reader", "Scope", "Space", "StillHolds", "Writer", "said_of",
    "told",
]  # fmt: skip

Scope = Literal["read", "write", "admin"]

Space = Annotated[str, Path(min_length=1, max_length=200, description="The tenant.")]


def told(request: Request, **what: object) -> None:
    """Add to the line that the audit log gets of this request: uids and counts, never a text."""
    request.scope["state"].setdefault("audit", {}).update(what)


def said_of(**named: str | None) -> dict[str, str]:
    """Return what the audit log says of what is changed or deleted.

    A name may be a text, and what is deleted is to be nowhere: of one there is a digest, which
    for a source is its uid.

    Args:
        named: `uid` and `space` as they are, `source` and `entity` by name or uid.
    """
    return {
        what: one if what in ("uid", "space") or is_content_uid(one) else content_uid(what, one)
        for what, one in named.items()
        if one is not None
    }


def _requires(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    async def check(request: Request) -> Caller:
        state = request.scope["state"]
        state["needs"] = scope
        # Without the one who asks at the door nobody is let in.
        caller: Caller = state["caller"]
        caller.require(scope, request.path_params.get("space"))
        return caller

    return check


async def _everywhere(request: Request) -> Caller:
    caller: Caller = request.scope["state"]["caller"]
    caller.require_everywhere("read")
    return caller


async def _still(request: Request) -> Callable[[], bool]:
    gate: Gate = request.app.state.gate
    caller: Caller = request.scope["state"]["caller"]
    return partial(gate.holds, caller)


Reader = Annotated[Caller, Depends(_requires("read"))]
Writer = Annotated[Caller, Depends(_requires("write"))]
Admin = Annotated[Caller, Depends(_requires("admin"))]
Everywhere = Annotated[Caller, Depends(_everywhere)]
"""One who may read all spaces, for what is about the server as a whole."""
StillHolds = Annotated[Callable[[], bool], Depends(_still)]
"""Says, during a long response, whether the caller would be let in now."""
