"""The gate: from what a request brings to who calls, or to why he is turned away."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections import OrderedDict
from datetime import UTC, datetime
from ipaddress import IPv4Address, ip_address, ip_network
from math import ceil
from weakref import WeakValueDictionary

from graphmem.errors import StoreError
from graphmem.ports import GraphStore
from graphmem_api.access.audit import Audit
from graphmem_api.access.caller import LOOPBACK, Caller, Denied, too_often, unauthorised
from graphmem_api.access.files import audit_file, key_file
from graphmem_api.access.hashing import PREFIX, Hashed, is_same, split_token
from graphmem_api.access.issuer import Issuer
from graphmem_api.access.keys import Key
from graphmem_api.access.rates import Rates
from graphmem_api.access.ring import KeyRing
from graphmem_api.problems import Problem
from graphmem_api.settings import Settings

__all__ = ["Gate", "is_loopback"]

_LOG = logging.getLogger("graphmem")
# A small fact about the store.
_CLOSED = "served with keys"
_MAX_KNOWN = 10_000
_BELIEVED_S = 60.0
# Hashes that are worked out at once, and waited for: each takes 16 MiB and 40 ms.
_AT_ONCE, _MAX_WAITING = 2, 64


class Gate:
    """Says who calls.

    Args:
        settings: which keys and issuer, and how often a caller may come.
        store: beside it lie the keys and the audit log.

    Attributes:
        audit: the audit log.

    Raises:
        InvalidInput: The issuer cannot be used.
        StoreError: The store or the file of keys cannot be read.
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
        # Whose secret was right, and until when that is believed.
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()
        self._checking: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._n_waiting = 0
        self._store = store
        self._is_closed = store.read_meta(_CLOSED) is not None
        if self._issuer is not None or not self._ring.is_empty:
            self._close()
        elif self._is_closed:
            _LOG.warning(
                "this store was served with keys, and there are none%s: nobody is let in; name "
                "their file by --keys, put it back, or make a key by `graphmem keys create`",
                f" in {file.path}" if file else "",
            )

    @property
    def is_open(self) -> bool:
        """Whether anybody on this machine may call."""
        return self._at_home and not self.asks_for_keys

    @property
    def asks_for_keys(self) -> bool:
        """Whether there is a key or an issuer, or was one when this store was served."""
        return self._is_closed or self._issuer is not None or not self._ring.is_empty

    async def caller(self, authorization: str | None, peer: str = "") -> Caller:
        """Return who calls.

        Args:
            authorization: the header of that name.
            peer: address of the client; who fails often from one has to wait.

        Raises:
            Problem: 401 where nobody known calls, 429 where he comes too often, 503 where an
                issuer cannot be asked.
            StoreError: The file of keys cannot be read.
        """
        if self.is_open:
            return LOOPBACK
        if not self._is_closed:
            await asyncio.to_thread(self._close)
        token = _bearer(authorization)
        digest = self._digest(token)
        caller = self._remembered(digest)
        if caller is None:
            # One check a token: the others of a client that comes with many calls wait for it.
            async with self._checking.setdefault(digest, asyncio.Lock()):
                caller = self._remembered(digest) or await self._checked(token, peer)
                self._remember(digest, caller)
        caller = self._renewed(caller)
        if wait := self._rates.take(caller.account):
            raise Denied(too_often("this key has made too many calls", wait), caller)
        return caller

    def holds(self, caller: Caller) -> bool:
        """Say whether somebody who was let in would be now.

        Raises:
            StoreError: The file of keys cannot be read.
        """
        if caller is LOOPBACK:
            return self.is_open
        try:
            return self._renewed(caller).until > time.time()
        except Problem:
            return False

    def _close(self) -> None:
        """Have the store know that it was served with keys: a lost file of keys opens nothing."""
        if not self._is_closed:
            self._is_closed = True
            try:
                self._store.write_meta(_CLOSED, "1")
            except StoreError as error:
                _LOG.warning("the store cannot note that it is served with keys: %s", error)

    def _remembered(self, digest: bytes) -> Caller | None:
        caller, until = self._known.get(digest, (None, 0.0))
        return caller if until > time.time() else None

    def _remember(self, digest: bytes, caller: Caller) -> None:
        # A key is looked up at each call, and a token is not.
        believed = caller.until if caller.key_id else time.time() + _BELIEVED_S
        self._known[digest] = (caller, min(believed, caller.until))
        while len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)

    def _renewed(self, caller: Caller) -> Caller:
        """Return him as he stands now: keys are revoked while they are known.

        Raises:
            Problem: 401, his key holds no more.
        """
        if caller.key_id is None:
            return caller
        key = self._ring.get(caller.key_id)
        if key is None:  # the file was replaced
            raise _unknown()
        if (state := key.state(datetime.now(UTC))) != "valid":
            ended = unauthorised(f"this key is {state}; ask for another", token_given=True)
            raise Denied(ended, caller)
        return _caller_of(key)

    async def _checked(self, token: str, peer: str) -> Caller:
        """Return whose a token is that was not seen before; his key may hold no more."""
        if token.startswith(f"{PREFIX}_"):
            return await self._checked_key(token, peer)
        if self._issuer is None:
            raise _unknown()
        return await self._issuer.caller(token)

    async def _checked_key(self, token: str, peer: str) -> Caller:
        """Compare a secret, which takes as long for a key that is not there."""
        parts = split_token(token)
        if parts is None:  # of a form that no key has, which tells nothing of any
            raise _unknown()
        if self._n_waiting >= _MAX_WAITING:
            raise too_often("too many keys are being checked", 1)
        key, hashed = self._ring.find(parts[0])
        # Each key that is there has a share of its own: who guesses at others from the address of
        # a proxy, or at one of them, keeps no other from being let in.
        share = f"{_home(peer)} {key.id if key else ''}"
        if wait := self._failures.take(share):
            raise too_often("too many wrong keys from this address", wait)
        if not await self._compared(parts[1], hashed) or key is None:
            raise _unknown()
        self._failures.give_back(share)
        return _caller_of(key)

    async def _compared(self, secret: str, hashed: Hashed) -> bool:
        self._n_waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(is_same, secret, hashed)
        finally:
            self._n_waiting -= 1

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


def _home(peer: str) -> str:
    """Return what an address has in common with the others of its owner.

    Whoever has an address of IPv6 has 2**64 of them, so their network is what is told apart.
    """
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv4Address):
        return peer
    return str(address.ipv4_mapped or ip_network((int(address) >> 64 << 64, 64)))


def _bearer(authorization: str | None) -> str:
    """Return the token of a header.

    Raises:
        Problem: 401, it brings none.
    """
    scheme, _, token = (authorization or "").strip().partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise unauthorised(
            "this needs a key: send `Authorization: Bearer gmk_…`; `graphmem keys create` "
            "makes one",
            token_given=False,
        )
    return token


def _caller_of(key: Key) -> Caller:
    return Caller(key.name, key.scopes, key.spaces, key.id)


def _unknown() -> Problem:
    return unauthorised("this key is not known", token_given=True)
