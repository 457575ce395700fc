"""The stage that puts events: what they rest on, who takes part, when and where, what follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.extraction import EventDraft
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.drafting import Draft, Place
from graphmem.writing.resolve import Resolution
from graphmem.writing.uses import names_entity
from graphmem_schemas import Event, edge_of

__all__ = ["KnownEvents", "known_events", "tell_events"]


@dataclass(frozen=True, slots=True)
class KnownEvents:
    """What the store has already.

    Attributes:
        uids: the stored events among those that stored passages are told to have.
        last: by uid of a stored passage that new ones follow: its last event.
    """

    uids: frozenset[str] = frozenset()
    last: dict[str, str] = field(default_factory=dict)


def known_events(places: Sequence[Place], reader: GraphReader, draft: Draft) -> KnownEvents:
    """Read the events that are stored, and after which the new ones come: two reads at most."""
    told = [
        _uid(place, number, event)
        for place in places
        if place.passage.uid not in draft.nodes
        for number, event in enumerate(place.extraction.events)
    ]
    before = {p.previous for p in places if p.previous and p.previous not in draft.nodes}
    spans: dict[str, tuple[tuple[int, int], str]] = {}
    if before:
        for edge in reader.neighbours(draft.space, sorted(before), ["EVIDENCED_BY"]):
            spans[edge.start] = (edge.span or (0, 0), edge.end)
    found = [
        node
        for node in reader.get(draft.space, sorted({*told, *spans}))
        if isinstance(node, Event)
    ]
    # Of the events of a passage the last one wins.
    ordered = sorted((*spans[e.uid], e.uid) for e in found if e.uid in spans)
    last = {passage: uid for _, passage, uid in ordered}
    return KnownEvents(frozenset(event.uid for event in found), last)


def _uid(place: Place, number: int, told: EventDraft) -> str:
    return content_uid("event", place.passage.uid, str(number), told.text)


def tell_events(
    places: Sequence[Place], resolution: Resolution, draft: Draft, known: KnownEvents
) -> None:
    """Put the events with what they rest on; those in the store stay as they were recorded.

    Events follow each other within a passage, and from a passage to the one right after it.
    """
    last = dict(known.last)
    for place in places:
        previous = last.get(place.previous) if place.previous else None
        uids = [_uid(place, n, told) for n, told in enumerate(place.extraction.events)]
        for uid, told in zip(uids, place.extraction.events, strict=True):
            where = _take_part(uid, told, place, resolution, draft)
            if uid not in known.uids:
                draft.add_nodes([_event(uid, told, place, where, draft.now)])
            draft.add_edge(
                edge_of("EVIDENCED_BY", uid, place.passage.uid, {place.source: 1.0},
                        span=(told.start, told.end))
            )  # fmt: skip
            if previous:
                draft.join("NEXT", previous, uid, place.source)
            previous = uid
        for number, told in enumerate(place.extraction.events):
            for cause in told.because:
                draft.join("CAUSES", uids[number + cause], uids[number], place.source)
        if uids:
            last[place.passage.uid] = uids[-1]


def _event(uid: str, told: EventDraft, place: Place, where: str | None, now: datetime) -> Event:
    passage, when = place.passage, told.when
    return Event(
        uid=uid, recorded_at=now, passage=passage.uid, text=told.text, start=told.start,
        end=told.end, speaker=passage.speaker, happened_from=when and when.start,
        happened_to=when and when.end, granularity=when and when.granularity, place=where,
        told_at=passage.at,
    )  # fmt: skip


def _take_part(
    uid: str, told: EventDraft, place: Place, resolution: Resolution, draft: Draft
) -> str | None:
    """Link the event to its participants, each with all of its roles; return where it was."""
    roles: dict[str, list[str]] = {}
    for argument in told.arguments:
        entity = resolution.find(argument.text, place.source)
        if entity and names_entity(argument) and argument.role not in roles.get(entity, ()):
            roles.setdefault(entity, []).append(argument.role)
    for entity, said in roles.items():
        draft.add_edge(edge_of("ARGUMENT", uid, entity, {place.source: 1.0}, role=" ".join(said)))
    return next((entity for entity, said in roles.items() if "place" in said), None)
