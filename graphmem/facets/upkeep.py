"""What keeps a memory in order: delete, retire, merge, undo, consolidate."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import partial

from graphmem.errors import InvalidInput
from graphmem.facets.base import Facet
from graphmem.models.llm.forgetting import forget_answers
from graphmem.ports import GraphStore, Progress
from graphmem.reading.lookup import find_entity, find_exactly, find_node, find_source
from graphmem.stores.beside import ANSWERS, SHOWN, beside
from graphmem.stores.shown import forget_shown
from graphmem.views.cypher.reader import CypherReader
from graphmem.writing.checks import check_moment
from graphmem_schemas import ConsolidateReceipt, DeleteReceipt, Predicate, Receipt

__all__ = ["Upkeep", "forget_beside"]

# What lessons are drawn from or told as: those that are held follow where one goes.
LESSONS = frozenset(("Query", "Insight", "Prescription"))


class Upkeep(Facet):
    """What keeps a memory in order: delete, retire, merge, undo, consolidate."""

    _cypher: CypherReader

    def delete(
        self,
        uid: str | None = None,
        *,
        source: str | None = None,
        entity: str | None = None,
        space: str | None = None,
    ) -> DeleteReceipt:
        """Remove a node, a source, an entity or the whole space, with what rests on it alone.

        What has other support stays, with weights and counts as if the removed had never been.
        What a server has kept and not yet applied is not known here: `graphmem delete` and MCP
        remove that as well.

        Args:
            uid: a node; an entity takes the facts about it along, a step of a run its words; facts
                of a relation are laid out as if that had not been defined.
            source: the name that the source was added under.
            entity: a name, or a uid; all entities that were merged with it go together.
            space: this memory's own space, named again so that it is not emptied by a slip.

        Raises:
            InvalidInput: Not exactly one of the four is given, another space is named,
                several entities have the name, or the node is a lesson that runs teach: it goes
                with the runs.
            NotFound: There is no such node, source or entity.
        """
        from graphmem.writing import forget
        from graphmem.writing.caches import clear_caches
        from graphmem.writing.define import undefine

        forget.check_one_target(space, self.space, uid, source, entity)
        gone: frozenset[str] | None = None
        if space is not None:
            receipt = forget.receipt_of(list(forget.forget_space(self._store, space)))
        elif source is not None:
            uids = [find_source(self._store, self.space, source)]
            plan = partial(forget.forget_sources, uids, space=self.space)
            receipt, gone = forget.forget(self._store, self.space, plan)
        else:
            if entity is not None:
                uids = find_entity(self._store, self.space, entity)
            else:
                node = find_node(self._store, self.space, uid or "")
                uids = [node.uid]
                if isinstance(node, Predicate):
                    undefine(node.uid, self._store, self.space)
            plan = partial(forget.forget_nodes, uids, space=self.space)
            receipt, gone = forget.forget(self._store, self.space, plan)
        if not receipt.seq and space is None:
            return receipt
        self._reader.forget()
        if receipt.nodes.keys() & LESSONS:
            self._reader.lessons()
        clear_caches()
        self._cypher.close()
        try:
            forget_beside(self._store, self.space, gone)
        finally:
            # What was shown since may stay.
            self._reader.shown.forget(gone)
        return receipt.model_copy(update={"places": forget.PLACES})

    def retire(self, uid: str, at: datetime | str | None = None) -> Receipt:
        """Close a fact without removing it: it is shown no more, and its history stays.

        What is said later opens it anew, as a fact of its own.

        Args:
            uid: a fact.
            at: since when it does not hold; None is now, or when it was last said to hold where
                that is later.

        Raises:
            InvalidInput: It is no fact, or somebody said that it held at that time or later.
            NotFound: The space has no such node.
        """
        from graphmem.writing.retire import retire

        fact = find_node(self._store, self.space, uid)
        moment, now = check_moment(at), self._clock()
        plan = partial(retire, fact.uid, moment, now, space=self.space)
        seq = self._store.apply(self.space, plan).seq
        notes = () if seq else (f"nothing changed: {uid} was retired before",)
        return Receipt(seq=seq, superseded=(uid,) if seq else (), notes=notes)

    def merge(self, uid: str, into: str) -> Receipt:
        """Say that two entities are one; nothing is moved, and `undo` takes it back.

        Args:
            uid: uid or name of the entity that is read as the other from now on.
            into: uid or name of the other.

        Raises:
            InvalidInput: They are one node, one of them is no entity, or a name has several.
            NotFound: The space has no such entity.
        """
        from graphmem.writing.merge import merge, set_apart

        one, other = (find_exactly(self._store, self.space, name) for name in (uid, into))
        seq = self._store.apply(self.space, partial(merge, one, other, space=self.space)).seq
        set_apart(self._store, self.space, one, other, apart=False)
        if not seq:
            return Receipt(seq=0, notes=("nothing changed: they were one before",))
        return Receipt(seq=seq, confirmed={"Entity": (one, other)})

    def undo(self, one: str, other: str) -> Receipt:
        """Say that two merged entities are two: both are again what they were.

        `consolidate` will not merge these two again by itself.

        Args:
            one: uid or name of one of them.
            other: uid or name of the other.

        Raises:
            InvalidInput: They are one node, one of them is no entity, or a name has several.
            NotFound: The space has no such entity, or they were not merged with each other.
        """
        from graphmem.writing.merge import set_apart, undo

        a, b = (find_exactly(self._store, self.space, name) for name in (one, other))
        seq = self._store.apply(self.space, partial(undo, a, b, space=self.space)).seq
        set_apart(self._store, self.space, a, b, apart=True)
        return Receipt(seq=seq, confirmed={"Entity": (a, b)} if seq else {})

    def consolidate(self, *, progress: Progress | None = None) -> ConsolidateReceipt:
        """Make more of what was added since the last time; no LLM is needed.

        Merges entities that are doubles, lifts what several sources tell again to facts, learns
        which relations hold one at a time, draws lessons from runs, and finds concepts. The
        memory's LLM, if it has one, is asked about names that rules leave open: twenty pairs a
        call, twenty calls at most. Who is stopped calls again; where nothing is new, nothing
        changes.

        Args:
            progress: hears how many stages are done.

        Raises:
            InvalidInput: `progress` cannot be called.
            StoreError: It could not be stored; the commits before stand.
        """
        from graphmem.writing.consolidate import consolidate

        if progress is not None and not callable(progress):
            raise InvalidInput(f"progress is called as (stage, done, total), not {progress!r}")
        return consolidate(self._store, self.space, self._models, self._clock, progress or _silent)


def forget_beside(store: GraphStore, space: str, gone: Collection[str] | None) -> None:
    """Remove what was deleted from the files beside a store; doing it again changes nothing.

    Args:
        store: whose files.
        space: of what was deleted.
        gone: its uids; None is all of the space, where they are not known any more.

    Raises:
        StoreError: A file cannot be written.
    """
    forget_answers(beside(store, ANSWERS), gone)
    forget_shown(beside(store, SHOWN), space, gone)


def _silent(stage: str, done: int, total: int) -> None:
    """Hear nothing."""
