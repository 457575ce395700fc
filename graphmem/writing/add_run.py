"""A run, end to end: embed its passages, place it beside runs that are alike, draw the lessons."""

from __future__ import annotations

from graphmem.core.changes import Changes
from graphmem.core.skeleton import skeleton
from graphmem.ports import Clock, Embedder, GraphReader, GraphStore, LessonIndex
from graphmem.writing.drafting import Draft
from graphmem.writing.lay import embed_new
from graphmem.writing.runs import Run, query_uid, tell_run
from graphmem_schemas import Receipt

__all__ = ["RunWriter", "receipt_of"]

# One more than are linked: the run itself may be among them.
_N_NEAR = 11


class RunWriter:
    """Writes runs into one space of a store."""

    def __init__(self, store: GraphStore, space: str, embedder: Embedder, clock: Clock) -> None:
        self._store, self._space = store, space
        self._embedder, self._clock = embedder, clock

    def add(self, run: Run, lessons: LessonIndex) -> Receipt:
        """Add a run that was checked, and draw what it and its like teach.

        Args:
            run: from `accept_run`.
            lessons: runs of the space as they are now.

        Raises:
            InvalidInput: Its name is that of something else; nothing has changed.
        """
        slots = lessons.slots()
        near = lessons.similar(skeleton(run.task, slots | set(run.slots)), _N_NEAR)
        near = [one for one in near if one.uid != query_uid(run.source)][: _N_NEAR - 1]
        vectors = embed_new(run.drafts, self._store, self._space, self._embedder)
        now = self._clock()
        last: list[Draft] = []

        def plan(reader: GraphReader) -> Changes:
            draft = Draft(self._space, now)
            last[:] = [draft]
            if not tell_run(run, reader, draft, vectors=vectors, slots=slots, near=near):
                return Changes()
            return Changes(
                nodes=tuple(draft.nodes.values()),
                edges=tuple(draft.edges.values()),
                vectors=tuple(draft.vectors),
            )

        commit = self._store.apply(self._space, plan)
        return receipt_of(last[0], commit.seq, (run.source,))


def receipt_of(draft: Draft, seq: int, sources: tuple[str, ...]) -> Receipt:
    """Return what a draft put there; nothing where no commit was made."""
    if not seq:
        return Receipt(seq=0, sources=sources)
    added = {label: tuple(uids) for label, uids in draft.added.items()}
    return Receipt(seq=seq, sources=sources, added=added)
