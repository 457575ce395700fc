"""A run, end to end: embed its passages, place it beside runs that are alike, draw the lessons."""

from __future__ import annotations

from collections.abc import Iterable

from graphmem.core.changes import Changes
from graphmem.core.skeleton import skeleton
from graphmem.ports import Clock, Embedder, GraphReader, GraphStore, LessonIndex, Plan, PlanReader
from graphmem.writing.distil import redraw
from graphmem.writing.drafting import Draft
from graphmem.writing.lay import embed_new
from graphmem.writing.runs import Run, query_uid
from graphmem.writing.tell_run import tell_run
from graphmem_schemas import Query, Receipt

__all__ = ["RunWriter", "apply_telling", "draw_lessons", "receipt_of"]

# One more than are linked: the run itself may be among them.
_N_NEAR = 11


class RunWriter:
    """Writes runs into one space of a store."""

    def __init__(self, store: GraphStore, space: str, embedder: Embedder, clock: Clock) -> None:
        self._store, self._space = store, space
        self._embedder, self._clock = embedder, clock

    def add(self, run: Run, lessons: LessonIndex) -> Receipt:
        """Add a run that was checked, and draw what it and its like teach.

        The lessons are a commit of their own: they follow from the runs, and whoever was stopped
        in between has them drawn by the next run of the sort, or by adding the same one again.

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
        sorts: set[str] = set()

        def plan(reader: GraphReader) -> Changes:
            draft = Draft(self._space, now)
            last[:] = [draft]
            uid = query_uid(run.source)
            (before,) = reader.get(self._space, [uid])
            told = tell_run(run, reader, draft, vectors=vectors, slots=slots, near=near)
            found = (before, draft.nodes.get(uid))
            sorts.update(query.skeleton for query in found if isinstance(query, Query))
            return _changes(draft) if told else Changes()

        commit = self._store.apply(self._space, plan)
        receipt = receipt_of(last[0], commit.seq, (run.source,))
        seq, added = draw_lessons(sorts, self._store, self._space)
        return receipt.model_copy(
            update={"seq": max(receipt.seq, seq), "added": {**receipt.added, **added}}
        )


def draw_lessons(
    sorts: Iterable[str], store: GraphStore, space: str
) -> tuple[int, dict[str, tuple[str, ...]]]:
    """Draw anew what the runs of some sorts of task teach.

    Args:
        sorts: skeletons of the tasks whose runs were added, changed or taken back.
        store: holds the runs.
        space: the space.

    Returns:
        The number of the commit, 0 where nothing differs, and uids of new nodes by label.
    """
    wanted = sorted(sorts)
    return apply_telling(lambda reader: redraw(wanted, reader, space), store, space)


def apply_telling(
    plan: Plan, store: GraphStore, space: str
) -> tuple[int, dict[str, tuple[str, ...]]]:
    """Apply a plan; return the number of its commit, and uids of new nodes by label."""
    added: dict[str, tuple[str, ...]] = {}

    def watched(reader: PlanReader) -> Changes:
        changes = plan(reader)
        there = reader.get(space, [node.uid for node in changes.nodes])
        added.clear()
        for node, known in zip(changes.nodes, there, strict=True):
            if known is None:
                added[node.label] = (*added.get(node.label, ()), node.uid)
        return changes

    return store.apply(space, watched).seq, added


def receipt_of(draft: Draft, seq: int, sources: tuple[str, ...]) -> Receipt:
    """Return what a draft put there; nothing where no commit was made."""
    if not seq:
        return Receipt(seq=0, sources=sources)
    added = {label: tuple(uids) for label, uids in draft.added.items()}
    return Receipt(seq=seq, sources=sources, added=added)


def _changes(draft: Draft) -> Changes:
    return Changes(
        nodes=tuple(draft.nodes.values()),
        edges=tuple(draft.edges.values()),
        vectors=tuple(draft.vectors),
        remove_nodes=tuple(draft.removed),
    )
