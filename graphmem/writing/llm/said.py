"""What an LLM may answer about a segment, and what is understood all the same.

The schema that is sent names each field once. What comes back is read with patience: other names
that models use for a field, other spellings of them, numbers and lists where texts are wanted, and
the answer inside another object. What says nothing of what was asked for is no answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from graphmem_schemas import EntityKind, Role

__all__ = [
    "Said", "SaidEntity", "SaidEvent", "SaidFact", "SaidParticipant", "SaidPrescription",
    "understood",
]  # fmt: skip

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NO_WORD = re.compile(r"[^a-z0-9]+")
_MAX_CHARS = 4_000


def _names(**fields: str) -> dict[str, str]:
    """Return for each other name of a field the name that is asked for."""
    return {alias: field for field, said in fields.items() for alias in said.split()}


class _Row(BaseModel):
    """A part of an answer; fields that nobody asked for say nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True)
    aliases: ClassVar[Mapping[str, str]] = {}
    # The field of a row that is only a text.
    alone: ClassVar[str | None] = None

    @model_validator(mode="before")
    @classmethod
    def _read_patiently(cls, row: object) -> object:
        if isinstance(row, str) and cls.alone:
            return {cls.alone: _text(row)}
        if not isinstance(row, Mapping):
            return row
        found: dict[str, object] = {}
        for name, value in row.items():
            field = _field(str(name), cls)
            # Where a model writes a field twice, the name that was asked for counts.
            if field in cls.model_fields and (field not in found or field == name):
                found[field] = _fitting(value, cls.model_fields[field].annotation)
        return {name: value for name, value in found.items() if value is not None}


def _field(name: str, model: type[_Row]) -> str:
    plain = _plain(name)
    return plain if plain in model.model_fields else model.aliases.get(plain, plain)


def _plain(name: str) -> str:
    return _NO_WORD.sub("_", _CAMEL.sub("_", name).lower()).strip("_")


def _fitting(value: object, wanted: object) -> object:
    """Return a value in the form that is wanted, where nothing has to be guessed."""
    if wanted is str:
        if isinstance(value, list | tuple):
            return ", ".join(_text(one) for one in value)
        return _text(value)
    if wanted is bool:
        return None if value in ("", None) else value
    if wanted == tuple[str, ...]:
        rows = value if isinstance(value, list | tuple) else [value]
        return [_text(one) for one in rows if one not in ("", None)]
    return value


def _text(value: object) -> str:
    """Return a text that can be kept: no NUL, no half of a surrogate pair, and not endless."""
    said = "" if value is None or isinstance(value, Mapping) else str(value)
    plain = said.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
    return plain.strip()[:_MAX_CHARS]


class SaidEntity(_Row):
    """Something that is named."""

    alone: ClassVar[str | None] = "name"
    aliases: ClassVar[Mapping[str, str]] = _names(
        name="entity entity_name label text value", kind="type entity_type category",
        quote="evidence span source_text",
    )  # fmt: skip

    name: str
    kind: str = Field(default="", json_schema_extra={"enum": list(get_args(EntityKind))})
    quote: str = ""


class SaidFact(_Row):
    """A relation that is asserted or denied."""

    aliases: ClassVar[Mapping[str, str]] = _names(
        subject="head subj source source_node from entity",
        predicate="relation rel relationship relation_type verb edge type property",
        object="tail obj target target_node to value",
        quote="evidence span source_text text sentence",
        negated="denied negation is_negated negative", over="past ended no_longer is_over",
        valid_from="since valid_at start start_date from_date begin",
        valid_to="until invalid_at end end_date to_date",
    )  # fmt: skip

    quote: str = ""
    subject: str
    predicate: str
    object: str
    negated: bool = False
    over: bool = False
    valid_from: str = ""
    valid_to: str = ""

    @model_validator(mode="before")
    @classmethod
    def _three_are_a_fact(cls, row: Any) -> Any:
        names = ("subject", "predicate", "object")
        if isinstance(row, list | tuple) and len(row) == len(names):
            return dict(zip(names, row, strict=True))
        return row


class SaidParticipant(_Row):
    """Who or what takes part in an event."""

    alone: ClassVar[str | None] = "name"
    aliases: ClassVar[Mapping[str, str]] = _names(name="entity text value", role="type as")

    role: str = Field(default="other", json_schema_extra={"enum": list(get_args(Role))})
    name: str


class SaidEvent(_Row):
    """Something that happened, or is to happen."""

    alone: ClassVar[str | None] = "text"
    aliases: ClassVar[Mapping[str, str]] = _names(
        text="event statement description fact content summary",
        participants="arguments roles entities actors",
        happened_from="at time date timestamp start start_date when happened_at occurred_at",
        happened_to="until end end_date", quote="evidence span source_text sentence",
    )  # fmt: skip

    quote: str = ""
    text: str
    participants: tuple[SaidParticipant, ...] = ()
    happened_from: str = ""
    happened_to: str = ""

    @model_validator(mode="before")
    @classmethod
    def _roles_name_participants(cls, row: object) -> object:
        if not isinstance(row, Mapping):
            return row
        return {name: _participants(value) for name, value in row.items()}


def _participants(value: object) -> object:
    """Return {"agent": ["Mara"], …} as rows; everything else as it is."""
    if not isinstance(value, Mapping) or {"name", "role"} & value.keys():
        return value
    return [
        {"role": str(role), "name": name}
        for role, names in value.items()
        for name in (names if isinstance(names, list | tuple) else [names])
        if name
    ]


class SaidPrescription(_Row):
    """How something is to be done."""

    aliases: ClassVar[Mapping[str, str]] = _names(
        when="when_to_use condition purpose goal title if",
        text="content instruction action do then what", when_not="unless not_when exception",
        steps="procedure actions", quote="evidence span source_text sentence",
    )  # fmt: skip

    quote: str = ""
    when: str
    text: str
    when_not: str = ""
    steps: tuple[str, ...] = ()


class Said(BaseModel):
    """What the passages say."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    entities: tuple[SaidEntity, ...] = ()
    facts: tuple[SaidFact, ...] = ()
    events: tuple[SaidEvent, ...] = ()
    prescriptions: tuple[SaidPrescription, ...] = ()


_LISTS = _names(
    entities="entities nodes named_entities names",
    facts="facts triples triplets relations relationships edges propositions statements claims",
    events="events happenings",
    prescriptions="prescriptions instructions advice procedures lessons rules",
)


def understood(value: object) -> dict[str, Any]:
    """Return an answer's lists by the names that were asked for.

    Raises:
        ValueError: There is none of them in it.
    """
    for outer in (value, *_inner(value)):
        lists = _lists(outer)
        if any(isinstance(rows, list) for rows in lists.values()):
            return lists
    raise ValueError(f"it holds none of the lists {', '.join(Said.model_fields)}")


def _lists(value: object) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, rows in value.items():
        field = _LISTS.get(_plain(str(name)))
        if field and isinstance(rows, list) and isinstance(found.get(field), list):
            found[field] = [*found[field], *rows]
        elif field:
            found[field] = [] if rows is None else rows
    return found


def _inner(value: object) -> list[object]:
    """Return the objects right inside an answer: models like to wrap what they say."""
    if isinstance(value, list) and len(value) == 1:
        return [value[0]]
    return list(value.values()) if isinstance(value, Mapping) else []
