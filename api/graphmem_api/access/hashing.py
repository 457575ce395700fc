"""Secrets of keys, and how they are kept: as salted scrypt hashes only.

A secret has 256 random bits, so that a slow hash is not what keeps it from being guessed; it keeps
a stolen file from being useful even where somebody made a key with a secret of his own.

Source: RFC 7914; Percival, "Stronger key derivation via sequential memory-hard functions", 2009.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

__all__ = ["PREFIX", "Hashed", "hash_secret", "is_same", "new_token", "nobody", "split_token"]

PREFIX = "gmk"
_FORM = re.compile(rf"{PREFIX}_([0-9a-f]{{12}})_([A-Za-z0-9_-]{{20,128}})")
# 16 MiB and about 40 ms of a core.
_N, _R, _P = 2**14, 8, 1
_MAX_MEMORY = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Hashed:
    """What is kept of a secret."""

    salt: bytes
    digest: bytes


def new_token() -> tuple[str, str, str]:
    """Return a new token, its id, and its secret."""
    key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    return f"{PREFIX}_{key_id}_{secret}", key_id, secret


def split_token(token: str) -> tuple[str, str] | None:
    """Return a token's id and its secret; None where it has not that form."""
    found = _FORM.fullmatch(token)
    return (found[1], found[2]) if found else None


def hash_secret(secret: str) -> Hashed:
    """Hash a secret under a salt of its own."""
    salt = secrets.token_bytes(16)
    return Hashed(salt, _scrypt(secret, salt))


def is_same(secret: str, kept: Hashed) -> bool:
    """Say whether a secret is the one that was hashed; takes as long either way."""
    return hmac.compare_digest(_scrypt(secret, kept.salt), kept.digest)


def nobody() -> Hashed:
    """Return what no secret has: an unknown id is compared with it, which costs the same."""
    return Hashed(secrets.token_bytes(16), secrets.token_bytes(32))


def _scrypt(secret: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        secret.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MAX_MEMORY, dklen=32
    )
