"""Takes out of a text what nobody may read in a log: keys, tokens, and the login of a URL."""

from __future__ import annotations

import re

__all__ = ["without_secrets"]

_TOKEN = re.compile(r"gmk_[0-9a-f]{12}_[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*|(?<=bearer )\S+", re.I)
_LOGIN = re.compile(r"(?<=://)[^/\s@]+(?=@)")


def without_secrets(text: str) -> str:
    """Return a text that may be logged; somebody may have put his key into a URL."""
    return _LOGIN.sub("***", _TOKEN.sub("***", text))
