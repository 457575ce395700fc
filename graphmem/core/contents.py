"""What a fact says, and one passage that says it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from graphmem.core.uids import content_uid
from graphmem.core.validity import Retirement
from graphmem_schemas import Proposition

__all__ = ["Claim", "Content", "content_of"]


class Content(NamedTuple):
    """What a fact says, whenever it holds.

    Attributes:
        over: whether it is told as past: such a fact is retired, and ends what it tells of.
    """

    subject: str
    predicate: str
    object: str | None
    value: str | None
    negated: bool
    over: bool = False

    @property
    def uid(self) -> str:
        """The uid of the fact that says this, the first time it holds."""
        return _uid_of(self)

    @property
    def twin(self) -> Content:
        """The denial of this, or what this denies."""
        return self._replace(negated=not self.negated)

    def uid_from(self, start: datetime) -> str:
        """Return the uid of the fact that says this again, or of certain years that are over."""
        return content_uid(*_parts(self), start.isoformat())


# Reconciling asks for the uid of one content some ten times over.
@lru_cache(maxsize=4_096)
def _uid_of(content: Content) -> str:
    return content_uid(*_parts(content))


def _parts(content: Content) -> tuple[str, ...]:
    value = f"={content.value}" if content.value is not None else ""
    parts = ("proposition", content.subject, content.predicate, content.object or "", value,
             str(content.negated))  # fmt: skip
    return (*parts, "over") if content.over else parts


def content_of(fact: Proposition) -> Content:
    """Return what a stored fact says."""
    content = Content(fact.subject, fact.predicate, fact.object, fact.value, fact.negated)
    if fact.status != "retired":  # what is over always is
        return content
    over = content._replace(over=True)
    moments = filter(None, (fact.valid_from, fact.valid_to))
    is_over = fact.uid == over.uid or any(fact.uid == over.uid_from(at) for at in moments)
    return over if is_over else content


class Claim(NamedTuple):
    """One passage says it.

    Attributes:
        at: when it is said to hold, None where that is not known.
        until: when it ended, where the passage says that too.
        source: uid of the passage's source.
        position: the passage's place in its source.
        trust: 0 to 1: how far the source is trusted.
        retirement: what somebody said of the fact later.
    """

    content: Content
    at: datetime | None
    passage: str
    until: datetime | None = None
    source: str = ""
    position: int = 0
    trust: float = 1.0
    retirement: Retirement | None = None

    @property
    def end(self) -> datetime | None:
        """Until when it can speak for the fact: as the passage says, or until it was retired."""
        ends = [self.until, self.retirement.at if self.retirement else None]
        return min(filter(None, ends), default=None)
