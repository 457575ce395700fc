"""The stored facts of some scopes, and how they change when their timelines are laid out anew.

The edges between facts follow from the facts, not from a source. Each rests on a key of its own,
so that taking that key back takes exactly that edge away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from graphmem.core.contents import Content, content_of
from graphmem.core.doubts import lay_out
from graphmem.core.registry import Registry, registry_of
from graphmem.core.scopes import Evidence, Scope, as_laid_out, evidence_of
from graphmem.core.timeline import Spell, Timeline
from graphmem.core.validity import Retirement, Validity
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, EdgeKind, Node, Passage, Predicate, Proposition

__all__ = [
    "Evidence",
    "Relaid",
    "Scope",
    "content_of",
    "read_evidence",
    "read_registry",
    "read_scopes",
    "relay",
]

_OWN: tuple[EdgeKind, ...] = ("EVIDENCED_BY", "SUBJECT", "OBJECT", "SUPERSEDES", "CONTRADICTS")
_LINKS = frozenset(("SUPERSEDES", "CONTRADICTS"))
_ALL = "*"

_Key = tuple[EdgeKind, str, str]


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


def read_registry(reader: GraphReader, space: str) -> Registry:
    """Return what the space knows of relations; one read where nobody has defined any."""
    uids = reader.find(space, "Predicate", [_ALL]).get(_ALL, ())
    found = reader.get(space, uids) if uids else []
    return registry_of([node for node in found if isinstance(node, Predicate)])


def read_scopes(
    contents: Sequence[Content],
    reader: GraphReader,
    space: str,
    registry: Registry | None = None,
) -> dict[tuple[str, ...], Scope]:
    """Read the facts of the contents' scopes: two reads, and more where some came back or ended.

    Facts of functional relations are looked up by subject and relation: there are few. Of others
    a subject can have very many, so that only the fact itself, its denial and what else may end
    it are read.

    Args:
        contents: as they are kept.
        reader: the store.
        space: the space.
        registry: what the space knows of relations, where that has been read already.
    """
    registry = registry or read_registry(reader, space)
    scopes: dict[tuple[str, ...], Scope] = {}
    keys: dict[str, None] = {}
    uids: dict[str, None] = {}
    for content in contents:
        scopes.setdefault(registry.scope_of(content), Scope(registry))
        if registry.holds_one(content.predicate):
            family = registry.family_of(content.predicate)
            keys.update((f"{content.subject} {p}", None) for p in family)
        else:
            uids.update((one.uid, None) for one in registry.beside(content))
    found = reader.find(space, "Proposition", list(keys)) if keys else {}
    uids.update((uid, None) for group in found.values() for uid in group)
    seen: set[str] = set()
    wanted = list(uids)
    while wanted:
        seen.update(wanted)
        ended, beside = _take(reader.get(space, wanted), scopes, registry)
        links = reader.neighbours(space, ended, ["SUPERSEDES"]) if ended else []
        linked = {uid for edge in links for uid in (edge.start, edge.end)}
        wanted = sorted((linked | beside) - seen)
    return scopes


def _take(
    nodes: Iterable[Node | None], scopes: Mapping[tuple[str, ...], Scope], registry: Registry
) -> tuple[list[str], set[str]]:
    """Put facts into their scopes; return of which there is more to be read.

    Returns:
        Those that may have come back after they ended: what came back has a uid that only its
        links tell. And the uids of all that share a scope with something that ends others.
    """
    ended: set[str] = set()
    beside: set[str] = set()
    for fact in nodes:
        if not isinstance(fact, Proposition):
            continue
        content = registry.content_of(fact)
        key = registry.scope_of(content)
        scope = scopes.get(key)
        if scope is not None:
            scope.facts[fact.uid] = fact
            if key[0] in ("twins", "together") and (len(scope.facts) > 1 or fact.valid_to):
                ended.update(scope.facts)
            if key[0] == "together" and registry.ends_others(content):
                beside.update(one.uid for one in registry.beside(content))
    return sorted(ended), beside


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
    passages = {
        node.uid: node for node in reader.get(space, sorted(stated)) if isinstance(node, Passage)
    }
    for scope in scopes:
        scope.evidence = evidence_of(scope, passages, gone)


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
    evidence = _merged(scope.evidence, new)
    claims = (e.claim for e in evidence.values())
    relaid = Relaid(lay_out(claims, scope.registry, scope.released))
    stored_as = sorted(scope.facts.items(), reverse=True)
    drafts = {**drafts, **{scope.content_of(fact): fact for _, fact in stored_as}}
    wanted: dict[_Key, Edge] = {}
    for spell in relaid.timeline.spells:
        stored = scope.facts.get(spell.uid)
        fact = _as_laid_out(spell, stored or drafts[spell.content], stored is None, now)
        if fact != stored or fact.uid in gone:
            relaid.facts[fact.uid] = fact
        stated = [evidence[claim.content, claim.passage] for claim in spell.claims]
        wanted.update(((e.kind, e.start, e.end), e) for e in _rests(fact, stated))
    for kind, pairs in _links(relaid.timeline):
        for start, end in pairs:
            link = Edge(
                kind=kind, start=start, end=end, sources={_link_key(kind, start, end): 1.0}
            )
            wanted[kind, start, end] = link
    _compare(scope, wanted, relaid, gone)
    return relaid


def _as_laid_out(spell: Spell, fact: Proposition, new: bool, now: datetime | None) -> Proposition:
    said = spell.content
    if new:
        update = {
            "uid": spell.uid, "recorded_at": now or fact.recorded_at, "subject": said.subject,
            "predicate": said.predicate, "object": said.object, "value": said.value,
            "retired_at": None,
        }  # fmt: skip
        fact = fact.model_copy(update=update)
    return as_laid_out(spell, fact)


def _merged(
    stored: Sequence[Evidence], new: Sequence[Evidence]
) -> dict[tuple[Content, str], Evidence]:
    """Return the evidence by content and passage, the newest word on when it holds.

    Who retired a fact retired what had been said by then and what is told of that time later, so
    that neither their order shows nor which of them is deleted. Who says that it held at that
    time or later is left alone.
    """
    told: dict[tuple[Content, str], Evidence] = {}
    retirements: dict[Content, set[Retirement]] = {}
    for one in (*stored, *new):
        key = (one.claim.content, one.claim.passage)
        known = told.setdefault(key, one)
        if one.role not in (None, known.role):
            told[key] = replace(known, claim=one.claim, role=one.role)
        if one.claim.retirement:
            retirements.setdefault(one.claim.content, set()).add(one.claim.retirement)
    for key, one in told.items() if retirements else ():
        told[key] = _retired(one, retirements.get(one.claim.content, ()))
    return told


def _retired(evidence: Evidence, retirements: Iterable[Retirement]) -> Evidence:
    """Return evidence with the first retirement of what it says, unless it has one."""
    claim = evidence.claim
    closing = [
        one
        for one in retirements
        if (claim.at is None or claim.at < one.at)
        and (claim.until is None or claim.until <= one.at)
    ]
    if claim.retirement or not closing:
        return evidence
    first = min(closing)
    role = Validity(claim.at, claim.until, first).text
    return replace(evidence, claim=claim._replace(retirement=first), role=role)


def _rests(fact: Proposition, evidence: Iterable[Evidence]) -> Iterator[Edge]:
    """Hang a fact on its passages, its subject and its object.

    One edge to its subject bears the shares of all that state it: it is made once, not grown.
    """
    told: dict[str, float] = {}
    for one in evidence:
        told.update(dict.fromkeys(one.sources, 1.0))
        if one.sources and one.claim.passage:
            yield Edge(
                kind="EVIDENCED_BY", start=fact.uid, end=one.claim.passage,
                sources=dict(one.sources), span=one.span, role=one.role,
            )  # fmt: skip
    ends: tuple[tuple[EdgeKind, str | None], ...] = (
        ("SUBJECT", fact.subject), ("OBJECT", fact.object),
    )  # fmt: skip
    for kind, end in ends:
        if end and told:
            yield Edge(kind=kind, start=fact.uid, end=end, sources=told)


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
