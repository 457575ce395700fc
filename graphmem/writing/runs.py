"""Runs of agents as the caller hands them in → a `Run`: checked, named, cut into passages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import shorten
from typing import Any, get_args

from pydantic import ValidationError

from graphmem.core.skeleton import slots_of
from graphmem.core.steps import Done, patterns, wasted
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.writing.accept import SourceText, Turn
from graphmem.writing.checks import check_moment, check_text, is_blank
from graphmem.writing.refused import first_problem
from graphmem.writing.segment import PassageDraft, segment
from graphmem_schemas import Outcome, Step

__all__ = ["Run", "accept_outcome", "accept_run", "query_uid"]

DEFAULT_AGENT = "agent"
_MAX_TASK_CHARS = 100_000
_MAX_NAME_CHARS = 1_000
_MAX_STEPS = 100_000
# Of the name of a run that nobody named: of its task, and of the hash behind it.
_MAX_SHOWN_CHARS, _MARK_CHARS = 60, 12
_HALF = 0.5
_OUTCOMES: Mapping[str, Outcome] = {word: word for word in get_args(Outcome)}


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
        source: name of the run; None is its task, and a hash of what it holds.
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
                f"outcome {outcome[:40]!r} is none of 'success', 'failure' and 'unknown', "
                "and no number from 0 to 1"
            )
        return _OUTCOMES[outcome], measured
    value = _share(outcome, "outcome")
    return ("success" if value >= _HALF else "failure"), value if measured is None else measured


def query_uid(source: str) -> str:
    """Return the uid of the task of a run, by the uid of its source."""
    return content_uid("query", source)


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
    """Return a name for a run without one: its task, and what is the same for that run only."""
    said = [step.model_dump_json() for step in steps]
    moment = at.isoformat() if at else ""
    mark = content_uid("run", task, outcome, str(score), moment, *said)[:_MARK_CHARS]
    return f"{shorten(task, _MAX_SHOWN_CHARS, placeholder=' …')} ({mark})"


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
