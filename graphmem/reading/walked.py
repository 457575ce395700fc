"""What a walk from the things that a question names comes to: facts, events, hyperedges, topics.

The ranking where no passage can be ranked: in a graph without text. After HippoRAG (Gutiérrez et
al., NeurIPS 2024), which seeds Personalized PageRank with the entities of the question.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

from graphmem.core.walk import Link, Walk
from graphmem.ports import GraphReader, WalkGraph
from graphmem.reading.facts import LABELS, text_of
from graphmem_schemas import Hit, HitKind, Node, PathStep

__all__ = ["Visits", "visit", "visited"]

# A walk that is as likely to end as to go on keeps near to what was named; HippoRAG's, too.
_DAMPING, _EPSILON = 0.5, 1e-5
_N_READ = 400
# Mass relative to the most visited that counts as none: visits are linear in its logarithm.
_FLOOR = 1e-4
_MAX_STEPS = 4
# Of somebody with more links no one says why he is on a path.
_MAX_DEGREE = 2_000
_SHOWN = 80


@dataclass(frozen=True, slots=True, eq=False)
class Visits:
    """Where a walk went.

    Attributes:
        seeds: name and share of the walk of what the question names, by uid.
        walk: its end; None where nothing was named.
    """

    seeds: Mapping[str, tuple[str, float]]
    walk: Walk | None = None

    @property
    def n_pushed(self) -> int:
        """How many nodes handed mass on."""
        return self.walk.n_pushed if self.walk else 0


def visit(graph: WalkGraph, named: Mapping[str, str], nearest: Mapping[str, float]) -> Visits:
    """Walk from what is named and from what is near in meaning.

    What has many links is named in many questions, so its share is the smaller: 1 / ln(2 + links).

    Args:
        graph: links of facts, events, hyperedges, entities and concepts.
        named: names by uid.
        nearest: shares above 0 by uid, of what is near in meaning.
    """
    uids = list(named)
    degrees = zip(uids, graph.degrees(uids), strict=True)
    mass = {uid: 1.0 / log(2.0 + max(degree, 1)) for uid, degree in degrees}
    for uid, share in nearest.items():
        mass[uid] = mass.get(uid, 0.0) + share
    if not mass:
        return Visits({})
    whole = sum(mass.values())
    seeds = {uid: (named.get(uid, ""), share / whole) for uid, share in mass.items()}
    return Visits(seeds, graph.push(mass, damping=_DAMPING, epsilon=_EPSILON))


def visited(
    visits: Visits,
    kinds: Collection[HitKind],
    graph: WalkGraph,
    reader: GraphReader,
    space: str,
) -> list[tuple[Node, Hit]]:
    """Return the most visited nodes of the kinds, each with a hit that says how much and why.

    The scores of these hits go from 1, the most visited, to 0.

    Args:
        visits: from `visit`.
        kinds: of nodes.
        graph: what was walked.
        reader: the store.
        space: the space.
    """
    if visits.walk is None:
        return []
    mass = dict(visits.walk.top(_N_READ))
    nodes = [
        node
        for node in reader.get(space, list(mass))
        if node is not None and LABELS.get(node.label) in kinds
    ]
    if not nodes:
        return []
    top = max(mass[node.uid] for node in nodes)
    paths = _paths([node.uid for node in nodes], visits, graph)
    told = _told(
        {uid for path in paths.values() for link in path for uid in link[:2]}, reader, space
    )
    return [
        (
            node,
            Hit(
                uid=node.uid,
                kind=LABELS[node.label],
                text="",
                score=max(0.0, 1.0 + log(mass[node.uid] / top) / -log(_FLOOR)),
                why=tuple(_step(link, told) for link in paths[node.uid]),
            ),
        )
        for node in nodes
    ]


def _paths(uids: Sequence[str], visits: Visits, graph: WalkGraph) -> dict[str, list[Link]]:
    """Return for each node the links from a seed to it, each towards more mass; none for seeds.

    A level at a time, so that there are `_MAX_STEPS` reads whatever the number of nodes.
    """
    paths: dict[str, list[Link]] = {uid: [] for uid in uids}
    open_ = {uid: uid for uid in uids if uid not in visits.seeds}
    for _ in range(_MAX_STEPS):
        at = sorted(set(open_.values()))
        few = [u for u, n in zip(at, graph.degrees(at), strict=True) if n <= _MAX_DEGREE]
        links: dict[str, list[Link]] = {}
        for link in graph.links(few) if few else ():
            links.setdefault(link.uid, []).append(link)
        assert visits.walk is not None
        ends = sorted({link.neighbour for found in links.values() for link in found})
        mass = dict(zip(ends, visits.walk.of(ends).tolist(), strict=True))
        for uid, end in list(open_.items()):
            known = {uid, *(link.neighbour for link in paths[uid])}
            onward = [link for link in links.get(end, ()) if link.neighbour not in known]
            best = max(onward, key=lambda link: (link.neighbour in visits.seeds,
                       mass[link.neighbour], link.neighbour), default=None)  # fmt: skip
            del open_[uid]
            if best is None:
                continue
            paths[uid].append(best)
            if best.neighbour not in visits.seeds:
                open_[uid] = best.neighbour
        if not open_:
            break
    return {uid: list(reversed(path)) for uid, path in paths.items()}


def _told(uids: Collection[str], reader: GraphReader, space: str) -> dict[str, str]:
    nodes = reader.get(space, sorted(uids)) if uids else []
    return {node.uid: text_of(node)[:_SHOWN] for node in nodes if node is not None}


def _step(link: Link, told: Mapping[str, str]) -> PathStep:
    """Return a link as a step; its text is that of the end from which the walk came."""
    start, end = (link.uid, link.neighbour) if link.outgoing else (link.neighbour, link.uid)
    text = told.get(link.neighbour, link.neighbour)
    return PathStep(start=start, kind=link.kind, end=end, text=text)
