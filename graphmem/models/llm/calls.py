"""What goes to an LLM, what comes back, and in which ways it does not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

from graphmem.core.chat import ChatMessage
from graphmem.core.usage import Usage
from graphmem.errors import GraphMemError

if TYPE_CHECKING:
    from graphmem.models.llm.meter import Meter

__all__ = ["Answering", "Call", "CallFailed", "Completion", "Failure", "Transport"]


@dataclass(frozen=True, slots=True)
class Call:
    """One question to an LLM.

    Attributes:
        tags: whom the answer is about, as the uids of passages: what a cache forgets it by.
        meters: count what it takes, beside the client's own.
    """

    messages: tuple[ChatMessage, ...]
    schema: Mapping[str, Any]
    tags: tuple[str, ...] = ()
    meters: tuple[Meter, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Completion:
    """One answer.

    Attributes:
        counted: whether the server told the usage; else it is estimated.
    """

    text: str
    usage: Usage
    counted: bool = True


class Failure(Enum):
    """What a failed attempt means for the next one, and for the bill."""

    REFUSED = "refused"  # asking again gives the same; nothing is billed
    THROTTLED = "throttled"  # too much was asked: later; nothing is billed
    DOWN = "down"  # the server did not take it, or failed; nothing is billed
    UNSURE = "unsure"  # it was sent, and no answer came: it may be billed
    UNUSABLE = "unusable"  # there is an answer without words; it is billed

    @property
    def passes(self) -> bool:
        """Whether it may go well when it is sent again."""
        return self in (Failure.THROTTLED, Failure.DOWN, Failure.UNSURE)

    @property
    def counts_against(self) -> bool:
        """Whether it says that the server is not well."""
        return self in (Failure.DOWN, Failure.UNSURE)


class CallFailed(Exception):
    """One attempt failed; it never leaves this package.

    Attributes:
        error: what the caller gets to see where it is not tried again.
        retry_after_s: what the server says of when to come back.
        usage: what an answer without words took.
    """

    def __init__(
        self,
        failure: Failure,
        error: GraphMemError,
        *,
        retry_after_s: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(str(error))
        self.failure = failure
        self.error = error
        self.retry_after_s = retry_after_s
        self.usage = usage


class Answering(Protocol):
    """Whatever turns a call into an answer: a transport, or what stands around one."""

    def answer(self, call: Call) -> Completion:
        """Return the answer.

        Raises:
            CallFailed: There is none; of a transport, in one attempt.
        """
        ...


class Transport(Answering, Protocol):
    """One attempt at a call.

    Attributes:
        name: for the reader.
        model: as price tables call it.
        identity: what else than the call an answer depends on; without any secret.
        max_tokens: of an answer at most; None where nobody says.
    """

    name: str
    model: str
    identity: str
    max_tokens: int | None

    def close(self) -> None:
        """Let connections go."""
        ...
