"""Concepts that somebody gives, with what is broader: never in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from graphmem.core.changes import Changes
from graphmem.core.cycles import closing_cycle
from graphmem.core.names import normalise_name
from graphmem.core.topics import singular
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import GraphReader
from graphmem_schemas import Concept, Edge, Node

__all__ = [
    "DERIVED", "GIVEN", "GivenConcept", "Loaded", "circle", "concept_edge", "concept_uid",
    "load_concepts",
]  # fmt: skip

DERIVED, GIVEN = "concepts", "topics"
"""What edges rest on: they follow from the nodes themselves, or somebody gave them."""


@dataclass(frozen=True, slots=True)
class GivenConcept:
    """A concept as a file has it.

    Attributes:
        key: its name within the file.
        broader: keys of wider concepts of the file.
    """

    key: str
    name: str
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()


@dataclass(slots=True)
class Loaded:
    """The changes, and what they mean to the caller."""

    changes: Changes
    added: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)


def concept_uid(key: str) -> str:
    """Return the uid of the concept with this normalised name."""
    return content_uid("concept", key)


def load_concepts(
    given: Sequence[GivenConcept], reader: GraphReader, space: str, now: datetime
) -> Loaded:
    """Turn given concepts into nodes with what is wider. A plan: it may run again.

    Two of the same normalised name are one. A concept that is there gains aliases.

    Raises:
        InvalidInput: What is wider leads back to where it began, or a name has no letters.
    """
    by_key: dict[str, Concept] = {}
    uid_of: dict[str, str] = {}
    for one in given:
        key = normalise_name(one.name)
        if not key:
            raise InvalidInput(f"the concept {one.key[:80]!r} has a name without letters")
        aliases = {normalise_name(name) for name in one.aliases} | {_singular(key)}
        known = by_key.get(key)
        aliases |= set(known.aliases) if known else set()
        by_key[key] = Concept(
            uid=concept_uid(key), recorded_at=now, name=known.name if known else one.name,
            key=key, aliases=tuple(sorted(aliases - {key, ""})), given=True,
        )  # fmt: skip
        uid_of[one.key] = concept_uid(key)
    stored = dict(
        zip(by_key, reader.get(space, [concept_uid(key) for key in by_key]), strict=True)
    )
    loaded = Loaded(Changes())
    nodes: list[Node] = []
    for key, concept in by_key.items():
        node = stored[key]
        if isinstance(node, Concept):
            aliases = set(concept.aliases) | set(node.aliases)
            concept = node.model_copy(update={"given": True, "aliases": tuple(sorted(aliases))})
        (loaded.confirmed if node else loaded.added).append(concept.uid)
        nodes.append(concept)
    pairs = {
        (uid_of[one.key], uid_of[wider])
        for one in given
        for wider in one.broader
        if wider in uid_of
    }
    _check_broader(pairs, {c.uid: c.name for c in by_key.values()}, reader, space)
    edges = [concept_edge("BROADER", start, end, GIVEN) for start, end in sorted(pairs)]
    loaded.changes = Changes(nodes=tuple(nodes), edges=tuple(edges))
    return loaded


def _singular(key: str) -> str:
    *before, last = key.split()
    return " ".join((*before, singular(last)))


def _check_broader(
    pairs: Iterable[tuple[str, str]], names: Mapping[str, str], reader: GraphReader, space: str
) -> None:
    """Refuse edges that close a circle together with those that are stored."""
    cycle = circle(pairs, reader, space)
    if cycle:
        stored = reader.get(space, list(cycle))
        said = {n.uid: n.name for n in stored if isinstance(n, Concept)} | dict(names)
        path = " → ".join(repr(said.get(uid, uid)) for uid in cycle)
        raise InvalidInput(f"what is broader leads back to where it began: {path}")


def circle(pairs: Iterable[tuple[str, str]], reader: GraphReader, space: str) -> tuple[str, ...]:
    """Return a circle that edges close with stored ones, or nothing. One read a level."""

    def wider(uids: Sequence[str]) -> list[tuple[str, str]]:
        return [(e.start, e.end) for e in reader.neighbours(space, uids, ["BROADER"])]

    return closing_cycle(pairs, wider)


def concept_edge(kind: Literal["ABOUT", "BROADER"], start: str, end: str, source: str) -> Edge:
    """Return an edge to a concept; `source` is `DERIVED` or `GIVEN`."""
    return Edge(kind=kind, start=start, end=end, sources={source: 1.0})
