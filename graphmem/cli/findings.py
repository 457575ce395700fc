"""What `graphmem doctor` tells: findings, and who else finds some."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from graphmem.cli.session import Session

__all__ = ["MORE_CHECKS", "Finding"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        do: what to do about it; empty where all is well.
    """

    what: str
    ok: bool
    found: str
    do: str = ""


MORE_CHECKS: list[Callable[[Session], Iterable[Finding]]] = []
"""What layers above look at; they put it here when they hang in their commands."""
