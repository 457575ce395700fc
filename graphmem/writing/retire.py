"""Retiring a fact: it is closed and stays readable.

Its evidence is noted to hold until then, so that the timeline that is laid out from the evidence
ends there too: what was said before supports the retired fact, and what is said later opens it
anew as a fact of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.scopes import Evidence, Scope
from graphmem.core.validity import Retirement, Validity
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader
from graphmem.writing.laid import changes_of, read_fact
from graphmem.writing.scopes import read_evidence, read_registry, read_scopes, relay
from graphmem_schemas import Proposition

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
        reader: the store as it is now.
        space: the space.

    Raises:
        InvalidInput: It is no fact, or was said to hold at that time or later.
        NotFound: The space has no such node.
    """
    fact = read_fact(uid, "retired", reader, space)
    if fact.status == "retired":
        return Changes()
    registry = read_registry(reader, space)
    content = registry.content_of(fact)
    scope = read_scopes([content], reader, space, registry)[registry.scope_of(content)]
    scope.facts[uid] = fact
    read_evidence([scope], reader, space, frozenset())
    told = {e.end for e in scope.edges if e.kind == "EVIDENCED_BY" and e.start == uid}
    own = [e for e in scope.evidence if e.claim.passage in told and e.claim.content == content]
    retirement = Retirement(_until(fact, at, now, scope, own), now)
    if not told:  # it rests on no passage (it was imported so): the fact itself keeps it
        closed = {"status": "retired", "valid_to": retirement.at, "retired_at": now}
        scope.facts[uid] = fact.model_copy(update=closed)
        read_evidence([scope], reader, space, frozenset())
    relaid = relay(scope, {}, [_retired(one, retirement) for one in own])
    return changes_of([relaid], registry, reader, space, {uid: scope.facts[uid]})


def _until(
    fact: Proposition,
    at: datetime | None,
    now: datetime,
    scope: Scope,
    own: Iterable[Evidence],
) -> datetime:
    """Return from when on it does not hold.

    Raises:
        InvalidInput: It was said to hold at that time or later.
    """
    starts = (fact.valid_from, *(one.claim.at for one in own))
    latest = max(filter(None, starts), default=None)
    until = at or max(filter(None, (now, latest)))
    if latest and until < latest:
        raise InvalidInput(
            f"{fact.uid!r} was said to hold at {latest.isoformat()}: retire it from then or a "
            "later moment on, or delete who said so"
        )
    ended = fact.valid_to
    came_back = ended and any(
        other.valid_from and ended <= other.valid_from < until
        for other in scope.facts.values()
        if scope.content_of(other) == scope.content_of(fact)
    )
    # Where it held again by then, it is the earlier time that somebody speaks of.
    return min(until, ended) if came_back and ended else until


def _retired(evidence: Evidence, retirement: Retirement) -> Evidence:
    claim = evidence.claim
    role = Validity(claim.at, claim.until, retirement).text
    return replace(evidence, claim=claim._replace(retirement=retirement), role=role)
