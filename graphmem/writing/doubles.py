"""A stage of `consolidate`: entities that are one under two names.

Two have the same name, or one has the other's for an alias; or they are each other's nearest
among spellings of one name ("e mail" and "email", "José" and "Jose", "otter" and "otters").
Kinds must agree and so must digits: 1994 is not 1995. What somebody has set apart stays apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from graphmem.core.changes import Changes
from graphmem.core.same import merge_key, same_as
from graphmem.core.topics import plural, singular
from graphmem.ports import GraphReader
from graphmem.writing.merge import are_apart
from graphmem.writing.site import Site, parts
from graphmem_schemas import Edge, Entity

__all__ = ["agree", "join_pairs", "merge_doubles", "same_digits"]

_DIGITS = re.compile(r"\d+")
_MIN_CHARS, _MAX_CHARS = 4, 40
# One Adam and several Adams are not one: the number of a name belongs to it.
_NAMED = frozenset(("person", "place", "organization", "event"))
# Names that very many have say too little.
_MAX_SHARED = 20

_Pair = tuple[str, str]


def merge_doubles(site: Site) -> None:
    """Merge what is new with what it doubles; each merge can be undone."""
    for part in parts(site.new(Entity.label)):
        known = [node for node in site.store.get(site.space, part) if isinstance(node, Entity)]
        pairs = [
            pair
            for pair in (*_namesakes(known, site), *_spellings(known, site))
            if not are_apart(site.store, site.space, *pair)
        ]
        if not pairs:
            continue
        made: list[_Pair] = []
        if site.apply(partial(join_pairs, list(dict.fromkeys(pairs)), made, space=site.space)):
            site.merged += made


def join_pairs(
    pairs: Sequence[_Pair], made: list[_Pair], reader: GraphReader, space: str
) -> Changes:
    """Join the pairs that are not one yet, whoever joined them.

    Args:
        pairs: uids: the one that is read as the other, and the other.
        made: gets those that are joined now.
        reader: the store as it is now.
        space: the space.
    """
    uids = sorted({uid for pair in pairs for uid in pair})
    there = {node.uid for node in reader.get(space, uids) if isinstance(node, Entity)}
    same = same_as(uids, partial(reader.neighbours, space, kinds=("SAME_AS",)))
    made.clear()
    edges: list[Edge] = []
    for one, into in pairs:
        if {one, into} <= there and same.root(one) != same.root(into):
            edge = Edge(kind="SAME_AS", start=one, end=into, sources={merge_key(one, into): 1.0})
            same.take([edge])
            edges.append(edge)
            made.append((one, into))
    return Changes(edges=tuple(edges))


def _namesakes(entities: Sequence[Entity], site: Site) -> list[_Pair]:
    """Pairs of which one has the other's name, as its own or as an alias.

    An alias that several have, who are not one, tells nothing.
    """
    names = dict.fromkeys(name for entity in entities for name in (entity.key, *entity.aliases))
    groups = _named(names, site)
    pairs: list[_Pair] = []
    for name, group in groups.items():
        own = [entity for entity in group if entity.key == name]
        others = [entity for entity in group if entity.key != name]
        pairs += [(b.uid, own[0].uid) for b in own[1:] if agree(b, own[0])]
        if len(others) == 1 and own and agree(own[0], others[0]):
            pairs.append((own[0].uid, others[0].uid))
    return pairs


def _spellings(entities: Sequence[Entity], site: Site) -> list[_Pair]:
    """Pairs that are each other's nearest among the spellings of a name."""
    near = _candidates(entities, site)
    met = {other.uid: other for group in near.values() for other in group}
    back = _candidates(list(met.values()), site)
    # Some spellings are found from one side only: from the accented to the plain one.
    for entity in entities:
        for other in near.get(entity.uid, ()):
            back.setdefault(other.uid, []).append(entity)
    for entity in met.values():
        for other in back.get(entity.uid, ()):
            near.setdefault(other.uid, []).append(entity)
    pairs: list[_Pair] = []
    for entity in entities:
        best = _nearest(entity, near.get(entity.uid, ()))
        if best is None:
            continue
        again = _nearest(best, back.get(best.uid, ()))
        if again is not None and again.uid == entity.uid:
            one, into = sorted((entity, best), key=lambda e: (e.recorded_at, e.uid), reverse=True)
            pairs.append((one.uid, into.uid))
    return pairs


def _candidates(entities: Sequence[Entity], site: Site) -> dict[str, list[Entity]]:
    spelt = {entity.uid: _variants(entity) for entity in entities}
    found = _named({name for names in spelt.values() for name in names}, site)
    near: dict[str, list[Entity]] = {}
    for entity in entities:
        for name in spelt[entity.uid]:
            near.setdefault(entity.uid, []).extend(
                other
                for other in found.get(name, ())
                if other.uid != entity.uid and other.key == name and _alike(entity, other)
            )
    return near


def _named(names: Iterable[str], site: Site) -> Mapping[str, list[Entity]]:
    """Return the entities of each name, by uid; none of a name that very many have."""
    wanted = sorted(f"={name}" for name in names)
    found = site.store.find(site.space, Entity.label, wanted) if wanted else {}
    few = {key: uids for key, uids in found.items() if len(uids) <= _MAX_SHARED}
    uids = sorted({uid for group in few.values() for uid in group})
    nodes = {n.uid: n for n in site.store.get(site.space, uids) if isinstance(n, Entity)}
    return {key[1:]: [nodes[uid] for uid in group if uid in nodes] for key, group in few.items()}


def _variants(entity: Entity) -> list[str]:
    """Return other spellings of a name: in one word or two, without accents, one or many."""
    key = entity.key
    if not _MIN_CHARS <= len(key) <= _MAX_CHARS:
        return []
    words = key.split()
    found = {_plain(key)}
    if len(words) > 1:
        found.add("".join(words))
        found.update(
            " ".join((*words[:at], words[at] + words[at + 1], *words[at + 2 :]))
            for at in range(len(words) - 1)
        )
    found.update(
        f"{key[:at]} {key[at:]}" for at in range(1, len(key)) if " " not in key[at - 1 : at + 1]
    )
    if entity.kind not in _NAMED:
        found |= {singular(key), plural(key)}
    return sorted(found - {key, ""})


def _plain(name: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _alike(one: Entity, other: Entity) -> bool:
    return one.kind == other.kind and same_digits(one, other)


def same_digits(one: Entity, other: Entity) -> bool:
    """Whether two names hold the same numbers: 1994 is not 1995."""
    return _DIGITS.findall(one.key) == _DIGITS.findall(other.key)


def agree(one: Entity, other: Entity) -> bool:
    """Whether two of one name can be one: of the same kind, as far as that is known."""
    return one.kind == other.kind or "unknown" in (one.kind, other.kind)


def _nearest(entity: Entity, others: Iterable[Entity]) -> Entity | None:
    """Return the one whose name shares most with it; of equals the smallest uid."""
    ranked = sorted(others, key=lambda other: (-_shared(entity.key, other.key), other.uid))
    return ranked[0] if ranked else None


def _shared(one: str, other: str) -> float:
    """Return the Dice coefficient of the names' letter triples, without blanks; 0 to 1."""
    a, b = _triples(one), _triples(other)
    return 2.0 * len(a & b) / (len(a) + len(b))


def _triples(name: str) -> set[str]:
    padded = f"  {_plain(name).replace(' ', '')}  "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
