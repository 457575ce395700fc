"""A walk over tasks and insights: what runs near a task speak for, less what against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem_schemas import Edge

__all__ = ["spoken_for"]

_DAMPING = 0.5
_N_ROUNDS = 4


def spoken_for(seeds: Mapping[str, float], edges: Sequence[Edge]) -> dict[str, float]:
    """Return for each insight how much the runs near a task speak for it, from -1 to 1.

    Mass starts at the runs, and half of what stands on a run goes on: to runs that are alike by
    likeness, and to insights by weight, which keep it. What comes over CONTRADICTED_BY counts
    against. Personalized PageRank in four rounds, on the few edges at hand. O(rounds · edges).

    Args:
        seeds: how much each run is like the task, above 0, by uid.
        edges: SIMILAR, SUPPORTED_BY and CONTRADICTED_BY edges at these runs.
    """
    links: dict[str, list[tuple[str, float, int]]] = {}
    for edge in edges:
        if edge.kind == "SIMILAR":
            links.setdefault(edge.start, []).append((edge.end, edge.weight, 0))
            links.setdefault(edge.end, []).append((edge.start, edge.weight, 0))
        else:
            sign = 1 if edge.kind == "SUPPORTED_BY" else -1
            links.setdefault(edge.end, []).append((edge.start, edge.weight, sign))
    total = sum(seeds.values())
    mass = {uid: share / total for uid, share in sorted(seeds.items())} if total else {}
    found: dict[str, float] = {}
    for _ in range(_N_ROUNDS):
        following: dict[str, float] = {}
        for uid, amount in mass.items():
            out = links.get(uid, [])
            whole = sum(weight for _, weight, _ in out)
            for other, weight, sign in out:
                part = amount * weight / whole
                if sign:
                    found[other] = found.get(other, 0.0) + sign * part
                else:
                    following[other] = following.get(other, 0.0) + _DAMPING * part
        mass = following
    return found
