"""What `graphmem doctor` asks of a database: is everything there that the rest relies on?"""

from __future__ import annotations

__all__ = ["problems"]


def problems(store: object) -> list[str]:
    """Return what is wrong, as sentences; an empty list is a sound store."""
    return []
