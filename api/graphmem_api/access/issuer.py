"""Tokens of an issuer (JWT): signed with a key of its published set, for us, and not expired.

Source: RFC 7519, RFC 8725 (best practice), OpenID Connect Discovery 1.0.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

import jwt
from jwt.exceptions import PyJWKSetError

from graphmem.errors import InvalidInput
from graphmem_api.access.caller import Caller, unauthorised
from graphmem_api.access.keys import SCOPES
from graphmem_api.settings import Settings

__all__ = ["SPACES_CLAIM", "Issuer", "fetch_json"]

ALGORITHMS = ("RS256", "ES256")
SPACES_CLAIM = "graphmem_spaces"
_KEEP_S, _RETRY_S, _TIMEOUT_S, _LEEWAY_S = 600.0, 30.0, 5.0, 30
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
    with opener.open(url, timeout=_TIMEOUT_S) as response:
        body = response.read(_MAX_BYTES + 1)
    if len(body) > _MAX_BYTES:
        raise ValueError(f"it is longer than {_MAX_BYTES:,} bytes")
    return json.loads(body)


class Issuer:
    """Checks tokens. Safe to use from many threads.

    The issuer's keys are kept for ten minutes. A token that names an unknown one has them fetched
    again, at most every half minute: whoever makes tokens up cannot make us call the issuer.

    Args:
        settings: with `jwt_issuer`.
        fetch: gets a JSON document; blocks for a few seconds at most.
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
        self._lock = threading.Lock()
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._failed = ""

    def caller(self, token: str) -> tuple[Caller, float]:
        """Return who a token is of, and until when it may be believed, in Unix seconds.

        Raises:
            Problem: 401; the reason says what is wrong with the token, and nothing of its content.
        """
        if len(token) > _MAX_TOKEN:
            raise unauthorised("the token is too long", token_given=True)
        try:
            header = jwt.get_unverified_header(token)
            key = self._key(header)
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
        return _caller(claims), float(claims["exp"])

    def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK:
        if header.get("alg") not in ALGORITHMS:
            raise jwt.InvalidAlgorithmError
        found = self._known(header.get("kid"))
        if found is None:
            self._refresh()
            found = self._known(header.get("kid"))
        if found is None or _algorithm(found) != header["alg"]:
            raise jwt.InvalidKeyError(self._failed)
        return found

    def _known(self, kid: object) -> jwt.PyJWK | None:
        if self._clock() - self._fetched_at > _KEEP_S:
            self._refresh()
        if kid is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(kid) if isinstance(kid, str) else None

    def _refresh(self) -> None:
        with self._lock:
            if self._clock() - self._tried_at < _RETRY_S:
                return
            self._tried_at = self._clock()
            try:
                self._keys = _read_keys(self._fetch(self._url or self._discovered()))
            except (OSError, ValueError, PyJWKSetError, KeyError, TypeError) as error:
                # What was known goes on being believed: an issuer that is down locks nobody out.
                self._failed = type(error).__name__
                return
            self._fetched_at, self._failed = self._tried_at, ""

    def _discovered(self) -> str:
        about = self._fetch(self._issuer.rstrip("/") + "/.well-known/openid-configuration")
        if about["issuer"] != self._issuer:
            raise ValueError("it is about another issuer")
        _require_safe(str(about["jwks_uri"]))
        return str(about["jwks_uri"])


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
    return Caller(f"jwt:{named}", scopes_held, None if everywhere else own)


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
