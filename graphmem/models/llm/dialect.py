"""Which of the protocol's words a server knows; what it refuses is not said to it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from graphmem.core.chat import ChatMessage

__all__ = ["Dialect", "Form"]

Form = Literal["json_schema", "json_object", "text"]
_NEXT_FORM: dict[Form, Form] = {"json_schema": "json_object", "json_object": "text"}
# Servers that came later know only the second; some that came early ignore it silently.
_NEXT_LIMIT: dict[str | None, str | None] = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": None,
}
_ABOUT_FORM = ("response_format", "schema", "json")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one server is asked.

    Attributes:
        form: of the answer.
        limit: what it calls the most tokens of an answer; None where it knows no such word.
        temperature: whether it may be told one.
    """

    form: Form = "json_schema"
    limit: str | None = "max_tokens"
    temperature: bool = True

    def without(self, refusal: str) -> Dialect | None:
        """Return how to ask instead.

        Args:
            refusal: what the server says of a request that it refuses.

        Returns:
            None where the refusal is about none of these words.
        """
        said = refusal.casefold()
        if self.temperature and "temperature" in said:
            return replace(self, temperature=False)
        if self.limit and self.limit in said:
            return replace(self, limit=_NEXT_LIMIT[self.limit])
        if self.form in _NEXT_FORM and any(word in said for word in _ABOUT_FORM):
            return replace(self, form=_NEXT_FORM[self.form])
        return None

    def body(
        self,
        model: str,
        messages: Sequence[ChatMessage],
        schema: Mapping[str, Any],
        max_tokens: int | None,
    ) -> dict[str, Any]:
        """Return the request as JSON values."""
        said = [{"role": m.role, "content": _sendable(m.content)} for m in messages]
        body: dict[str, Any] = {"model": model, "messages": said}
        if self.temperature:
            body["temperature"] = 0.0
        if self.limit and max_tokens:
            body[self.limit] = max_tokens
        if self.form == "json_schema":
            form = {"name": "answer", "strict": True, "schema": dict(schema)}
            body["response_format"] = {"type": self.form, "json_schema": form}
            return body
        said.append({"role": "user", "content": _by_schema(schema, fenced=self.form == "text")})
        if self.form == "json_object":
            body["response_format"] = {"type": self.form}
        return body


def _by_schema(schema: Mapping[str, Any], *, fenced: bool) -> str:
    where = "a fenced ```json block" if fenced else "a JSON object"
    return f"Answer with {where} by this JSON schema and nothing else: {json.dumps(schema)}"


def _sendable(text: str) -> str:
    # JSON in UTF-8 cannot hold lone surrogates.
    return text.encode("utf-8", "replace").decode("utf-8")
