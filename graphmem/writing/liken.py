"""The same lesson of sorts of task that are alike → one insight above them, with all evidence.

Nothing is lost by it: those that it is derived from stay, and it has the runs for and against
all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from graphmem.core.changes import Changes
from graphmem.core.skeleton import grams, likeness
from graphmem.core.support import recounted
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, EdgeKind, Insight, Node

__all__ = ["JOINED", "liken"]

JOINED = "*"
"""Under this key the insights above others are found; it is no task's skeleton."""

_ALIKE = 0.5
_BELOW: tuple[EdgeKind, ...] = ("SUPPORTED_BY", "CONTRADICTED_BY", "EVIDENCED_BY")


def liken(sorts: Sequence[str], reader: GraphReader, space: str) -> Changes:
    """Return what changes in the insights above others.

    Sorts are alike from one half of their grams on; each joins the first that it is like, by
    name. O(insights) but for comparing those with the same steps.

    Args:
        sorts: skeletons of all runs.
        reader: the store as it is now.
        space: the space.
    """
    keys = [*sorts, JOINED]
    uids = [u for found in reader.find(space, Insight.label, keys).values() for u in found]
    known = [node for node in reader.get(space, uids) if isinstance(node, Insight)]
    groups = _groups(one for one in known if one.skeleton != JOINED)
    below = [one.uid for group in groups for one in group]
    edges = reader.neighbours(space, below, _BELOW) if below else []
    before = {one.uid: one for one in known if one.skeleton == JOINED}
    kinds: list[EdgeKind] = [*_BELOW, "DERIVED_FROM", "USED"]
    said = reader.neighbours(space, sorted(before), kinds) if before else []
    given = _given(said)
    nodes: dict[str, Node] = {}
    made: list[Edge] = []
    for group in groups:
        joined, own = _joined(group, edges, given)
        nodes[joined.uid] = joined
        made += own
    liked = {_insight_of(edge) for edge in given} & before.keys() - nodes.keys()
    # What is not drawn any more, and somebody spoke of, counts by what they said alone.
    nodes |= {uid: recounted(before[uid], given, {}) for uid in sorted(liked)}
    kept = {(edge.kind, edge.start, edge.end) for edge in made}
    drawn = (edge for edge in said if _key(_insight_of(edge)) in edge.sources)
    lost = {_insight_of(e) for e in drawn if (e.kind, e.start, e.end) not in kept}
    return Changes(
        nodes=tuple(nodes.values()),
        edges=tuple(made),
        remove_nodes=tuple(sorted(before.keys() - nodes.keys())),
        remove_sources=tuple(sorted(map(_key, lost))),
    )


def _given(said: Iterable[Edge]) -> list[Edge]:
    """Return what feedback says of insights above others: none of this stage's to change."""
    found: list[Edge] = []
    for edge in said:
        own = _key(_insight_of(edge))
        left = {key: weight for key, weight in edge.sources.items() if key != own}
        if left:
            found.append(edge.model_copy(update={"sources": left}))
    return found


def _groups(insights: Iterable[Insight]) -> list[list[Insight]]:
    """Return the insights that say the same of sorts that are alike, two or more together."""
    by_steps: dict[tuple[str, tuple[str, ...]], list[Insight]] = {}
    for one in sorted(insights, key=lambda one: one.skeleton):
        by_steps.setdefault((one.kind, one.steps), []).append(one)
    groups: list[list[Insight]] = []
    for same in by_steps.values():
        found: list[list[Insight]] = []
        for one in same:
            own = grams(one.skeleton, ())
            home = next(
                (g for g in found if likeness(own, grams(g[0].skeleton, ())) >= _ALIKE), None
            )
            if home is None:
                found.append([one])
            else:
                home.append(one)
        groups += [group for group in found if len(group) > 1]
    return groups


def _joined(
    group: Sequence[Insight], edges: Sequence[Edge], given: Sequence[Edge]
) -> tuple[Node, list[Edge]]:
    """Return the insight above a group, with its edges to what the group rests on."""
    members = {one.uid for one in group}
    first = group[0]
    uid = content_uid("insight", first.kind, *first.steps, *(one.skeleton for one in group))
    key = _key(uid)
    ends: dict[tuple[EdgeKind, str], float] = {("DERIVED_FROM", one.uid): 1.0 for one in group}
    for edge in edges:
        if edge.start in members:
            end = (edge.kind, edge.end)
            ends[end] = max(edge.weight, ends.get(end, 0.0))
    own = [
        Edge(kind=kind, start=uid, end=end, sources={key: weight})
        for (kind, end), weight in ends.items()
    ]
    node = Insight(
        uid=uid, recorded_at=min(one.recorded_at for one in group), text=_words(group),
        when=" / ".join(one.skeleton for one in group), steps=first.steps, kind=first.kind,
        skeleton=JOINED, last_at=max(one.last_at or one.recorded_at for one in group),
    )  # fmt: skip
    return recounted(node, [*own, *(e for e in given if e.start == uid)], {}), own


def _words(group: Sequence[Insight]) -> str:
    """Say it without counts, which change with every run: the node has them."""
    first = group[0]
    verb, ended = ("avoid", "failures") if first.kind == "avoid" else ("do", "successes")
    when, said = " or ".join(one.skeleton for one in group), " → ".join(first.steps)
    return f"when {when}, {verb} {said}, because {ended} of {len(group)} sorts of task show it"


def _insight_of(edge: Edge) -> str:
    return edge.end if edge.kind == "USED" else edge.start


def _key(uid: str) -> str:
    return f"drawn {uid}"
