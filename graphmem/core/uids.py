"""Identities: a hash of the content for what can be said twice, a UUIDv7 for what happens once."""

from __future__ import annotations

from hashlib import blake2b

__all__ = ["content_uid", "uuid7"]


def content_uid(*parts: str) -> str:
    """Return the identity of a content: 32 hexadecimal digits, the whole of a BLAKE2b-128.

    Parts are length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = blake2b(digest_size=16, person=b"graphmem")
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        digest.update(len(raw).to_bytes(8, "little"))
        digest.update(raw)
    return digest.hexdigest()


def uuid7(unix_ms: int, entropy: bytes) -> str:
    """Return a UUIDv7 as 32 hexadecimal digits; sorts by time.

    Args:
        unix_ms: milliseconds since 1970, 0 to 2**48 - 1.
        entropy: at least 10 random bytes.

    References:
        RFC 9562, section 5.7.
    """
    random = int.from_bytes(entropy[:10], "big")
    value = (unix_ms & (2**48 - 1)) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (2**62 - 1)
    return f"{value:032x}"
