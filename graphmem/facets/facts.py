"""Facts on two clocks: what holds, what held, what is doubted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from graphmem.errors import InvalidInput
from graphmem.facets.base import Facet
from graphmem.reading.lookup import find_entity, find_node
from graphmem.writing.checks import check_moment
from graphmem_schemas import Change, Predicate, Proposition, Receipt, ValueType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Facts"]

_QUARANTINED = "?quarantined"


class Facts(Facet):
    """Facts on two clocks: what holds, what held, what is doubted."""

    def define(
        self,
        predicate: str,
        *,
        functional: bool | None = None,
        inverse: Iterable[str] | None = None,
        symmetric: bool | None = None,
        synonyms: Iterable[str] | None = None,
        value_type: ValueType | None = None,
    ) -> Predicate:
        """Say what is special about a relation, for this space; what is stored follows.

        What is left out stays as it is known; what is given replaces it. Facts are kept under
        the relation's name from then on: synonyms say the same, and inverses are turned round.

        Args:
            predicate: the relation as facts have it, its verb in the base form: "be in".
            functional: whether a subject has one object of it at a time, so that a newer fact
                closes the older one.
            inverse: relations that say the same from the other end: "contain".
            symmetric: whether it says the same from both ends, as "be next to" does; not of what
                holds one at a time.
            synonyms: relations that say the same: "is inside".
            value_type: what its objects are: "entity", "number", "date" or "text".

        Raises:
            InvalidInput: Something is not what it should be, or is said of another relation
                already; nothing has changed.
        """
        from graphmem.writing.define import Definition, define

        definition = Definition(predicate, functional, inverse, symmetric, synonyms, value_type)
        return define(self._store, self.space, definition, self._clock())

    def predicates(self) -> list[Predicate]:
        """Return the relations that were defined for this space, by name."""
        found = self._store.find(self.space, "Predicate", ["*"]).get("*", ())
        nodes = self._store.get(self.space, found)
        defined = [node for node in nodes if isinstance(node, Predicate)]
        return sorted(defined, key=lambda one: one.key)

    def current(
        self,
        entity: str,
        predicate: str | None = None,
        *,
        as_of: datetime | str | None = None,
        known_at: datetime | str | None = None,
    ) -> list[Proposition]:
        """Return the facts about an entity that hold, the one that began last first.

        These are all whose subject or object it is; of one relation, those whose subject it is,
        or whose object, where the relation is asked for by its inverse. Facts that contradict
        each other come together, the best supported first; what is retired, quarantined or
        superseded does not come.

        Args:
            entity: a name in any spelling, or a uid; what was merged with it counts as one.
            predicate: "lives in", "live in", or a synonym or inverse of it; None is all.
            as_of: world time: what held then; None is now.
            known_at: system time: what this memory knew then; None is now. What has been
                deleted since was never known.

        Raises:
            InvalidInput: A moment is no date that exists, or several entities have the name.
            NotFound: The space has no such entity.
        """
        from graphmem.reading.current import current

        now = self._clock()
        at, known = check_moment(as_of, "as_of") or now, check_moment(known_at, "known_at")
        facts = self._facts_about(entity, predicate, known)
        return current(facts, at, known or now, self._store, self.space)

    def history(
        self,
        uid: str | None = None,
        *,
        entity: str | None = None,
        predicate: str | None = None,
        known_at: datetime | str | None = None,
    ) -> list[Change]:
        """Return how something came to be what it is, oldest first.

        Args:
            uid: a node: of a fact, all that it superseded, was superseded by or contradicts;
                of an entity, the facts about it.
            entity: instead: a name in any spelling, or a uid.
            predicate: with `entity`: the facts of one relation only.
            known_at: with `entity`: system time: as this memory had it then; None is now.

        Raises:
            InvalidInput: Not exactly one of uid and entity is given, or what goes with `entity`
                comes without.
            NotFound: The space has no such node or entity.
        """
        from graphmem.reading.current import story
        from graphmem.reading.history import history

        if (uid is None) == (entity is None):
            raise InvalidInput("history takes exactly one of uid and entity")
        if entity is not None:
            return story(self._facts_about(entity, predicate, check_moment(known_at, "known_at")))
        if predicate is not None or known_at is not None:
            raise InvalidInput("predicate and known_at go with an entity, not with a uid")
        return history(find_node(self._store, self.space, uid or ""), self._store, self.space)

    def support(self, uid: str) -> float:
        """Return how much speaks for a fact: the sum of the trust of its distinct sources.

        What one source says ten times, it says once.

        Raises:
            InvalidInput: It is no fact.
            NotFound: The space has no such node.
        """
        from graphmem.reading.current import support_of

        fact = find_node(self._store, self.space, uid)
        if not isinstance(fact, Proposition):
            raise InvalidInput(f"{uid[:80]!r} is a {fact.label}: only facts have support")
        return support_of([fact.uid], self._store, self.space)[fact.uid]

    def quarantined(self) -> list[Proposition]:
        """Return the facts that are held back, by uid.

        One source with a trust below 0.5 is all that says them, and two or more others, trusted
        twice as much together, say what excludes them and holds at that moment.
        """
        found = self._store.find(self.space, "Proposition", [_QUARANTINED])
        nodes = self._store.get(self.space, found.get(_QUARANTINED, ()))
        return [node for node in nodes if isinstance(node, Proposition)]

    def release(self, uid: str) -> Receipt:
        """Take a quarantined fact at its word from now on; it may close and contradict others.

        Args:
            uid: from `quarantined`; to release it again changes nothing.

        Raises:
            InvalidInput: It is no fact, or none that is quarantined.
            NotFound: The space has no such node.
        """
        from graphmem.writing.release import release

        fact = find_node(self._store, self.space, uid)
        seq = self._store.apply(self.space, partial(release, fact.uid, space=self.space)).seq
        if not seq:
            return Receipt(seq=0, notes=(f"nothing changed: {uid} was released before",))
        return Receipt(seq=seq, confirmed={"Proposition": (fact.uid,)})

    def _facts_about(
        self, entity: str, predicate: object, known_at: datetime | None
    ) -> Sequence[Proposition]:
        from graphmem.reading.current import facts_about
        from graphmem.writing.define import relation

        name = None if predicate is None else relation(predicate)
        uids = find_entity(self._store, self.space, entity)
        return facts_about(uids, name, self._store, self.space, known_at)
