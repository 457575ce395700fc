"""One question about one segment, and what can be used of the answer."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from graphmem.core.chat import ask
from graphmem.core.extraction import Extraction
from graphmem.ports import LLM
from graphmem.writing.given import from_given
from graphmem.writing.llm.ground import ground
from graphmem.writing.llm.messages import messages_of
from graphmem.writing.llm.said import Said, understood
from graphmem.writing.llm.segments import Segment
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import GivenExtraction

__all__ = ["SegmentExtraction", "extract_segment"]

_PLACE = re.compile(r"\.\d+(?=[.:])")


@dataclass(frozen=True, slots=True, eq=False)
class SegmentExtraction:
    """What an LLM found in a segment.

    Attributes:
        given: for each passage of the segment, by its uid, also where it says nothing.
        dropped: how many rows or parts of rows were left out, by reason.
        n_calls: 1, or 2 where the first answer did not fit.
    """

    given: dict[str, GivenExtraction]
    dropped: Counter[str]
    n_calls: int

    def extraction_of(self, draft: PassageDraft) -> Extraction:
        """Return the extraction of a passage of the segment, as `Writer` takes it."""
        return from_given(draft.text, self.given[draft.uid])


def extract_segment(llm: LLM, segment: Segment) -> SegmentExtraction:
    """Ask an LLM what the passages of a segment say; what they do not say is left out.

    Raises:
        CompletionFailed: It does not answer, or nothing of what it says can be used.
        InvalidInput: It refuses the request.
    """
    answer = ask(llm.complete, messages_of(segment), Said, understood)
    dropped = Counter(_PLACE.sub("", why) for why in answer.dropped)
    return SegmentExtraction(ground(answer.value, segment, dropped), dropped, answer.n_calls)
