"""The evidence layer: where something was said, and the words themselves."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from graphmem_schemas.base import Count, Node, Timestamp

__all__ = ["Passage", "Source", "SourceKind"]

SourceKind = Literal["document", "conversation", "run"]


class Source(Node):
    """A document, a conversation session or an agent run.

    Attributes:
        name: the caller's name for it; unique in its space.
        trust: 0 to 1; a factor at read time, never a reason to delete.
        next_position: position of the passage that will be added next.
        last_passage: uid of the passage that was added last.
    """

    name: str
    kind: SourceKind
    title: str | None = None
    uri: str | None = None
    at: Timestamp | None = None
    trust: float = Field(default=1.0, ge=0.0, le=1.0)
    next_position: Count = 0
    last_passage: str | None = None

    @property
    def lookup_keys(self) -> tuple[str, ...]:
        """A source is found by its name."""
        return (self.name,)


class Passage(Node):
    """A verbatim span of a source: a turn, a paragraph, a step, or a part of a long one.

    Attributes:
        source: uid of the source.
        position: 0-based order within the source.
        ref: the caller's own id for the turn or paragraph; parts of one turn share it.
        title: the heading or the document's title that the passage stands under.
        at: world time at which it was said or written.
        language: ISO 639-1 code as detected; None where the text is too short to say.
    """

    source: str
    position: Count
    text: str
    ref: str | None = None
    title: str | None = None
    speaker: str | None = None
    at: Timestamp | None = None
    language: str | None = None
