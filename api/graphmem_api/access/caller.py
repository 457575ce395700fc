"""Who calls, and what may be said to one who may not."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from math import inf
from unicodedata import normalize

from graphmem_api.access.keys import RESERVED, check_served
from graphmem_api.problems import Problem

__all__ = ["LOOPBACK", "Caller", "Denied", "forbidden", "too_often", "unauthorised"]

_REALM = 'Bearer realm="graphmem"'


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        name: of the key or the token's subject, for the audit log.
        scopes: what he may do.
        spaces: where; None is everywhere.
        key_id: of his key; None where he has none. Names can come again, ids cannot.
        until: when his token ends, in Unix seconds.
    """

    name: str
    scopes: frozenset[str]
    spaces: frozenset[str] | None
    key_id: str | None = None
    until: float = inf

    @property
    def account(self) -> str:
        """Under what his share of the server is counted; two keys may have one name.

        Without keys everybody is "", nobody in particular.
        """
        return "" if self is LOOPBACK else self.key_id or self.name

    def require(self, scope: str, space: str | None = None) -> None:
        """Check that he may do something, in a space where it is about one.

        Nothing is looked up for it: a space that is not his is the same as one that is not.

        Raises:
            Problem: 403, with what he would need.
            InvalidInput: No space of a server can have that name.
        """
        # Spelt as the memory spells it: accents can be written in two ways.
        named = space if space is None else normalize("NFC", space)
        if named is not None and self.spaces is not None and named not in self.spaces:
            raise forbidden("this key is not for that space; one that is can be asked for it")
        if named in RESERVED:
            check_served(named)
        if scope not in self.scopes:
            raise forbidden(
                f"this needs a key with the scope {scope!r}; yours has "
                f"{', '.join(sorted(self.scopes)) or 'none'}",
                scope,
            )

    def require_everywhere(self, scope: str) -> None:
        """Check that he may do what concerns all spaces.

        Raises:
            Problem: 403, with what he would need.
        """
        self.require(scope)
        if self.spaces is not None:
            raise forbidden("this concerns all spaces, and needs a key that is for all of them")


LOOPBACK = Caller("loopback", frozenset({"read", "write", "admin"}), None)
"""Whoever calls a server that has no keys: it listens to its own machine only."""


class Denied(Problem):
    """Turns away somebody who is known: the log can say whom.

    Args:
        problem: what he is told.
        who: he has the secret, though it may hold no more.
    """

    def __init__(self, problem: Problem, who: Caller) -> None:
        super().__init__(problem.status, problem.code, problem.detail, problem.headers)
        self.who = who


def unauthorised(detail: str, *, token_given: bool) -> Problem:
    """Return 401: nobody known calls. RFC 6750 gives no reason where no token was given."""
    reason = ', error="invalid_token"' if token_given else ""
    headers = {"WWW-Authenticate": _REALM + reason}
    return Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", detail, headers)


def too_often(what: str, wait: int) -> Problem:
    """Return 429: he may come again after some seconds."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_requests",
        f"{what}; try again in {wait} s",
        {"Retry-After": str(wait)},
    )


def forbidden(detail: str, scope: str | None = None) -> Problem:
    """Return 403: the caller is known, and may not."""
    wanted = f', error="insufficient_scope", scope="{scope}"' if scope else ""
    headers = {"WWW-Authenticate": _REALM + wanted} if wanted else {}
    return Problem(HTTPStatus.FORBIDDEN, "forbidden", detail, headers)
