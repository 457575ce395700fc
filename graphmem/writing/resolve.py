"""Fourth stage: names → entities that exist or are new.

In: the names used in a batch. Out: a `Resolution`: the entity of each name, the new ones, and
the links between a name and the shorter names inside it. Order of tries: exact normalised name,
then alias. Nothing is merged by likeness: a merge is an edge, made elsewhere, and can be undone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from graphmem.core.names import name_parts, normalise_name
from graphmem.core.uids import content_uid
from graphmem.ports import GraphReader
from graphmem_schemas import Edge, Entity, EntityKind, edge_of

__all__ = ["NAME_LINKS", "NameUse", "Resolution", "entity_uid", "resolve"]

# A link between two names follows from the names themselves, not from any source: it lives as
# long as both entities do.
NAME_LINKS = "names"


class NameUse(NamedTuple):
    """One use of a name in the batch, by a source."""

    surface: str
    kind: EntityKind
    named: bool
    source: str


@dataclass(slots=True)
class Resolution:
    """What the names of a batch stand for.

    Attributes:
        uid_of: entity uid by normalised name.
        used_by: the normalised names that each source uses.
        new: entities that the store does not have yet, in order of first use; and those that it
            has as descriptions only and that are used as names now, with the parts of the name.
        links: SHORT_FOR edges between these and others.
    """

    uid_of: dict[str, str] = field(default_factory=dict)
    used_by: dict[str, set[str]] = field(default_factory=dict)
    new: list[Entity] = field(default_factory=list)
    links: list[Edge] = field(default_factory=list)

    def find(self, name: str, source: str) -> str | None:
        """Return the entity of a name if the source itself uses it as one.

        What other sources of the batch use does not count, so that sources added together and
        one by one give the same graph.
        """
        key = normalise_name(name)
        return self.uid_of.get(key) if key in self.used_by.get(source, ()) else None


@dataclass(slots=True)
class _First:
    """How the first source of the batch that uses a name uses it: that makes the entity.

    Attributes:
        named: whether any source of the batch uses it as a name.
    """

    surface: str
    source: str
    named: bool = False
    kinds: Counter[EntityKind] = field(default_factory=Counter)

    def add(self, use: NameUse) -> None:
        self.named |= use.named
        if use.source != self.source:
            return
        # A name says more about its kind than a description does.
        if use.kind != "unknown":
            self.kinds[use.kind] += 2 if use.named else 1

    def kind(self) -> EntityKind:
        if not self.kinds:
            return "unknown"
        return max(self.kinds, key=lambda k: (self.kinds[k], k))


def entity_uid(key: str) -> str:
    """Return the uid of the entity with this normalised name."""
    return content_uid("entity", key)


def resolve(uses: Iterable[NameUse], reader: GraphReader, space: str, now: datetime) -> Resolution:
    """Find or make the entity of each name. Three reads of the store, whatever the batch.

    Args:
        uses: source by source, in the order in which the sources are added.
        reader: the store as it is now.
        space: the space.
        now: system time.
    """
    resolution = Resolution()
    firsts: dict[str, _First] = {}
    for use in uses:
        key = normalise_name(use.surface)
        if not key:
            continue
        resolution.used_by.setdefault(use.source, set()).add(key)
        first = firsts.get(key)
        if first is None:
            first = firsts[key] = _First(" ".join(use.surface.split()), use.source)
        first.add(use)
    known = reader.find(space, "Entity", [f"={key}" for key in firsts])
    for key, first in firsts.items():
        found = known.get(f"={key}", ())
        own = entity_uid(key)
        resolution.uid_of[key] = own if own in found or not found else found[0]
        if not found:
            resolution.new.append(
                Entity(uid=own, recorded_at=now, name=first.surface, key=key, kind=first.kind(),
                       parts=name_parts(key) if first.named else ())
            )  # fmt: skip
    resolution.new += _named_now(firsts, known, reader, space)
    resolution.links = _link_names(resolution.new, reader, space)
    return resolution


def _named_now(
    firsts: dict[str, _First],
    known: Mapping[str, Sequence[str]],
    reader: GraphReader,
    space: str,
) -> list[Entity]:
    """Return the entities that had been descriptions and are names from now on, with parts."""
    parts = {
        entity_uid(key): name_parts(key)
        for key, first in firsts.items()
        if first.named and entity_uid(key) in known.get(f"={key}", ())
    }
    asked = [uid for uid, found in parts.items() if found]
    stored = reader.get(space, asked) if asked else []
    return [
        entity.model_copy(update={"parts": parts[entity.uid]})
        for entity in stored
        if isinstance(entity, Entity) and not entity.parts
    ]


def _link_names(changed: Sequence[Entity], reader: GraphReader, space: str) -> list[Edge]:
    """Link names to the shorter names inside them, whichever of the two came first.

    A description ("the old bridge") has no parts: its words are not short for it. It may itself
    be short for a name.
    """
    keys = dict.fromkeys(key for entity in changed for key in _keys_around(entity))
    found = {key: list(uids) for key, uids in reader.find(space, "Entity", list(keys)).items()}
    for entity in changed:
        for key in entity.lookup_keys:
            found.setdefault(key, []).append(entity.uid)
    links: dict[tuple[str, str], Edge] = {}
    for entity in changed:
        for part in entity.parts:
            for uid in found.get(f"={part}", ()):
                _link(uid, entity.uid, links)
        for uid in found.get(f"~{entity.key}", ()):
            _link(entity.uid, uid, links)
    return list(links.values())


def _keys_around(name: Entity) -> tuple[str, ...]:
    return (*(f"={part}" for part in name.parts), f"~{name.key}")


def _link(part: str, whole: str, links: dict[tuple[str, str], Edge]) -> None:
    if part != whole:
        links.setdefault(
            (part, whole),
            edge_of("SHORT_FOR", part, whole, {NAME_LINKS: 1.0}),
        )
