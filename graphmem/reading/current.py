"""Facts on two clocks: what was believed at one moment to hold at another."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime

from graphmem.core.contents import Claim, Content
from graphmem.core.doubts import lay_out
from graphmem.core.forms import relation_forms
from graphmem.core.registry import Registry, registry_of
from graphmem.core.scopes import Scope, as_laid_out, evidence_of, holds
from graphmem.ports import GraphReader
from graphmem_schemas import Change, EdgeKind, Passage, Predicate, Proposition

__all__ = ["current", "facts_about", "read_registry", "story", "support_of"]

_ALL = "*"
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def read_registry(reader: GraphReader, space: str) -> Registry:
    """Return what the space knows of relations; one read where nobody has defined any."""
    uids = reader.find(space, "Predicate", [_ALL]).get(_ALL, ())
    found = reader.get(space, uids) if uids else []
    return registry_of([node for node in found if isinstance(node, Predicate)])


def current(
    facts: Iterable[Proposition], at: datetime, now: datetime, reader: GraphReader, space: str
) -> list[Proposition]:
    """Return the facts that hold at a moment: what began last first, then what more speaks for.

    Args:
        facts: from `facts_about`.
        at: world time.
        now: system time.
        reader: the store; read only where facts contradict each other.
        space: the space.
    """
    held = [fact for fact in facts if holds(fact, at, now)]
    rivals = [fact.uid for fact in held if fact.status == "contradicted"]
    support = support_of(rivals, reader, space) if rivals else {}
    held.sort(key=lambda fact: (-support.get(fact.uid, 0.0), fact.uid))
    return sorted(held, key=lambda fact: fact.valid_from or _BEGINNING, reverse=True)


def support_of(facts: Sequence[str], reader: GraphReader, space: str) -> dict[str, float]:
    """Return how much speaks for facts: the trust of the distinct sources that state each.

    Args:
        facts: their uids; one read, O(evidence).
        reader: the store.
        space: the space.
    """
    trust: dict[str, dict[str, float]] = {uid: {} for uid in facts}
    for edge in reader.neighbours(space, list(facts), ["EVIDENCED_BY"]) if facts else ():
        told = trust.get(edge.start, {})
        for source, weight in edge.sources.items():
            told[source] = max(weight, told.get(source, 0.0))
    return {uid: sum(sources[one] for one in sorted(sources)) for uid, sources in trust.items()}


def story(facts: Iterable[Proposition]) -> list[Change]:
    """Return the facts as the states of what they are about, oldest first."""
    told = sorted(facts, key=_place)
    return [Change(at=_began(f) or f.recorded_at, what=f.status, node=f) for f in told]


def _began(fact: Proposition) -> datetime | None:
    """Return since when a fact is what it is: what is retired, since it holds no more."""
    return fact.valid_to or fact.retired_at if fact.status == "retired" else fact.valid_from


def _place(fact: Proposition) -> tuple[datetime, datetime, bool, datetime, str]:
    """Sort by time; of those that nobody dated, what was taken back comes first."""
    begun, ended = _began(fact) or _BEGINNING, fact.valid_to or _END
    return begun, ended, fact.status != "superseded", fact.recorded_at, fact.uid


def facts_about(
    entities: Sequence[str],
    predicate: str | None,
    reader: GraphReader,
    space: str,
    known_at: datetime | None = None,
) -> list[Proposition]:
    """Return the facts about an entity, by uid, as they are or were believed.

    A relation is asked for from its subject's end, an inverse of it from its object's; all there
    is, from both. Five reads at most, and seven more where another time's belief or entities that
    were merged want the timelines to be laid out anew. Time: O(facts of the entity), or of the
    relation.

    Args:
        entities: uids of one entity and of all that are one with it; it comes first.
        predicate: a relation in any spelling, as synonym or from the other end; None is all.
        reader: the store.
        space: the space.
        known_at: system time; None is now. What has been deleted since was never known.
    """
    registry = read_registry(reader, space)
    wanted = None if predicate is None else relation_forms(predicate)
    turned = [form for form in wanted or () if form in registry.inverses]
    either = registry.symmetric.intersection(
        registry.symmetric if wanted is None else (registry.names.get(w, w) for w in wanted)
    )
    anew = known_at is not None or len(entities) > 1
    found: list[Proposition] = []
    if wanted is None or either or not turned:
        found = _facts_of(entities, wanted, registry, reader, space)
    if wanted is None or either or turned:
        told = _told_of(entities, reader, space)
        if wanted is not None:
            names = {name for form in turned for name in registry.family_of(form)} | either
            told = [fact for fact in told if fact.predicate in names]
        found += told
        if anew:
            # What a timeline says of a fact is known from all that is on it.
            holders, names = {fact.subject for fact in told}, {fact.predicate for fact in told}
            found += _facts_of(sorted(holders), sorted(names), registry, reader, space)
    asked = {fact.predicate for fact in found}
    if anew and (enders := registry.together(asked)):
        subjects = dict.fromkeys((*entities, *(fact.subject for fact in found)))
        found += _facts_of(list(subjects), enders, registry, reader, space)
    facts = list({fact.uid: fact for fact in found}.values())
    if anew:
        facts = _laid_out(facts, entities, registry, reader, space, known_at)
        facts = [fact for fact in facts if fact.predicate in asked]
    both = {fact.predicate for fact in facts} if wanted is None else either
    facts = [fact for fact in facts if _is_about(fact, entities, both, bool(turned))]
    return sorted(facts, key=lambda fact: fact.uid)


def _told_of(entities: Sequence[str], reader: GraphReader, space: str) -> list[Proposition]:
    """Return the facts whose object an entity is."""
    edges = reader.neighbours(space, list(entities), ["OBJECT"])
    uids = sorted({edge.start for edge in edges if edge.end in entities})
    found = reader.get(space, uids) if uids else []
    return [node for node in found if isinstance(node, Proposition)]


def _is_about(
    fact: Proposition, entities: Sequence[str], both: Collection[str], turned: bool
) -> bool:
    """Whether a fact is about an entity from the end that it is asked from, or from both."""
    if fact.predicate in both:
        return fact.subject in entities or fact.object in entities
    return (fact.object if turned else fact.subject) in entities


def _facts_of(
    subjects: Sequence[str],
    wanted: Sequence[str] | None,
    registry: Registry,
    reader: GraphReader,
    space: str,
) -> list[Proposition]:
    if wanted is None:
        edges = reader.neighbours(space, list(subjects), ["SUBJECT"])
        uids = {edge.start for edge in edges if edge.end in subjects}
    else:
        names = dict.fromkeys(name for form in wanted for name in registry.family_of(form))
        keys = [f"{subject} {name}" for subject in subjects for name in names]
        found = reader.find(space, "Proposition", keys) if keys else {}
        uids = {uid for group in found.values() for uid in group}
    nodes = reader.get(space, sorted(uids)) if uids else []
    return [node for node in nodes if isinstance(node, Proposition)]


def _laid_out(
    facts: Sequence[Proposition],
    entities: Sequence[str],
    registry: Registry,
    reader: GraphReader,
    space: str,
    known_at: datetime | None,
) -> list[Proposition]:
    """Return the facts as timelines have them of who is one, and of what was known then."""
    scope = Scope(registry)
    scope.facts = {fact.uid: fact for fact in facts}
    contents = {
        uid: registry.canonical(_as_one(scope.content_of(fact), entities))
        for uid, fact in scope.facts.items()
    }
    owners: dict[tuple[Content, str], str] = {}
    claims: dict[tuple[str, ...], list[Claim]] = {}
    for claim, uid in _claims(scope, reader, space, known_at):
        told = claim._replace(content=contents[uid])
        owners[told.content, told.passage] = uid
        claims.setdefault(registry.scope_of(told.content), []).append(told)
    released = {contents[uid] for uid, fact in scope.facts.items() if fact.released}
    found: dict[str, Proposition] = {}
    for group in claims.values():
        for spell in lay_out(group, registry, released).spells:
            stored_as = sorted({owners[c.content, c.passage] for c in spell.claims})
            fact = scope.facts[stored_as[0]]
            # What two facts were then can be one today, and what is one then two.
            free = [uid for uid in (spell.uid, *stored_as) if uid in scope.facts.keys() - found]
            uid = free[0] if free else spell.uid
            found[uid] = _as_known(as_laid_out(spell, fact), uid, known_at)
    return list(found.values())


def _as_known(fact: Proposition, uid: str, known_at: datetime | None) -> Proposition:
    later = known_at is not None and fact.retired_at is not None and fact.retired_at > known_at
    return fact.model_copy(update={"uid": uid, "retired_at": None if later else fact.retired_at})


def _as_one(content: Content, entities: Sequence[str]) -> Content:
    """Return a content as said of the first of those who are one."""
    if content.subject in entities:
        content = content._replace(subject=entities[0])
    if content.object in entities:
        content = content._replace(object=entities[0])
    return content


def _claims(
    scope: Scope, reader: GraphReader, space: str, known_at: datetime | None
) -> list[tuple[Claim, str]]:
    """Return what speaks for the facts, each with the uid of its fact; two reads."""
    kinds: tuple[EdgeKind, ...] = ("EVIDENCED_BY", "SUBJECT")
    edges = reader.neighbours(space, sorted(scope.facts), kinds) if scope.facts else []
    told = sorted({edge.end for edge in edges if edge.kind == "EVIDENCED_BY"})
    passages = {node.uid: node for node in reader.get(space, told) if isinstance(node, Passage)}
    by_fact: dict[str, Scope] = {}
    recorded = scope.first_recorded()
    for edge in edges:
        one = by_fact.get(edge.start)
        if one is None:
            one = by_fact[edge.start] = Scope(
                scope.registry, {edge.start: scope.facts[edge.start]}
            )
        one.edges.append(edge)
    return [
        (evidence.claim, uid)
        for uid, one in sorted(by_fact.items())
        for evidence in evidence_of(one, passages, recorded=recorded, known_at=known_at)
    ]
