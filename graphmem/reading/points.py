"""From what was found to points of a working memory: facts and events with who takes part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from graphmem.core.names import normalise_name
from graphmem.core.points import MEMBER_LABELS, Member, Point, check_role
from graphmem.core.scopes import holds
from graphmem.core.terms import terms
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader
from graphmem.reading.around import Ground
from graphmem_schemas import Edge, EdgeKind, Entity, Event, Hyperedge, Node, Proposition

__all__ = ["Draft", "MemberSpec", "drafts_from", "find_members", "listed", "names_of"]

MemberSpec = str | tuple[str, str]
"""A member's uid or an entity's name, alone or with its role."""

_Stated = Event | Proposition | Hyperedge
_PARTS: tuple[EdgeKind, ...] = ("SUBJECT", "OBJECT", "ARGUMENT", "MEMBER")
_ROLE_OF = {"SUBJECT": "topic", "OBJECT": "other"}
# A statement counts by the words it shares with the question, by who is in it that the points
# know, and a little by how well its passage was found.
_BY_MEMBERS, _BY_PASSAGE = 0.3, 0.3
_MIN_MEMBERS = 2
_MAX_MEMBERS = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """What a stored node says, as a point would.

    Attributes:
        node: uid of the fact, event or hyperedge.
        kept: whether it is a hyperedge, which is what it says wherever it comes from.
    """

    node: str
    kind: str
    text: str
    members: tuple[Member, ...]
    evidence: tuple[str, ...]
    ordered: bool = False
    kept: bool = False

    def point(self, point_id: str) -> Point:
        """Return it under a name."""
        return Point(
            point_id, self.kind, self.text, self.members, self.ordered, self.evidence,
            states=None if self.kept else self.node,
        )  # fmt: skip


def drafts_from(
    question: str,
    passages: Sequence[str],
    members: frozenset[str],
    ground: Ground,
) -> list[Draft]:
    """Return what the passages state as far as it bears on the question, best first.

    Facts that hold, events and kept hyperedges; each with two members or more. Three reads of
    the store. Ties are ordered by uid.

    Args:
        question: in plain words.
        passages: uids, best first.
        members: uids that the points have already: what is about them counts more.
        ground: the space.
    """
    reader, space = ground.reader, ground.space
    rank = {uid: at for at, uid in enumerate(passages)}
    edges = reader.neighbours(space, list(rank), ["EVIDENCED_BY"]) if rank else []
    evidence: dict[str, list[Edge]] = {}
    for edge in edges:
        if edge.end in rank:
            evidence.setdefault(edge.start, []).append(edge)
    nodes = _counting(reader.get(space, sorted(evidence)), evidence, ground.clock())
    parts = _participants([node.uid for node in nodes], reader, space)
    wanted = frozenset(terms(question))
    scored: list[tuple[float, Draft]] = []
    for node in nodes:
        rests = sorted((edge.end for edge in evidence[node.uid]), key=lambda uid: rank[uid])
        draft = _draft(node, parts.get(node.uid, ()), rests)
        if draft is None:
            continue
        shared = len(wanted & frozenset(terms(draft.text))) / max(len(wanted), 1)
        known = any(member.uid in members for member in draft.members)
        if shared or known:
            found = 1.0 / (1 + rank[draft.evidence[0]])
            scored.append((shared + _BY_MEMBERS * known + _BY_PASSAGE * found, draft))
    scored.sort(key=lambda pair: (-pair[0], pair[1].node))
    return [draft for _, draft in scored]


def find_members(
    specs: Sequence[MemberSpec], reader: GraphReader, space: str
) -> tuple[Member, ...]:
    """Return the members that are meant: by uid, or entities by name.

    Raises:
        InvalidInput: There are none or more than 500, or one is not in the space, is no entity,
            event or proposition, has a name that several entities have, or a role that there is
            not.
    """
    given = listed(specs, "members", _MAX_MEMBERS)
    if not given:
        raise InvalidInput("a point needs members: two or more, to be kept")
    named = [(spec, "member") if isinstance(spec, str) else spec for spec in given]
    for one in named:
        if not (isinstance(one, tuple) and len(one) == 2 and isinstance(one[0], str)):
            raise InvalidInput(f"a member is a uid, a name or (either, role), not {str(one)[:80]}")
    uids = list(dict.fromkeys(who for who, _ in named))
    by_uid = dict(zip(uids, reader.get(space, uids), strict=True)) if uids else {}
    keys = {who: normalise_name(who) for who, node in by_uid.items() if node is None}
    asked = [f"={key}" for key in dict.fromkeys(keys.values()) if key]
    by_name = reader.find(space, Entity.label, asked) if asked else {}
    return tuple(
        Member(
            _meant(who, by_uid[who], by_name.get(f"={keys.get(who)}", ()), space), check_role(r)
        )
        for who, r in named
    )


def listed(given: object, what: str, most: int) -> list[Any]:
    """Return what a caller gave as a list.

    Raises:
        InvalidInput: It is no list, or too long.
    """
    if isinstance(given, str | bytes | Mapping) or not isinstance(given, Iterable):
        raise InvalidInput(f"{what} are a list or a tuple, not {str(given)[:80]!r}")
    found = list(islice(given, most + 1))
    if len(found) > most:
        raise InvalidInput(f"there are more than {most:,} {what}: give fewer")
    return found


def names_of(uids: Sequence[str], reader: GraphReader, space: str) -> dict[str, str]:
    """Return how each node reads: an entity's name, the text of anything else."""
    nodes = reader.get(space, list(dict.fromkeys(uids))) if uids else []
    return {node.uid: _said(node) for node in nodes if node is not None}


