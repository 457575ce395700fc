"""Facts, events and entities as hits: what the best passages state, ranked by them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from graphmem.core.scopes import holds
from graphmem.core.terms import terms
from graphmem.ports import GraphReader
from graphmem.reading.merged_facts import as_merged
from graphmem_schemas import (
    Concept,
    Edge,
    EdgeKind,
    Entity,
    Event,
    Hit,
    HitKind,
    Hyperedge,
    Insight,
    Node,
    PathStep,
    Prescription,
    Proposition,
    ScorePart,
)

__all__ = ["LABELS", "Statement", "facts_of", "holding", "state", "stated_still", "text_of"]

# Of a fact's score, so much comes from its passage alone; the rest needs words of the question.
_FROM_PASSAGE = 0.4
# A fact that no longer holds, where those are wanted too.
_SUPERSEDED = 0.5
# A fact that rests on one source of low trust.
_DOUBTFUL = 0.5
_SHOWN = 80
_HIDDEN = frozenset(("retired", "quarantined"))
LABELS: Mapping[str, HitKind] = {
    "Proposition": "proposition",
    "Event": "event",
    "Entity": "entity",
    "Hyperedge": "hyperedge",
    "Prescription": "prescription",
    "Insight": "insight",
    "Concept": "concept",
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A node that a passage states, and the hit that it makes.

    Attributes:
        node: an entity, or what rests on passages: a fact, an event, a lesson, a hyperedge.
        passage: the best passage that states it, or what a walk says of it.
        score: on the scale of the passages' scores.
        parts: what it is the sum of.
        superseded_by: uid of the newer fact, where this one no longer holds.
    """

    node: Node
    passage: Hit
    score: float
    superseded_by: str | None = None
    parts: tuple[ScorePart, ...] = ()

    def to_hit(self) -> Hit:
        """Return it as a hit that says where it is from."""
        return Hit(
            uid=self.node.uid,
            kind=LABELS[self.node.label],
            text=text_of(self.node),
            score=self.score,
            source=self.passage.source,
            ref=self.passage.ref,
            title=self.passage.title,
            speaker=self.passage.speaker,
            at=self.passage.at,
            parts=self.parts,
            why=(self._evidence(),) if self.passage.kind == "passage" else self.passage.why,
            superseded_by=self.superseded_by,
        )

    def _evidence(self) -> PathStep:
        fact, passage = self.node.uid, self.passage.uid
        text = self.passage.text[:_SHOWN]
        if isinstance(self.node, Entity):
            return PathStep(start=passage, kind="MENTIONS", end=fact, text=text)
        return PathStep(start=fact, kind="EVIDENCED_BY", end=passage, text=text)


def facts_of(
    passages: Sequence[Hit], kinds: Iterable[HitKind], reader: GraphReader, space: str
) -> list[tuple[Node, Hit]]:
    """Return the nodes of the wanted kinds with the best of the passages that state each.

    Facts about entities that were merged are as the timelines of all of them together have them;
    of two that say the same then, one is left.

    Args:
        passages: best first.
        kinds: kinds of hits; passages themselves are not among what is returned.
    """
    wanted = set(kinds)
    edge_kinds: list[EdgeKind] = []
    if wanted - {"passage", "entity", "query", "concept"}:
        edge_kinds.append("EVIDENCED_BY")
    if "entity" in wanted:
        edge_kinds.append("MENTIONS")
    if not passages or not edge_kinds:
        return []
    rank = {hit.uid: at for at, hit in enumerate(passages)}
    best: dict[str, int] = {}
    for edge in reader.neighbours(space, list(rank), edge_kinds):
        stating, passage = _ends(edge)
        if passage in rank:
            best[stating] = min(best.get(stating, len(rank)), rank[passage])
    stored = [n for n in reader.get(space, sorted(best)) if n and LABELS.get(n.label) in wanted]
    first: dict[str, int] = {}
    shown: dict[str, Node] = {}
    for node, as_one in zip(stored, as_merged(stored, reader, space), strict=True):
        shown[as_one.uid] = as_one
        first[as_one.uid] = min(first.get(as_one.uid, len(rank)), best[node.uid])
    return [(shown[uid], passages[first[uid]]) for uid in sorted(shown)]


