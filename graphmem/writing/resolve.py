"""Fourth stage: names → entities that exist or are new.

In: the names used in a batch. Out: a `Resolution`: the entity of each name, the new ones, and
the links between a name and the shorter names inside it. Order of tries: exact normalised name,
then alias. Nothing is merged by likeness: a merge is an edge, made elsewhere, and can be undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from graphmem.core.names import name_parts, normalise_name
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, Entity, EntityKind

__all__ = ["NAME_LINKS", "NameUse", "Resolution", "entity_uid", "resolve"]

# A link between two names follows from the names themselves, not from any source: it lives as
# long as both entities do.
NAME_LINKS = "names"


@dataclass(frozen=True, slots=True)
class NameUse:
    """One use of a name in the batch."""

    surface: str
    kind: EntityKind
    named: bool


@dataclass(slots=True)
class Resolution:
    """What the names of a batch stand for.

    Attributes:
        uid_of: entity uid by normalised name.
        new: entities that the store does not have yet, in order of first use.
        links: SHORT_FOR edges between new entities and others.
    """

    uid_of: dict[str, str] = field(default_factory=dict)
    new: list[Entity] = field(default_factory=list)
    links: list[Edge] = field(default_factory=list)


def entity_uid(key: str) -> str:
    """Return the uid of the entity with this normalised name."""
    return content_uid("entity", key)


def resolve(uses: Iterable[NameUse], reader: GraphReader, space: str, now: datetime) -> Resolution:
    """Find or make the entity of each name. Two reads of the store, whatever the batch."""
    surfaces: dict[str, str] = {}
    kinds: dict[str, Counter[EntityKind]] = {}
    names: set[str] = set()
    for use in uses:
        key = normalise_name(use.surface)
        if not key:
            continue
        surfaces.setdefault(key, " ".join(use.surface.split()))
        if use.named:
            names.add(key)
        # A name says more about its kind than a description does.
        if use.kind != "unknown":
            kinds.setdefault(key, Counter())[use.kind] += 2 if use.named else 1
    known = reader.find(space, "Entity", [f"={key}" for key in surfaces])
    resolution = Resolution()
    for key, surface in surfaces.items():
        found = known.get(f"={key}", ())
        own = entity_uid(key)
        resolution.uid_of[key] = own if own in found or not found else found[0]
        if not found:
            kind = max(kinds[key], key=lambda k: (kinds[key][k], k)) if key in kinds else "unknown"
            resolution.new.append(
                Entity(uid=own, recorded_at=now, name=surface, key=key, kind=kind,
                       parts=name_parts(key) if key in names else ())
            )  # fmt: skip
    resolution.links = _link_names(resolution.new, names, reader, space)
    return resolution


def _link_names(new: list[Entity], names: set[str], reader: GraphReader, space: str) -> list[Edge]:
    """Link each new name to the shorter names inside it and to the longer ones around it.

    Descriptions ("the old bridge") are left alone: their words are not short for them.
    """
    new = [entity for entity in new if entity.key in names]
    wanted = dict.fromkeys(
        key for entity in new for key in (*(f"={part}" for part in entity.parts), f"~{entity.key}")
    )
    stored = reader.find(space, "Entity", list(wanted))
    by_key = {entity.key: entity.uid for entity in new}
    links: dict[tuple[str, str], Edge] = {}

    def link(part: str, whole: str) -> None:
        if part != whole:
            links.setdefault(
                (part, whole),
                Edge(kind="SHORT_FOR", start=part, end=whole, sources={NAME_LINKS: 1.0}),
            )

    for entity in new:
        for part in entity.parts:
            for uid in (*stored.get(f"={part}", ()), *([by_key[part]] if part in by_key else ())):
                link(uid, entity.uid)
        for uid in stored.get(f"~{entity.key}", ()):
            link(entity.uid, uid)
    return list(links.values())
