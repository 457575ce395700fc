"""Last stage: sources and their read passages → one atomic `Changes` and its receipt.

Runs inside the store's write transaction, so that it sees what other writers stored. It has no
effects of its own and may run again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.changes import Changes, Vector
from graphmem.core.names import normalise_name
from graphmem.ports import GraphReader
from graphmem.writing.accept import SourceText
from graphmem.writing.carry import carry
from graphmem.writing.drafting import Draft, Place
from graphmem.writing.extract import ReadPassage
from graphmem.writing.reconcile import Reconciled, reconcile
from graphmem.writing.relations import relate
from graphmem.writing.resolve import Resolution, resolve
from graphmem.writing.scopes import read_registry
from graphmem.writing.state_facts import state_facts, statements_of
from graphmem.writing.tell_events import known_events, tell_events
from graphmem.writing.tell_lessons import tell_lessons
from graphmem.writing.trust import trust_of
from graphmem.writing.uses import name_uses
from graphmem_schemas import Passage, Source

__all__ = ["Composed", "SourceReading", "compose"]

# "Gravity (2013 film)" is about "Gravity".
_BRACKETS = re.compile(r"\s*\([^)]*\)")
# Measured: +1 to +2 R@5 on titled sets against 1; how often a name stands in a passage adds
# nothing (docs/quality.md).
TITLE_WEIGHT = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class SourceReading:
    """One source with all passages of the call; `read` has, in order, what is new or says more."""

    text: SourceText
    uid: str
    passages: tuple[str, ...]
    read: dict[str, ReadPassage]


@dataclass(slots=True)
class Composed:
    """The changes, and what they mean to the caller."""

    changes: Changes
    added: dict[str, list[str]] = field(default_factory=dict)
    confirmed: dict[str, list[str]] = field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()


def compose(
    readings: Sequence[SourceReading], reader: GraphReader, space: str, now: datetime
) -> Composed:
    """Place the read passages into the graph as it is now."""
    draft = Draft(space, now)
    placed = [place for reading in readings for place in _place(reading, reader, draft)]
    registry = read_registry(reader, space)
    placed = relate(placed, registry)
    resolution = resolve(name_uses(placed), reader, space, now)
    draft.add_nodes(resolution.new)
    for link in resolution.links:
        draft.add_edge(link)
    known = known_events(placed, reader, draft)
    for place in placed:
        _mention(place, resolution, draft)
    tell_events(placed, resolution, draft, known)
    tell_lessons(placed, reader, draft)
    statements = [s for place in placed for s in statements_of(place, resolution, registry)]
    facts = reconcile(statements, reader, space, now, registry)
    state_facts(statements, facts, draft)
    carried = carry(facts.remove_nodes, draft.nodes, reader, space, says=registry.content_of)
    draft.nodes.update((node.uid, node) for node in carried.nodes)
    for edge in carried.edges:
        draft.add_edge(edge)
    return _finished(draft, facts)


def _place(reading: SourceReading, reader: GraphReader, draft: Draft) -> list[Place]:
    """Give the new passages their places after those that the source has already."""
    stored_source, *stored = reader.get(draft.space, [reading.uid, *reading.read])
    text = reading.text
    known_source = stored_source if isinstance(stored_source, Source) else None
    trust = trust_of(text, known_source)
    source = known_source or Source(
        uid=reading.uid, recorded_at=draft.now, name=text.name, kind=text.kind,
        title=text.title, uri=text.uri, at=text.at, trust=trust,
    )  # fmt: skip
    previous, position, places = source.last_passage, source.next_position, []
    for (uid, read), known in zip(reading.read.items(), stored, strict=True):
        if isinstance(known, Passage):
            about = _about(text, known)
            places.append(Place(reading.uid, known, read.extraction, about, trust))
        # Without a vector it was known when it was read, and has been deleted since.
        if known is not None or read.vector is None:
            continue
        passage = _passage(read, reading.uid, position, draft.now)
        draft.add_nodes([passage])
        draft.vectors.append(Vector(uid, read.vector))
        draft.join("PART_OF", uid, reading.uid, reading.uid)
        if previous:
            draft.join("NEXT", previous, uid, reading.uid)
        places.append(
            Place(reading.uid, passage, read.extraction, _about(text, passage), trust, previous)
        )
        previous, position = uid, position + 1
    if position > source.next_position:
        grown = source.model_copy(update={"next_position": position, "last_passage": previous})
        if stored_source is None:
            draft.add_nodes([grown])
        else:
            draft.nodes[grown.uid] = grown
    return places


def _about(text: SourceText, passage: Passage) -> str | None:
    return _BRACKETS.sub("", text.title or passage.title or "").strip() or None


def _passage(read: ReadPassage, source: str, position: int, now: datetime) -> Passage:
    draft = read.draft
    return Passage(
        uid=draft.uid, recorded_at=now, source=source, position=position, text=draft.text,
        ref=draft.ref, title=draft.title, speaker=draft.speaker, at=draft.at,
        language=read.extraction.language,
    )  # fmt: skip


def _mention(place: Place, resolution: Resolution, draft: Draft) -> None:
    """Link the passage to what it names, once each, and doubly to what it is about."""
    title = place.about
    names = [mention.name for mention in place.extraction.mentions if mention.named]
    about = [title] if title else []
    for name in dict.fromkeys(about + names):
        uid = resolution.uid_of.get(normalise_name(name))
        if uid:
            weight = TITLE_WEIGHT if name == title else 1.0
            draft.join("MENTIONS", place.passage.uid, uid, place.source, weight)


def _finished(draft: Draft, facts: Reconciled) -> Composed:
    changes = Changes(
        nodes=tuple(draft.nodes.values()),
        edges=tuple(draft.edges.values()),
        vectors=tuple(draft.vectors),
        remove_nodes=tuple(facts.remove_nodes),
        remove_sources=tuple(facts.remove_links),
    )
    confirmed = {"Proposition": list(facts.confirmed)} if facts.confirmed else {}
    if facts.added:
        draft.added["Proposition"] = list(facts.added)
    return Composed(
        changes, draft.added, confirmed, tuple(facts.superseded), tuple(facts.contradicted)
    )
