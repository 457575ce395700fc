"""Last stage: sources and their read passages → one atomic `Changes` and its receipt.

Runs inside the store's write transaction, so that it sees what other writers stored. It has no
effects of its own and may run again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from graphmem.core.changes import Changes, Vector
from graphmem.core.extraction import Argument, Extraction, PropositionDraft
from graphmem.core.names import MAX_NAME_WORDS, normalise_name
from graphmem.core.uids import content_uid
from graphmem.core.wording import is_state, word_fact
from graphmem.ports import GraphReader
from graphmem.writing.accept import SourceText
from graphmem.writing.extract import ReadPassage
from graphmem.writing.reconcile import Reconciled, Statement, reconcile
from graphmem.writing.resolve import NameUse, Resolution, resolve
from graphmem_schemas import Edge, EdgeKind, Event, Node, Passage, Source

__all__ = ["Composed", "SourceReading", "compose"]

# Without a subject that is known, a fact would hang on the word "he".
_PRONOUNS = frozenset(
    "i me my mine myself you your yours yourself he him his himself she her hers herself it its "
    "itself we us our ours ourselves they them their theirs themselves this that these those who "
    "which what there one someone somebody something anyone everyone everybody nobody".split()
)
_LITERAL_KINDS = ("time", "quantity")
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
    draft = _Draft(space, now)
    placed = [place for reading in readings for place in _place(reading, reader, draft)]
    resolution = resolve(_names(placed), reader, space, now)
    draft.add_nodes(resolution.new)
    for link in resolution.links:
        draft.add_edge(link)
    known_events = _known_events(placed, reader, draft)
    for place in placed:
        _mention(place, resolution, draft)
        _tell_events(place, resolution, draft, known_events)
    statements = [s for place in placed for s in _statements(place, resolution)]
    facts = reconcile(statements, reader, space, now)
    _state_facts(statements, facts, draft)
    return draft.finish(facts)


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A passage with its place in its source."""

    source: str
    passage: Passage
    extraction: Extraction
    about: str | None


class _Draft:
    """Collects nodes and merges edges of one kind between the same two nodes."""

    def __init__(self, space: str, now: datetime) -> None:
        self.space, self.now = space, now
        self.nodes: dict[str, Node] = {}
        self.edges: dict[tuple[str, str, str], Edge] = {}
        self.vectors: list[Vector] = []
        self.added: dict[str, list[str]] = {}

    def add_nodes(self, nodes: Sequence[Node]) -> None:
        for node in nodes:
            if node.uid not in self.nodes:
                self.added.setdefault(node.label, []).append(node.uid)
            self.nodes[node.uid] = node

    def add_edge(self, edge: Edge) -> None:
        key = (edge.kind, edge.start, edge.end)
        known = self.edges.get(key)
        if known:
            edge = known.model_copy(update={"sources": {**edge.sources, **known.sources}})
        self.edges[key] = edge

    def join(self, kind: EdgeKind, start: str, end: str, source: str, weight: float = 1.0) -> None:
        self.add_edge(Edge(kind=kind, start=start, end=end, sources={source: weight}))

    def finish(self, facts: Reconciled) -> Composed:
        changes = Changes(
            nodes=tuple(self.nodes.values()),
            edges=tuple(self.edges.values()),
            vectors=tuple(self.vectors),
            remove_nodes=tuple(facts.remove_nodes),
            remove_sources=tuple(facts.remove_links),
        )
        confirmed = {"Proposition": list(facts.confirmed)} if facts.confirmed else {}
        if facts.added:
            self.added["Proposition"] = list(facts.added)
        return Composed(
            changes, self.added, confirmed, tuple(facts.superseded), tuple(facts.contradicted)
        )


def _place(reading: SourceReading, reader: GraphReader, draft: _Draft) -> list[_Place]:
    """Give the new passages their places after those that the source has already."""
    stored_source, *stored = reader.get(draft.space, [reading.uid, *reading.read])
    text = reading.text
    source = stored_source if isinstance(stored_source, Source) else Source(
        uid=reading.uid, recorded_at=draft.now, name=text.name, kind=text.kind,
        title=text.title, uri=text.uri, at=text.at,
    )  # fmt: skip
    previous, position, places = source.last_passage, source.next_position, []
    for (uid, read), known in zip(reading.read.items(), stored, strict=True):
        if isinstance(known, Passage):
            places.append(_Place(reading.uid, known, read.extraction, _about(text, known)))
        # Without a vector it was known when it was read, and has been deleted since.
        if known is not None or read.vector is None:
            continue
        passage = _passage(read, reading.uid, position, draft.now)
        draft.add_nodes([passage])
        draft.vectors.append(Vector(uid, read.vector))
        draft.join("PART_OF", uid, reading.uid, reading.uid)
        if previous:
            draft.join("NEXT", previous, uid, reading.uid)
        places.append(_Place(reading.uid, passage, read.extraction, _about(text, passage)))
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


