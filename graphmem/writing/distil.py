"""Insights and prescriptions of runs: for each sort of task, what its runs teach as they are now.

A function of the runs that are stored: adding a run, taking one back and consolidating all call
it for the sorts of task that they touch, and it changes what differs. What it says about runs is
its own to change; what feedback says stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.contrast import Drawn, RunOutline, draw
from graphmem.core.support import recounted
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem.writing.exemplars import passages_of_steps
from graphmem_schemas import Edge, EdgeKind, Insight, Node, Outcome, Prescription, Query

__all__ = ["insight_uid", "redraw"]

# Runs of one sort that are counted: the same ones whatever the order, by uid.
_MAX_RUNS = 500
_N_EXEMPLARS = 3
_COUNTED: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "FROM", "USED")
_DRAWN: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "FROM", "EVIDENCED_BY")


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


def redraw(skeletons: Iterable[str], reader: GraphReader, space: str) -> Changes:
    """Return what changes in the insights and prescriptions of some sorts of task.

    Reads at most 500 runs a sort; a sort that has more is judged by these.

    Args:
        skeletons: of the tasks whose runs have changed.
        reader: the store as it is now, with these runs in it or gone.
        space: the space.
    """
    wanted = sorted({skeleton for skeleton in skeletons if skeleton})
    if not wanted:
        return Changes()
    runs = _runs(wanted, reader, space)
    lessons = _lessons(wanted, reader, space)
    out = _Redrawn()
    specs = {skeleton: _drawn(runs.get(skeleton, [])) for skeleton in wanted}
    edges = _edges_of(lessons, reader, space)
    evidence = passages_of_steps(_exemplars(specs), reader, space)
    for skeleton in wanted:
        by_uid = {run.uid: run for run in runs.get(skeleton, [])}
        kept = _put(skeleton, specs[skeleton], by_uid, edges, evidence, out)
        _drop(lessons.get(skeleton, {}), kept, edges, out)
    every = (run for sort in runs.values() for run in sort)
    _recount(out, edges, every, reader, space)
    return Changes(
        nodes=tuple(out.nodes.values()),
        edges=tuple(out.edges),
        remove_nodes=tuple(sorted(out.remove_nodes)),
        remove_sources=tuple(sorted(out.remove_keys)),
    )


def _runs(skeletons: Sequence[str], reader: GraphReader, space: str) -> dict[str, list[Query]]:
    found = reader.find(space, Query.label, [f"~{skeleton}" for skeleton in skeletons])
    uids = [uid for sort in found.values() for uid in sorted(sort)[:_MAX_RUNS]]
    runs: dict[str, list[Query]] = {}
    for node in reader.get(space, uids):
        if isinstance(node, Query):
            runs.setdefault(node.skeleton, []).append(node)
    return runs


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


def _drawn(runs: Sequence[Query]) -> list[Drawn]:
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
    drawn: Sequence[Drawn],
    runs: Mapping[str, Query],
    known: Mapping[str, list[Edge]],
    evidence: Mapping[tuple[str, tuple[str, ...]], Sequence[str]],
    out: _Redrawn,
) -> set[str]:
    """Put each lesson with its edges; return their uids."""
    kept = set()
    for spec in drawn:
        shown = sorted(
            {p for uid in spec.supporting[:_N_EXEMPLARS] for p in evidence[uid, spec.steps]}
        )
        began = min(runs[uid].recorded_at for uid in (*spec.supporting, *spec.contradicting))
        insight = _insight(skeleton, spec, began)
        words = _ends("EVIDENCED_BY", shown)
        said = _ends("SUPPORTED_BY", spec.supporting)
        said += _ends("CONTRADICTED_BY", spec.contradicting)
        _join(insight, said + words, known, out)
        kept.add(insight.uid)
        if spec.kind == "do":
            how = _prescription(skeleton, spec, began)
            did = sorted((*spec.supporting, *spec.contradicting))
            _join(how, _ends("FROM", did) + words, known, out)
            kept.add(how.uid)
    return kept


def _ends(kind: EdgeKind, uids: Iterable[str]) -> list[tuple[EdgeKind, str]]:
    return [(kind, uid) for uid in uids]


def _join(
    node: Node,
    ends: Sequence[tuple[EdgeKind, str]],
    known: Mapping[str, list[Edge]],
    out: _Redrawn,
) -> None:
    key = _key(node.uid)
    before = {(e.kind, e.end): e for e in known.get(node.uid, ()) if key in e.sources}
    # Making an edge costs more than finding it.
    drawn = [
        before.get((kind, end)) or Edge(kind=kind, start=node.uid, end=end, sources={key: 1.0})
        for kind, end in ends
    ]
    out.nodes[node.uid], out.drawn[node.uid] = node, drawn
    if before.keys() - set(ends):
        out.remove_keys.append(key)
        out.edges += drawn
    else:
        out.edges += [e for e in drawn if (e.kind, e.end) not in before]


def _drop(
    lessons: Mapping[str, Node], kept: set[str], known: Mapping[str, list[Edge]], out: _Redrawn
) -> None:
    """Remove what the runs do not teach any more, unless somebody has used it."""
    for uid, node in sorted(lessons.items()):
        if uid in kept:
            continue
        key = _key(uid)
        if any(key not in edge.sources for edge in known.get(uid, ())):
            out.nodes[uid] = node
            out.remove_keys.append(key)
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
        uid: [e for e in known.get(uid, ()) if _key(uid) not in e.sources] for uid in out.nodes
    }
    users = {e.start if e.kind == "USED" else e.end for es in others.values() for e in es}
    for node in reader.get(space, sorted(users - outcomes.keys())):
        if isinstance(node, Query):
            outcomes[node.uid] = node.outcome
    for uid, node in out.nodes.items():
        out.nodes[uid] = recounted(node, [*out.drawn.get(uid, ()), *others[uid]], outcomes)


def _insight(skeleton: str, spec: Drawn, began: datetime) -> Insight:
    return Insight(
        uid=insight_uid(spec.kind, skeleton, spec.steps), recorded_at=began,
        text=_words(skeleton, spec), when=skeleton, steps=spec.steps, kind=spec.kind,
        skeleton=skeleton,
    )  # fmt: skip


def _prescription(skeleton: str, spec: Drawn, began: datetime) -> Prescription:
    return Prescription(
        uid=content_uid("prescription of runs", skeleton, *spec.steps), recorded_at=began,
        text=", then ".join(spec.steps), when=skeleton, steps=spec.steps, skeleton=skeleton,
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
