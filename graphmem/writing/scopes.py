"""The stored facts of some scopes, and how they change when their timelines are laid out anew.

The edges between facts follow from the facts, not from a source. Each rests on a key of its own,
so that taking that key back takes exactly that edge away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graphmem.core.validity import Validity
from graphmem.ports import GraphReader
from graphmem.writing.predicates import family_of, is_functional
from graphmem.writing.timeline import Claim, Content, Spell, Timeline, lay_out
from graphmem_schemas import Edge, EdgeKind, Node, Passage, Proposition

__all__ = ["Evidence", "Relaid", "Scope", "content_of", "read_evidence", "read_scopes", "relay"]

_OWN: tuple[EdgeKind, ...] = ("EVIDENCED_BY", "SUBJECT", "OBJECT", "SUPERSEDES", "CONTRADICTS")
_LINKS = frozenset(("SUPERSEDES", "CONTRADICTS"))
_OUTSIDE = frozenset(("retired", "quarantined"))

_Key = tuple[EdgeKind, str, str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that states a content: new, or stored as an EVIDENCED_BY edge.

    Attributes:
        role: when it says that the content holds, where it says more than "now".
    """

    claim: Claim
    sources: tuple[str, ...]
    span: tuple[int, int] | None
    role: str | None = None


@dataclass(slots=True)
class Scope:
    """What the store has of one scope, by uid of the fact."""

    facts: dict[str, Proposition] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)


@dataclass(slots=True)
class Relaid:
    """What one scope becomes.

    Attributes:
        facts: new and changed facts by uid.
        edges: new ones, and those that gain a source.
        remove_nodes: facts that are no more, and facts that lose evidence to another one: those
            are put again.
        remove_links: keys on which edges rest that are no more.
    """

    timeline: Timeline
    facts: dict[str, Proposition] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    remove_nodes: list[str] = field(default_factory=list)
    remove_links: list[str] = field(default_factory=list)


def content_of(fact: Proposition) -> Content:
    """Return what a stored fact says."""
    content = Content(fact.subject, fact.predicate, fact.object, fact.value, fact.negated)
    over = content._replace(over=True)
    return over if fact.uid == over.uid else content


def read_scopes(
    contents: Sequence[Content], reader: GraphReader, space: str
) -> dict[tuple[str, ...], Scope]:
    """Read the facts of the contents' scopes; two reads and one for each return of a fact.

    Facts of functional relations are looked up by subject and relation: there are few. Of others
    a subject can have very many, so that only the fact itself and its denial are read.
    """
    scopes: dict[tuple[str, ...], Scope] = {content.scope: Scope() for content in contents}
    keys: dict[str, None] = {}
    uids: dict[str, None] = {}
    for content in contents:
        if content.over:
            uids[content.uid] = None
        elif is_functional(content.predicate):
            keys.update((f"{content.subject} {p}", None) for p in family_of(content.predicate))
        else:
            uids.update({content.uid: None, content.twin.uid: None})
    found = reader.find(space, "Proposition", list(keys)) if keys else {}
    uids.update((uid, None) for group in found.values() for uid in group)
    seen: set[str] = set()
    wanted = list(uids)
    while wanted:
        seen.update(wanted)
        ended = _take(reader.get(space, wanted), scopes)
        links = reader.neighbours(space, ended, ["SUPERSEDES"]) if ended else []
        wanted = sorted({uid for edge in links for uid in (edge.start, edge.end)} - seen)
    return scopes


def _take(nodes: Iterable[Node | None], scopes: Mapping[tuple[str, ...], Scope]) -> list[str]:
    """Put facts into their scopes; return those that may have come back after they ended.

    What came back has a uid that only its links tell.
    """
    ended: set[str] = set()
    for fact in nodes:
        if not isinstance(fact, Proposition):
            continue
        content = content_of(fact)
        scope = scopes.get(content.scope)
        if scope is not None and (content.over or fact.status not in _OUTSIDE):
            scope.facts[fact.uid] = fact
            if content.scope[0] == "twins" and (len(scope.facts) > 1 or fact.valid_to):
                ended.update(scope.facts)
    return sorted(ended)


def read_evidence(
    scopes: Sequence[Scope], reader: GraphReader, space: str, gone: frozenset[str]
) -> None:
    """Fill in the scopes' edges, and what of their evidence is not gone; two reads."""
    owner = {uid: scope for scope in scopes for uid in scope.facts}
    for edge in reader.neighbours(space, sorted(owner), _OWN) if owner else []:
        scope = owner.get(edge.start) or owner[edge.end]
        scope.edges.append(edge)
    stated = {
        e.end for scope in scopes for e in scope.edges
        if e.kind == "EVIDENCED_BY" and e.start not in gone and e.end not in gone
    }  # fmt: skip
    at = {
        node.uid: node.at
        for node in reader.get(space, sorted(stated))
        if isinstance(node, Passage)
    }
    for scope in scopes:
        scope.evidence = _evidence(scope, at, gone)