def _names(places: Sequence[_Place]) -> list[NameUse]:
    uses: list[NameUse] = []
    for place in places:
        if place.about:
            uses.append(NameUse(place.about, "unknown", named=True, source=place.source))
        uses += [
            NameUse(m.name, m.kind, m.named, place.source)
            for m in place.extraction.mentions
            if m.named
        ]
        for fact in place.extraction.propositions:
            if _states_something(fact):
                uses += [
                    _use(argument, place.source)
                    for argument in (fact.subject, fact.object)
                    if _names_entity(argument) and (fact.asserted or argument.named)
                ]
    return uses


def _use(argument: Argument, source: str) -> NameUse:
    return NameUse(argument.text, argument.kind, argument.named, source)


def _names_entity(argument: Argument) -> bool:
    key = normalise_name(argument.text)
    return (
        not argument.literal
        and argument.kind not in _LITERAL_KINDS
        and 0 < len(key.split()) <= MAX_NAME_WORDS
        and key not in _PRONOUNS
    )


def _states_something(fact: PropositionDraft) -> bool:
    return _names_entity(fact.subject) and bool(fact.object.text.strip())


def _mention(place: _Place, resolution: Resolution, draft: _Draft) -> None:
    """Link the passage to what it names, once each, and doubly to what it is about."""
    title = place.about
    names = [mention.name for mention in place.extraction.mentions if mention.named]
    about = [title] if title else []
    for name in dict.fromkeys(about + names):
        uid = resolution.uid_of.get(normalise_name(name))
        if uid:
            weight = TITLE_WEIGHT if name == title else 1.0
            draft.join("MENTIONS", place.passage.uid, uid, place.source, weight)


def _known_events(places: Sequence[_Place], reader: GraphReader, draft: _Draft) -> set[str]:
    """The stored events among those that stored passages are told to have."""
    told = [
        event.uid
        for place in places
        if place.passage.uid not in draft.nodes
        for event in _events(place, draft.now)
    ]
    return {event.uid for event in reader.get(draft.space, told) if event is not None}


def _events(place: _Place, now: datetime) -> list[Event]:
    passage = place.passage
    return [
        Event(
            uid=content_uid("event", passage.uid, str(number), told.text), recorded_at=now,
            passage=passage.uid, text=told.text, start=told.start, end=told.end,
            speaker=passage.speaker,
        )
        for number, told in enumerate(place.extraction.events)
    ]  # fmt: skip


def _tell_events(place: _Place, resolution: Resolution, draft: _Draft, known: set[str]) -> None:
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
            if entity and _names_entity(argument):
                draft.add_edge(
                    Edge(kind="ARGUMENT", start=uid, end=entity,
                         sources={place.source: 1.0}, role=argument.role)
                )  # fmt: skip


def _statements(place: _Place, resolution: Resolution) -> list[Statement]:
    """Return what the passage asserts; what it only asks, plans or reports stays in its events."""
    statements: list[Statement] = []
    for fact in place.extraction.propositions:
        if not fact.asserted:
            continue
        subject = resolution.uid_of.get(normalise_name(fact.subject.text))
        if subject is None or not _states_something(fact):
            continue
        is_entity = _names_entity(fact.object)
        obj = resolution.uid_of.get(normalise_name(fact.object.text)) if is_entity else None
        statements.append(
            Statement(
                text=_worded(fact),
                subject=subject, predicate=fact.predicate, object=obj,
                value=None if obj else " ".join(fact.object.text.split()),
                negated=fact.negated, confidence=fact.confidence, past=_is_over(fact),
                source=place.source, passage=place.passage.uid, span=(fact.start, fact.end),
                stated_at=place.passage.at, validity=fact.validity, retired_at=fact.retired_at,
            )
        )  # fmt: skip
    return statements


def _worded(fact: PropositionDraft) -> str:
    if fact.text is not None:
        return fact.text
    subject, obj = (" ".join(a.text.split()) for a in (fact.subject, fact.object))
    if fact.rule == "given":  # the caller's relations are phrases of their own
        return f"{subject} {fact.predicate} {obj}"
    tense: Literal["past", "present"] = "past" if fact.tense == "past" else "present"
    return word_fact(subject, fact.predicate, obj, negated=fact.negated, tense=tense)


def _is_over(fact: PropositionDraft) -> bool:
    """Whether the text tells of a state that is past: "lived in", but not "moved to"."""
    return fact.tense == "past" and is_state(fact.predicate)


def _state_facts(statements: Sequence[Statement], facts: Reconciled, draft: _Draft) -> None:
    for fact in facts.facts.values():
        draft.nodes[fact.uid] = fact
    for edge in facts.edges:
        draft.add_edge(edge)
    for statement, uid in zip(statements, facts.uids, strict=True):
        source = statement.source
        draft.add_edge(
            Edge(kind="EVIDENCED_BY", start=uid, end=statement.passage, sources={source: 1.0},
                 span=statement.span, role=statement.evidence.role)
        )  # fmt: skip
        draft.join("SUBJECT", uid, statement.subject, source)
        if statement.object:
            draft.join("OBJECT", uid, statement.object, source)
