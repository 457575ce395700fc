"""Text as a terminal may have it: stored texts come from strangers, and a terminal obeys them."""

from __future__ import annotations

import re

__all__ = ["escaped"]

# C0 but for tab and line feed, DEL and C1; a carriage return is harmless where its line ends.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)")


def escaped(text: str) -> str:
    r"""Return a text with its control characters written out: `\x1b` for ESC. O(n)."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
