"""The stage that puts events, with what they rest on and who takes part in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.drafting import Draft, Place
from graphmem.writing.resolve import Resolution
from graphmem.writing.uses import names_entity
from graphmem_schemas import Edge, Event

__all__ = ["known_events", "tell_events"]


def known_events(places: Sequence[Place], reader: GraphReader, draft: Draft) -> set[str]:
    """The stored events among those that stored passages are told to have."""
    told = [
        event.uid
        for place in places
        if place.passage.uid not in draft.nodes
        for event in _events(place, draft.now)
    ]
    return {event.uid for event in reader.get(draft.space, told) if event is not None}


def _events(place: Place, now: datetime) -> list[Event]:
    passage = place.passage
    return [
        Event(
            uid=content_uid("event", passage.uid, str(number), told.text), recorded_at=now,
            passage=passage.uid, text=told.text, start=told.start, end=told.end,
            speaker=passage.speaker,
        )
        for number, told in enumerate(place.extraction.events)
    ]  # fmt: skip


def tell_events(place: Place, resolution: Resolution, draft: Draft, known: set[str]) -> None:
    """Put the events with what they rest on; those in the store stay as they were recorded."""
    previous: str | None = None
    events = _events(place, draft.now)
    for told, event in zip(place.extraction.events, events, strict=True):
        uid = event.uid
        if uid not in known:
            draft.add_nodes([event])
        draft.add_edge(
            Edge(kind="EVIDENCED_BY", start=uid, end=place.passage.uid,
                 sources={place.source: 1.0}, span=(told.start, told.end))
        )  # fmt: skip
        if previous:
            draft.join("NEXT", previous, uid, place.source)
        previous = uid
        for argument in told.arguments:
            entity = resolution.find(argument.text, place.source)
            if entity and names_entity(argument):
                draft.add_edge(
                    Edge(kind="ARGUMENT", start=uid, end=entity,
                         sources={place.source: 1.0}, role=argument.role)
                )  # fmt: skip
