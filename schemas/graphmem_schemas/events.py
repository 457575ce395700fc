"""The event layer: elementary discourse units (EDUs)."""

from __future__ import annotations

from pydantic import Field

from graphmem_schemas.base import Node, Timestamp

__all__ = ["Event"]


class Event(Node):
    """One elementary discourse unit: a single statement with its speaker and time.

    Attributes:
        passage: uid of the passage that holds it.
        text: the statement with pronouns resolved where that is safe.
        start: character offset of the verbatim span in the passage.
        end: exclusive end offset of the verbatim span.
        happened_from: start of the world-time interval, where one is known.
        happened_to: exclusive end of that interval.
    """

    passage: str
    text: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    speaker: str | None = None
    happened_from: Timestamp | None = None
    happened_to: Timestamp | None = None
