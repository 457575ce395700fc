"""Retiring a fact: it is closed and stays readable.

Its evidence is noted to hold until then, so that the timeline that is laid out from the evidence
ends there too: what was said before supports the retired fact, and what is said later opens it
anew as a fact of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.validity import Validity
from graphmem.errors import InvalidInput, NotFound
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, Passage, Proposition

__all__ = ["retire"]


def retire(
    uid: str, at: datetime | None, now: datetime, reader: GraphReader, space: str
) -> Changes:
    """Close a fact; one that was retired before is left alone.

    Args:
        uid: the fact.
        at: world time from which it does not hold; None is now, or when it was last said to
            hold where that is later.
        now: system time at which it is no longer believed.
        reader: the store as it is now; three reads.
        space: the space.

    Raises:
        InvalidInput: It is no fact, or was said to hold at that time or later.
        NotFound: The space has no such node.
    """
    (fact,) = reader.get(space, [uid])
    if fact is None:
        raise NotFound(f"there is no node {uid[:80]!r} in space {space!r}")
    if not isinstance(fact, Proposition):
        raise InvalidInput(f"{uid!r} is a {fact.label}: only facts (Proposition) are retired")
    if fact.status == "retired":
        return Changes()
    evidence = [
        edge for edge in reader.neighbours(space, [uid], ["EVIDENCED_BY"]) if edge.start == uid
    ]
    said = _said(evidence, reader, space)
    starts = [one.start for one in said if one.start]
    latest = max([*starts, *filter(None, [fact.valid_from])], default=None)
    until = at or max(filter(None, [now, latest]))
    if latest and until < latest:
        raise InvalidInput(
            f"{uid!r} was said to hold at {latest.isoformat()}: retire it from then or a later "
            "moment on, or delete who said so"
        )
    closed = fact.model_copy(
        update={"status": "retired", "retired_at": now, "valid_to": _end(fact, until)}
    )
    edges = [
        edge.model_copy(update={"role": Validity(one.start, until).text})
        for edge, one in zip(evidence, said, strict=True)
        if one.end is None or one.end > until
    ]
    return Changes(nodes=(closed,), edges=tuple(edges))


def _end(fact: Proposition, until: datetime) -> datetime | None:
    """Return until when a fact held that is retired; what never held has no time for it."""
    if fact.status == "quarantined":
        return fact.valid_from
    if fact.valid_to is None:  # taken back at an unknown time
        return None if fact.status == "superseded" else until
    return min(fact.valid_to, until)


def _said(evidence: Sequence[Edge], reader: GraphReader, space: str) -> list[Validity]:
    """Return when each passage says that the fact holds."""
    passages = reader.get(space, [edge.end for edge in evidence])
    return [
        Validity.parse(edge.role) or Validity(passage.at if isinstance(passage, Passage) else None)
        for edge, passage in zip(evidence, passages, strict=True)
    ]
