"""An LLM for tests: it says what it was told to say, and remembers what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from graphmem.core.chat import ChatMessage
from graphmem.errors import CompletionFailed

__all__ = ["FakeLLM"]

Script = Iterable[str | Mapping[str, Any] | Exception]
Reply = Callable[[Sequence[ChatMessage]], "str | Mapping[str, Any]"]


class FakeLLM:
    """Answers from a script, or by a function of what it is asked.

    Args:
        script: answers in order: texts, values that become JSON, or errors that are raised; a
            function makes the answer to each call.

    Attributes:
        calls: the messages of each call.
        schemas: the schema of each call.
    """

    name = "fake"

    def __init__(self, script: Script | Reply = ()) -> None:
        self._reply = script if callable(script) else None
        self._script = iter(()) if callable(script) else iter(script)
        self.calls: list[tuple[ChatMessage, ...]] = []
        self.schemas: list[Mapping[str, Any]] = []

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the next answer.

        Raises:
            CompletionFailed: The script is at its end.
        """
        self.calls.append(tuple(messages))
        self.schemas.append(schema)
        answer: str | Mapping[str, Any] | Exception | None
        answer = self._reply(messages) if self._reply else next(self._script, None)
        if answer is None:
            raise CompletionFailed("the fake LLM's script is at its end")
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, str) else json.dumps(answer)
