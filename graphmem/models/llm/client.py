"""An LLM as the rest of graphmem sees it, with all that stands around its transport."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from graphmem.core.chat import ChatMessage
from graphmem.core.token_counts import estimate_tokens
from graphmem.core.usage import Usage, estimate_prompt
from graphmem.errors import GraphMemError
from graphmem.models.llm.bill import Bill
from graphmem.models.llm.cache import ResponseCache
from graphmem.models.llm.caching import CachedAnswers
from graphmem.models.llm.calls import Answering, Call, CallFailed, Completion, Failure, Transport
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.meter import Meter
from graphmem.models.llm.sending import Sender, Surroundings
from graphmem.ports import LLM

__all__ = ["AnyLLM", "LLMClient"]


class LLMClient:
    """Asks through a transport: a cache first, then limits and patience, and the bill of each try.

    It is an `LLM`, and may be used from many threads.

    Args:
        transport: makes one attempt.
        limits: which are kept.
        cache: of answers; None keeps none. It stays its owner's to close.
        meter: counts what is spent, and keeps to its budget; None makes one without.
        surroundings: clock, sleep and chance, for tests.

    Attributes:
        name: of the model.
        meter: counts what is spent.

    Raises:
        InvalidInput: There is a budget, and no price of the model, or no limit to an answer.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        limits: Limits | None = None,
        cache: ResponseCache | None = None,
        meter: Meter | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.name = transport.name
        self.meter = meter or Meter()
        self.cache = cache
        bill = Bill(transport.model, self.meter, transport.max_tokens)
        self._sender = Sender(transport, limits or Limits(), bill, surroundings)
        self._answers: Answering = self._sender
        if cache is not None:
            self._answers = CachedAnswers(self._sender, transport.identity, cache, self.meter)

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the answer as it comes; see `ports.LLM`.

        Raises:
            InvalidInput: The server refuses the key, the model or the request.
            CompletionFailed: There is no answer, after all tries; EndpointDown while the server
                is left alone.
            BudgetSpent: Another call could cost more than may be spent.
            StoreError: The cache cannot be read or written.
        """
        return self.answer(Call(tuple(messages), schema)).text

    def answer(self, call: Call) -> Completion:
        """Return the answer to a call, with what it took.

        Raises:
            GraphMemError: As `complete` does.
        """
        try:
            return self._answers.answer(call)
        except CallFailed as failed:
            raise failed.error from None

    def about(self, *tags: str, meter: Meter | None = None) -> LLM:
        """Return this LLM for questions about something.

        Args:
            tags: what `ResponseCache.forget` forgets the answers by, as the uids of passages.
            meter: counts what these questions take, beside the client's own.
        """
        return _About(self, tags, (meter,) if meter else ())

    def close(self) -> None:
        """Wake up whoever waits, send nothing any more, and let connections go."""
        self._sender.close()


class AnyLLM:
    """Any object of the port as a transport: what it raises is not tried again.

    Args:
        llm: of the port; its tokens are estimated. Where it has an attribute `identity`, answers
            are kept under that, else under its name.
    """

    max_tokens: int | None = None

    def __init__(self, llm: LLM, max_tokens: int | None = None) -> None:
        self._llm = llm
        self.name = llm.name
        self.model = llm.name.rpartition(":")[2] or llm.name
        self.identity = str(getattr(llm, "identity", llm.name))
        self.max_tokens = max_tokens

    def answer(self, call: Call) -> Completion:
        """Return its answer, with the estimate of what it took.

        Raises:
            CallFailed: It raised an error of graphmem.
        """
        try:
            text = self._llm.complete(call.messages, call.schema)
        except GraphMemError as error:
            raise CallFailed(Failure.REFUSED, error) from error
        prompt = estimate_prompt((m.content for m in call.messages), call.schema)
        return Completion(text, Usage(prompt, estimate_tokens(text)), counted=False)

    def close(self) -> None:
        """It is its owner's to close."""


class _About:
    """An LLM whose questions carry tags and meters."""

    def __init__(
        self, client: LLMClient, tags: tuple[str, ...], meters: tuple[Meter, ...]
    ) -> None:
        self.name = client.name
        self._client, self._tags, self._meters = client, tags, meters

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the answer; see `LLMClient.complete`."""
        return self._client.answer(Call(tuple(messages), schema, self._tags, self._meters)).text
