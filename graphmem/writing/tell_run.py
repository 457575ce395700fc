"""A run → a source, a query, every step verbatim, and passages of those that count.

A run is what its source's name says, or its whole content: the same run again changes nothing, and
one that has grown at its end adds its new steps. Steps that were deleted are told again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from graphmem.core.skeleton import known_slots, skeleton
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import Float32, GraphReader, Ranked
from graphmem.writing.accept import SourceText
from graphmem.writing.drafting import Draft
from graphmem.writing.lay import lay_passages
from graphmem.writing.runs import Run, query_uid
from graphmem_schemas import Edge, Interaction, Node, Query, Source

__all__ = ["tell_run"]

_MAX_TITLE_CHARS = 1_000
_SIMILAR_FROM = 0.3


def tell_run(
    run: Run,
    reader: GraphReader,
    draft: Draft,
    *,
    vectors: Mapping[str, Float32],
    slots: frozenset[str],
    near: Sequence[Ranked],
) -> bool:
    """Put a run into the draft; return whether it says anything new.

    Args:
        run: from `accept_run`.
        reader: the store as it is now.
        draft: takes the nodes and edges.
        vectors: of its passages that were not stored, by uid.
        slots: words that other runs show to stand for any thing.
        near: runs whose tasks are alike.

    Raises:
        InvalidInput: Another source has the name, or a run of another task or with other steps.
    """
    source_uid, query_id = run.source, query_uid(run.source)
    source, query = reader.get(draft.space, [source_uid, query_id])
    uids = _step_uids(run, query_id)
    stored = _stored_steps(run, uids, source, query, reader, draft.space)
    masked = known_slots((run.task, *run.patterns(run.slots)), slots) | set(run.slots)
    told = Query(
        uid=query_id, recorded_at=query.recorded_at if query else draft.now, text=run.task,
        outcome=run.outcome, score=run.score, source=source_uid,
        shown=run.slots, slots=tuple(sorted(masked)), skeleton=skeleton(run.task, masked),
        steps=run.patterns(masked),
    )  # fmt: skip
    same_end = isinstance(query, Query) and _ended(query) == _ended(told)
    if None not in stored and same_end:
        return False
    if query is None:
        draft.add_nodes([told])
    else:
        draft.nodes[query_id] = told
    text = SourceText(run.name, "run", (), title=run.task[:_MAX_TITLE_CHARS], at=run.at)
    known = source if isinstance(source, Source) else None
    lay_passages(text, source_uid, known, run.drafts, vectors, draft)
    _tell_steps(run, uids, stored, query_id, draft)
    _link_alike(near, query_id, source_uid, reader, draft)
    return True


def _tell_steps(
    run: Run, uids: Sequence[str], stored: Sequence[Node | None], query_id: str, draft: Draft
) -> None:
    """Put every step from the first new one on, verbatim, each after the one before it.

    Those that are stored behind a gap go first: they follow other steps from now on.
    """
    cuts: dict[str, list[str]] = {}
    for cut in run.drafts:
        cuts.setdefault(cut.ref or "", []).append(cut.uid)
    first = stored.index(None) if None in stored else len(stored)
    for at in range(first, len(run.steps)):
        uid, known = uids[at], stored[at]
        if known is None:
            draft.add_nodes([_interaction(run, at, uid, query_id, draft.now)])
        else:
            draft.nodes[uid] = known
            draft.removed.append(uid)
        draft.join("PART_OF", uid, query_id, run.source)
        if at:
            draft.join("NEXT", uids[at - 1], uid, run.source)
        for passage in cuts.get(str(at), ()):
            draft.join("EVIDENCED_BY", uid, passage, run.source)
        for earlier in _heard(run, at):
            draft.join("SENT_TO", uids[earlier], uid, run.source)


def _heard(run: Run, at: int) -> Iterable[int]:
    """Yield the steps that were said to the agent of this one since it last spoke."""
    agent = run.steps[at].agent
    for earlier in range(at - 1, -1, -1):
        if agent in run.steps[earlier].to:
            yield earlier
        if run.steps[earlier].agent == agent:
            return


def _interaction(run: Run, at: int, uid: str, query_id: str, now: datetime) -> Interaction:
    step = run.steps[at]
    return Interaction(
        uid=uid, recorded_at=now, query=query_id, position=at, agent=str(step.agent),
        action=step.action, observation=step.observation, reward=step.reward,
        at=step.at or run.at, noop=run.idle[at],
    )  # fmt: skip


def _link_alike(
    near: Sequence[Ranked], query_id: str, source_uid: str, reader: GraphReader, draft: Draft
) -> None:
    """Link the run to those that are alike and still there; a pair has one edge."""
    others = [one for one in near if one.uid != query_id and one.score >= _SIMILAR_FROM]
    there = reader.get(draft.space, [one.uid for one in others])
    for one, node in zip(others, there, strict=True):
        if isinstance(node, Query):
            start, end = sorted((query_id, one.uid))
            sources = {source_uid: one.score}
            draft.add_edge(Edge(kind="SIMILAR", start=start, end=end, sources=sources))


def _ended(query: Query) -> tuple[object, ...]:
    return query.text, query.outcome, query.score


def _stored_steps(
    run: Run,
    uids: Sequence[str],
    source: object,
    query: object,
    reader: GraphReader,
    space: str,
) -> list[Node | None]:
    """Return the steps as they are stored, None for each that is not; there must be no others.

    Raises:
        InvalidInput: The name is another source's, or the run's task or steps are others.
    """
    if source is None and query is None:
        return [None] * len(uids)
    if not isinstance(source, Source) or source.kind != "run":
        raise InvalidInput(f"the source {run.name!r} is there and no run: give another name")
    if isinstance(query, Query) and query.text != run.task:
        raise InvalidInput(
            f"a run {run.name!r} of another task ({query.text[:80]!r}) is there: give another "
            "`source`, or delete that one first"
        )
    stored = reader.get(space, uids)
    parts = reader.neighbours(space, [query_uid(source.uid)], ["PART_OF"])
    if {node.uid for node in stored if node} != {edge.start for edge in parts}:
        raise InvalidInput(
            f"a run {run.name!r} with other steps is there: give another `source`, or delete "
            "that one first"
        )
    return stored


def _step_uids(run: Run, query_id: str) -> list[str]:
    return [
        content_uid(
            "interaction", query_id, str(at), str(step.agent), step.action,
            *(() if step.observation is None else (step.observation,)),
        )
        for at, step in enumerate(run.steps)
    ]  # fmt: skip