def holding(
    found: Sequence[tuple[Node, Hit]], at: datetime, now: datetime, since: datetime | None = None
) -> list[tuple[Node, Hit]]:
    """Leave out the facts that do not hold at a moment, or at none of a time.

    Args:
        found: from `facts_of`.
        at: world time: the moment, or the last one.
        now: system time.
        since: the first moment; None is `at`.
    """
    return [
        (node, hit)
        for node, hit in found
        if not isinstance(node, Proposition)
        or holds(node, at, now)
        or (since is not None and _held(node, since, at, now))
    ]


def _held(fact: Proposition, since: datetime, until: datetime, now: datetime) -> bool:
    """Whether a fact held when a time began, or when it did itself in that time."""
    at = max(since, fact.valid_from or since)
    return at <= until and holds(fact, at, now)


def stated_still(found: Sequence[tuple[Node, Hit]]) -> list[tuple[Node, Hit]]:
    """Leave out the facts that were retracted or are quarantined; what is superseded stays."""
    return [
        (node, hit)
        for node, hit in found
        if not isinstance(node, Proposition) or node.status not in _HIDDEN
    ]


def state(
    found: Sequence[tuple[Node, Hit]], weights: Mapping[str, float], newer: Mapping[str, str]
) -> list[Statement]:
    """Score the nodes and put facts that no longer hold below those that do, best first.

    Args:
        found: from `holding` or `stated_still`: each with its passage, or with what a walk says.
        weights: of the question's terms, summing to 1 or 0.
        newer: by uid of a superseded fact: uid of the fact that took its place.
    """
    scores: dict[str, float] = {}
    shares: dict[str, dict[str, float]] = {}
    there = {node.uid for node, _ in found}
    for node, hit in found:
        shared = sum(weights.get(term, 0.0) for term in dict.fromkeys(terms(text_of(node))))
        shares[node.uid] = {
            _found_by(hit): hit.score * _FROM_PASSAGE,
            "words": hit.score * (1.0 - _FROM_PASSAGE) * shared,
        }
        scores[node.uid] = hit.score * (_FROM_PASSAGE + (1.0 - _FROM_PASSAGE) * shared)
        if newer.get(node.uid) in there:
            scores[node.uid] *= _SUPERSEDED
        if isinstance(node, Proposition) and node.doubtful:
            scores[node.uid] *= _DOUBTFUL
    for old in sorted(newer.keys() & scores.keys()):
        if newer[old] in scores:
            scores[old] = min(scores[old], 0.999 * scores[newer[old]])
    made = [
        Statement(node, hit, score, newer.get(node.uid), _parts(node, shares[node.uid], score))
        for node, hit in found
        for score in (scores[node.uid],)
    ]
    return sorted(made, key=lambda one: (-one.score, one.node.uid))


def _parts(node: Node, shares: Mapping[str, float], score: float) -> tuple[ScorePart, ...]:
    """Name what a fact's score is the sum of; what it lost, superseded or doubted, comes last."""
    lost = score - sum(shares.values())
    why = "doubtful" if isinstance(node, Proposition) and node.doubtful else "superseded"
    parts = {**shares, why: lost if abs(lost) > 1e-9 else 0.0}
    return tuple(ScorePart(name=n, value=round(v, 6)) for n, v in parts.items() if v)


def _found_by(hit: Hit) -> str:
    return "passage" if hit.kind == "passage" else "walk"


def _ends(edge: Edge) -> tuple[str, str]:
    """Return the fact's or entity's end and the passage's end."""
    return (edge.end, edge.start) if edge.kind == "MENTIONS" else (edge.start, edge.end)


def text_of(node: Node) -> str:
    """Return how a node reads: what it says, or its name."""
    if isinstance(node, Event | Proposition | Hyperedge | Prescription | Insight):
        return node.text
    return node.name if isinstance(node, Entity | Concept) else node.uid
