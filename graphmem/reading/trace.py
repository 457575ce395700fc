"""Why a passage is a hit: the parts of its score, and the links that led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.ports import Float32, WalkGraph
from graphmem.reading.ranker import PART_NAMES
from graphmem_schemas import Hit, Passage, PathStep

__all__ = ["Bridge", "bridges", "passage_hit", "path_of", "score_parts"]

# A hit is explained by a name that it shares with one of the first seeds; the first hits are.
_N_SEEDS = 3
_N_HITS = 5

Bridge = tuple[str, str, str]
"""Seed, entity, hit."""


def score_parts(row: Float32) -> list[dict[str, object]]:
    """Name what a score is the sum of, as fields of `ScorePart`; what adds nothing is left out."""
    return [
        {"name": name, "value": round(value, 6)}
        # Without feedback there is no part for it.
        for name, value in zip(PART_NAMES, row.tolist(), strict=False)
        if value
    ]


def bridges(graph: WalkGraph, seeds: Sequence[str], hits: Sequence[str]) -> dict[str, Bridge]:
    """Return for hits the strongest entity that one of the first seeds shares with them.

    An entity is the stronger the more both mention it and the fewer others do.
    """
    first, hits = list(seeds[:_N_SEEDS]), hits[:_N_HITS]
    if not first or not hits:
        return {}
    reach: dict[str, dict[str, float]] = {}
    for link in graph.links([*first, *hits]):
        reach.setdefault(link.uid, {})[link.neighbour] = link.weight
    from_seeds = [(seed, entity) for seed in first for entity in reach.get(seed, {})]
    entities = [entity for _, entity in from_seeds]
    degrees = dict(zip(entities, graph.degrees(entities), strict=True))
    found: dict[str, Bridge] = {}
    for hit in hits:
        ends = reach.get(hit, {})
        shared = [
            (reach[seed][entity] * ends[entity] / (1 + degrees[entity]), seed, entity)
            for seed, entity in from_seeds
            if entity in ends
        ]
        if shared:
            _, seed, entity = max(shared)
            found[hit] = (seed, entity, hit)
    return found


def path_of(bridge: Bridge | None, names: Mapping[str, str]) -> tuple[PathStep, ...]:
    """Return a bridge as two steps, seed to entity and entity to hit."""
    if bridge is None:
        return ()
    seed, entity, hit = bridge
    name = names.get(entity, entity)
    return (
        PathStep(start=seed, kind="MENTIONS", end=entity, text=name),
        PathStep(start=entity, kind="MENTIONS", end=hit, text=name),
    )


def passage_hit(
    node: Passage,
    names: dict[str, str],
    score: float,
    parts: list[dict[str, object]],
    why: tuple[PathStep, ...],
) -> Hit:
    """Return a passage as a hit; `names` are those of sources, by uid."""
    # In one call, since a call a part takes as long as all the rest.
    return Hit.model_validate(
        {
            "uid": node.uid,
            "kind": "passage",
            "text": node.text,
            "score": score,
            "source": names.get(node.source),
            "ref": node.ref,
            "title": node.title,
            "speaker": node.speaker,
            "at": node.at,
            "parts": parts,
            "why": why,
        }
    )
