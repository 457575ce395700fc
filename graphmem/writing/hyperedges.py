"""Points of a working memory become hyperedges of the graph: members, evidence, lineage.

A hyperedge is what it says, so two over the same members coexist and the same one again changes
nothing. It rests on passages, and lives as long as one of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.changes import Changes
from graphmem.core.points import MEMBER_LABELS, Point, check_role, lineage
from graphmem.errors import InvalidInput
from graphmem.ports import Clock, GraphReader, GraphStore
from graphmem.writing.drafting import Draft
from graphmem_schemas import Edge, Hyperedge, Node, Passage, Receipt, RejectedRow

__all__ = ["Kept", "check_points", "keep", "keep_points"]

MIN_MEMBERS = 2


@dataclass(slots=True)
class Kept:
    """The changes, and what they mean to the caller.

    Attributes:
        rejected: points that were left out, by their place, and why.
    """

    changes: Changes = field(default_factory=Changes)
    added: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    rejected: list[tuple[int, str]] = field(default_factory=list)


def keep(points: Sequence[Point], store: GraphStore, space: str, clock: Clock) -> Receipt:
    """Keep points as hyperedges, in one commit.

    Raises:
        InvalidInput: A member is not there or is of another space, or a role is unknown;
            nothing has changed.
        StoreError: It could not be stored; nothing has changed.
    """
    check_points(points)
    now = clock()
    last: list[Kept] = []

    def plan(reader: GraphReader) -> Changes:
        last[:] = [keep_points(points, reader, space, now)]
        return last[0].changes

    commit = store.apply(space, plan)
    kept = last[0]
    return Receipt(
        seq=commit.seq,
        sources=tuple(kept.sources),
        added={Hyperedge.label: tuple(kept.added)} if kept.added else {},
        confirmed={Hyperedge.label: tuple(kept.confirmed)} if kept.confirmed else {},
        rejected=tuple(RejectedRow(index=at, reason=why) for at, why in kept.rejected),
    )


def check_points(points: Sequence[Point]) -> None:
    """Check what can be checked without the graph.

    Raises:
        InvalidInput: A point has no text or no kind, or a role is unknown.
    """
    for point in lineage(points):
        if not point.text.strip() or not point.kind.strip():
            raise InvalidInput(f"point {point.id!r} has no text or no kind: give it both")
        for member in point.members:
            check_role(member.role)


def keep_points(points: Sequence[Point], reader: GraphReader, space: str, now: datetime) -> Kept:
    """Turn points and what they were merged from into hyperedges. A plan: it may run again.

    Raises:
        InvalidInput: A member is no entity, event or proposition of the space.
    """
    every = lineage(points)
    known = _read(every, reader, space)
    for point in every:
        for member in point.members:
            _check_member(known.get(member.uid), member.uid, space)
    kept, draft = Kept(), Draft(space, now)
    why = {point.hyperedge: _reason_against(point, known) for point in every}
    for at, point in enumerate(points):
        reason = why[point.hyperedge]
        if reason:
            kept.rejected.append((at, reason))
    for point in every:
        if why[point.hyperedge]:
            continue
        stored = known.get(point.hyperedge)
        _put(point, stored, known, draft)
        (kept.confirmed if stored else kept.added).append(point.hyperedge)
        for parent in point.parents:
            end = parent.hyperedge
            if parent.states is None and end != point.hyperedge and not why[end]:
                for source in _sources(point, known):
                    draft.join("MERGED_FROM", point.hyperedge, end, source)
        kept.sources += [s for s in _sources(point, known) if s not in kept.sources]
    kept.changes = Changes(nodes=tuple(draft.nodes.values()), edges=tuple(draft.edges.values()))
    return kept


def _read(points: Sequence[Point], reader: GraphReader, space: str) -> dict[str, Node]:
    """Read members, evidence and what is kept already, at once."""
    uids = dict.fromkeys(
        uid
        for point in points
        for uid in (
            point.hyperedge,
            *(member.uid for member in point.members),
            *point.evidence,
        )
    )
    return {node.uid: node for node in reader.get(space, list(uids)) if node is not None}


def _check_member(node: Node | None, uid: str, space: str) -> None:
    if node is None:
        raise InvalidInput(
            f"there is no node {uid[:80]!r} in space {space!r}: members are entities, events or "
            "facts of this space"
        )
    if node.label not in MEMBER_LABELS:
        raise InvalidInput(
            f"{uid[:80]!r} is a {node.label} and cannot be a member: members are entities, events "
            "or facts"
        )


def _reason_against(point: Point, known: Mapping[str, Node]) -> str:
    if len(point.uids) < MIN_MEMBERS:
        return f"point {point.id} has {len(point.uids)} members: a relation has two or more"
    if not _sources(point, known):
        return f"point {point.id} rests on no passage that is stored: name its evidence"
    return ""


def _sources(point: Point, known: Mapping[str, Node]) -> list[str]:
    """Return the sources of the passages that a point rests on, each once."""
    passages = [known.get(uid) for uid in point.evidence]
    return list(dict.fromkeys(p.source for p in passages if isinstance(p, Passage)))


def _put(point: Point, stored: Node | None, known: Mapping[str, Node], draft: Draft) -> None:
    uid, sources = point.hyperedge, _sources(point, known)
    if stored is None:
        members = tuple(member.uid for member in point.members)
        draft.add_nodes(
            [Hyperedge(uid=uid, recorded_at=draft.now, kind=point.kind, text=point.text,
                       ordered=point.ordered, members=members)]
        )  # fmt: skip
    for passage in point.evidence:
        node = known.get(passage)
        if isinstance(node, Passage):
            draft.join("EVIDENCED_BY", uid, passage, node.source)
    for member, role in _roles(point).items():
        # By source, as the evidence: what one of several sources gave can be taken back.
        shares = dict.fromkeys(sources, 1.0)
        draft.add_edge(Edge(kind="MEMBER", start=uid, end=member, sources=shares, role=role))


def _roles(point: Point) -> dict[str, str]:
    """Return the roles of each member, of which one edge has room for all: "agent place"."""
    roles: dict[str, dict[str, None]] = {}
    for member in point.members:
        roles.setdefault(member.uid, {})[member.role] = None
    return {uid: " ".join(said) for uid, said in roles.items()}