def _evidence(
    scope: Scope, at: Mapping[str, datetime | None], gone: frozenset[str]
) -> list[Evidence]:
    bare = {uid for uid in scope.facts if uid not in gone}
    evidence: list[Evidence] = []
    for edge in scope.edges:
        if edge.kind == "EVIDENCED_BY":
            bare.discard(edge.start)
            if edge.start not in gone and edge.end in at:
                said = Validity.parse(edge.role) or Validity(at[edge.end])
                content = content_of(scope.facts[edge.start])
                claim = Claim(content, said.start, edge.end, said.end)
                evidence.append(Evidence(claim, tuple(edge.sources), edge.span, edge.role))
    # A fact that rests on no passage (it was imported so) is taken at its own word.
    for uid in sorted(bare):
        fact = scope.facts[uid]
        sources = {s for e in scope.edges if e.start == uid and e.kind == "SUBJECT"
                   for s in e.sources}  # fmt: skip
        claim = Claim(content_of(fact), fact.valid_from, "")
        evidence.append(Evidence(claim, tuple(sorted(sources)), None))
    return evidence


def relay(
    scope: Scope,
    drafts: Mapping[Content, Proposition],
    new: Sequence[Evidence] = (),
    now: datetime | None = None,
    gone: frozenset[str] = frozenset(),
) -> Relaid:
    """Lay the scope's timeline out anew, and say what has to change in the store.

    Args:
        scope: with its evidence.
        drafts: how a fact of each new content reads.
        new: what is said now.
        now: system time of facts that are new.
        gone: uids of nodes that are being removed.
    """
    evidence: dict[tuple[Content, str], Evidence] = {}
    for one in (*scope.evidence, *new):
        known = evidence.setdefault((one.claim.content, one.claim.passage), one)
        if one.role not in (None, known.role):  # the newest word on when it holds
            evidence[one.claim.content, one.claim.passage] = replace(
                known, claim=one.claim, role=one.role
            )
    relaid = Relaid(lay_out(e.claim for e in evidence.values()))
    drafts = {**drafts, **{content_of(f): f for _, f in sorted(scope.facts.items(), reverse=True)}}
    wanted: dict[_Key, Edge] = {}
    for spell in relaid.timeline.spells:
        stored = scope.facts.get(spell.uid)
        fact = _as_laid_out(spell, stored or drafts[spell.content], stored is None, now)
        if fact != stored or fact.uid in gone:
            relaid.facts[fact.uid] = fact
        for claim in spell.claims:
            _rest(fact, evidence[claim.content, claim.passage], wanted)
    for kind, pairs in _links(relaid.timeline):
        for start, end in pairs:
            link = Edge(
                kind=kind, start=start, end=end, sources={_link_key(kind, start, end): 1.0}
            )
            wanted[kind, start, end] = link
    _compare(scope, wanted, relaid, gone)
    return relaid


def _as_laid_out(spell: Spell, fact: Proposition, new: bool, now: datetime | None) -> Proposition:
    update: dict[str, object] = {
        "valid_from": spell.start,
        "valid_to": spell.end,
        "status": spell.status,
    }
    if new:
        update |= {"uid": spell.uid, "recorded_at": now or fact.recorded_at}
    return fact.model_copy(update=update)


def _rest(fact: Proposition, evidence: Evidence, wanted: dict[_Key, Edge]) -> None:
    """Hang a fact on a passage, its subject and its object."""
    if not evidence.sources:
        return
    ends: tuple[tuple[EdgeKind, str | None], ...] = (
        ("EVIDENCED_BY", evidence.claim.passage), ("SUBJECT", fact.subject),
        ("OBJECT", fact.object),
    )  # fmt: skip
    for kind, end in ends:
        if not end:
            continue
        key: _Key = (kind, fact.uid, end)
        sources = dict.fromkeys(evidence.sources, 1.0)
        if key in wanted:
            sources |= wanted[key].sources
        said = (evidence.span, evidence.role) if kind == "EVIDENCED_BY" else (None, None)
        wanted[key] = Edge(
            kind=kind, start=fact.uid, end=end, sources=sources, span=said[0], role=said[1]
        )


def _links(timeline: Timeline) -> tuple[tuple[EdgeKind, list[tuple[str, str]]], ...]:
    return ("SUPERSEDES", sorted(timeline.closes)), ("CONTRADICTS", sorted(timeline.disputes))


def _link_key(kind: str, start: str, end: str) -> str:
    return f"timeline {kind} {start} {end}"


def _compare(scope: Scope, wanted: dict[_Key, Edge], relaid: Relaid, gone: frozenset[str]) -> None:
    """Put what is missing; take away links and facts that are no more."""
    spells = {spell.uid for spell in relaid.timeline.spells}
    moved = {uid for uid in scope.facts if uid not in spells or uid in gone}
    held: dict[_Key, Edge] = {}
    for edge in scope.edges:
        key: _Key = (edge.kind, edge.start, edge.end)
        held[key] = edge
        if edge.kind in _LINKS and key not in wanted:
            if all(source == _link_key(*key) for source in edge.sources):
                relaid.remove_links += edge.sources
            else:  # it rests on a source, as it did in stores of before
                moved.add(edge.start)
        elif edge.kind == "EVIDENCED_BY" and key not in wanted and edge.end not in gone:
            moved.add(edge.start)
    relaid.remove_nodes = sorted(moved)
    for uid in moved & spells:
        relaid.facts.setdefault(uid, scope.facts[uid])
    for key, edge in sorted(wanted.items()):
        old = held.get(key)
        bare = edge.start in moved or edge.end in moved
        if old is None or bare or _says_more(edge, old):
            relaid.edges.append(edge)


def _says_more(edge: Edge, old: Edge) -> bool:
    return not edge.sources.keys() <= old.sources.keys() or edge.role not in (None, old.role)
