"""What others have extracted: entities, facts, events, statements; in the words of many peers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import AliasChoices, Field, field_validator, model_validator

from graphmem_schemas.base import Frozen
from graphmem_schemas.events import Role
from graphmem_schemas.requests import Moment
from graphmem_schemas.runs import GivenPrescription

__all__ = [
    "GivenEntity",
    "GivenEvent",
    "GivenExtraction",
    "GivenParticipant",
    "GivenTriple",
    "StatedPrescription",
]

_TEXT_OF: Final = ("text", "statement", "fact", "content", "observation")
_QUOTE: Final = AliasChoices("quote", "evidence")


class GivenEntity(Frozen):
    """An entity that someone else extracted."""

    name: str = Field(
        max_length=2_000,
        validation_alias=AliasChoices("name", "entity_name", "entity", "label", "text"),
    )
    kind: str | None = Field(
        default=None, validation_alias=AliasChoices("kind", "type", "entity_type", "entityType")
    )


class GivenTriple(Frozen):
    """A fact that someone else extracted.

    Attributes:
        text: the fact as one readable statement; None words it from its parts.
        negated: whether it is denied.
        over: whether it held, and does no longer when its passage is said.
        valid_from: world time from which it holds. Where neither this nor `valid_to` is given,
            it holds from when its passage was said.
        valid_to: exclusive world time until which it holds.
        retired_at: system time at which whoever extracted it stopped believing it.
        quote: the words of the passage that state it; None, or words that are not there: it
            rests on the whole passage.
    """

    subject: str = Field(
        max_length=2_000,
        validation_alias=AliasChoices(
            "subject", "head", "subj", "source", "source_node", "source_name", "from"
        ),
    )
    predicate: str = Field(
        max_length=2_000,
        validation_alias=AliasChoices(
            "predicate", "relation", "rel", "relationship", "relation_type", "relationType",
            "edge", "type", "verb",
        ),
    )  # fmt: skip
    object: str = Field(
        max_length=8_000,
        validation_alias=AliasChoices(
            "object", "tail", "obj", "target", "target_node", "target_name", "to"
        ),
    )
    text: str | None = Field(
        default=None, max_length=8_000, validation_alias=AliasChoices(*_TEXT_OF)
    )
    negated: bool = Field(default=False, validation_alias=AliasChoices("negated", "denied"))
    over: bool = Field(default=False, validation_alias=AliasChoices("over", "past", "ended"))
    valid_from: Moment | None = Field(
        default=None, validation_alias=AliasChoices("valid_from", "valid_at", "since")
    )
    valid_to: Moment | None = Field(
        default=None, validation_alias=AliasChoices("valid_to", "invalid_at", "until")
    )
    retired_at: Moment | None = Field(
        default=None, validation_alias=AliasChoices("retired_at", "expired_at")
    )
    quote: str | None = Field(default=None, max_length=8_000, validation_alias=_QUOTE)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> GivenTriple:
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(f"valid_to {self.valid_to} is before valid_from {self.valid_from}")
        return self


class GivenParticipant(Frozen):
    """Who or what takes part in an event, and as what."""

    role: Role
    name: str = Field(
        min_length=1, max_length=2_000, validation_alias=AliasChoices("name", "entity", "text")
    )


class GivenEvent(Frozen):
    """Something that happened, as someone else extracted it.

    Attributes:
        text: the event as one statement.
        participants: pairs of a role and a name, or a name or a list of names by role; a name in
            the role "place" is where it happened.
        happened_from: when it happened, or began. A moment without an end is that day, or where
            it has a time of day, that minute.
        happened_to: exclusive world time at which it ended.
        quote: the words of the passage that tell it; None: its text where that stands there.
    """

    text: str = Field(max_length=8_000, validation_alias=AliasChoices("event", *_TEXT_OF))
    participants: tuple[GivenParticipant, ...] = Field(
        default=(), validation_alias=AliasChoices("participants", "arguments", "roles")
    )
    happened_from: Moment | None = Field(
        default=None,
        validation_alias=AliasChoices("happened_from", "at", "time", "date", "timestamp", "start"),
    )
    happened_to: Moment | None = Field(
        default=None, validation_alias=AliasChoices("happened_to", "until", "end")
    )
    quote: str | None = Field(default=None, max_length=8_000, validation_alias=_QUOTE)

    @field_validator("participants", mode="before")
    @classmethod
    def _roles_name_participants(cls, rows: object) -> object:
        if not isinstance(rows, Mapping):
            return rows
        return [
            {"role": role, "name": name}
            for role, names in rows.items()
            for name in (names if isinstance(names, list | tuple) else [names])
        ]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> GivenEvent:
        start, end = self.happened_from, self.happened_to
        if start and end and end < start:
            raise ValueError(f"happened_to {end} is before happened_from {start}")
        return self


class StatedPrescription(GivenPrescription):
    """How something is to be done, as a passage states it.

    Attributes:
        quote: the words of the passage that state it; None: it rests on the whole passage.
    """

    quote: str | None = Field(default=None, max_length=8_000, validation_alias=_QUOTE)


class GivenExtraction(Frozen):
    """What someone else extracted from one passage, by the passage's `id`."""

    id: str = Field(
        min_length=1,
        max_length=500,
        validation_alias=AliasChoices("id", "passage", "passage_id", "chunk_id", "doc_id"),
    )
    entities: tuple[GivenEntity, ...] = Field(
        default=(), validation_alias=AliasChoices("entities", "nodes")
    )
    triples: tuple[GivenTriple, ...] = Field(
        default=(),
        validation_alias=AliasChoices(
            "triples", "triplets", "relations", "relationships", "edges", "facts"
        ),
    )
    statements: tuple[str, ...] = Field(
        default=(), validation_alias=AliasChoices("statements", "observations", "propositions")
    )
    events: tuple[GivenEvent, ...] = ()
    prescriptions: tuple[StatedPrescription, ...] = ()

    @field_validator("entities", mode="before")
    @classmethod
    def _names_are_entities(cls, rows: object) -> object:
        return _each(rows, lambda row: {"name": row} if isinstance(row, str) else row)

    @field_validator("triples", mode="before")
    @classmethod
    def _lists_are_triples(cls, rows: object) -> object:
        names = ("subject", "predicate", "object")
        return _each(
            rows,
            lambda row: (
                dict(zip(names, row, strict=True))
                if isinstance(row, list | tuple) and len(row) == len(names)
                else row
            ),
        )

    @field_validator("statements", mode="before")
    @classmethod
    def _dicts_are_statements(cls, rows: object) -> object:
        return _each(rows, _text_of)

    @field_validator("events", mode="before")
    @classmethod
    def _texts_are_events(cls, rows: object) -> object:
        return _each(rows, lambda row: {"text": row} if isinstance(row, str) else row)


def _each(rows: object, read: Any) -> object:
    return [read(row) for row in rows] if isinstance(rows, list | tuple) else rows


def _text_of(row: object) -> object:
    """Return the text of a statement that comes with its name: {"fact": "…"}."""
    if isinstance(row, Mapping) and len(row) == 1:
        ((name, text),) = row.items()
        return text if name in _TEXT_OF else row
    return row
