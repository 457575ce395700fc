"""Fifth stage: stated facts against what is believed.

In: `Statement`s. Out: a `Reconciled`: ADD, CONFIRM, SUPERSEDE or CONTRADICT for each, decided
within the same subject and the same relation, never across the graph, and not by the order in
which statements come: each scope is one timeline.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from graphmem.core.contents import Claim, Content
from graphmem.core.registry import ENGLISH, Registry
from graphmem.core.scopes import Evidence, Scope, retirement_of
from graphmem.core.timeline import LOW_TRUST
from graphmem.core.validity import Validity
from graphmem.ports import GraphReader
from graphmem.writing.scopes import read_evidence, read_scopes, relay
from graphmem_schemas import Edge, Proposition

__all__ = ["Reconciled", "Statement", "reconcile"]


class Statement(NamedTuple):
    """One fact as one passage states it, its ends resolved.

    Attributes:
        content: what it says, whenever that holds.
        stated_at: when it was said: from then on it is known to hold.
        position: of the passage in its source.
        trust: 0 to 1: how far the source is trusted.
        validity: when it is said to hold, where that is known better than from `stated_at`.
        retired_at: when whoever stated it stopped believing it.
    """

    text: str
    content: Content
    confidence: float
    source: str
    passage: str
    span: tuple[int, int]
    stated_at: datetime | None
    validity: Validity | None = None
    retired_at: datetime | None = None
    position: int = 0
    trust: float = 1.0

    @property
    def role(self) -> str | None:
        """When it is said to hold, as its evidence keeps that."""
        return self.validity.text if self.validity else None

    @property
    def evidence(self) -> Evidence:
        """The passage that says it."""
        said = self.validity or Validity(self.stated_at)
        claim = Claim(
            self.content, said.start, self.passage, said.end, self.source, self.position,
            self.trust,
        )  # fmt: skip
        return Evidence(claim, {self.source: self.trust}, self.span, self.role)

    def draft(self, now: datetime, valid_from: datetime | None = None) -> Proposition:
        """Return the fact as it reads here, at its first place in time."""
        said = self.content
        return Proposition(
            uid=said.uid, recorded_at=now, text=self.text, subject=said.subject,
            predicate=said.predicate, object=said.object, value=said.value,
            negated=said.negated, confidence=self.confidence, valid_from=valid_from,
        )  # fmt: skip


@dataclass(slots=True)
class Reconciled:
    """What becomes of the statements.

    Attributes:
        facts: new and changed propositions by uid.
        uids: the proposition that each statement supports, in the order of the statements.
        remove_nodes: facts that are no more, or are put again without some of their edges.
        remove_links: keys of links between facts that are no more.
    """

    facts: dict[str, Proposition] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    uids: list[str] = field(default_factory=list)
    added: dict[str, None] = field(default_factory=dict)
    confirmed: dict[str, None] = field(default_factory=dict)
    superseded: dict[str, None] = field(default_factory=dict)
    contradicted: dict[str, None] = field(default_factory=dict)
    remove_nodes: list[str] = field(default_factory=list)
    remove_links: list[str] = field(default_factory=list)


def reconcile(
    statements: Sequence[Statement],
    reader: GraphReader,
    space: str,
    now: datetime,
    registry: Registry = ENGLISH,
) -> Reconciled:
    """Place each statement on the timeline of its scope.

    What only supports a fact that holds reads no evidence, so that an add takes no longer for
    facts that are stated very often; the others' scopes are laid out anew from all evidence.
    """
    contents = list(dict.fromkeys(s.content for s in statements))
    scopes = read_scopes(contents, reader, space, registry)
    told: dict[tuple[str, ...], list[Statement]] = {}
    for statement in statements:
        told.setdefault(registry.scope_of(statement.content), []).append(statement)
    result = Reconciled()
    uids: dict[tuple[Content, str], str] = {}
    unsettled: list[tuple[str, ...]] = []
    for key, group in told.items():
        if not _settle_alone(group, scopes[key], result, uids, now):
            unsettled.append(key)
    read_evidence([scopes[key] for key in unsettled], reader, space, frozenset())
    for key in unsettled:
        _relay(told[key], scopes[key], result, uids, now)
    result.uids = [uids[s.content, s.passage] for s in statements]
    _retire(statements, scopes, registry, result)
    for uid in result.uids:
        if uid not in result.added:
            result.confirmed[uid] = None
    return result


def _settle_alone(
    group: Sequence[Statement],
    scope: Scope,
    result: Reconciled,
    uids: dict[tuple[Content, str], str],
    now: datetime,
) -> bool:
    """Settle a scope without its evidence where that can be; return whether it could be."""
    # What is said to end, or to begin at another time than its passage, is a matter of evidence;
    # so is what rests on one doubtful source.
    if any(s.validity for s in group) or any(fact.doubtful for fact in scope.facts.values()):
        return False
    if scope.facts:
        held = [uid for s in group if (uid := _holding(s, scope))]
        # A passage that says two rivals in one breath may end a quarrel that others began.
        one_each = len({s.passage for s in group}) == len({(s.passage, s.content) for s in group})
        if len(held) == len(group) and one_each:
            uids.update(((s.content, s.passage), uid) for s, uid in zip(group, held, strict=True))
            return True
    contents = {s.content for s in group}
    contents.update(scope.content_of(fact) for fact in scope.facts.values())
    if len(contents) > 1 or len(scope.facts) > 1:
        return False
    stored = next(iter(scope.facts.values()), None)
    # "Lived there" is no more news of the years that were told before.
    if stored and (stored.valid_from if group[0].content.over else stored.valid_to):
        return False
    fact = _settled(group, stored, now)
    uids.update(((s.content, s.passage), fact.uid) for s in group)
    result.facts[fact.uid] = fact
    if stored is None:
        result.added[fact.uid] = None
    return True


def _settled(group: Sequence[Statement], stored: Proposition | None, now: datetime) -> Proposition:
    """Return the one fact of a scope, stored or new, with what is said of it now."""
    over = group[0].content.over
    known = (stored.valid_to if over else stored.valid_from) if stored else None
    first = min((at for at in (known, *(s.stated_at for s in group)) if at), default=None)
    if stored is None:
        doubtful = group[0].trust < LOW_TRUST and len({s.source for s in group}) == 1
        draft = group[0].draft(now, None if over else first)
        if not (over or doubtful):
            return draft
        ended = {"status": "retired", "valid_to": first} if over else {}
        return draft.model_copy(update={**ended, "doubtful": doubtful})
    place = {"status": "retired", "valid_to": first} if over else {"valid_from": first}
    return stored.model_copy(update=place)


def _retire(
    statements: Sequence[Statement],
    scopes: Mapping[tuple[str, ...], Scope],
    registry: Registry,
    result: Reconciled,
) -> None:
    """Note when facts stopped being believed, where those who state them say so."""
    for statement, uid in zip(statements, result.uids, strict=True):
        if statement.retired_at is None:
            continue
        fact = result.facts.get(uid) or scopes[registry.scope_of(statement.content)].facts[uid]
        if fact.retired_at != statement.retired_at:
            result.facts[uid] = fact.model_copy(update={"retired_at": statement.retired_at})


def _holding(statement: Statement, scope: Scope) -> str | None:
    """Return the stored fact that already says so then, if saying it again changes nothing.

    It may change something where rivals are told of the same moment: a source takes back what
    it said before, and that may leave it or others without a rival.
    """
    content, at = statement.content, statement.stated_at
    same: list[Proposition] = []
    rivals: list[Proposition] = []
    for fact in scope.facts.values():
        (same if scope.content_of(fact) == content else rivals).append(fact)
    if content.over:  # what was told of certain years says nothing of others
        same = [fact for fact in same if fact.valid_from is None]
    if any(retirement_of(fact) for fact in same):  # it is noted with all that speaks for it
        return None
    if rivals and (
        content.over
        or at is None
        or any(_touches(fact, at) for fact in rivals)
        or any(fact.status == "contradicted" for fact in same)
    ):
        return None
    if at is None:
        return content.uid if any(fact.uid == content.uid for fact in same) else None
    for fact in same:
        if content.over:
            return fact.uid if fact.valid_to and fact.valid_to <= at else None
        if (
            fact.valid_from
            and fact.valid_from <= at
            and not (fact.valid_to and fact.valid_to <= at)
        ):
            return fact.uid
    return None


def _touches(fact: Proposition, at: datetime) -> bool:
    return at in (fact.valid_from, fact.valid_to)


def _relay(
    group: Sequence[Statement],
    scope: Scope,
    result: Reconciled,
    uids: dict[tuple[Content, str], str],
    now: datetime,
) -> None:
    """Lay a scope out anew, and say what that means to the caller."""
    drafts = {s.content: s.draft(now) for s in reversed(group)}
    relaid = relay(scope, drafts, [s.evidence for s in group], now)
    worded = {(s.content, s.passage): s.text for s in reversed(group)}
    for spell in relaid.timeline.spells:
        claims = [(claim.content, claim.passage) for claim in spell.claims]
        uids.update((claim, spell.uid) for claim in claims)
        text = next((worded[claim] for claim in claims if claim in worded), None)
        if text and spell.uid in relaid.facts and spell.uid not in scope.facts:
            # A fact that comes back reads as who says so, not as it read the first time.
            new = relaid.facts[spell.uid]
            relaid.facts[spell.uid] = new.model_copy(update={"text": text})
    for uid, fact in relaid.facts.items():
        before = scope.facts.get(uid)
        if before is None:
            result.added[uid] = None
        if before is None or before.status != fact.status:
            if fact.status == "superseded":
                result.superseded[uid] = None
            elif fact.status == "contradicted":
                result.contradicted[uid] = None
    result.facts |= relaid.facts
    result.edges += relaid.edges
    result.remove_nodes += relaid.remove_nodes
    result.remove_links += relaid.remove_links
