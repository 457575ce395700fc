"""What is known of relations: which say the same, which turn round, which hold one at a time.

English gives the base; the `Predicate` nodes of a space add to it and take precedence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from graphmem.core.contents import Content, content_of
from graphmem.core.predicates import FAMILIES
from graphmem.core.wording import is_state
from graphmem_schemas import Predicate, Proposition, ValueType

__all__ = ["ENGLISH", "Registry", "registry_of"]

_FAMILY_OF = {predicate: family for family in FAMILIES for predicate in family}
_LITERAL: frozenset[ValueType] = frozenset(("number", "date", "text"))


@dataclass(frozen=True, slots=True, eq=False)
class Registry:
    """The relations of one space; two are the same only where they are one object.

    Attributes:
        families: by relation of which a subject has one at a time: the ways to say it.
        names: by synonym or inverse: the relation that facts are kept under.
        inverses: those of `names` that say it from the other end.
        symmetric: relations that say the same from both ends: a fact is kept from the end whose
            uid is smaller.
        value_types: by name of a relation, what its objects are.
    """

    families: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _FAMILY_OF)
    names: Mapping[str, str] = field(default_factory=dict)
    inverses: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()
    value_types: Mapping[str, ValueType] = field(default_factory=dict)

    @property
    def plain(self) -> bool:
        """Whether nobody has defined a relation that is kept otherwise than it is said."""
        return not self.names and not self.value_types

    def is_functional(self, predicate: str) -> bool:
        """Whether a subject has at most one object of this relation at a time."""
        return self.names.get(predicate, predicate) in self.families

    def family_of(self, predicate: str) -> tuple[str, ...]:
        """Return the predicates under which facts of the same relation are kept."""
        name = self.names.get(predicate, predicate)
        return self.families.get(name, (name,))

    def is_literal(self, predicate: str) -> bool:
        """Whether the objects of a relation are values and no entities."""
        return self.value_types.get(self.names.get(predicate, predicate)) in _LITERAL

    def canonical(self, content: Content) -> Content:
        """Return the content as it is kept: under its relation's name, turned round if need be.

        What has a literal for its object cannot be turned.
        """
        name = self.names.get(content.predicate)
        if name is None:
            return content
        subject, obj = content.subject, content.object
        turned = content.predicate in self.inverses
        if obj is None:
            return content if turned else content._replace(predicate=name)
        if name in self.symmetric:
            turned = obj < subject
        if turned:
            subject, obj = obj, subject
        return content._replace(subject=subject, predicate=name, object=obj)

    def content_of(self, fact: Proposition) -> Content:
        """Return what a stored fact says, as it would be kept today."""
        content = content_of(fact)
        return self.canonical(content) if self.names else content

    def scope_of(self, content: Content) -> tuple[str, ...]:
        """Return the key of the facts that may not hold at once with this."""
        return _scope_of(self, content)

    def closes(self, later: Content, earlier: Content) -> bool:
        """Whether what is said later, of one scope, ends what was said earlier."""
        same_object = (later.object, later.value) == (earlier.object, earlier.value)
        if earlier.over:
            return False
        if later.over:
            return same_object and not earlier.negated
        if later.negated != earlier.negated:
            return same_object and self._deny(later, earlier)
        if later.negated or same_object or later.predicate not in self.families:
            return False
        return bool(later.object and earlier.object) or bool(later.value and earlier.value)

    def excludes(self, one: Content, other: Content) -> bool:
        """Whether both, of one scope, cannot hold at once."""
        return not one.over and self.closes(one, other)

    def _deny(self, one: Content, other: Content) -> bool:
        """Whether one of the two, about the same object, denies what the other says."""
        if one.predicate == other.predicate:
            return True
        denial = one if one.negated else other
        # Who does not live there has not moved there; who did not move there may live there.
        return is_state(denial.predicate) and denial.predicate in self.families


# Reconciling asks for the scope of one content some ten times over.
@lru_cache(maxsize=4_096)
def _scope_of(registry: Registry, content: Content) -> tuple[str, ...]:
    if content.predicate in registry.families:
        return ("family", content.subject, registry.families[content.predicate][0])
    if content.over:
        return ("over", content.uid)
    return ("twins", min(content.uid, content.twin.uid))


ENGLISH = Registry()


def registry_of(predicates: Sequence[Predicate]) -> Registry:
    """Return what the predicates of a space and English say together.

    Args:
        predicates: in any order; no way to say one is a way to say another.
    """
    if not predicates:
        return ENGLISH
    # One object for one meaning, so that what was worked out for it is kept.
    meaning = (
        (p.key, p.functional, p.synonyms, p.inverse, p.symmetric, p.value_type)
        for p in sorted(predicates, key=lambda one: one.key)
    )
    return _registry(tuple(meaning))


_Meaning = tuple[str, bool, tuple[str, ...], tuple[str, ...], bool, ValueType | None]


@lru_cache(maxsize=64)
def _registry(meanings: tuple[_Meaning, ...]) -> Registry:
    families = dict(_FAMILY_OF)
    names: dict[str, str] = {}
    inverses: set[str] = set()
    symmetric: set[str] = set()
    value_types: dict[str, ValueType] = {}
    taken = {way for key, _, synonyms, turned, *_ in meanings for way in (key, *synonyms, *turned)}
    for key, functional, synonyms, turned, both_ways, value_type in meanings:
        others = tuple(p for p in _FAMILY_OF.get(key, ()) if p not in taken)
        family = (key, *others)
        for predicate in family:
            families.pop(predicate, None)
        if functional:
            families.update(dict.fromkeys(family, family))
        names.update(dict.fromkeys((*synonyms, *turned), key))
        inverses.update(turned)
        if both_ways:
            names[key] = key
            symmetric.add(key)
        if value_type:
            value_types[key] = value_type
    for way, name in names.items():
        if way != name:
            _take_out(way, families)
    return Registry(families, names, frozenset(inverses), frozenset(symmetric), value_types)


def _take_out(predicate: str, families: dict[str, tuple[str, ...]]) -> None:
    """Leave out of its family what is kept under another name."""
    family = families.pop(predicate, ())
    rest = tuple(other for other in family if other != predicate)
    families.update(dict.fromkeys((p for p in rest if families.get(p) == family), rest))
