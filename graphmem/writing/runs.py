"""Runs of agents → a source, a query, every step verbatim, and passages of those that count.

A run is what its source's name says, or its whole content: the same run again changes nothing, and
one that has grown at its end adds its new steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, get_args

from pydantic import ValidationError

from graphmem.core.skeleton import known_slots, skeleton, slots_of
from graphmem.core.steps import Done, patterns, wasted
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import Float32, GraphReader, Ranked
from graphmem.writing.accept import (
    SourceText,
    Turn,
    check_moment,
    check_text,
    first_problem,
    is_blank,
)
from graphmem.writing.drafting import Draft
from graphmem.writing.lay import lay_passages
from graphmem.writing.segment import PassageDraft, segment
from graphmem_schemas import Edge, Interaction, Outcome, Query, Source, Step

__all__ = ["Run", "accept_outcome", "accept_run", "query_uid", "tell_run"]

DEFAULT_AGENT = "agent"
_MAX_TASK_CHARS = 100_000
_MAX_NAME_CHARS = 1_000
_MAX_STEPS = 100_000
_HALF = 0.5
_OUTCOMES: Mapping[str, Outcome] = {word: word for word in get_args(Outcome)}
_SIMILAR_FROM = 0.3


@dataclass(frozen=True, slots=True)
class Run:
    """A run that was checked.

    Attributes:
        name: of its source.
        idle: for each step whether it changed nothing or went in a circle.
        drafts: passages of the steps that are not idle; their `ref` is the step's number.
        slots: words that it shows to stand for any thing.
    """

    name: str
    task: str
    steps: tuple[Step, ...]
    outcome: Outcome
    score: float | None
    at: datetime | None
    idle: tuple[bool, ...] = ()
    drafts: tuple[PassageDraft, ...] = ()
    slots: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        """The uid of its source."""
        return content_uid("source", self.name)

    def patterns(self, slots: Iterable[str]) -> tuple[str, ...]:
        """Return what was done, without things and without what changed nothing."""
        kept = [s.action for s, idle in zip(self.steps, self.idle, strict=True) if not idle]
        return patterns(kept, frozenset(slots))


def accept_run(
    task: object,
    steps: object,
    outcome: tuple[Outcome, float | None],
    *,
    agents: object = None,
    source: str | None = None,
    at: datetime | str | None = None,
) -> Run:
    """Check what the caller handed in, and cut it into passages.

    Args:
        task: what was to be done.
        steps: rows as `Step`, pairs of action and observation, or actions alone.
        outcome: from `accept_outcome`.
        agents: names of all who take part; None takes whoever the steps name.
        source: name of the run; None is its content's hash.
        at: when it was.

    Raises:
        InvalidInput: The task is blank, there is no step, one has no action or an unknown agent,
            or a name cannot be used.
    """
    text = check_text(task, "task", _MAX_TASK_CHARS)
    ended, measured = outcome
    moment = check_moment(at)
    taken = _accept_steps(steps, _accept_agents(agents))
    if source is not None:
        check_text(source, "source", _MAX_NAME_CHARS)
    name = source or _content_name(text, taken, ended, measured, moment)
    run = Run(name, text, taken, ended, measured, moment)
    done = [Done(str(s.agent), s.action, s.observation, s.reward) for s in taken]
    idle = tuple(wasted(done))
    slots = slots_of(s.observation or "" for s in taken)
    return replace(run, idle=idle, slots=slots, drafts=tuple(_cut(run, idle)))


def accept_outcome(outcome: object, score: object = None) -> tuple[Outcome, float | None]:
    """Return how it ended, and how well, 0 to 1, where that is known.

    Args:
        outcome: "success", "failure", "unknown", a bool, or a score from 0 to 1, which is a
            success from one half on.
        score: 0 to 1, where the outcome is said in words and was measured, too.

    Raises:
        InvalidInput: It is none of these.
    """
    measured = None if score is None else _share(score, "score")
    if isinstance(outcome, bool):
        return ("success" if outcome else "failure"), measured
    if isinstance(outcome, str):
        if outcome not in _OUTCOMES:
            raise InvalidInput(
                f"outcome {outcome[:40]!r} is none of 'success', 'failure' and 'unknown'"
            )
        return _OUTCOMES[outcome], measured
    value = _share(outcome, "outcome")
    return ("success" if value >= _HALF else "failure"), value if measured is None else measured


def query_uid(source: str) -> str:
    """Return the uid of the task of a run, by the uid of its source."""
    return content_uid("query", source)


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
    used = (run.task, *(step.action for step in run.steps))
    masked = known_slots(used, slots) | set(run.slots)
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
    text = SourceText(run.name, "run", (), title=run.task[:_MAX_NAME_CHARS], at=run.at)
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


def _accept_agents(agents: object) -> tuple[str, ...]:
    if agents is None:
        return ()
    if isinstance(agents, str) or not isinstance(agents, Iterable):
        raise InvalidInput(f"agents must be a list of names, not a {type(agents).__name__}")
    return tuple(check_text(name, "name of an agent", _MAX_NAME_CHARS) for name in agents)


def _accept_steps(steps: object, agents: Sequence[str]) -> tuple[Step, ...]:
    if isinstance(steps, str | bytes | Mapping) or not isinstance(steps, Iterable):
        raise InvalidInput(f"steps must be a list of them, not a {type(steps).__name__}")
    rows = list(steps)
    if not rows:
        raise InvalidInput("the run has no steps: nothing to remember")
    if len(rows) > _MAX_STEPS:
        raise InvalidInput(f"the run has {len(rows):,} steps; at most {_MAX_STEPS:,} are taken")
    return tuple(_accept_step(row, at, agents) for at, row in enumerate(rows))


def _accept_step(row: Any, at: int, agents: Sequence[str]) -> Step:
    if isinstance(row, str):
        row = {"action": row}
    elif isinstance(row, tuple | list) and len(row) == 2:
        row = {"action": row[0], "observation": row[1]}
    try:
        step = row if isinstance(row, Step) else Step.model_validate(_fields(row, at))
    except ValidationError as error:
        raise InvalidInput(f"step {at} cannot be used: {first_problem(error)}") from error
    if is_blank(step.action):
        raise InvalidInput(f"step {at} has no action: say what was done")
    check_text(step.action, f"action of step {at}")
    # An empty answer is one: what the world said is kept as it is.
    if step.observation and not is_blank(step.observation):
        check_text(step.observation, f"observation of step {at}")
    names = (*(() if step.agent is None else (step.agent,)), *step.to)
    for name in names:
        check_text(name, f"agent of step {at}", _MAX_NAME_CHARS)
        if agents and name not in agents:
            raise InvalidInput(f"step {at} is of agent {name!r}, who is not among {agents}")
    agent = step.agent or (agents[0] if agents else DEFAULT_AGENT)
    return step.model_copy(update={"agent": agent})


def _fields(row: object, at: int) -> dict[str, Any]:
    if not isinstance(row, Mapping):
        raise InvalidInput(
            f"step {at} is a {type(row).__name__}: give {{'action': …, 'observation': …}}"
        )
    return dict(row)


def _share(value: object, what: str) -> float:
    if not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise InvalidInput(
            f"{what} {value!r:.40} is out of range: give a number from 0 (failed) to 1, or "
            "'success', 'failure' or 'unknown'"
        )
    return float(value)


def _content_name(
    task: str,
    steps: Sequence[Step],
    outcome: str,
    score: float | None,
    at: datetime | None,
) -> str:
    """Return a name for a run without one: the same for the same run only."""
    said = [step.model_dump_json() for step in steps]
    moment = at.isoformat() if at else ""
    return content_uid("run", task, outcome, str(score), moment, *said)


def _cut(run: Run, idle: Sequence[bool]) -> list[PassageDraft]:
    """Return the passages of the steps that are not idle: what was done and what came of it."""
    turns = tuple(
        Turn(
            "\n".join(p for p in (s.action, s.observation) if p), s.agent, s.at or run.at, str(at)
        )
        for at, s in enumerate(run.steps)
        if not idle[at]
    )
    return segment(SourceText(run.name, "run", turns), run.source)
