"""Identities: a hash of the content, the same on every machine."""

from __future__ import annotations

import re
from hashlib import blake2b

__all__ = ["content_uid", "is_content_uid"]

_FORM = re.compile(r"[0-9a-f]{32}")
_EMPTY = blake2b(digest_size=16, person=b"graphmem")
_LENGTHS = [n.to_bytes(8, "little") for n in range(256)]


def content_uid(*parts: str) -> str:
    """Return the identity of a content: 32 hexadecimal digits, the whole of a BLAKE2b-128.

    Parts are length-prefixed, so that ("ab", "c") and ("a", "bc") differ.
    """
    digest = _EMPTY.copy()
    said = b""
    for part in parts:
        raw = part.encode("utf-8", "surrogatepass")
        n_bytes = len(raw)
        said += (_LENGTHS[n_bytes] if n_bytes < 256 else n_bytes.to_bytes(8, "little")) + raw
    digest.update(said)
    return digest.hexdigest()


def is_content_uid(text: str) -> bool:
    """Whether a text has the form of such an identity, which says nothing to a reader."""
    return _FORM.fullmatch(text) is not None
