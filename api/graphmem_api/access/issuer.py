"""Tokens of an issuer (JWT): signed with a key of its published set, for us, and not expired.

Source: RFC 7519, RFC 8725 (best practice), OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

import jwt
from jwt.exceptions import PyJWKSetError

from graphmem.errors import InvalidInput
from graphmem_api.access.caller import Caller, unauthorised
from graphmem_api.access.keys import SCOPES
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings

__all__ = ["SPACES_CLAIM", "Issuer", "fetch_json"]

_LOG = logging.getLogger("graphmem")
ALGORITHMS = ("RS256", "ES256")
SPACES_CLAIM = "graphmem_spaces"
# Keys are fetched again after ten minutes, and believed for an hour where they cannot be.
_KEEP_S, _BELIEVED_S, _RETRY_S = 600.0, 3_600.0, 30.0
# A read of the network, all of a document, and how long a call waits for it.
_TIMEOUT_S, _FETCH_S, _WAIT_S = 5.0, 10.0, 5.0
_LEEWAY_S = 30
_MAX_BYTES, _MAX_TOKEN = 256 * 1024, 8_192

Fetch = Callable[[str], Any]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where the issuer says that its keys are is where they are."""

    def redirect_request(
        self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: Any
    ) -> None:  # urllib's
        """Go nowhere else."""


def fetch_json(url: str) -> Any:
    """Fetch a small JSON document.

    Raises:
        OSError: It cannot be fetched, or not in time.
        ValueError: It is too large, or no JSON.
    """
    _require_safe(url)
    opener = urllib.request.build_opener(_NoRedirect)
    body, end = b"", time.monotonic() + _FETCH_S
    with opener.open(url, timeout=_TIMEOUT_S) as response:
        while part := response.read1(_MAX_BYTES):
            body += part
            if len(body) > _MAX_BYTES:
                raise ValueError(f"it is longer than {_MAX_BYTES:,} bytes")
            if time.monotonic() > end:
                raise TimeoutError(f"it did not come within {_FETCH_S:.0f} s")
    return json.loads(body)


class Issuer:
    """Checks tokens, in one event loop.

    The issuer's keys are kept for ten minutes. A token that names an unknown one has them fetched
    again, at most every half minute: whoever makes tokens up cannot make us call the issuer. One
    thread fetches, and where keys are known that may be believed nobody waits for it.

    Args:
        settings: with `jwt_issuer`.
        fetch: gets a JSON document; blocks, in a thread.
        clock: seconds that only grow.

    Raises:
        InvalidInput: The audience is missing, or a URL is neither https nor of this machine.
    """

    def __init__(
        self,
        settings: Settings,
        fetch: Fetch = fetch_json,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not settings.jwt_issuer or not settings.jwt_audience:
            raise InvalidInput(
                "tokens need jwt_issuer and jwt_audience: whose they are, and for whom"
            )
        self._issuer, self._audience = settings.jwt_issuer, settings.jwt_audience
        self._url = settings.jwks_url
        _require_safe(self._url or self._issuer)
        self._fetch, self._clock = fetch, clock
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def caller(self, token: str) -> Caller:
        """Return who a token is of.

        Raises:
            Problem: 401; the reason says what is wrong with the token, and nothing of its content.
                503, where the keys of the issuer cannot be had.
        """
        if len(token) > _MAX_TOKEN:
            raise unauthorised("the token is too long", token_given=True)
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(header)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=[_algorithm(key)],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            # The last two are what a header that somebody made up can bring about.
            raise unauthorised(_reason(error), token_given=True) from None
        return _caller(claims)

    async def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        found = self._known(header.get("kid"))
        if found is None or self._age_s > _KEEP_S:
            fetching = self._refreshed()
            if found is None and fetching is not None:
                await asyncio.wait((fetching,), timeout=_WAIT_S)
                found = self._known(header.get("kid"))
        if found is None and self._age_s > _KEEP_S:
            raise _unreachable()
        if found is None or _algorithm(found) != header["alg"]:
            raise jwt.InvalidKeyError
        return found

    @property
    def _age_s(self) -> float:
        return self._clock() - self._fetched_at

    def _known(self, kid: object) -> jwt.PyJWK | None:
        if self._age_s > _BELIEVED_S:
            return None
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid) if isinstance(kid, str) else None

    def _refreshed(self) -> asyncio.Task[None] | None:
        """Return the fetch that is under way, or begin one; None where one was just tried."""
        if self._fetching is None or self._fetching.done():
            if self._clock() - self._tried_at < _RETRY_S:
                return None
            self._tried_at = self._clock()
            self._fetching = asyncio.create_task(self._refresh())
        return self._fetching

    async def _refresh(self) -> None:
        began = self._clock()
        try:
            self._keys = await asyncio.to_thread(self._fetched)
        except _NOT_FETCHED as error:
            # What was known goes on being believed for a while: that the issuer is down for some
            # minutes locks nobody out.
            _LOG.warning("the keys of the issuer cannot be fetched: %s", type(error).__name__)
            return
        self._fetched_at = began

    def _fetched(self) -> dict[str, jwt.PyJWK]:
        return _read_keys(self._fetch(self._url or self._discovered()))

    def _discovered(self) -> str:
        about = self._fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
        if about["issuer"] != self._issuer:
            raise ValueError("it is about another issuer")
        _require_safe(str(about["jwks_uri"]))
        return str(about["jwks_uri"])


