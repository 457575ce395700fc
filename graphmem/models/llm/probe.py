"""What an endpoint supports, found out by a few small calls."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from graphmem.core.chat import ChatMessage, read_json
from graphmem.models.llm.calls import Call, CallFailed, Completion, Failure
from graphmem.models.llm.dialect import Form
from graphmem.models.llm.openai_chat import OpenAIChat

__all__ = ["FormFound", "ProbeResult", "probe"]

# A model that thinks first needs room for its thoughts.
_MAX_TOKENS = 2000
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "country": {"type": "string"}},
    "required": ["city", "country"],
    "additionalProperties": False,
}
_QUESTION = (
    ChatMessage("system", "You take facts from a text, as JSON."),
    ChatMessage("user", "Text: Caroline moved to Lisbon in Portugal. Where does she live?"),
)
_FORMS: tuple[Form, ...] = ("json_schema", "json_object", "text")


@dataclass(frozen=True, slots=True)
class FormFound:
    """One form of answer.

    Attributes:
        form: "json_schema" (strict), "json_object" or "text".
        taken: whether the server knows it.
        read: whether JSON by the schema can be found in the answer.
        kept: whether there is nothing else in it; of "text" the same as `read`.
        found: what there is to say, for a person.
    """

    form: Form
    taken: bool
    read: bool
    kept: bool
    found: str


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What an endpoint supports.

    Attributes:
        forms: of answers, the strictest first.
        best: the strictest that the server knows and the model can be read in; None where none is.
        says_usage: whether it tells the tokens of a call.
        temperature: whether it may be told one.
        limit: what it calls the most tokens of an answer; None where it takes none.
        latency_s: of one small call, the median.
    """

    forms: tuple[FormFound, ...]
    best: Form | None
    says_usage: bool
    temperature: bool
    limit: str | None
    latency_s: float


def probe(
    model: str,
    base_url: str | None = None,
    *,
    timeout_s: float = 60.0,
    clock: Callable[[], float] = time.monotonic,
) -> ProbeResult:
    """Ask one small question in each form that there is; three calls, or a few more.

    Args:
        model: the server's name for it.
        base_url: of the server; by default as for every LLM.
        timeout_s: how long an answer may take.
        clock: seconds that never go back.

    Raises:
        MissingExtra: The package `openai` is not installed.
        InvalidInput: The server refuses the key, the model, or each form.
        CompletionFailed: It cannot be reached, or fails.
    """
    chat = OpenAIChat(model, base_url, timeout_s=timeout_s, max_tokens=_MAX_TOKENS)
    found: list[FormFound] = []
    took: list[float] = []
    said: Completion | None = None
    try:
        # The plainest goes first: where that fails, the server cannot be used at all.
        for form in reversed(_FORMS):
            chat.dialect = replace(chat.dialect, form=form)
            start = clock()
            answer, of_form = _try(chat, form)
            took += [clock() - start] if answer else []
            said = answer or said
            found.insert(0, of_form)
        dialect = chat.dialect
    finally:
        chat.close()
    best: Form | None = next((one.form for one in found if one.taken and one.read), None)
    counted = said.counted if said else False
    return ProbeResult(
        tuple(found), best, counted, dialect.temperature, dialect.limit, median(took or [0.0])
    )


def _try(chat: OpenAIChat, form: Form) -> tuple[Completion | None, FormFound]:
    """Ask in one form.

    Raises:
        GraphMemError: It fails for another reason than its form.
    """
    try:
        answer = chat.answer(Call(_QUESTION, _SCHEMA))
    except CallFailed as failed:
        if form == "text" or failed.failure is not Failure.UNUSABLE:
            raise failed.error from None
        return None, FormFound(form, True, False, False, str(failed.error))
    if chat.dialect.form != form:
        return answer, FormFound(form, False, False, False, "the server does not know it")
    read = _is_answer(answer.text, read_json)
    kept = _is_answer(answer.text, json.loads) or (read and form == "text")
    found = "as it should be" if kept else f"answers otherwise: {answer.text.strip()[:80]!r}"
    if read and not kept:
        found = f"can be read, with more around it: {answer.text.strip()[:60]!r}"
    return answer, FormFound(form, True, read, kept, found)


def _is_answer(text: str, read: Callable[[str], Any]) -> bool:
    try:
        value = read(text)
    except ValueError:
        return False
    return isinstance(value, dict) and set(value) == {"city", "country"}
