"""Instructions that stored passages state → prescriptions that lead to the very words.

Off the path of `add`: `consolidate` calls it for what is new.
"""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.core.changes import Changes
from graphmem.language.instructions import instructions
from graphmem.ports import Clock, GraphReader, GraphStore
from graphmem.writing.drafting import Draft
from graphmem.writing.tell_lessons import prescription_uid, tell_lesson
from graphmem_schemas import Passage

__all__ = ["overhear"]


def overhear(
    passages: Sequence[Passage], store: GraphStore, space: str, clock: Clock
) -> tuple[int, dict[str, tuple[str, ...]]]:
    """Store the instructions of some passages, in one commit; doing it again changes nothing.

    About 0.1 ms for each 1,000 characters. Passages in other languages than English, and steps
    of runs, state none.

    Args:
        passages: 2,000 at most.
        store: holds them.
        space: the space.
        clock: dates new prescriptions.

    Returns:
        The number of the commit, 0 where nothing is new, and uids of new nodes by label.
    """
    found = [
        (passage, one)
        for passage in passages
        if passage.language in (None, "en")
        for one in instructions(passage.text)
    ]
    if not found:
        return 0, {}
    now = clock()
    last: list[Draft] = []

    def plan(reader: GraphReader) -> Changes:
        draft = Draft(space, now)
        last[:] = [draft]
        there = reader.get(space, [passage.uid for passage, _ in found])
        left = [pair for pair, node in zip(found, there, strict=True) if node is not None]
        known = reader.get(space, [prescription_uid(one.when, one.text) for _, one in left])
        for (passage, one), node in zip(left, known, strict=True):
            tell_lesson(passage, one, draft, new=node is None)
        return Changes(nodes=tuple(draft.nodes.values()), edges=tuple(draft.edges.values()))

    commit = store.apply(space, plan)
    added = last[0].added if commit.seq else {}
    return commit.seq, {label: tuple(uids) for label, uids in added.items()}
