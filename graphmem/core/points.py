"""Points of a working memory: n-ary relations that may become hyperedges, or may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem_schemas import Role

__all__ = ["MEMBER_LABELS", "ROLES", "Member", "Point", "check_role", "lineage", "merge_points"]

ROLES: tuple[str, ...] = get_args(Role)
MEMBER_LABELS = ("Entity", "Event", "Proposition")


@dataclass(frozen=True, slots=True)
class Member:
    """A node in a relation, and what it is there.

    Attributes:
        uid: of an entity, an event or a proposition.
        role: one of `ROLES`.
    """

    uid: str
    role: str = "member"


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that matters for a question: who and what belongs together, and in what way.

    Attributes:
        id: its name within one working memory; it says nothing outside of it.
        kind: of relation.
        text: the relation in words.
        members: in the order given; a node may come twice, in other roles.
        ordered: whether that order means anything.
        evidence: uids of the passages that it rests on.
        parents: the points that it was merged from.
        states: uid of the fact or event of the memory that says the same already.
    """

    id: str
    kind: str
    text: str
    members: tuple[Member, ...]
    ordered: bool = False
    evidence: tuple[str, ...] = ()
    parents: tuple[Point, ...] = ()
    states: str | None = None

    @property
    def uids(self) -> frozenset[str]:
        """The members, each once."""
        return frozenset(member.uid for member in self.members)

    @property
    def parties(self) -> frozenset[str]:
        """The members without the facts and events that it was merged from."""
        waiting, stated = list(self.parents), set[str]()
        while waiting:
            parent = waiting.pop()
            waiting += parent.parents
            if parent.states:
                stated.add(parent.states)
        return self.uids - stated

    @property
    def hyperedge(self) -> str:
        """The uid that it has as a hyperedge: of what it says, and not of its members alone.

        So two relations of the same nodes are two. Order counts where it means something.
        """
        named = [f"{member.role} {member.uid}" for member in self.members]
        order = "ordered" if self.ordered else "unordered"
        members = named if self.ordered else sorted(named)
        return content_uid("hyperedge", self.kind, self.text, order, *members)


def check_role(role: object) -> str:
    """Return the role.

    Raises:
        InvalidInput: There is no such role.
    """
    if role not in ROLES:
        raise InvalidInput(f"unknown role {str(role)[:40]!r}: use one of {', '.join(ROLES)}")
    return str(role)


def merge_points(point_id: str, points: Sequence[Point], text: str | None) -> Point:
    """Return one point with the members and evidence of all, that knows what it is from.

    Facts and events of the memory that it is from become members.

    Args:
        point_id: its name.
        points: two or more.
        text: how it reads; None joins what they say.
    """
    kinds = {point.kind for point in points}
    members = [member for point in points for member in point.members]
    members += [Member(point.states) for point in points if point.states]
    return Point(
        point_id,
        kinds.pop() if len(kinds) == 1 else "relation",
        _joined([point.text for point in points]) if text is None else text,
        tuple(dict.fromkeys(members)),
        all(point.ordered for point in points),
        tuple(dict.fromkeys(uid for point in points for uid in point.evidence)),
        tuple(points),
    )


def lineage(points: Sequence[Point]) -> list[Point]:
    """Return the points and what they were merged from, each hyperedge once.

    What the memory says already is no part of it, unless it is among the points themselves.
    """
    found: dict[str, Point] = {}
    waiting = list(points)
    while waiting:
        point = waiting.pop(0)
        if found.setdefault(point.hyperedge, point) is point:
            waiting += [parent for parent in point.parents if parent.states is None]
    return list(found.values())


def _joined(texts: Sequence[str]) -> str:
    """Return what several texts say, once: one that another contains adds nothing."""
    kept: list[str] = []
    for text in texts:
        bare = text.rstrip(".").casefold()
        if any(bare in other.casefold() for other in kept):
            continue
        kept = [other for other in kept if other.rstrip(".").casefold() not in text.casefold()]
        kept.append(text)
    return " ".join(text if text.endswith((".", "!", "?")) else f"{text}." for text in kept)