def _said(node: Node) -> str:
    return node.name if isinstance(node, Entity) else str(getattr(node, "text", node.uid))


def _meant(who: str, node: Node | None, found: tuple[str, ...], space: str) -> str:
    if node is not None:
        if node.label not in MEMBER_LABELS:
            raise InvalidInput(
                f"{who[:80]!r} is a {node.label} and cannot be a member: members are entities, "
                "events or facts"
            )
        return node.uid
    if not found:
        raise InvalidInput(
            f"there is no node and no entity {who[:80]!r} in space {space!r}: members are "
            "entities, events or facts of this space"
        )
    if len(found) > 1:
        raise InvalidInput(
            f"{len(found)} entities are called {who[:80]!r}: name one by its uid, of "
            f"{', '.join(found[:5])}"
        )
    return next(iter(found))


def _counting(
    nodes: Sequence[Node | None], evidence: Mapping[str, Sequence[Edge]], now: datetime
) -> list[_Stated]:
    """Return what one may reason from: it tells something, holds, and is not doubted.

    An event in the very words of a fact that does not hold says the same, and so does a
    hyperedge of which such a fact is a member.
    """
    said, over = dict[str, list[tuple[int, int]]](), dict[str, list[tuple[int, int]]]()
    gone: set[str] = set()
    for node in nodes:
        if isinstance(node, Proposition):
            doubted = node.doubtful or not holds(node, now, now)
            gone.update([node.uid] if doubted else [])
            for edge in evidence[node.uid]:
                if edge.span:
                    (over if doubted else said).setdefault(edge.end, []).append(edge.span)
    kept: list[_Stated] = []
    for node in nodes:
        if isinstance(node, Event):
            refuted = _touches(node, over) and not _touches(node, said)
            counts = not refuted and not node.text.endswith("?")
        else:
            counts = gone.isdisjoint(_parts_of(node))
        if counts and isinstance(node, _Stated):
            kept.append(node)
    return kept


def _touches(event: Event, spans: Mapping[str, Sequence[tuple[int, int]]]) -> bool:
    return any(a < event.end and event.start < b for a, b in spans.get(event.passage, ()))


def _parts_of(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Hyperedge):
        return node.members
    return (node.uid,) if node else ()


def _participants(
    uids: Sequence[str], reader: GraphReader, space: str
) -> Mapping[str, list[Edge]]:
    wanted, parts = set(uids), dict[str, list[Edge]]()
    for edge in reader.neighbours(space, list(uids), _PARTS) if uids else ():
        if edge.start in wanted:
            parts.setdefault(edge.start, []).append(edge)
    return parts


def _draft(node: _Stated, edges: Sequence[Edge], evidence: Sequence[str]) -> Draft | None:
    """Return a node as a point; a fact with a value and an event of one take part themselves."""
    members = [Member(edge.end, _role(edge)) for edge in edges]
    if isinstance(node, Hyperedge):
        return _kept(node, members, evidence)
    kind = "fact" if isinstance(node, Proposition) else "event"
    members.sort(key=lambda member: (member.role != "topic", member.uid))
    if members and len({member.uid for member in members}) < _MIN_MEMBERS:
        members.append(Member(node.uid))
    if len(members) < _MIN_MEMBERS:
        return None
    return Draft(node.uid, kind, node.text, tuple(members), tuple(evidence))


def _kept(node: Hyperedge, members: Sequence[Member], evidence: Sequence[str]) -> Draft | None:
    roles = {member.uid: iter((member.role, "member")) for member in members}
    named = tuple(Member(uid, next(roles[uid], "member")) for uid in node.members if uid in roles)
    if len(roles) < _MIN_MEMBERS:
        return None
    return Draft(node.uid, node.kind, node.text, named, tuple(evidence), node.ordered, True)


def _role(edge: Edge) -> str:
    if edge.kind in _ROLE_OF:
        return _ROLE_OF[edge.kind]
    role = (edge.role or "member").split()[0]
    try:
        return check_role(role)
    except InvalidInput:
        return "other"
