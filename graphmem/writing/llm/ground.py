"""What an LLM said about a segment → what each of its passages is given.

A row rests on the passage that its quote stands in, or where it stands in none, on the first that
names all whom the row is about. What rests on nothing is left out, and counted by reason.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from pydantic import BaseModel

from graphmem.core.quotes import QuotedText
from graphmem.writing.checks import is_blank
from graphmem.writing.llm.said import Said, SaidEntity, SaidEvent, SaidFact, SaidPrescription
from graphmem.writing.llm.segments import Segment
from graphmem.writing.llm.times import happened, holds
from graphmem.writing.segment import PassageDraft
from graphmem_schemas import (
    GivenEntity,
    GivenEvent,
    GivenExtraction,
    GivenParticipant,
    GivenTriple,
    Role,
    StatedPrescription,
)

__all__ = ["MAX_ROWS", "ground"]

# Rows of one list that are read: a segment of 400 tokens says a tenth of this.
MAX_ROWS = 300
MAX_NAME_CHARS = 2_000
# Shorter words than these stand in any passage, and prove nothing.
MIN_QUOTE_CHARS = 6
_ROLES: dict[str, Role] = {role: role for role in get_args(Role)}
_WORD = re.compile(r"\w{4,}")

_Row = TypeVar("_Row", bound=BaseModel)


def ground(said: Said, segment: Segment, dropped: Counter[str]) -> dict[str, GivenExtraction]:
    """Return for each passage of a segment, by its uid, what it states.

    Args:
        said: what the LLM answered.
        segment: what it was asked about.
        dropped: counts what is left out, by reason.
    """
    found = [_Found.of(draft) for draft in segment.passages]
    for fact in _rows(said.facts, "facts", dropped):
        _ground_fact(fact, found, dropped)
    for event in _rows(said.events, "events", dropped):
        _ground_event(event, found, dropped)
    for how in _rows(said.prescriptions, "prescriptions", dropped):
        _ground_prescription(how, found, dropped)
    for entity in _rows(said.entities, "entities", dropped):
        _ground_entity(entity, found, dropped)
    return {one.draft.uid: one.given() for one in found}


@dataclass(slots=True)
class _Found:
    """A passage, and what was found in it so far; a dict keeps rows in order, and each once."""

    draft: PassageDraft
    text: QuotedText
    around: QuotedText
    entities: dict[GivenEntity, None]
    facts: dict[GivenTriple, None]
    events: dict[GivenEvent, None]
    prescriptions: dict[StatedPrescription, None]

    @classmethod
    def of(cls, draft: PassageDraft) -> _Found:
        around = f"{draft.speaker or ''}\n{draft.title or ''}"
        return cls(draft, QuotedText(draft.text), QuotedText(around), {}, {}, {}, {})

    def names(self, name: str) -> bool:
        """Whether the passage, its speaker or its title names something."""
        return self.text.names(name) or self.around.names(name)

    def given(self) -> GivenExtraction:
        return GivenExtraction(
            id=self.draft.ref or self.draft.uid,
            entities=tuple(self.entities),
            triples=tuple(self.facts),
            events=tuple(self.events),
            prescriptions=tuple(self.prescriptions),
        )


def _rows(rows: Sequence[_Row], what: str, dropped: Counter[str]) -> Iterable[_Row]:
    if len(rows) > MAX_ROWS:
        dropped[f"{what}: more than {MAX_ROWS} of one segment"] += len(rows) - MAX_ROWS
    return rows[:MAX_ROWS]


def _quoted(quote: str, found: Sequence[_Found]) -> tuple[_Found, str] | None:
    """Return the passage that a quote stands in, and its words as they stand there."""
    if len(quote.strip()) < MIN_QUOTE_CHARS and all(quote.strip() != f.text.text for f in found):
        return None
    for one in found:
        span = one.text.find(quote)
        if span:
            return one, one.text.text[slice(*span)]
    return None


def _rests_on(
    quote: str, names: Sequence[str], found: Sequence[_Found]
) -> tuple[_Found, str | None] | None:
    by_quote = _quoted(quote, found)
    if by_quote or not names:
        return by_quote
    return next(((one, None) for one in found if all(map(one.names, names))), None)


def _tells(one: _Found, text: str) -> bool:
    """Whether most words of a statement stand in a passage, so that it is no invention."""
    words = {word for word in _WORD.findall(text) if not one.around.names(word)}
    return 2 * sum(map(one.text.names, words)) > len(words)


def _unfounded(what: str, quote: str, dropped: Counter[str]) -> None:
    why = "no passage has its quote" if quote.strip() else "it has no quote"
    dropped[f"{what}: {why}"] += 1


def _keep(rows: dict[_Row, None], row: _Row, what: str, dropped: Counter[str]) -> None:
    if row in rows:
        dropped[f"{what}: said twice"] += 1
    rows[row] = None


def _ground_fact(fact: SaidFact, found: Sequence[_Found], dropped: Counter[str]) -> None:
    parts = (fact.subject, fact.predicate, fact.object)
    if any(map(is_blank, parts)):
        dropped["facts: without subject, predicate or object"] += 1
        return
    if any(len(part) > MAX_NAME_CHARS for part in parts):
        dropped[f"facts: a part is longer than {MAX_NAME_CHARS:,} characters"] += 1
        return
    place = _rests_on(fact.quote, (fact.subject, fact.object), found)
    if place is None:
        _unfounded("facts", fact.quote, dropped)
        return
    one, quote = place
    start, end = holds(fact.valid_from, fact.valid_to, one.draft, dropped)
    row = GivenTriple(
        subject=fact.subject, predicate=fact.predicate, object=fact.object, negated=fact.negated,
        over=fact.over, valid_from=start, valid_to=end, quote=quote,
    )  # fmt: skip
    _keep(one.facts, row, "facts", dropped)


def _ground_event(event: SaidEvent, found: Sequence[_Found], dropped: Counter[str]) -> None:
    if is_blank(event.text):
        dropped["events: without text"] += 1
        return
    who = [
        GivenParticipant(role=_ROLES.get(one.role, "other"), name=one.name)
        for one in event.participants
        if not is_blank(one.name) and len(one.name) <= MAX_NAME_CHARS
    ]
    names = [one.name for one in who if one.role != "time"]
    telling = [one for one in found if _tells(one, event.text)]
    place = _quoted(event.quote, found) or _rests_on(event.text, names, telling)
    if place is None:
        _unfounded("events", event.quote, dropped)
        return
    one, quote = place
    times = (event.happened_from, event.happened_to)
    start, end = happened(times, quote, one.draft, dropped)
    row = GivenEvent(
        text=event.text, participants=tuple(who), happened_from=start, happened_to=end, quote=quote
    )
    _keep(one.events, row, "events", dropped)


def _ground_prescription(
    how: SaidPrescription, found: Sequence[_Found], dropped: Counter[str]
) -> None:
    if is_blank(how.when) or is_blank(how.text):
        dropped["prescriptions: without when or what"] += 1
        return
    place = _quoted(how.quote, found)
    if place is None:
        _unfounded("prescriptions", how.quote, dropped)
        return
    one, quote = place
    steps = tuple(step for step in how.steps if not is_blank(step))
    row = StatedPrescription(
        when=how.when, text=how.text, when_not=how.when_not or None, steps=steps, quote=quote
    )
    _keep(one.prescriptions, row, "prescriptions", dropped)


def _ground_entity(entity: SaidEntity, found: Sequence[_Found], dropped: Counter[str]) -> None:
    """Give an entity to the passage of its quote, or to all that name it."""
    if is_blank(entity.name) or len(entity.name) > MAX_NAME_CHARS:
        dropped["entities: without a name, or with one that has no end"] += 1
        return
    row = GivenEntity(name=entity.name, kind=entity.kind or None)
    by_quote = _quoted(entity.quote, found)
    places = [by_quote[0]] if by_quote else [one for one in found if one.names(entity.name)]
    for one in places:
        _keep(one.entities, row, "entities", dropped)
    if not places:
        dropped["entities: no passage names it"] += 1
