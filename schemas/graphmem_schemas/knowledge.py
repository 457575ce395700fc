"""The knowledge layer: entities, facts, how-to knowledge and topics."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from graphmem_schemas.base import Count, Node, Timestamp

__all__ = [
    "Concept",
    "Entity",
    "EntityKind",
    "Predicate",
    "Prescription",
    "Proposition",
    "PropositionStatus",
    "ValueType",
]

EntityKind = Literal[
    "person", "place", "organization", "event", "object", "animal", "plant", "substance",
    "abstract", "time", "quantity", "unknown",
]  # fmt: skip
ValueType = Literal["entity", "number", "date", "text"]
PropositionStatus = Literal["current", "superseded", "contradicted", "retired", "quarantined"]


class Entity(Node):
    """A person, place, thing or concept, under its first-seen name.

    Attributes:
        name: the name as first written.
        key: the normalised name (NFKC, casefold, word characters); never empty.
        aliases: other normalised names of the same entity.
        parts: normalised shorter names found inside the name ("curie" in "marie curie").
    """

    name: str = Field(min_length=1)
    key: str = Field(min_length=1)
    kind: EntityKind = "unknown"
    aliases: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """An entity is found by `=name` or `=alias`, and by `~part` of a longer name."""
        whole = dict.fromkeys((self.key, *self.aliases))
        return (*(f"={name}" for name in whole), *(f"~{part}" for part in self.parts))


class Proposition(Node):
    """A fact: subject, predicate and an entity or a literal as its object.

    Attributes:
        text: the fact as one readable statement.
        subject: uid of the subject entity.
        object: uid of the object entity; None where the object is a literal.
        value: the literal object; None where the object is an entity.
        negated: whether the text denies the fact.
        confidence: 0 to 1: how often facts made this way are right.
        valid_from: world time from which it holds; None is unknown.
        valid_to: exclusive world time until which it holds; None is open.
        retired_at: system time at which we stopped believing it.
        doubtful: whether one source of low trust is all that it rests on.
        released: whether somebody let it out of quarantine.
    """

    text: str
    subject: str
    predicate: str
    object: str | None = None
    value: str | None = None
    negated: bool = False
    confidence: float = Field(default=1.0, ge=0.0, le=1.0)
    status: PropositionStatus = "current"
    valid_from: Timestamp | None = None
    valid_to: Timestamp | None = None
    retired_at: Timestamp | None = None
    doubtful: bool = False
    released: bool = False

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A fact is found by its subject and predicate, the scope of reconciling.

        What is quarantined is found by that too.
        """
        scope = f"{self.subject} {self.predicate}"
        return (scope, "?quarantined") if self.status == "quarantined" else (scope,)

    @model_validator(mode="after")
    def _is_a_fact(self) -> Proposition:
        if self.object is not None and self.value is not None:
            msg = "a proposition has an object entity or a literal value, not both"
            raise ValueError(msg)
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            msg = f"valid_to {self.valid_to} is before valid_from {self.valid_from}"
            raise ValueError(msg)
        return self


class Predicate(Node):
    """What a space knows of a relation beyond what English says of it.

    Attributes:
        name: the relation as facts have it ("live in").
        key: the same, normalised.
        functional: whether a subject has one object of it at a time.
        inverse: relations that say the same from the other end ("contain" for "be in").
        symmetric: whether it says the same from both ends ("be next to").
        synonyms: relations that say the same.
        value_type: what its objects are.
        learnt: whether data told, and nobody defined it.
    """

    name: str = Field(min_length=1)
    key: str = Field(min_length=1)
    functional: bool = False
    inverse: tuple[str, ...] = ()
    symmetric: bool = False
    synonyms: tuple[str, ...] = ()
    value_type: ValueType | None = None
    learnt: bool = False

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A predicate is found by every way to say it, and among all of its space by `*`."""
        return tuple(dict.fromkeys((self.key, *self.synonyms, *self.inverse, "*")))


class Concept(Node):
    """A topic or intent that groups propositions and prescriptions.

    Attributes:
        aliases: other normalised names of it.
        given: whether somebody loaded it, so that it stays where nothing uses it.
    """

    name: str = Field(min_length=1)
    key: str = Field(min_length=1)
    aliases: tuple[str, ...] = ()
    given: bool = False

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A concept is found by its normalised names, and by the last word of a longer one (`~`).

        What somebody loaded is found by `*`, too.
        """
        names = dict.fromkeys((self.key, *self.aliases))
        *before, last = self.key.split()
        return (*names, *([f"~{last}"] if before else []), *(["*"] if self.given else []))


class Prescription(Node):
    """How-to knowledge: when to use it, when not, what to do, and how it went.

    Attributes:
        uses: runs and answers that used it: a count of its edges, kept for reading.
        successes: those of them that succeeded.
        source: uid of the source that it was first told in.
        position: where it stands there: lessons of one run lie together.
        skeleton: the sort of task whose runs it was drawn from; empty where it was not.
        last_at: system time of the last of these runs.
    """

    text: str
    when: str
    when_not: str | None = None
    steps: tuple[str, ...] = ()
    uses: Count = 0
    successes: Count = 0
    source: str | None = None
    position: Count = 0
    skeleton: str = ""
    last_at: Timestamp | None = None

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """What was drawn from runs is found by the sort of their task."""
        return (self.skeleton,) if self.skeleton else ()
