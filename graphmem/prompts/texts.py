"""Prompts by the names of their files.

The name stands in what is sent, so that another version is another key of whatever keeps answers.
A file never changes once it was released: a change is a file with the next number.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

__all__ = ["read_prompt"]

_PACKAGE = "graphmem.prompts"


@lru_cache(maxsize=32)
def read_prompt(name: str) -> str:
    """Return a prompt, its name in its first line.

    Args:
        name: of a file of this package without its ending: "extract-v1".
    """
    text = (files(_PACKAGE) / f"{name}.md").read_text(encoding="utf-8")
    return f"[{name}]\n{text.strip()}"
