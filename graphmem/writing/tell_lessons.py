"""The stage that puts prescriptions which passages state, with the words that state them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphmem.core.extraction import PrescriptionDraft
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.drafting import Draft, Place
from graphmem_schemas import Edge, Passage, Prescription

if TYPE_CHECKING:
    from graphmem.language.instructions import Instruction

__all__ = ["prescription_uid", "tell_lesson", "tell_lessons"]


def prescription_uid(when: str, text: str) -> str:
    """Return the uid of what is to be done when."""
    return content_uid("prescription", when, text)


def tell_lessons(places: Sequence[Place], reader: GraphReader, draft: Draft) -> None:
    """Put what the passages say is to be done; what is known gains the words it rests on."""
    told = [(place.passage, one) for place in places for one in place.extraction.prescriptions]
    if not told:
        return
    known = reader.get(draft.space, [prescription_uid(one.when, one.text) for _, one in told])
    for (passage, one), node in zip(told, known, strict=True):
        tell_lesson(passage, one, draft, new=node is None)


def tell_lesson(
    passage: Passage, one: Instruction | PrescriptionDraft, draft: Draft, *, new: bool
) -> None:
    """Put one prescription that a passage states.

    Args:
        passage: that states it.
        one: what it says, and where.
        draft: takes it.
        new: whether the store does not hold it yet.
    """
    uid = prescription_uid(one.when, one.text)
    if new and uid not in draft.nodes:
        how = Prescription(
            uid=uid, recorded_at=draft.now, text=one.text, when=one.when, when_not=one.when_not,
            steps=one.steps, source=passage.source, position=passage.position,
        )  # fmt: skip
        draft.add_nodes([how])
    draft.add_edge(
        Edge(
            kind="EVIDENCED_BY", start=uid, end=passage.uid, sources={passage.source: 1.0},
            span=(one.start, one.end),
        )
    )  # fmt: skip
