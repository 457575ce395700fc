"""A stage of `consolidate`: relations of which a subject has one object at a time.

That no two objects were ever seen proves nothing, since most facts are told once. So it takes
many subjects, each of which changed from one object to another and was said to have one of them
more than once, and not a single subject that had two at a moment or went back and forth within
what one source tells. What somebody has defined is left alone. What was learnt is unlearnt where
the facts that are left do not show it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import groupby

from graphmem.core.changes import Changes
from graphmem.core.contents import Claim, Content
from graphmem.core.registry import Registry
from graphmem.core.scopes import Scope, evidence_of
from graphmem.core.support import LIFTED
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.define import lay_out_anew, undefine
from graphmem.writing.scopes import read_registry
from graphmem.writing.site import Site, parts
from graphmem_schemas import Passage, Predicate, Proposition

__all__ = ["holds_one_at_a_time", "learn_relations"]

MIN_SUBJECTS = 20

_Facts = dict[str, dict[str, list[str]]]


def learn_relations(site: Site) -> None:
    """Learn from the facts of relations that have new ones, and unlearn what they do not show.

    One pass over the facts of the space where there are new ones, or something was learnt and
    something deleted since; the evidence is read only of relations with enough subjects that have
    two facts or more.
    """
    new, lost = set[str](), False
    for batch in site.store.changes(site.space, site.since, labels=(Proposition.label,)):
        new |= {node.predicate for node in batch.nodes if isinstance(node, Proposition)}
        lost |= bool(batch.removed_nodes)
    registry = read_registry(site.store, site.space)
    known = _known(site.store, site.space)
    defined = {way for node in known for way in node.lookup_keys}
    asked = {p for p in new if not registry.is_functional(p)} - defined - {LIFTED}
    learnt = {node.key: node.uid for node in known if node.learnt}
    doubted = {key for key in learnt if lost or key in new}
    # Who was stopped has learnt something and not laid all facts out by it.
    begun = learnt.keys() & _new_keys(site)
    if not asked | begun | doubted:
        return
    facts = _by_subject(asked | begun | doubted, site)
    for predicate in sorted(facts.keys() | doubted):
        subjects = facts.get(predicate, {})
        changed = {who: uids for who, uids in subjects.items() if len(uids) > 1}
        shown = len(changed) >= MIN_SUBJECTS and _is_functional(changed, registry, site)
        if not shown and predicate in learnt:
            _unlearn(predicate, learnt[predicate], site)
        elif shown and (predicate in begun or predicate not in learnt):
            _learn(predicate, [uid for uids in subjects.values() for uid in uids], site)


def holds_one_at_a_time(claims: Mapping[str, Sequence[Claim]]) -> bool:
    """Whether what is said of many subjects shows that a relation holds one at a time.

    Args:
        claims: of one relation, by subject; denials and undated claims say nothing.
    """
    n_shown = 0
    for told in claims.values():
        dated = sorted(
            (claim for claim in told if claim.at is not None and not claim.content.negated),
            key=lambda claim: (claim.at, claim.source, claim.position, claim.passage),
        )
        if _has_two_at_once(dated) or _goes_back_and_forth(dated):
            return False
        objects = [_object(claim.content) for claim in dated]
        # It changed, and something was said again.
        n_shown += len(set(objects)) > 1 and len(objects) > len(set(objects))
    return n_shown >= MIN_SUBJECTS


def _has_two_at_once(claims: Iterable[Claim]) -> bool:
    return any(
        len({_object(claim.content) for claim in group}) > 1
        for _, group in groupby(claims, key=lambda claim: claim.at)
    )


def _goes_back_and_forth(claims: Sequence[Claim]) -> bool:
    """Whether one source tells of an object again after another one."""
    by_source: dict[str, list[str]] = {}
    for claim in claims:
        told = by_source.setdefault(claim.source, [])
        if not told or told[-1] != _object(claim.content):
            told.append(_object(claim.content))
    return any(len(told) > len(set(told)) for told in by_source.values())


def _object(content: Content) -> str:
    return content.object or f"={content.value}"


def _new_keys(site: Site) -> set[str]:
    nodes = site.store.get(site.space, site.new(Predicate.label))
    return {node.key for node in nodes if isinstance(node, Predicate)}


def _known(reader: GraphReader, space: str) -> list[Predicate]:
    uids = reader.find(space, Predicate.label, ["*"]).get("*", ())
    return [node for node in reader.get(space, uids) if isinstance(node, Predicate)]


def _by_subject(predicates: set[str], site: Site) -> _Facts:
    """Return the uids of the facts of some relations, by relation and subject."""
    found: _Facts = {}
    for batch in site.store.changes(site.space, 0, labels=(Proposition.label,)):
        for node in batch.nodes:
            if isinstance(node, Proposition) and node.predicate in predicates:
                of = found.setdefault(node.predicate, {})
                of.setdefault(node.subject, []).append(node.uid)
    return found


def _is_functional(subjects: Mapping[str, Sequence[str]], registry: Registry, site: Site) -> bool:
    claims: dict[str, list[Claim]] = {}
    for part in parts([uid for uids in subjects.values() for uid in uids]):
        scope = Scope(registry)
        facts = [n for n in site.store.get(site.space, part) if isinstance(n, Proposition)]
        scope.facts = {fact.uid: fact for fact in facts}
        edges = site.store.neighbours(site.space, part, ["EVIDENCED_BY"])
        scope.edges = [edge for edge in edges if edge.start in scope.facts]
        told = sorted({edge.end for edge in scope.edges})
        passages = {n.uid: n for n in site.store.get(site.space, told) if isinstance(n, Passage)}
        for one in evidence_of(scope, passages):
            claims.setdefault(one.claim.content.subject, []).append(one.claim)
    return holds_one_at_a_time(claims)


def _learn(predicate: str, facts: Sequence[str], site: Site) -> None:
    """Put what was learnt, then lay the facts out by it."""
    node = Predicate(
        uid=content_uid("predicate", predicate), recorded_at=site.now, name=predicate,
        key=predicate, functional=True, learnt=True,
    )  # fmt: skip
    if site.apply(partial(_put, node, space=site.space)):
        site.learnt.append(predicate)
    for part in parts(facts):
        site.apply(partial(lay_out_anew, part, space=site.space))


def _put(node: Predicate, reader: GraphReader, space: str) -> Changes:
    (known,) = reader.get(space, [node.uid])
    return Changes() if known is not None else Changes(nodes=(node,))


def _unlearn(predicate: str, uid: str, site: Site) -> None:
    """Lay the facts out as if it had not been learnt, then remove what was learnt."""
    site.seq = max(site.seq, undefine(uid, site.store, site.space))
    if site.apply(lambda _: Changes(remove_nodes=(uid,))):
        site.unlearnt.append(predicate)
