"""Insights and prescriptions of runs: for each sort of task, what its runs teach as they are now.

A function of the runs that are stored: adding a run, taking one back and consolidating all call
it for the sorts of task that they touch, and it changes what differs. What it says about runs is
its own to change; what feedback says stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from graphmem.core.changes import Changes
from graphmem.core.contrast import Drawn, RunOutline, draw
from graphmem.core.support import recounted
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.exemplars import passages_of_steps
from graphmem_schemas import Edge, EdgeKind, Insight, Node, Outcome, Prescription, Query

__all__ = ["drawn_from_runs", "drawn_only", "insight_uid", "redraw"]

# Runs of one sort that are looked at: the same ones whatever the order, by uid.
_MAX_RUNS = 500
_N_EXEMPLARS = 3
_COUNTED: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "FROM", "USED")
_DRAWN: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "FROM", "EVIDENCED_BY")


@dataclass(frozen=True, slots=True)
class _Sort:
    """The runs of a sort of task that are looked at, by uid, and the uids of the others."""

    runs: Mapping[str, Query]
    unseen: frozenset[str]


class _Times(NamedTuple):
    """When the first and the last of the runs that speak of a lesson were recorded."""

    first: datetime
    last: datetime


@dataclass(slots=True)
class _Redrawn:
    """What changes, and of each lesson that stays all edges that it is drawn by."""

    nodes: dict[str, Node] = field(default_factory=dict)
    drawn: dict[str, list[Edge]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    remove_nodes: list[str] = field(default_factory=list)
    remove_keys: list[str] = field(default_factory=list)


def insight_uid(kind: str, skeleton: str, steps: Sequence[str]) -> str:
    """Return the uid of an insight: what it says, not the words or counts that say it."""
    return content_uid("insight", kind, skeleton, *steps)


def drawn_from_runs(nodes: Iterable[Node], reader: GraphReader, space: str) -> list[Node]:
    """Return the lessons among some nodes that stored runs teach; one read where there are any.

    What runs do not teach any more is not among them, nor what somebody gave.
    """
    lessons = {node.uid: node for node in nodes if isinstance(node, Insight | Prescription)}
    edges = reader.neighbours(space, sorted(lessons), _COUNTED) if lessons else []
    taught = {edge.start for edge in edges if _key(edge.start) in edge.sources}
    return [node for uid, node in lessons.items() if uid in taught]


def drawn_only(uids: Sequence[str], reader: GraphReader, space: str) -> list[str]:
    """Return those of some insights that rest on runs alone: nobody said that they were used."""
    edges = reader.neighbours(space, uids, _COUNTED) if uids else []
    mine = [(edge.end if edge.kind == "USED" else edge.start, edge) for edge in edges]
    used = {uid for uid, edge in mine if _key(uid) not in edge.sources}
    return [uid for uid in uids if uid not in used]


def redraw(skeletons: Iterable[str], reader: GraphReader, space: str) -> Changes:
    """Return what changes in the insights and prescriptions of some sorts of task.

    Reads at most 500 runs a sort; one that has more is judged by these, and what was said of the
    others while they were among them stays.

    Args:
        skeletons: of the tasks whose runs have changed.
        reader: the store as it is now, with these runs in it or gone.
        space: the space.
    """
    wanted = sorted({skeleton for skeleton in skeletons if skeleton})
    if not wanted:
        return Changes()
    sorts = _sorts(wanted, reader, space)
    lessons = _lessons(wanted, reader, space)
    out = _Redrawn()
    specs = {skeleton: _drawn(sort.runs.values()) for skeleton, sort in sorts.items()}
    edges = _edges_of(lessons, reader, space)
    evidence = passages_of_steps(_exemplars(specs), reader, space)
    for skeleton, sort in sorts.items():
        kept = set()
        for spec in specs[skeleton]:
            kept |= _put(skeleton, sort, spec, edges, evidence, out)
        _drop(lessons.get(skeleton, {}), kept, edges, out)
    every = (run for sort in sorts.values() for run in sort.runs.values())
    _recount(out, edges, every, reader, space)
    return Changes(
        nodes=tuple(out.nodes.values()),
        edges=tuple(out.edges),
        remove_nodes=tuple(sorted(out.remove_nodes)),
        remove_sources=tuple(sorted(out.remove_keys)),
    )


def _sorts(skeletons: Sequence[str], reader: GraphReader, space: str) -> dict[str, _Sort]:
    found = reader.find(space, Query.label, [f"~{skeleton}" for skeleton in skeletons])
    uids = {skeleton: sorted(found.get(f"~{skeleton}", ())) for skeleton in skeletons}
    looked_at = [uid for sort in uids.values() for uid in sort[:_MAX_RUNS]]
    runs = {n.uid: n for n in reader.get(space, looked_at) if isinstance(n, Query)}
    return {
        skeleton: _Sort(
            {uid: runs[uid] for uid in sort[:_MAX_RUNS] if uid in runs},
            frozenset(sort[_MAX_RUNS:]),
        )
        for skeleton, sort in uids.items()
    }


def _lessons(
    skeletons: Sequence[str], reader: GraphReader, space: str
) -> dict[str, dict[str, Insight | Prescription]]:
    """Return what was drawn before, by sort and uid."""
    uids = [
        uid
        for label in (Insight.label, Prescription.label)
        for found in reader.find(space, label, skeletons).values()
        for uid in found
    ]
    lessons: dict[str, dict[str, Insight | Prescription]] = {}
    for node in reader.get(space, uids):
        if isinstance(node, Insight | Prescription):
            lessons.setdefault(node.skeleton, {})[node.uid] = node
    return lessons


def _edges_of(
    lessons: Mapping[str, Mapping[str, Node]], reader: GraphReader, space: str
) -> dict[str, list[Edge]]:
    """Return the edges of each lesson that it rests on or is counted by."""
    uids = sorted(uid for sort in lessons.values() for uid in sort)
    edges: dict[str, list[Edge]] = {uid: [] for uid in uids}
    kinds: list[EdgeKind] = ["EVIDENCED_BY", *_COUNTED]
    for edge in reader.neighbours(space, uids, kinds) if uids else []:
        edges.get(edge.end if edge.kind == "USED" else edge.start, []).append(edge)
    return edges


def _drawn(runs: Iterable[Query]) -> list[Drawn]:
    known = [run for run in runs if run.outcome != "unknown"]
    return draw([RunOutline(run.uid, run.steps, run.outcome == "success") for run in known])


def _exemplars(specs: Mapping[str, Sequence[Drawn]]) -> dict[tuple[str, tuple[str, ...]], bool]:
    """Return the runs, with the steps to look for in them, that show each lesson."""
    return {
        (uid, spec.steps): True
        for drawn in specs.values()
        for spec in drawn
        for uid in spec.supporting[:_N_EXEMPLARS]
    }


def _put(
    skeleton: str,
    sort: _Sort,
    spec: Drawn,
    known: Mapping[str, list[Edge]],
    evidence: Mapping[tuple[str, tuple[str, ...]], Sequence[str]],
    out: _Redrawn,
) -> set[str]:
    """Put a lesson with its edges; return the uids of its nodes."""
    did = (*spec.supporting, *spec.contradicting)
    recorded = [sort.runs[uid].recorded_at for uid in did]
    times = _Times(min(recorded), max(recorded))
    shown = {p for uid in spec.supporting[:_N_EXEMPLARS] for p in evidence[uid, spec.steps]}
    words = _ends("EVIDENCED_BY", sorted(shown))
    said = _ends("SUPPORTED_BY", spec.supporting)
    said += _ends("CONTRADICTED_BY", spec.contradicting)
    insight = _insight(skeleton, spec, times)
    _join(insight, said, words, known, sort.unseen, out)
    if spec.kind != "do":
        return {insight.uid}
    how = _prescription(skeleton, spec, times)
    _join(how, _ends("FROM", sorted(did)), words, known, sort.unseen, out)
    return {insight.uid, how.uid}


def _ends(kind: EdgeKind, uids: Iterable[str]) -> list[tuple[EdgeKind, str]]:
    return [(kind, uid) for uid in uids]


def _join(
    node: Node,
    said: Sequence[tuple[EdgeKind, str]],
    words: Sequence[tuple[EdgeKind, str]],
    known: Mapping[str, list[Edge]],
    unseen: Collection[str],
    out: _Redrawn,
) -> None:
    """Put a lesson, its edges to runs and those to the words that show it, where they differ."""
    out.nodes[node.uid] = node
    before = known.get(node.uid, ())
    for key, mine in ((_key(node.uid), said), (_shown_key(node.uid), words)):
        own = {(e.kind, e.end): e for e in before if key in e.sources}
        # Of a sort with more runs than are looked at, what was said of the others stays.
        left = [e for (_, end), e in own.items() if mine is said and end in unseen]
        # Making an edge costs more than finding it.
        drawn = left + [
            own.get((kind, end)) or Edge(kind=kind, start=node.uid, end=end, sources={key: 1.0})
            for kind, end in mine
        ]
        kept = {(e.kind, e.end) for e in drawn}
        out.drawn.setdefault(node.uid, []).extend(drawn)
        if own.keys() - kept:
            out.remove_keys.append(key)
            out.edges += drawn
        else:
            out.edges += [e for e in drawn if (e.kind, e.end) not in own]


def _drop(
    lessons: Mapping[str, Node], kept: set[str], known: Mapping[str, list[Edge]], out: _Redrawn
) -> None:
    """Remove what the runs do not teach any more, unless somebody has used it."""
    for uid, node in sorted(lessons.items()):
        if uid in kept:
            continue
        keys = (_key(uid), _shown_key(uid))
        if any(edge.sources.keys().isdisjoint(keys) for edge in known.get(uid, ())):
            out.nodes[uid] = node
            out.remove_keys += keys
        else:
            out.remove_nodes.append(uid)


def _recount(
    out: _Redrawn,
    known: Mapping[str, list[Edge]],
    runs: Iterable[Query],
    reader: GraphReader,
    space: str,
) -> None:
    """Count every lesson by the edges that it has in the end."""
    outcomes: dict[str, Outcome] = {run.uid: run.outcome for run in runs}
    others = {
        uid: [e for e in known.get(uid, ()) if e.kind in _COUNTED and _key(uid) not in e.sources]
        for uid in out.nodes
    }
    users = {e.start if e.kind == "USED" else e.end for es in others.values() for e in es}
    for node in reader.get(space, sorted(users - outcomes.keys())):
        if isinstance(node, Query):
            outcomes[node.uid] = node.outcome
    for uid, node in out.nodes.items():
        out.nodes[uid] = recounted(node, [*out.drawn.get(uid, ()), *others[uid]], outcomes)


def _insight(skeleton: str, spec: Drawn, times: _Times) -> Insight:
    return Insight(
        uid=insight_uid(spec.kind, skeleton, spec.steps), recorded_at=times.first,
        last_at=times.last, text=_words(skeleton, spec), when=skeleton, steps=spec.steps,
        kind=spec.kind, skeleton=skeleton,
    )  # fmt: skip


def _prescription(skeleton: str, spec: Drawn, times: _Times) -> Prescription:
    return Prescription(
        uid=content_uid("prescription of runs", skeleton, *spec.steps),
        recorded_at=times.first, last_at=times.last, text=", then ".join(spec.steps),
        when=skeleton, steps=spec.steps, skeleton=skeleton,
    )  # fmt: skip


def _words(skeleton: str, spec: Drawn) -> str:
    """Say it: "when …, do …, because n of m that did succeeded"."""
    verb, ended = ("avoid", "failed") if spec.kind == "avoid" else ("do", "succeeded")
    n, m = len(spec.supporting), len(spec.supporting) + len(spec.contradicting)
    said = f"when {skeleton}, {verb} {' → '.join(spec.steps)}, because {n} of {m} that did {ended}"
    n_others, n_won = spec.otherwise
    if not n_others or spec.kind == "do":
        return said
    n_same = n_others - n_won if spec.kind == "avoid" else n_won
    return f"{said}, and {n_same} of {n_others} that did not"


def _key(uid: str) -> str:
    """Return what its edges to runs are contributed by, apart from what feedback says."""
    return f"drawn {uid}"


def _shown_key(uid: str) -> str:
    """Return what its edges to words are contributed by, of which there are few."""
    return f"shown {uid}"
