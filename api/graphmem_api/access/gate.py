"""The gate: from what a request brings to who calls, or to why he is turned away."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from ipaddress import ip_address
from math import ceil

from graphmem.ports import GraphStore
from graphmem_api.access.audit import Audit
from graphmem_api.access.caller import LOOPBACK, Caller, unauthorised
from graphmem_api.access.files import audit_file, key_file
from graphmem_api.access.hashing import PREFIX, is_same, split_token
from graphmem_api.access.issuer import Issuer
from graphmem_api.access.keys import Key
from graphmem_api.access.rates import Rates
from graphmem_api.access.ring import KeyRing
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings

__all__ = ["Gate", "is_loopback"]

_MAX_KNOWN = 10_000
_BELIEVED_S = 60.0
# Hashes that are worked out at once, and waited for: each takes 16 MiB and 40 ms.
_AT_ONCE, _MAX_WAITING = 2, 64


@dataclass(frozen=True, slots=True)
class _Known:
    """What a token was found to be; a key's is looked up again, so that it can be revoked."""

    key_id: str | None
    caller: Caller | None
    until: float


class Gate:
    """Says who calls.

    Args:
        settings: which keys and issuer, and how often a caller may come.
        store: beside it lie the keys and the audit log.

    Attributes:
        audit: the audit log.

    Raises:
        InvalidInput: The issuer cannot be used.
        StoreError: The file of keys cannot be read.
    """

    def __init__(self, settings: Settings, store: GraphStore) -> None:
        file = key_file(settings, store)
        self._ring = KeyRing(file)
        self._issuer = Issuer(settings) if settings.jwt_issuer else None
        self._at_home = is_loopback(settings.host)
        self.audit = Audit(audit_file(settings, store))
        # The processes of a server count for themselves.
        per_process = ceil(settings.limits.per_minute / settings.workers)
        self._rates = Rates(per_process)
        self._failures = Rates(settings.limits.wrong_keys)
        self._digest_key = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._n_waiting = 0
        _ = self._ring.is_empty  # a file that cannot be read is told of at the start

    @property
    def is_open(self) -> bool:
        """Whether anybody on this machine may call: there was never a key, and no issuer."""
        return self._at_home and not self.has_keys

    @property
    def has_keys(self) -> bool:
        """Whether there is anybody who could be let in by a key or a token."""
        return self._issuer is not None or not self._ring.is_empty

    async def caller(self, authorization: str | None, peer: str = "") -> Caller:
        """Return who calls.

        Args:
            authorization: the header of that name.
            peer: address of the client; who fails often from one has to wait.

        Raises:
            Problem: 401 where nobody known calls, 429 where he comes too often.
        """
        if self.is_open:
            return LOOPBACK
        scheme, _, token = (authorization or "").strip().partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise unauthorised(
                "this needs a key: send `Authorization: Bearer gmk_…`; `graphmem keys create` "
                "makes one",
                token_given=False,
            )
        caller = self._remembered(token) or await self._verified(token, peer)
        if wait := self._rates.take(caller.name):
            raise _too_often("this key has made too many calls", wait)
        return caller

    def _remembered(self, token: str) -> Caller | None:
        digest = self._digest(token)
        known = self._known.get(digest)
        if known is None:
            return None
        if known.key_id is not None:
            key = self._ring.get(known.key_id)
            return None if key is None or not _holds(key) else _caller_of(key)
        if known.until > time.time():
            return known.caller
        self._known.pop(digest, None)
        return None

    async def _verified(self, token: str, peer: str) -> Caller:
        """Check a token that was not seen before; a failure costs its sender a share."""
        if wait := self._failures.take(peer, 0):
            raise _too_often("too many wrong keys from this address", wait)
        if self._n_waiting >= _MAX_WAITING:
            raise _too_often("too many keys are being checked", 1)
        self._n_waiting += 1
        try:
            async with self._slots:
                check = self._check_key if token.startswith(f"{PREFIX}_") else self._check_jwt
                caller, known = await asyncio.to_thread(check, token)
        except Problem:
            self._failures.take(peer)
            raise
        finally:
            self._n_waiting -= 1
        self._known[self._digest(token)] = known
        while len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)
        return caller

    def _check_key(self, token: str) -> tuple[Caller, _Known]:
        parts = split_token(token)
        # A token without that form is compared too: there is one way through here, of one length.
        key_id, secret = parts or ("", token)
        key, hashed = self._ring.find(key_id)
        same = is_same(secret, hashed)
        if not same or key is None:
            raise unauthorised("this key is not known", token_given=True)
        if not _holds(key):
            # Only to who has the secret.
            state = key.state(datetime.now(UTC))
            raise unauthorised(f"this key is {state}; ask for another", token_given=True)
        return _caller_of(key), _Known(key.id, None, 0.0)

    def _check_jwt(self, token: str) -> tuple[Caller, _Known]:
        if self._issuer is None:
            raise unauthorised("this key is not known", token_given=True)
        caller, until = self._issuer.caller(token)
        return caller, _Known(None, caller, min(until, time.time() + _BELIEVED_S))

    def _digest(self, token: str) -> bytes:
        return hashlib.blake2b(token.encode(), key=self._digest_key, digest_size=32).digest()


def is_loopback(host: str) -> bool:
    """Say whether only this machine can call what listens there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _holds(key: Key) -> bool:
    return key.state(datetime.now(UTC)) == "valid"


def _caller_of(key: Key) -> Caller:
    return Caller(key.name, key.scopes, key.spaces)


def _too_often(what: str, wait: int) -> Problem:
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        "too_many_requests",
        f"{what}; try again in {wait} s",
        {"Retry-After": str(wait)},
    )
