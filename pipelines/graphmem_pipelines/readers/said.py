"""What was said and done, whatever wrote it down → a conversation or a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_schemas import Message

__all__ = ["Call", "Said", "Told", "conversation", "from_said", "outcome_of", "run_of"]

# Told to the model, by whoever built the program: nothing that was said in the conversation.
_INSTRUCTIONS = frozenset(("system", "developer"))
_PEOPLE = frozenset(("user", "human"))
_MAX_TASK_CHARS = 100_000
_MAX_SPEAKER_CHARS = 200
_MAX_REF_CHARS = 500
_WORDS = {
    "success": "success", "succeeded": "success", "passed": "success", "pass": "success",
    "resolved": "success", "ok": "success", "true": "success",
    "failure": "failure", "failed": "failure", "fail": "failure", "error": "failure",
    "unresolved": "failure", "false": "failure",
}  # fmt: skip
_OUTCOME_FIELDS = ("outcome", "success", "resolved", "passed", "reward", "score", "status")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a tool.

    Attributes:
        uid: by which its answer is found.
        arguments: an object, or JSON of one.
    """

    uid: str
    name: str
    arguments: Any = None

    @property
    def action(self) -> str:
        """The call as it would be written: `search(city="Rome", days=3)`."""
        arguments = self.arguments
        if isinstance(arguments, str):
            try:
                arguments = json.loads(arguments)
            except (ValueError, RecursionError):
                return f"{self.name}({arguments})"
        if isinstance(arguments, Mapping):
            given = (f"{name}={_plain(value)}" for name, value in arguments.items())
            return f"{self.name}({', '.join(given)})"
        return f"{self.name}({'' if arguments is None else _plain(arguments)})"


@dataclass(frozen=True, slots=True)
class Said:
    """One message.

    Attributes:
        role: "user", "assistant", "system", "tool", or a name.
        name: of who says it, where the role says less.
        answers: uid of the call that it is the result of.
        failed: whether the tool refused.
    """

    role: str
    text: str = ""
    name: str | None = None
    calls: tuple[Call, ...] = ()
    answers: str | None = None
    failed: bool = False
    at: datetime | None = None
    ref: str | None = None

    @property
    def speaker(self) -> str:
        """Who says it."""
        return (self.name or self.role)[:_MAX_SPEAKER_CHARS]


@dataclass(frozen=True, slots=True)
class Told:
    """What a file says of a whole conversation or run, besides its messages."""

    title: str | None = None
    task: str | None = None
    outcome: str | float | bool = "unknown"
    at: datetime | None = None


def from_said(name: str, messages: Sequence[Said], told: Told) -> Content:
    """Return a run where tools were called, else a conversation.

    Raises:
        InvalidInput: Nothing was said, or nobody said what the run was for.
    """
    if any(message.calls or message.answers is not None for message in messages):
        return run_of(name, messages, told)
    return conversation(name, messages, told)


def conversation(name: str, messages: Sequence[Said], told: Told) -> Content:
    """Return what people and assistants said; instructions for the model are left out.

    Raises:
        InvalidInput: Nobody said a word.
    """
    rows = tuple(
        Message(text=said.text, speaker=said.speaker, at=said.at, ref=_cut(said.ref))
        for said in messages
        if said.role not in _INSTRUCTIONS and said.text.strip()
    )
    if not rows:
        raise InvalidInput("it has no message with a text")
    first = told.at or next((row.at for row in rows if row.at), None)
    return Content(name, messages=rows, title=told.title, at=first)


def run_of(name: str, messages: Sequence[Said], told: Told) -> Content:
    """Return a run: its task is what was asked first, its steps are what was done then.

    Raises:
        InvalidInput: Nobody said what it was for, or nothing was done.
    """
    said = [message for message in messages if message.role not in _INSTRUCTIONS]
    task = told.task
    if task is None:
        at = next((i for i, m in enumerate(said) if m.role in _PEOPLE and m.text.strip()), None)
        if at is None:
            raise InvalidInput("the run has no task: no message of a user says what was wanted")
        task = said.pop(at).text
    steps = _steps(said)
    if not steps:
        raise InvalidInput("the run has no step: nothing was said or done after the task")
    run: dict[str, Any] = {"task": task[:_MAX_TASK_CHARS], "steps": steps}
    run["outcome"] = told.outcome
    first = told.at or next((message.at for message in messages if message.at), None)
    if first:
        run["at"] = first.isoformat()
    return Content(name, run=run)


def outcome_of(row: Mapping[str, Any]) -> str | float | bool:
    """Return how a run ended by what its row says, "unknown" where that is nothing clear."""
    for field in _OUTCOME_FIELDS:
        value = row.get(field)
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float) and 0 <= value <= 1:
            return float(value)
        if isinstance(value, str) and value.lower() in _WORDS:
            return _WORDS[value.lower()]
    return "unknown"


def _steps(messages: Sequence[Said]) -> list[dict[str, Any]]:
    """Return what was done, each answer with the first call of its uid that has none yet."""
    steps: list[dict[str, Any]] = []
    open_calls: dict[str, list[dict[str, Any]]] = {}
    for said in messages:
        waiting = open_calls.get(said.answers) if said.answers is not None else None
        if waiting:
            step = waiting.pop(0)
            step["observation"] = said.text
            if said.failed:
                step["reward"] = -1.0
            continue
        if said.text.strip():
            steps.append(_step(said, said.text))
        for call in said.calls:
            step = _step(said, call.action)
            steps.append(step)
            open_calls.setdefault(call.uid, []).append(step)
    return steps


def _step(said: Said, action: str) -> dict[str, Any]:
    step: dict[str, Any] = {"action": action, "agent": said.speaker}
    if said.at:
        step["at"] = said.at.isoformat()
    return step


def _plain(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(ref: str | None) -> str | None:
    return ref[:_MAX_REF_CHARS] if ref else None