_NOT_FETCHED = (
    OSError, HTTPException, ValueError, PyJWKSetError, LookupError, TypeError, AttributeError,
    RecursionError,
)  # fmt: skip
"""What a network, a document that is none, or one that says something else can bring about."""


def _unreachable() -> Problem:
    return Problem(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "issuer_unreachable",
        "tokens cannot be checked just now, since their issuer does not give its keys; try again",
        {"Retry-After": str(int(_RETRY_S))},
    )


def _require_safe(url: str) -> None:
    parts = urlsplit(url)
    at_home = parts.hostname in ("localhost", "127.0.0.1", "::1")
    if parts.scheme != "https" and not (parts.scheme == "http" and at_home):
        raise InvalidInput("the issuer and its keys must be at an https:// URL")


def _read_keys(found: Any) -> dict[str, jwt.PyJWK]:
    usable = jwt.PyJWKSet.from_dict(found).keys
    return {
        key.key_id or "": key
        for key in usable
        if key.public_key_use in (None, "sig") and _algorithm(key) in ALGORITHMS
    }


def _algorithm(key: jwt.PyJWK) -> str:
    # A set need not say it: an RSA key is then for RS256, one on P-256 for ES256.
    return str(key.algorithm_name)


def _caller(claims: Mapping[str, Any]) -> Caller:
    said = claims.get("scope", claims.get("scp", ""))
    words = said.split() if isinstance(said, str) else said if isinstance(said, list) else ()
    scopes = {str(word).removeprefix("graphmem:") for word in words} & set(SCOPES)
    highest = max((SCOPES.index(scope) for scope in scopes), default=-1)
    spaces = claims.get(SPACES_CLAIM, ())
    spaces = [spaces] if isinstance(spaces, str) else spaces if isinstance(spaces, list) else ()
    named = "".join(c for c in str(claims.get("sub", "nobody"))[:100] if c.isprintable())
    everywhere = "*" in spaces
    own = frozenset(normalize("NFC", space) for space in spaces if isinstance(space, str))
    scopes_held = frozenset(SCOPES[: highest + 1])
    until = float(claims["exp"]) + _LEEWAY_S
    return Caller(f"jwt:{named}", scopes_held, None if everywhere else own, until=until)


def _reason(error: Exception) -> str:
    reasons = {
        jwt.ExpiredSignatureError: "the token has expired",
        jwt.InvalidAudienceError: "the token is for another audience",
        jwt.InvalidIssuerError: "the token is of another issuer",
        jwt.InvalidAlgorithmError: f"tokens are signed with {' or '.join(ALGORITHMS)} here",
        jwt.ImmatureSignatureError: "the token does not hold yet",
    }
    said = next((text for kind, text in reasons.items() if isinstance(error, kind)), None)
    return said or "the token is not one of the issuer's"
