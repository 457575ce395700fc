"""What is known of relations: which say the same, which turn round, which hold one at a time.

English gives the base; the `Predicate` nodes of a space add to it and take precedence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from graphmem.core.contents import Content, content_of
from graphmem.core.predicates import ENDED_BY, FAMILIES, is_attribute
from graphmem.core.wording import is_state
from graphmem_schemas import Predicate, Proposition, ValueType

__all__ = ["ENGLISH", "Registry", "registry_of"]

_FAMILY_OF = {predicate: family for family in FAMILIES for predicate in family}
# Relations to one object that are looked at together, since one of them may end another.
_TOGETHER = dict.fromkeys(sorted({*ENDED_BY, *(p for some in ENDED_BY.values() for p in some)}))
_ENDERS_OF = {
    held: tuple(ender for ender, ended in ENDED_BY.items() if held in ended) for held in _TOGETHER
}
# What one is told as a name, another may be told as a value: "is Anita", "is vacant".
_ANY_SORT = frozenset({"be out of work", "be set to", "be set for", "have status"})
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
        several: relations of which somebody has said that a subject may have more than one.
    """

    families: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: _FAMILY_OF)
    names: Mapping[str, str] = field(default_factory=dict)
    inverses: frozenset[str] = frozenset()
    symmetric: frozenset[str] = frozenset()
    value_types: Mapping[str, ValueType] = field(default_factory=dict)
    several: frozenset[str] = frozenset()

    @property
    def plain(self) -> bool:
        """Whether nobody has defined a relation that is kept otherwise than it is said."""
        return not self.names and not self.value_types

    def is_functional(self, predicate: str) -> bool:
        """Whether a subject has at most one object of this relation at a time."""
        return self.holds_one(self.names.get(predicate, predicate))

    def holds_one(self, predicate: str) -> bool:
        """Whether the relation that facts are kept under is functional."""
        if predicate in self.families:
            return True
        return predicate not in self.several and _is_attribute(predicate)

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
        if later.negated:
            return False
        if same_object or not self.holds_one(later.predicate):
            return same_object and self._ends(later, earlier)
        if later.predicate in _ANY_SORT or earlier.predicate in _ANY_SORT:
            return True
        return bool(later.object and earlier.object) or bool(later.value and earlier.value)

    def excludes(self, one: Content, other: Content) -> bool:
        """Whether both, of one scope, cannot hold at once."""
        return not one.over and self.closes(one, other) and not self._ends(one, other)

    def beside(self, content: Content) -> tuple[Content, ...]:
        """Return what of one scope is found by its uid: its denial, and all that may end it.

        For what ends others, the whole scope: what it ends may be ended by others, too.
        """
        if content.over:
            return (content,)
        if self.scope_of(content)[0] != "together":
            return content, content.twin
        if not self.ends_others(content):
            enders = _ENDERS_OF[content.predicate]
            ends = (content._replace(predicate=name, negated=False) for name in enders)
            return (content, content.twin, *ends)
        return tuple(
            content._replace(predicate=predicate, negated=negated)
            for predicate in _TOGETHER
            for negated in (False, True)
        )

    def together(self, predicates: Iterable[str]) -> tuple[str, ...]:
        """Return the relations whose facts tell how long those of some others held."""
        plain = (name for name in predicates if not self.holds_one(name))
        return () if _TOGETHER.keys().isdisjoint(plain) else tuple(_TOGETHER)

    def ends_others(self, content: Content) -> bool:
        """Whether it tells of an end of something, and of nothing that holds."""
        plain = not content.negated and not self.holds_one(content.predicate)
        return plain and content.predicate in ENDED_BY

    def _ends(self, later: Content, earlier: Content) -> bool:
        """Whether of two about one object, one ends the other: what is sold is owned no more."""
        if self.holds_one(later.predicate) or self.holds_one(earlier.predicate):
            return False
        return earlier.predicate in ENDED_BY.get(later.predicate, ())

    def _deny(self, one: Content, other: Content) -> bool:
        """Whether one of the two, about the same object, denies what the other says."""
        if one.predicate == other.predicate:
            return True
        denial = one if one.negated else other
        # Who does not live there has not moved there; who did not move there may live there.
        return is_state(denial.predicate) and self.holds_one(denial.predicate)


_is_attribute = lru_cache(maxsize=4_096)(is_attribute)


# Reconciling asks for the scope of one content some ten times over.
@lru_cache(maxsize=4_096)
def _scope_of(registry: Registry, content: Content) -> tuple[str, ...]:
    if registry.holds_one(content.predicate):
        return ("family", content.subject, registry.family_of(content.predicate)[0])
    if content.over:
        return ("over", content.uid)
    if content.predicate in _TOGETHER:
        return ("together", content.subject, content.object or "", content.value or "")
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
    several: set[str] = set()
    taken = {way for key, _, synonyms, turned, *_ in meanings for way in (key, *synonyms, *turned)}
    for key, functional, synonyms, turned, both_ways, value_type in meanings:
        others = tuple(p for p in _FAMILY_OF.get(key, ()) if p not in taken)
        family = (key, *others)
        for predicate in family:
            families.pop(predicate, None)
        if functional:
            families.update(dict.fromkeys(family, family))
        else:
            several.update(family)
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
    return Registry(
        families, names, frozenset(inverses), frozenset(symmetric), value_types, frozenset(several)
    )


def _take_out(predicate: str, families: dict[str, tuple[str, ...]]) -> None:
    """Leave out of its family what is kept under another name."""
    family = families.pop(predicate, ())
    rest = tuple(other for other in family if other != predicate)
    families.update(dict.fromkeys((p for p in rest if families.get(p) == family), rest))
