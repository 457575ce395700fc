"""Extractions that the caller already has → the same type that our own extractor makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from graphmem.core.extraction import (
    Argument,
    EventDraft,
    Extraction,
    Mention,
    PrescriptionDraft,
    PropositionDraft,
)
from graphmem.core.names import normalise_name
from graphmem.core.quotes import find_quote
from graphmem.core.validity import Validity
from graphmem.core.when import When, later
from graphmem.errors import InvalidInput
from graphmem.writing.checks import is_blank
from graphmem.writing.refused import first_problem
from graphmem.writing.uses import states_something
from graphmem_schemas import (
    EntityKind,
    GivenEvent,
    GivenExtraction,
    GivenTriple,
    StatedPrescription,
)

__all__ = ["from_given", "left_out", "read_given"]

GIVEN_CONFIDENCE = 0.9
MAX_ENTITY_WORDS = 9

_KINDS: dict[str, EntityKind] = {
    "person": "person", "per": "person", "people": "person",
    "place": "place", "location": "place", "loc": "place", "gpe": "place",
    "organization": "organization", "organisation": "organization", "org": "organization",
    "event": "event", "object": "object", "product": "object", "animal": "animal",
    "plant": "plant", "substance": "substance", "concept": "abstract", "abstract": "abstract",
    "date": "time", "time": "time", "number": "quantity", "quantity": "quantity",
}  # fmt: skip


def read_given(
    rows: Iterable[GivenExtraction | Mapping[str, Any]], refs: set[str]
) -> tuple[dict[str, GivenExtraction], list[tuple[int, str]]]:
    """Check the rows; return the good ones by passage id, and index and reason of the others.

    Several rows for one passage (two extractors) are joined.
    """
    good: dict[str, GivenExtraction] = {}
    rejected: list[tuple[int, str]] = []
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise InvalidInput(f"extractions must be a list of them, not a {type(rows).__name__}")
    for index, row in enumerate(rows):
        try:
            given = GivenExtraction.model_validate(dict(row) if isinstance(row, Mapping) else row)
        except ValidationError as error:
            rejected.append((index, first_problem(error)))
            continue
        if any("\x00" in text for text in _texts(given)):
            rejected.append((index, "a name or a statement holds a NUL character"))
            continue
        if given.id not in refs:
            rejected.append((index, f"no passage has the id {given.id!r}"))
            continue
        known = good.get(given.id)
        good[given.id] = _joined(known, given) if known else given
    return good, rejected


def _texts(given: GivenExtraction) -> Iterator[str]:
    yield from (entity.name for entity in given.entities)
    for triple in given.triples:
        yield from (triple.subject, triple.predicate, triple.object, triple.text or "")
    yield from given.statements
    for event in given.events:
        yield event.text
        yield from (participant.name for participant in event.participants)
    for how in given.prescriptions:
        yield from (how.when, how.text, how.when_not or "", *how.steps)


def _joined(first: GivenExtraction, second: GivenExtraction) -> GivenExtraction:
    return GivenExtraction(
        id=first.id,
        entities=first.entities + second.entities,
        triples=first.triples + second.triples,
        statements=first.statements + second.statements,
        events=first.events + second.events,
        prescriptions=first.prescriptions + second.prescriptions,
    )


def from_given(text: str, row: GivenExtraction | None) -> Extraction:
    """Turn what somebody else extracted from a passage into an extraction of it.

    Names are located in the text where they stand there verbatim but for case; what cannot be
    located rests on the whole passage. What is blank, as open extraction often has it, says
    nothing and is left out: `left_out` counts it.
    """
    if row is None:
        return Extraction(language=None, parsed=False)
    folded = text.casefold()
    kinds: dict[str, EntityKind] = {normalise_name(e.name): _kind(e.kind) for e in row.entities}
    names = [e.name for e in row.entities]
    for triple in row.triples:
        names += [triple.subject, triple.object]
    for event in row.events:
        names += [one.name for one in event.participants if one.role != "time"]
    facts = [_proposition(triple, text, kinds) for triple in row.triples]
    mentions = [_mention(name, text, folded, kinds) for name in dict.fromkeys(names)]
    return Extraction(
        language=None,
        parsed=False,
        mentions=tuple(m for m in mentions if _is_entity(m.name)),
        events=(
            *(EventDraft(0, len(text), said) for said in row.statements if not is_blank(said)),
            *(_event(one, text, folded, kinds) for one in row.events if not is_blank(one.text)),
        ),
        propositions=tuple(fact for fact in facts if _says_something(fact)),
        prescriptions=tuple(
            _prescription(how, text)
            for how in row.prescriptions
            if not is_blank(how.when) and not is_blank(how.text)
        ),
    )


def left_out(rows: Iterable[GivenExtraction]) -> tuple[str, ...]:
    """Say how much of the rows says nothing, so that nobody takes it for stored."""
    n: Counter[str] = Counter()
    for row in rows:
        facts = [_proposition(triple, "", {}) for triple in row.triples]
        parts = (
            ("triples without subject, relation or object",
             (not _says_something(fact) for fact in facts)),
            ("blank entities", (not normalise_name(one.name) for one in row.entities)),
            ("blank statements", (is_blank(said) for said in row.statements)),
            ("blank events", (is_blank(one.text) for one in row.events)),
            ("prescriptions that do not say when or what",
             (is_blank(one.when) or is_blank(one.text) for one in row.prescriptions)),
        )  # fmt: skip
        n.update({what: sum(found) for what, found in parts})
        n["extractions without anything"] += not any(_texts(row))
    return tuple(f"left out: {what} ({count:,})" for what, count in n.items() if count)


def _says_something(fact: PropositionDraft) -> bool:
    return bool(fact.predicate) and states_something(fact)


def _kind(kind: str | None) -> EntityKind:
    return _KINDS.get((kind or "").strip().lower(), "unknown")


def _is_entity(name: str) -> bool:
    return 0 < len(normalise_name(name).split()) <= MAX_ENTITY_WORDS


def _mention(name: str, text: str, folded: str, kinds: dict[str, EntityKind]) -> Mention:
    at = folded.find(name.casefold())
    # Casefolding can change lengths; the span is kept only where it still reads the same.
    found = at >= 0 and text[at : at + len(name)].casefold() == name.casefold()
    start, end = (at, at + len(name)) if found else (0, len(text))
    return Mention(start, end, name, kinds.get(normalise_name(name), "unknown"), named=True)


def _event(event: GivenEvent, text: str, folded: str, kinds: dict[str, EntityKind]) -> EventDraft:
    told = _mention(event.text, text, folded, kinds)
    start, end = _span(event.quote, text) if event.quote else (told.start, told.end)
    participants = tuple(
        Argument(
            one.name,
            one.role,
            "time" if one.role == "time" else kinds.get(normalise_name(one.name), "unknown"),
            named=True,
            literal=not _is_entity(one.name),
        )
        for one in event.participants
        if not is_blank(one.name)
    )
    return EventDraft(start, end, event.text, participants, _when(event))


def _span(quote: str | None, text: str) -> tuple[int, int]:
    """Return where a quote stands, or the whole passage where it does not."""
    return (find_quote(text, quote) if quote else None) or (0, len(text))


def _prescription(how: StatedPrescription, text: str) -> PrescriptionDraft:
    start, end = _span(how.quote, text)
    return PrescriptionDraft(how.when, how.text, start, end, how.when_not, how.steps)


def _when(event: GivenEvent) -> When | None:
    """Return when it happened; a bare date is a day, and never the midnight at its start."""
    start, end = event.happened_from, event.happened_to
    if start is None and end is None:
        return None
    if start is None or end is not None:
        return When(start, end, "span")
    if start.hour or start.minute or start.second or start.microsecond:
        return When(start, later(start, timedelta(minutes=1)), "minute")
    return When(start, later(start, timedelta(days=1)), "day")


def _proposition(triple: GivenTriple, text: str, kinds: dict[str, EntityKind]) -> PropositionDraft:
    def argument(name: str, role: str) -> Argument:
        kind = kinds.get(normalise_name(name), "unknown")
        return Argument(name, role, kind, named=True, literal=not _is_entity(name))

    start, end = _span(triple.quote, text)
    return PropositionDraft(
        subject=argument(triple.subject, "subject"),
        predicate=" ".join(triple.predicate.casefold().split()),
        object=argument(triple.object, "object"),
        negated=triple.negated,
        rule="given",
        confidence=GIVEN_CONFIDENCE,
        start=start,
        end=end,
        text=triple.text if triple.text and not is_blank(triple.text) else None,
        validity=(
            Validity(triple.valid_from, triple.valid_to)
            if triple.valid_from or triple.valid_to
            else None
        ),
        retired_at=triple.retired_at,
        over=triple.over,
    )
