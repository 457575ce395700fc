"""Hits in the order of time, for questions that ask for it; which hits, the ranking has said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from graphmem_schemas import Hit, Passage, Source

__all__ = ["Moment", "in_time", "moments_of"]

Moment = tuple[bool, datetime, int, str, int]
"""Sorts passages: what nobody dated comes last, in the order of the sources; a source as it is."""

_UNKNOWN = datetime.max.replace(tzinfo=UTC)


def in_time(
    hits: Sequence[Hit], passages: Mapping[str, Passage], sources: Mapping[str, Source]
) -> tuple[Hit, ...]:
    """Return the hits in the order of time; scores stay as they are.

    Args:
        hits: best first.
        passages: by uid; a hit that is none stands where its passage does.
        sources: by uid, of these; an undated passage is of its source's time.
    """
    moments = moments_of(hits, passages, sources)
    last: Moment = (True, _UNKNOWN, len(hits), "", 0)
    return tuple(sorted(hits, key=lambda hit: moments.get(hit.uid, last)))


def moments_of(
    hits: Sequence[Hit], passages: Mapping[str, Passage], sources: Mapping[str, Source]
) -> dict[str, Moment]:
    """Return what to sort each hit by; one without a passage has nothing."""
    first: dict[str, int] = {}
    moments: dict[str, Moment] = {}
    for hit in hits:
        passage = _passage(hit, passages)
        if passage is not None:
            place = first.setdefault(passage.source, len(first))
            moments[hit.uid] = _moment_of(passage, sources.get(passage.source), place)
    return moments


def _moment_of(passage: Passage, source: Source | None, place: int) -> Moment:
    at = passage.at or (source.at if source else None)
    return at is None, at or _UNKNOWN, place, passage.source, passage.position


def _passage(hit: Hit, passages: Mapping[str, Passage]) -> Passage | None:
    ends = (hit.uid, *(uid for step in hit.why for uid in (step.end, step.start)))
    return next((passages[uid] for uid in ends if uid in passages), None)
