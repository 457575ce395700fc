"""What callers of the service send: one model for the body of each kind of request.

Each says what `Memory` takes as arguments; what a field means is told there. A server may have
lower limits than those here.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from graphmem_schemas.base import Frozen
from graphmem_schemas.requests import (
    MAX_BUDGET,
    MAX_K,
    MAX_TEXT_CHARS,
    HitKind,
    Moment,
    SearchMode,
)

__all__ = [
    "ContextBody",
    "CypherBody",
    "FeedbackBody",
    "MergeBody",
    "QueryBody",
    "RecallBody",
    "RetireBody",
    "SearchBody",
]

_Name = Annotated[str, Field(min_length=1, max_length=2_000)]
_Uid = Annotated[str, Field(min_length=1, max_length=80)]
_K = Annotated[int, Field(ge=1, le=MAX_K, strict=True)]
_Question = Annotated[str, Field(min_length=1, max_length=MAX_TEXT_CHARS)]


class SearchBody(Frozen):
    """A question, and which hits are wanted."""

    question: _Question
    k: _K = 10
    as_of: Moment | None = None
    kinds: tuple[HitKind, ...] | None = Field(default=None, min_length=1, max_length=9)
    mode: SearchMode | None = None


class ContextBody(Frozen):
    """A question, and how many tokens its context may take."""

    question: _Question
    budget: int = Field(default=1_500, ge=1, le=MAX_BUDGET, strict=True)
    as_of: Moment | None = None


class RecallBody(Frozen):
    """Who, when and where; at least one of them.

    Attributes:
        time: words or ISO 8601 text, or the first and the last moment, of which one may be null.
    """

    entity: _Name | None = None
    time: _Name | tuple[Moment | None, Moment | None] | None = None
    place: _Name | None = None
    mode: SearchMode = "all"
    k: _K = 50
    as_of: Moment | None = None


class FeedbackBody(Frozen):
    """What of a recall was used, and how it ended.

    Attributes:
        outcome: "success", "failure", "unknown", a truth value, or a score from 0 to 1.
    """

    recall_id: _Uid
    used: tuple[_Uid, ...] = Field(max_length=MAX_K)
    outcome: str | bool | float


class CypherBody(Frozen):
    """One statement that reads, with a plain value for each of its parameters.

    Attributes:
        limit: rows at most; None is what the server allows.
        timeout_s: seconds that it may run; None is what the server allows.
    """

    statement: str = Field(min_length=1, max_length=1_000_000)
    parameters: dict[str, Any] = Field(default_factory=dict)
    limit: int | None = Field(default=None, ge=1, le=100_000, strict=True)
    timeout_s: float | None = Field(default=None, gt=0, le=600)


class QueryBody(Frozen):
    """Values for the parameters of a query of the catalogue; limits as with `CypherBody`."""

    parameters: dict[str, Any] = Field(default_factory=dict)
    limit: int | None = Field(default=None, ge=1, le=100_000, strict=True)
    timeout_s: float | None = Field(default=None, gt=0, le=600)


class RetireBody(Frozen):
    """Since when a fact does not hold; None is now."""

    at: Moment | None = None


class MergeBody(Frozen):
    """The entity, by uid or name, that another is one with, or is not."""

    into: _Name
