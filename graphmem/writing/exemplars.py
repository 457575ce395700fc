"""Which passages show the steps of a lesson, in runs that are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from graphmem.core.steps import pattern_of
from graphmem.ports import GraphReader
from graphmem_schemas import Interaction, Query

__all__ = ["passages_of_steps"]

Shown = tuple[str, tuple[str, ...]]


def passages_of_steps(
    wanted: Iterable[Shown], reader: GraphReader, space: str
) -> dict[Shown, list[str]]:
    """Return, for each run and steps in it, the passages of the steps, in order.

    Three reads, whatever the number of runs.

    Args:
        wanted: uid of a run and patterns that it contains in this order.
        reader: the store.
        space: the space.
    """
    pairs = list(dict.fromkeys(wanted))
    runs = sorted({run for run, _ in pairs})
    if not runs:
        return {}
    parts = reader.neighbours(space, runs, ["PART_OF"])
    queries = {q.uid: q for q in reader.get(space, runs) if isinstance(q, Query)}
    steps = _steps([edge.start for edge in parts if edge.end in queries], reader, space)
    matched = {
        (run, patterns): _matched(steps.get(run, []), patterns, queries, run)
        for run, patterns in pairs
    }
    uids = sorted({step.uid for found in matched.values() for step in found})
    told: dict[str, list[str]] = {}
    for edge in reader.neighbours(space, uids, ["EVIDENCED_BY"]) if uids else []:
        told.setdefault(edge.start, []).append(edge.end)
    return {
        pair: [passage for step in found for passage in told.get(step.uid, ())]
        for pair, found in matched.items()
    }


def _steps(uids: Sequence[str], reader: GraphReader, space: str) -> dict[str, list[Interaction]]:
    found: dict[str, list[Interaction]] = {}
    for node in reader.get(space, uids):
        if isinstance(node, Interaction) and not node.noop:
            found.setdefault(node.query, []).append(node)
    for steps in found.values():
        steps.sort(key=lambda step: step.position)
    return found


def _matched(
    steps: Sequence[Interaction],
    patterns: Sequence[str],
    queries: Mapping[str, Query],
    run: str,
) -> list[Interaction]:
    """Return the first steps that have the patterns in this order."""
    slots = frozenset(queries[run].slots) if run in queries else frozenset[str]()
    found: list[Interaction] = []
    left = iter(patterns)
    pattern = next(left, None)
    for step in steps:
        if pattern is None:
            break
        if pattern_of(step.action, slots) == pattern:
            found.append(step)
            pattern = next(left, None)
    return found
