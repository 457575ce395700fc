"""Where a working memory looks: around its points, or away from them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from graphmem.core.points import Point
from graphmem.core.token_counts import TokenCounter, estimate_tokens
from graphmem.ports import LLM, Clock, GraphReader
from graphmem_schemas import Entity, Hit, Passage, Recall, Receipt, SearchRequest, Source

__all__ = ["Ground", "as_hits", "look_around", "look_away", "naming"]

# Of how many passages found by the question the order counts.
_N_FOUND = 100
# Cormack, Clarke, Buettcher 2009: reciprocal rank fusion.
_RRF = 60.0
# Of a passage that names nobody but whom the points know, so much is left.
_KNOWN = 0.5
_MIN_NAMED = 2


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """What a working memory stands on.

    Attributes:
        search: answers a question from the whole space.
        near: what a walk from nodes comes to: passages with their share.
        reader: the store.
        space: the space.
        clock: tells which facts hold now.
        keep: makes points hyperedges; all else only reads.
        llm: asked once a round; None for rules alone.
        count_tokens: counts the tokens of what is read out.
    """

    search: Callable[[SearchRequest], Recall]
    near: Callable[[Sequence[str]], Mapping[str, float]]
    reader: GraphReader
    space: str
    clock: Clock
    keep: Callable[[Sequence[Point]], Receipt]
    llm: LLM | None = None
    count_tokens: TokenCounter = estimate_tokens

    def find(self, question: str) -> Recall:
        """Return the passages of the whole space that a question finds."""
        request = SearchRequest(question=question, k=_N_FOUND, kinds=("passage",))
        return self.search(request)


def look_around(ground: Ground, found: Recall, points: Sequence[Point], k: int) -> list[Hit]:
    """Return what a walk from the points' members comes to, in the question's light.

    Ranks of both are fused; what the points rest on already is left out.

    Args:
        ground: the space.
        found: what the question finds by itself.
        points: where the walk begins: at the entities in them, or at what they rest on.
        k: how many hits.
    """
    known = {uid for point in points for uid in point.evidence}
    members = sorted({member.uid for point in points for member in point.members})
    nodes = ground.reader.get(ground.space, members) if members else []
    seeds = [node.uid for node in nodes if isinstance(node, Entity)] or sorted(known)
    mass = ground.near(seeds) if seeds else {}
    walked = sorted(mass, key=lambda uid: (-mass[uid], uid))
    by_walk = {uid: at for at, uid in enumerate(walked, 1)}
    by_question = {hit.uid: at for at, hit in enumerate(found.hits, 1)}
    scores = {
        uid: 1.0 / (_RRF + at) + (1.0 / (_RRF + by_question[uid]) if uid in by_question else 0.0)
        for uid, at in by_walk.items()
        if uid not in known
    }
    return _hits(scores, found, k, ground)


def look_away(ground: Ground, found: Recall, points: Sequence[Point], k: int) -> list[Hit]:
    """Return what the question finds and the points do not touch.

    What they rest on is left out, and what names nobody but whom they know counts half.

    Args:
        ground: the space.
        found: what the question finds by itself.
        points: from which to look away.
        k: how many hits.
    """
    known = {uid for point in points for uid in point.evidence}
    members = {member.uid for point in points for member in point.members}
    ranks = {hit.uid: at for at, hit in enumerate(found.hits, 1) if hit.uid not in known}
    share = _known_shares(list(ranks), members, ground) if members else {}
    scores = {
        uid: (1.0 - (1.0 - _KNOWN) * share.get(uid, 0.0)) / (_RRF + at)
        for uid, at in ranks.items()
    }
    return _hits(scores, found, k, ground)


def _known_shares(
    passages: Sequence[str], members: Collection[str], ground: Ground
) -> dict[str, float]:
    """Return which share of the entities that each passage names the points know."""
    named: dict[str, list[str]] = {}
    asked = set(passages)
    for edge in ground.reader.neighbours(ground.space, passages, ["MENTIONS"]) if passages else ():
        if edge.start in asked:
            named.setdefault(edge.start, []).append(edge.end)
    return {
        passage: sum(uid in members for uid in entities) / len(entities)
        for passage, entities in named.items()
    }


def naming(members: Collection[str], passages: Sequence[str], ground: Ground) -> tuple[str, ...]:
    """Return those of the passages that name or state the most of the members, two at least.

    In their order. Members are entities, or facts and events that rest on a passage.
    """
    asked, told = set(passages), dict.fromkeys(passages, 0)
    edges = ground.reader.neighbours(ground.space, passages, ["MENTIONS", "EVIDENCED_BY"])
    for edge in edges if passages else ():
        passage, node = (edge.start, edge.end) if edge.start in asked else (edge.end, edge.start)
        told[passage] += node in members
    most = max(told.values(), default=0)
    return tuple(uid for uid in passages if told[uid] == most) if most >= _MIN_NAMED else ()


def as_hits(uids: Sequence[str], ground: Ground) -> list[Hit]:
    """Return passages as hits without a score, those that are there. Two reads."""
    nodes = ground.reader.get(ground.space, uids) if uids else []
    passages = [node for node in nodes if isinstance(node, Passage)]
    owners = sorted({passage.source for passage in passages})
    sources = ground.reader.get(ground.space, owners) if owners else []
    names = {node.uid: node.name for node in sources if isinstance(node, Source)}
    return [
        Hit(
            uid=one.uid, kind="passage", text=one.text, score=0.0, source=names.get(one.source),
            ref=one.ref, title=one.title, speaker=one.speaker, at=one.at,
        )
        for one in passages
    ]  # fmt: skip


def _hits(scores: Mapping[str, float], found: Recall, k: int, ground: Ground) -> list[Hit]:
    """Return the k best as hits; ties by uid."""
    # A walk may keep some of nodes that are no passages.
    ranked = sorted(scores, key=lambda uid: (-scores[uid], uid))[: 2 * k]
    by_uid = {hit.uid: hit for hit in found.hits}
    by_uid |= {hit.uid: hit for hit in as_hits([u for u in ranked if u not in by_uid], ground)}
    there = [uid for uid in ranked if uid in by_uid][:k]
    return [by_uid[uid].model_copy(update={"score": scores[uid]}) for uid in there]
