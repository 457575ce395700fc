"""What is read from another memory, in the shape that `Memory.add_extracted` takes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from graphmem.core.names import MAX_NAME_WORDS, normalise_name
from graphmem.errors import InvalidInput
from graphmem.language.lemmas import Lemmatizer
from graphmem.language.pipeline import MODEL_FOLDER
from graphmem_schemas import ExtractedPassage, GivenEntity, GivenExtraction, GivenTriple
from graphmem_schemas.base import as_utc

__all__ = [
    "BadRow", "Foreign", "checked", "choose_group", "entity_name", "first_line", "moment",
    "predicate_of",
]  # fmt: skip

MAX_SHOWN_GROUPS = 20
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_ZONE = re.compile(r"\[[^\]]*\]$")


class BadRow(Exception):
    """A row that cannot be taken; its text says why."""


@dataclass(slots=True)
class Foreign:
    """What was read.

    Attributes:
        to_read: ids of passages whose facts are still to be found in their text.
        rejected: rows that were left out, by name, and why.
        notes: what there is that graphmem does not take.
    """

    passages: list[ExtractedPassage] = field(default_factory=list)
    entities: dict[str, list[GivenEntity]] = field(default_factory=dict)
    triples: dict[str, list[GivenTriple]] = field(default_factory=dict)
    to_read: set[str] = field(default_factory=set)
    rejected: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def extractions(self) -> list[GivenExtraction]:
        """What was found in each passage, in the order of the passages."""
        return [
            GivenExtraction(
                id=passage.id,
                entities=tuple(self.entities.get(passage.id, ())),
                triples=tuple(self.triples.get(passage.id, ())),
            )
            for passage in self.passages
            if passage.id in self.entities or passage.id in self.triples
        ]

    def state(self, passage: str, triple: GivenTriple) -> bool:
        """Let a passage state a fact; not where it states the same of another time already.

        One passage is evidence for one time of a fact.
        """
        told = self.triples.setdefault(passage, [])
        key = (triple.subject, triple.predicate, triple.object)
        if any((one.subject, one.predicate, one.object) == key for one in told):
            return False
        told.append(triple)
        return True


def choose_group(found: Mapping[str, int] | Counter[str], group: str | None, what: str) -> str:
    """Return the group to read: the one that is named, or the only one that there is.

    Args:
        found: how many things each group holds.
        group: the one that the caller names.
        what: what tells groups apart in the other memory ("group_id").

    Raises:
        InvalidInput: There is none, the named one is not there, or none is named of several:
            two users' memories must not run together by accident.
    """
    names = sorted(found)
    shown = ", ".join(f"{name!r} ({found[name]:,})" for name in names[:MAX_SHOWN_GROUPS])
    more = f" and {len(names) - MAX_SHOWN_GROUPS} more" if len(names) > MAX_SHOWN_GROUPS else ""
    if not names:
        raise InvalidInput("there is nothing to import")
    if group is None and len(names) > 1:
        raise InvalidInput(
            f"it holds {len(names)} of {what}: {shown}{more}. Choose one with --group, each "
            "for a space of its own"
        )
    chosen = names[0] if group is None else group
    if chosen not in found:
        raise InvalidInput(f"there is no {what} {chosen!r}; there are {shown}{more}")
    return chosen


def moment(value: object, what: str) -> datetime | None:
    """Read a date of another memory: ISO 8601, UTC unless it says otherwise.

    Raises:
        BadRow: It is none.
    """
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadRow(f"{what} is {value!r}, no ISO 8601 text")
    try:
        return as_utc(datetime.fromisoformat(_ZONE.sub("", value)))
    except ValueError as error:
        raise BadRow(f"{what} is {value[:60]!r}, no date that exists") from error


def checked(value: object, what: str) -> str:
    """Return a text without its outer blanks.

    Raises:
        BadRow: It is none, says nothing, or holds what no text may hold.
    """
    if not isinstance(value, str) or not value.strip():
        raise BadRow(f"{what} is {value!r}, no text")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadRow(f"{what} holds a NUL or half of a surrogate pair")
    return value.strip()


def entity_name(value: object, what: str) -> str:
    """Return the name of an entity.

    Raises:
        BadRow: It is no text, has no letter or digit, or is as long as a sentence.
    """
    name = checked(value, what)
    n_words = len(normalise_name(name).split())
    if not 0 < n_words <= MAX_NAME_WORDS:
        raise BadRow(f"{what} {name[:60]!r} is no name: it has {n_words} words")
    return name


def predicate_of(name: str) -> str:
    """Return the words of a relation's name: "LIVES_IN" and "livesIn" are "live in"."""
    words = re.split(r"[\s_]+", _CAMEL.sub(" ", name).strip(" _").casefold())
    if words and words[0].endswith("s"):
        words[0] = _lemmatizer()(words[0], "VBZ")
    return " ".join(words)


def first_line(error: Exception) -> str:
    """Return why a row was refused, in one line."""
    return " ".join(str(error).split())[:200]


@cache
def _lemmatizer() -> Lemmatizer:
    return Lemmatizer(MODEL_FOLDER / "lemmas.json")
