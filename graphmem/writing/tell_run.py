"""A run → a source, a query, every step verbatim, and passages of those that count.

A run is what its source's name says, or its whole content: the same run again changes nothing, and
one that has grown at its end adds its new steps.
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
from graphmem_schemas import Edge, Interaction, Query, Source

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
        InvalidInput: Another source has the name, or a run with other steps.
    """
    source_uid, query_id = run.source, query_uid(run.source)
    source, query = reader.get(draft.space, [source_uid, query_id])
    uids = _step_uids(run, query_id)
    n_known = _known_steps(run, uids, source, query, reader, draft.space)
    masked = known_slots((run.task, *run.patterns(run.slots)), slots) | set(run.slots)
    told = Query(
        uid=query_id, recorded_at=query.recorded_at if query else draft.now, text=run.task,
        outcome=run.outcome, score=run.score, source=source_uid,
        slots=tuple(sorted(masked)), skeleton=skeleton(run.task, masked),
        steps=run.patterns(masked),
    )  # fmt: skip
    same_end = isinstance(query, Query) and _ended(query) == _ended(told)
    if n_known == len(run.steps) and same_end:
        return False
    if query is None:
        draft.add_nodes([told])
    else:
        draft.nodes[query_id] = told
    text = SourceText(run.name, "run", (), title=run.task[:_MAX_TITLE_CHARS], at=run.at)
    known = source if isinstance(source, Source) else None
    lay_passages(text, source_uid, known, run.drafts, vectors, draft)
    _tell_steps(run, uids, n_known, query_id, draft)
    _link_alike(near, query_id, source_uid, reader, draft)
    return True


def _tell_steps(run: Run, uids: Sequence[str], n_known: int, query_id: str, draft: Draft) -> None:
    """Put every step that is new, verbatim, each after the one before it."""
    cuts: dict[str, list[str]] = {}
    for cut in run.drafts:
        cuts.setdefault(cut.ref or "", []).append(cut.uid)
    for at in range(n_known, len(run.steps)):
        uid = uids[at]
        draft.add_nodes([_interaction(run, at, uid, query_id, draft.now)])
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


def _known_steps(
    run: Run,
    uids: Sequence[str],
    source: object,
    query: object,
    reader: GraphReader,
    space: str,
) -> int:
    """Return how many of the steps are stored, which must be the first ones, and all there are.

    Raises:
        InvalidInput: The name is another source's, or the run's steps are others.
    """
    if source is None and query is None:
        return 0
    if not isinstance(source, Source) or source.kind != "run":
        raise InvalidInput(f"the source {run.name!r} is there and no run: give another name")
    stored = reader.get(space, uids)
    n_known = sum(node is not None for node in stored)
    parts = reader.neighbours(space, [query_uid(source.uid)], ["PART_OF"])
    if n_known != len(parts) or None in stored[:n_known]:
        raise InvalidInput(
            f"a run {run.name!r} with other steps is there: give another `source`, or delete "
            "that one first"
        )
    return n_known


def _step_uids(run: Run, query_id: str) -> list[str]:
    return [
        content_uid(
            "interaction", query_id, str(at), str(step.agent), step.action,
            *(() if step.observation is None else (step.observation,)),
        )
        for at, step in enumerate(run.steps)
    ]  # fmt: skip
