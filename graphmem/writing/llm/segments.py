"""Which passages an LLM reads together: one call each.

In: the passages of one source, in order. Out: segments, in order. A segment ends where the next
passage would make it too long, so that what comes later changes at most the last one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.core.token_counts import estimate_tokens
from graphmem.writing.segment import PassageDraft

__all__ = ["MAX_SEGMENT_PASSAGES", "MAX_SEGMENT_TOKENS", "Segment", "group"]

# By the estimate of `estimate_tokens`, whatever the LLM's own count is: another model must not
# cut otherwise. Long segments make models leave things out; short ones repeat the task's words.
MAX_SEGMENT_TOKENS = 400
MAX_SEGMENT_PASSAGES = 12


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive passages of one source that an LLM reads in one call."""

    passages: tuple[PassageDraft, ...]


def group(drafts: Sequence[PassageDraft]) -> list[Segment]:
    """Group the passages of one source: at most 400 tokens and 12 passages a segment.

    A passage that is longer is a segment of its own, and one under another heading begins one.
    The segments of a grown conversation begin with those it had, but for the last of these.

    Args:
        drafts: of one source, in order.
    """
    segments: list[Segment] = []
    part: list[PassageDraft] = []
    n_tokens = 0
    for draft in drafts:
        n = estimate_tokens(draft.text)
        full = n_tokens + n > MAX_SEGMENT_TOKENS or len(part) == MAX_SEGMENT_PASSAGES
        if part and (full or draft.title != part[0].title):
            segments.append(Segment(tuple(part)))
            part, n_tokens = [], 0
        part.append(draft)
        n_tokens += n
    if part:
        segments.append(Segment(tuple(part)))
    return segments
