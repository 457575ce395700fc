"""An LLM behind OpenAI's protocol: theirs, or any server that speaks it (Ollama, vLLM, …)."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

from graphmem.core.chat import ChatMessage
from graphmem.core.token_counts import estimate_tokens
from graphmem.core.usage import Usage, estimate_prompt
from graphmem.errors import CompletionFailed
from graphmem.models.endpoint import connect, without_login, without_secret
from graphmem.models.llm.calls import Call, CallFailed, Completion, Failure
from graphmem.models.llm.dialect import Dialect
from graphmem.models.llm.openai_failures import is_about_request, refusal_of, to_failure

__all__ = ["OpenAIChat"]

_MAX_BODY_BYTES = 32_000_000


class OpenAIChat:
    """Makes one attempt at a call through an OpenAI-compatible endpoint.

    A strict JSON schema is asked for; of a server that has none a JSON object, and of one that
    has neither a fenced block. Other words of the protocol that it refuses are left out as well.
    What worked is asked for from then on.

    Args:
        model: the server's name for the model.
        base_url: of the server; by default the variable OPENAI_BASE_URL, else OpenAI itself.
        api_key: by default the variable OPENAI_API_KEY. It is never written anywhere.
        timeout_s: how long an answer may take; one that comes in drips up to twice as long.
        max_tokens: of an answer; None leaves it to the server.
        clock: seconds that never go back.

    Raises:
        MissingExtra: The package `openai` is not installed.
        InvalidInput: There is no key, and the server is OpenAI's own.
    """

    def __init__(
        self,
        model: str,
        base_url: str | None = None,
        api_key: str | None = None,
        *,
        timeout_s: float = 60.0,
        max_tokens: int | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self.name = f"openai:{model}"
        self.model = model
        self.max_tokens = max_tokens
        client = connect(base_url, api_key, "an openai: LLM")
        self._client = client.with_options(max_retries=0, timeout=timeout_s)
        self._timeout_s, self._clock = timeout_s, clock
        self._lock = threading.Lock()
        self._dialect = Dialect()
        self._where = without_login(str(self._client.base_url))
        self.identity = f"{self._where} {model} temperature 0, at most {max_tokens} tokens"

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the answer of one attempt; see `ports.LLM`.

        Raises:
            InvalidInput: The server refuses the key, the model or the request.
            CompletionFailed: There is no answer.
        """
        try:
            return self.answer(Call(tuple(messages), schema)).text
        except CallFailed as failed:
            raise failed.error from None

    def answer(self, call: Call) -> Completion:
        """Return the answer of one attempt, with what the server says that it took.

        Raises:
            CallFailed: There is none, or it has no words.
        """
        import openai

        while True:
            dialect = self._dialect
            body = dialect.body(self.model, call.messages, call.schema, self.max_tokens)
            try:
                raw = self._sent(body)
            except openai.OpenAIError as error:
                other = dialect.without(refusal_of(error)) if is_about_request(error) else None
                if other is None:
                    key = self._client.api_key
                    raise to_failure(error, self.name, key, self._where) from None
                self._learn(dialect, other)
            else:
                return self._read(raw, call)

    def close(self) -> None:
        """Let connections go."""
        self._client.close()

    @property
    def dialect(self) -> Dialect:
        """How the server is asked, as far as it is known."""
        return self._dialect

    @dialect.setter
    def dialect(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def _sent(self, body: dict[str, Any]) -> bytes:
        """Return the body of the response; it is read in parts, so that it has an end.

        Raises:
            OpenAIError: The driver's, before there is a body.
            CallFailed: The body did not come in time, or not whole.
        """
        end = self._clock() + self._timeout_s
        create = self._client.chat.completions.with_streaming_response.create
        read = bytearray()
        model, messages, extra = body.pop("model"), body.pop("messages"), body
        with create(model=model, messages=messages, extra_body=extra) as response:
            parts = response.iter_bytes()
            while (part := self._next(parts)) is not None:
                read += part
                if len(read) > _MAX_BODY_BYTES:
                    raise self._failed(Failure.UNUSABLE, f"sends over {_MAX_BODY_BYTES:,} bytes")
                if self._clock() > end:
                    raise self._failed(Failure.UNSURE, f"took over {self._timeout_s:g} s")
        return bytes(read)

    def _next(self, parts: Iterator[bytes]) -> bytes | None:
        try:
            return next(parts, None)
        except Exception as error:  # of the driver's HTTP library, which it does not wrap here
            kind = type(error).__name__
            raise self._failed(Failure.UNSURE, f"broke off its answer ({kind})") from None

    def _learn(self, was: Dialect, other: Dialect) -> None:
        # Many threads find the same out at once: only what the first one asked is changed.
        with self._lock:
            if self._dialect == was:
                self._dialect = other

    def _read(self, raw: bytes, call: Call) -> Completion:
        try:
            said = json.loads(raw)
        except ValueError:
            said = None
        if not isinstance(said, dict):
            raise self._failed(Failure.DOWN, "answered with something else than JSON")
        if said.get("error") and not said.get("choices"):
            # Servers that pass requests on have sent their own status before they know.
            key = self._client.api_key
            raise self._failed(Failure.DOWN, f"failed: {without_secret(str(said['error']), key)}")
        try:
            choice = said["choices"][0]
            message = choice["message"]
            text, refusal = message.get("content"), message.get("refusal")
            ended = choice.get("finish_reason")
        except (AttributeError, IndexError, KeyError, TypeError):
            raise self._failed(Failure.UNUSABLE, "answered with no message") from None
        usage, counted = self._usage(said, call, text if isinstance(text, str) else "")
        if isinstance(refusal, str) and refusal:
            raise self._failed(Failure.UNUSABLE, f"refuses to answer: {refusal[:200]}", usage)
        if not isinstance(text, str) or not text.strip():
            raise self._failed(Failure.UNUSABLE, f"answered with {_emptiness(ended)}", usage)
        return Completion(text, usage, counted)

    def _usage(self, said: Mapping[str, Any], call: Call, text: str) -> tuple[Usage, bool]:
        """Return what the server says that the call took, else the estimate."""
        told = said.get("usage")
        if isinstance(told, dict):
            n_prompt, n_said = told.get("prompt_tokens"), told.get("completion_tokens")
            if isinstance(n_prompt, int) and isinstance(n_said, int):
                return Usage(max(n_prompt, 0), max(n_said, 0)), True
        prompt = estimate_prompt((m.content for m in call.messages), call.schema)
        return Usage(prompt, estimate_tokens(text)), False

    def _failed(self, failure: Failure, what: str, usage: Usage | None = None) -> CallFailed:
        return CallFailed(failure, CompletionFailed(f"{self.name} {what}"), usage=usage)


def _emptiness(ended: object) -> str:
    if ended == "length":
        return "an empty message, since its thoughts took all tokens: give a higher max_tokens"
    return f"an empty message (finish_reason {ended})"
