"""What keeps a memory in order: delete, retire, merge, undo, consolidate."""

from __future__ import annotations

from functools import partial

from graphmem.facets.base import Facet
from graphmem.reading.lookup import find_entity, find_node, find_source
from graphmem.wiring import CypherReader
from graphmem_schemas import DeleteReceipt

__all__ = ["Upkeep"]


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

        Args:
            uid: a node; an entity takes the facts about it along.
            source: the name that the source was added under.
            entity: a name, or a uid; all entities that were merged with it go together.
            space: this memory's own space, named again so that it is not emptied by a slip.

        Raises:
            InvalidInput: Not exactly one of the four is given, another space is named, or
                several entities have the name.
            NotFound: There is no such node, source or entity.
        """
        from graphmem.writing import forget

        forget.check_one_target(space, self.space, uid, source, entity)
        if space is not None:
            receipt = forget.receipt_of(list(forget.forget_space(self._store, space)))
        elif source is not None:
            uids = [find_source(self._store, self.space, source)]
            plan = partial(forget.forget_sources, uids, space=self.space)
            receipt = forget.forget(self._store, self.space, plan)
        else:
            if entity is not None:
                uids = find_entity(self._store, self.space, entity)
            else:
                uids = [find_node(self._store, self.space, uid or "").uid]
            plan = partial(forget.forget_nodes, uids, space=self.space)
            receipt = forget.forget(self._store, self.space, plan)
        if not receipt.seq:
            return receipt
        self._reader.forget()
        self._cypher.close()
        return receipt.model_copy(update={"places": forget.PLACES})
