"""How far sources are trusted, as the caller says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from graphmem.errors import InvalidInput
from graphmem.writing.accept import SourceText
from graphmem_schemas import Source

__all__ = ["trust_of", "with_trust"]


def with_trust(texts: Sequence[SourceText], trust: object) -> list[SourceText]:
    """Return the texts with the trust that their sources get.

    Args:
        texts: what `accept` made of the caller's content.
        trust: 0 to 1; None says nothing of it.

    Raises:
        InvalidInput: It is no number from 0 to 1.
    """
    if trust is None:
        return list(texts)
    if isinstance(trust, bool) or not isinstance(trust, int | float) or not 0 <= trust <= 1:
        raise InvalidInput(f"trust is a number from 0 (none) to 1 (full), not {trust!r:.60}")
    return [replace(text, trust=float(trust)) for text in texts]


def trust_of(text: SourceText, stored: Source | None) -> float:
    """Return how far a source is trusted: what is stored counts.

    Raises:
        InvalidInput: The caller says otherwise than what the source was added with.
    """
    if stored is None:
        return 1.0 if text.trust is None else text.trust
    if text.trust not in (None, stored.trust):
        raise InvalidInput(
            f"source {text.name!r} has a trust of {stored.trust:g}, not {text.trust:g}: what it "
            "said was weighed so; delete the source and add it again to change that"
        )
    return stored.trust
