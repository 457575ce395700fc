"""What callers hand in: messages, documents, their own extractions, questions."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field

from graphmem_schemas.base import Frozen, Timestamp

__all__ = [
    "MAX_BUDGET",
    "MAX_K",
    "MAX_TEXT_CHARS",
    "Conversation",
    "Document",
    "ExtractedPassage",
    "HitKind",
    "Message",
    "Moment",
    "SearchMode",
    "SearchRequest",
]

MAX_TEXT_CHARS = 64 * 1024 * 1024
MAX_K = 1_000
MAX_BUDGET = 1_000_000

HitKind = Literal[
    "passage", "proposition", "event", "entity", "prescription", "insight", "hyperedge", "query",
    "concept",
]  # fmt: skip

SearchMode = Literal["latest", "all", "chronological"]


def _written_date(value: object) -> object:
    """Take datetimes and ISO 8601 texts; a bare number could mean anything.

    Raises:
        ValueError: It is something else, or no date that exists.
    """
    if value is None or isinstance(value, datetime):
        return value
    why = "it is no text"
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value)
        except ValueError as error:
            why = str(error)
    raise ValueError(f"no date in ISO 8601, such as 2023-05-01 or 2023-05-01T10:00:00Z ({why})")


Moment = Annotated[Timestamp, BeforeValidator(_written_date)]


class Message(Frozen):
    """One turn of a conversation; `role`/`content` are read as `speaker`/`text`.

    Attributes:
        ref: the caller's own id for the turn; hits carry it.
    """

    text: str = Field(validation_alias=AliasChoices("text", "content"))
    speaker: str | None = Field(
        default=None, validation_alias=AliasChoices("speaker", "role", "name"), max_length=200
    )
    at: Moment | None = Field(default=None, validation_alias=AliasChoices("at", "timestamp"))
    ref: str | None = Field(
        default=None, validation_alias=AliasChoices("ref", "id"), max_length=500
    )


class Document(Frozen):
    """A text with a title, where it came from and when it was written."""

    text: str = Field(max_length=MAX_TEXT_CHARS)
    title: str | None = Field(default=None, max_length=1_000)
    uri: str | None = Field(default=None, max_length=4_000)
    at: Moment | None = None
    ref: str | None = Field(default=None, max_length=500)


class Conversation(Frozen):
    """The messages of one conversation, where several are added at once.

    Attributes:
        source: its name, so that it is known again when it has grown; None takes the content's
            hash.
        at: when it was held, for messages that do not say when.
        title: what it is about.
    """

    # Only the first that cannot be used is told: to find all of millions takes half a minute.
    messages: tuple[Message, ...] = Field(min_length=1, max_length=100_000, fail_fast=True)
    source: str | None = Field(default=None, min_length=1, max_length=1_000)
    at: Moment | None = None
    title: str | None = Field(default=None, min_length=1, max_length=1_000)


class ExtractedPassage(Frozen):
    """A passage that the caller has already cut."""

    id: str = Field(min_length=1, max_length=500)
    text: str = Field(max_length=MAX_TEXT_CHARS)
    title: str | None = Field(default=None, max_length=1_000)
    speaker: str | None = Field(default=None, max_length=200)
    session: str | None = Field(default=None, max_length=500)
    at: Moment | None = None


class SearchRequest(Frozen):
    """A question and what may answer it.

    Attributes:
        k: number of hits, 1 to 1,000.
        budget: tokens that a packed context may take.
        as_of: world time to answer for; None is now, or the time that is over and that the
            question names.
        kinds: kinds of nodes wanted as hits.
        mode: "latest" leaves facts out that do not hold at that time, and puts what tells of a
            change before what it changes, and the last passage of those that answer alike first;
            "all" brings those that held before as well, below what took their place, and leaves
            no source out; "chronological" brings these in the order of time. None: the question
            tells, and facts are as with "latest" where it does not.
    """

    question: str = Field(max_length=MAX_TEXT_CHARS)
    k: int = Field(default=10, ge=1, le=MAX_K, strict=True)
    budget: int = Field(default=1_500, ge=1, le=MAX_BUDGET, strict=True)
    as_of: Moment | None = None
    kinds: tuple[HitKind, ...] = Field(default=("passage",), min_length=1)
    mode: SearchMode | None = None
