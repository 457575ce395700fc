"""Fifth stage: stated facts against what is believed.

In: `Statement`s in the order in which they were made. Out: a `Reconciled`: ADD, CONFIRM,
SUPERSEDE or CONTRADICT for each, decided within the same subject and the same relation, never
across the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.predicates import family_of, is_functional
from graphmem_schemas import Edge, Proposition

__all__ = ["Reconciled", "Statement", "reconcile"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact as one passage states it, its ends resolved.

    Attributes:
        stated_at: when it was said: from then on it is known to hold.
        past: whether it is told as over; such a fact closes no other.
    """

    text: str
    subject: str
    predicate: str
    object: str | None
    value: str | None
    negated: bool
    confidence: float
    past: bool
    source: str
    passage: str
    span: tuple[int, int]
    stated_at: datetime | None


@dataclass(slots=True)
class Reconciled:
    """What becomes of the statements.

    Attributes:
        facts: new and changed propositions by uid.
        uids: the proposition that each statement supports, in the order of the statements.
        stated_in: the passages of the batch that state a proposition.
    """

    facts: dict[str, Proposition] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    added: dict[str, None] = field(default_factory=dict)
    confirmed: dict[str, None] = field(default_factory=dict)
    superseded: dict[str, None] = field(default_factory=dict)
    contradicted: dict[str, None] = field(default_factory=dict)
    stated_in: dict[str, set[str]] = field(default_factory=dict)


def reconcile(
    statements: Sequence[Statement], reader: GraphReader, space: str, now: datetime
) -> Reconciled:
    """Decide what each statement does to the facts. Two reads of the store."""
    scopes = dict.fromkeys(
        f"{s.subject} {predicate}" for s in statements for predicate in family_of(s.predicate)
    )
    found = reader.find(space, "Proposition", list(scopes))
    stored = list(dict.fromkeys(uid for uids in found.values() for uid in uids))
    beliefs: dict[tuple[str, str], dict[str, Proposition]] = {}
    for node in reader.get(space, stored):
        if isinstance(node, Proposition):
            beliefs.setdefault(_scope(node.subject, node.predicate), {})[node.uid] = node
    result = Reconciled()
    for statement in statements:
        believed = beliefs.setdefault(_scope(statement.subject, statement.predicate), {})
        _decide(statement, believed, result, now)
    return result


def _scope(subject: str, predicate: str) -> tuple[str, str]:
    return subject, family_of(predicate)[0]


def _decide(
    statement: Statement, believed: dict[str, Proposition], result: Reconciled, now: datetime
) -> None:
    uid = _uid_of(statement, believed)
    result.uids.append(uid)
    result.stated_in.setdefault(uid, set()).add(statement.passage)
    if uid in believed:
        if uid not in result.added:
            result.confirmed[uid] = None
        return
    fact = Proposition(
        uid=uid, recorded_at=now, text=statement.text, subject=statement.subject,
        predicate=statement.predicate, object=statement.object, value=statement.value,
        negated=statement.negated, confidence=statement.confidence,
        valid_from=statement.stated_at,
    )  # fmt: skip
    # "In Lisbon, in the Graça quarter": what one passage says in one breath is no quarrel.
    rivals = [
        rival
        for rival in believed.values()
        if _rival(fact, rival, statement)
        and statement.passage not in result.stated_in.get(rival.uid, ())
    ]
    result.added[uid] = None
    for rival in sorted(rivals, key=lambda r: r.uid):
        fact = _settle(fact, rival, statement, believed, result)
    believed[uid] = result.facts[uid] = fact


def _uid_of(statement: Statement, believed: dict[str, Proposition]) -> str:
    """Return the uid of the fact; a fact that comes true again after it ended is a new one."""
    content = (
        "proposition", statement.subject, statement.predicate, statement.object or "",
        f"={statement.value}" if statement.value is not None else "", str(statement.negated),
    )  # fmt: skip
    uid = content_uid(*content)
    earlier = believed.get(uid)
    at = statement.stated_at
    if earlier and earlier.valid_to and at and at > earlier.valid_to:
        return content_uid(*content, at.isoformat())
    return uid


def _rival(fact: Proposition, other: Proposition, statement: Statement) -> bool:
    """Whether both cannot hold at once."""
    if other.status not in ("current", "contradicted") or statement.past:
        return False
    same_object = (fact.object, fact.value) == (other.object, other.value)
    if fact.negated != other.negated:
        return same_object and fact.predicate == other.predicate
    both_name_one = bool(fact.object and other.object) or bool(fact.value and other.value)
    return not fact.negated and not same_object and both_name_one and is_functional(fact.predicate)


def _settle(
    fact: Proposition,
    rival: Proposition,
    statement: Statement,
    believed: dict[str, Proposition],
    result: Reconciled,
) -> Proposition:
    """Order two rivals by the time from which they hold; without one they contradict."""
    new_from, old_from = fact.valid_from, rival.valid_from
    if new_from and old_from and new_from > old_from:
        _put(_close(rival, new_from), believed, result)
        result.superseded[rival.uid] = None
        result.edges.append(_edge("SUPERSEDES", fact.uid, rival.uid, statement.source))
        return fact
    if new_from and old_from and new_from < old_from:
        result.superseded[fact.uid] = None
        result.edges.append(_edge("SUPERSEDES", rival.uid, fact.uid, statement.source))
        end = min(old_from, fact.valid_to) if fact.valid_to else old_from
        return _close(fact, end)
    _put(rival.model_copy(update={"status": "contradicted"}), believed, result)
    result.contradicted.update({rival.uid: None, fact.uid: None})
    result.edges.append(_edge("CONTRADICTS", fact.uid, rival.uid, statement.source))
    if fact.status == "superseded":
        return fact
    return fact.model_copy(update={"status": "contradicted"})


def _close(fact: Proposition, end: datetime) -> Proposition:
    return fact.model_copy(update={"status": "superseded", "valid_to": end})


def _put(fact: Proposition, believed: dict[str, Proposition], result: Reconciled) -> None:
    believed[fact.uid] = result.facts[fact.uid] = fact


def _edge(kind: str, start: str, end: str, source: str) -> Edge:
    return Edge.model_validate(
        {"kind": kind, "start": start, "end": end, "sources": {source: 1.0}}
    )
