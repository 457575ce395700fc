"""An LLM behind OpenAI's protocol: theirs, or any server that speaks it (Ollama, vLLM, …)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from graphmem.core.chat import ChatMessage
from graphmem.errors import CompletionFailed, InvalidInput
from graphmem.models.endpoint import connect, mapped
from graphmem.ports import LLM

__all__ = ["OpenAIChat", "check_llm", "open_llm"]

_FORMS = "'openai:<model>' or an object with the LLM protocol"
_MODES = ("json_schema", "json_object", "text")
# What servers answer to a form of answer that they do not know.
_UNKNOWN_FORM = (400, 404, 415, 422, 501)


class OpenAIChat:
    """Asks through an OpenAI-compatible endpoint.

    A strict JSON schema is asked for; of a server that has none a JSON object, and of one that
    has neither a fenced block. What worked is asked for from then on.

    Args:
        model: the server's name for the model.
        base_url: of the server; by default the variable OPENAI_BASE_URL, else OpenAI itself.
        api_key: by default the variable OPENAI_API_KEY. It is never written anywhere.

    Raises:
        MissingExtra: The package `openai` is not installed.
        InvalidInput: There is no key.
    """

    def __init__(
        self, model: str, base_url: str | None = None, api_key: str | None = None
    ) -> None:
        self.name = f"openai:{model}"
        self._model = model
        self._client = connect(base_url, api_key, "an openai: LLM")
        self._mode = 0

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the answer as it comes; see `ports.LLM`.

        Raises:
            InvalidInput: The server refuses the key, the model or the request.
            CompletionFailed: The server did not answer as it should, after 3 more tries.
        """
        import openai

        while True:
            try:
                return self._request(messages, schema)
            except openai.OpenAIError as error:
                status = getattr(error, "status_code", None)
                last = self._mode == len(_MODES) - 1
                if status not in _UNKNOWN_FORM or last or not _is_about_form(error):
                    raise mapped(
                        error, self.name, self._client.api_key, CompletionFailed
                    ) from None
                self._mode += 1

    def _request(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        mode = _MODES[self._mode]
        extra: dict[str, Any] = {"temperature": 0.0}
        if mode == "json_schema":
            form = {"name": "answer", "strict": True, "schema": dict(schema)}
            extra["response_format"] = {"type": mode, "json_schema": form}
        elif mode == "json_object":
            extra["response_format"] = {"type": mode}
        said = [{"role": m.role, "content": _sendable(m.content)} for m in messages]
        if mode != "json_schema":
            said.append({"role": "user", "content": _by_schema(schema, fenced=mode == "text")})
        response = self._client.chat.completions.create(
            model=self._model,
            messages=said,  # type: ignore[arg-type]  # their types are a dict for each role
            extra_body=extra,
        )
        try:
            content = response.choices[0].message.content
        except (AttributeError, IndexError, TypeError) as error:
            raise CompletionFailed(f"{self.name} answered with no message: {error}") from None
        if not content:
            raise CompletionFailed(f"{self.name} answered with an empty message; try again")
        return content


def check_llm(spec: str | LLM | None) -> None:
    """Check the form of a choice, without loading anything.

    Raises:
        InvalidInput: No LLM is called so, or the object is none.
    """
    if spec is None:
        return
    if isinstance(spec, str):
        kind, _, model = spec.partition(":")
        if kind != "openai" or not model:
            raise InvalidInput(f"no LLM is called {spec!r}: give {_FORMS}")
    elif not hasattr(spec, "complete"):
        raise InvalidInput(f"{type(spec).__name__} is no LLM, it has no complete: give {_FORMS}")


def open_llm(spec: str | LLM | None) -> LLM | None:
    """Return the LLM that `spec` names, or `spec` itself where it is one, or is None.

    Raises:
        InvalidInput: The spec has none of these forms, or there is no key.
        MissingExtra: The package `openai` is not installed.
    """
    check_llm(spec)
    return OpenAIChat(spec.partition(":")[2]) if isinstance(spec, str) else spec


def _is_about_form(error: Exception) -> bool:
    text = str(error).casefold()
    return any(word in text for word in ("response_format", "json_schema", "schema", "json"))


def _by_schema(schema: Mapping[str, Any], *, fenced: bool) -> str:
    where = "a fenced ```json block" if fenced else "a JSON object"
    return f"Answer with {where} by this JSON schema and nothing else: {json.dumps(schema)}"


def _sendable(text: str) -> str:
    # JSON in UTF-8 cannot hold lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")
