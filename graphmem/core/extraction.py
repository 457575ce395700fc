"""What an extractor finds in one passage, before anything is resolved against the graph.

Offsets are characters of the passage's verbatim text, half open: `text[start:end]`. What a passage
has many of are named tuples: made, and handed to another process, in half the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from graphmem.core.validity import Validity
from graphmem.core.when import When
from graphmem_schemas import EntityKind

__all__ = [
    "Argument",
    "EventDraft",
    "Extraction",
    "Mention",
    "PrescriptionDraft",
    "PropositionDraft",
]


class Mention(NamedTuple):
    """A name or a noun phrase that may become an entity.

    Attributes:
        name: the canonical surface ("Marie Curie", without a trailing 's).
        named: whether it is a proper name; common nouns and dates are not.
    """

    start: int
    end: int
    name: str
    kind: EntityKind
    named: bool


class Argument(NamedTuple):
    """One end of a proposition or participant of an event.

    Attributes:
        text: surface with pronouns replaced where that is safe.
        role: "subject" or "object" of a proposition; of an event "agent", "patient", "recipient",
            "instrument", "place", "time", "topic" or "other".
        kind: kind of thing, "unknown" where nothing says.
        named: whether the text is (or resolves to) a proper name.
        literal: whether it is a value (number, date, adjective, clause) and not an entity.
    """

    text: str
    role: str
    kind: EntityKind = "unknown"
    named: bool = False
    literal: bool = False


class EventDraft(NamedTuple):
    """An elementary discourse unit: `text[start:end]`, and the same with pronouns resolved.

    Attributes:
        arguments: participants; one in several roles comes once for each.
        when: when it happened, where the text says so.
        because: places of the events that caused it, counted from its own: -1 is the one before.
    """

    start: int
    end: int
    text: str
    arguments: tuple[Argument, ...] = ()
    when: When | None = None
    because: tuple[int, ...] = ()


class PropositionDraft(NamedTuple):
    """A fact as the sentence states it.

    Attributes:
        predicate: lemmatised relation with its preposition or particle ("live in", "be").
        rule: which rule made it ("svo", "copula", "passive agent", …).
        confidence: 0 to 1, measured for the rule.
        start: offset of the clause that states it.
        tense: "past", "present" or "future" of the governing verb.
        asserted: False for future, modal, conditional, questioned, wanted, doubted, reported or
            nearly-true clauses: no fact, only something that is talked about.
        text: how the fact reads, where the extractor words it itself.
        validity: when it holds, where the extractor knows better than "since it was said".
        retired_at: system time at which the extractor's own memory stopped believing it.
        over: whether it is told that it held, and does no longer.
    """

    subject: Argument
    predicate: str
    object: Argument
    negated: bool
    rule: str
    confidence: float
    start: int
    end: int
    tense: str = "present"
    asserted: bool = True
    text: str | None = None
    validity: Validity | None = None
    retired_at: datetime | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class PrescriptionDraft:
    """How something is to be done: `text[start:end]` of the passage states it.

    Attributes:
        when: what it is for, or in which case.
        text: what to do.
        when_not: in which case not.
        steps: in order; empty where there are none.
    """

    when: str
    text: str
    start: int
    end: int
    when_not: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Extraction:
    """All that was found in one passage.

    Attributes:
        language: ISO 639-1 code, or None where the text is too short to tell.
        sentences: offsets of the sentences, in order, covering all text but outer blanks.
        parsed: False where the language has no pipeline: then only names are given.
    """

    language: str | None
    parsed: bool
    sentences: tuple[tuple[int, int], ...] = ()
    mentions: tuple[Mention, ...] = ()
    events: tuple[EventDraft, ...] = ()
    propositions: tuple[PropositionDraft, ...] = ()
    prescriptions: tuple[PrescriptionDraft, ...] = ()
