"""A question and its context → an answer in words, with citations that exist, or none.

In: what `context` packed. Out: an `Answer`. Where the memory abstains nobody is asked. What an LLM
cites that the context does not hold is taken out and counted, and an answer that rests on no
passage is none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from graphmem.core.chat import ChatMessage, ask
from graphmem.ports import LLM
from graphmem.prompts.texts import read_prompt
from graphmem_schemas import Answer, Context

__all__ = ["PROMPT", "answer_from"]

PROMPT = "answer-v1"
_CITED = re.compile(r"\s*[\[【](\d{1,6}(?:\s*[,;]\s*\d{1,6})*)[\]】]")
_NO_PASSAGE = "the LLM gave an answer that rests on no passage of the context"
_NOT_HELD = "the context does not hold the answer"


class _Said(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    passages: tuple[int, ...] = ()
    found: bool
    answer: str


def answer_from(context: Context, question: str, llm: LLM, now: datetime) -> Answer:
    """Ask an LLM for the answer that a context holds: one call, or two where it needs a repair.

    Args:
        context: of the question.
        question: in plain words.
        llm: answers.
        now: when it is asked, or the time to answer for.

    Raises:
        CompletionFailed: The LLM does not answer, or not in the form that was asked.
        InvalidInput: It refuses the request.
    """
    if context.abstained is not None:
        return Answer(text="", abstained=context.abstained, context=context)
    said = ask(llm.complete, _messages(context, question, now), _Said)
    known = {citation.number: citation for citation in context.citations}
    text, cited, n_unknown = _checked(said.value.answer, known)
    n_unknown += sum(number not in known for number in said.value.passages)
    if not cited:
        # Models that forget the brackets still say what they read.
        cited = [number for number in dict.fromkeys(said.value.passages) if number in known]
        text = " ".join([text, "".join(f"[{number}]" for number in cited)]).strip()
    reason = None
    if not said.value.found or not said.value.answer.strip():
        reason, cited = _without_numbers(said.value.answer) or _NOT_HELD, []
    elif not cited:
        reason = _NO_PASSAGE
    return Answer(
        text="" if reason else text,
        citations=tuple(known[number] for number in cited),
        abstained=reason,
        n_unknown=n_unknown,
        n_calls=said.n_calls,
        context=context,
    )


def _messages(context: Context, question: str, now: datetime) -> Sequence[ChatMessage]:
    asked = f"Passages:\n\n{context.text}\n\nAsked on {now.date().isoformat()}: {question}"
    return [ChatMessage("system", read_prompt(PROMPT)), ChatMessage("user", asked)]


def _checked(text: str, known: Collection[int]) -> tuple[str, list[int], int]:
    """Return an answer with only the citations that exist, these in order, and how many do not."""
    cited: dict[int, None] = {}
    n_unknown = 0

    def kept(match: re.Match[str]) -> str:
        nonlocal n_unknown
        numbers = [int(number) for number in re.split(r"[,;]", match[1])]
        there = [number for number in numbers if number in known]
        n_unknown += len(numbers) - len(there)
        cited.update(dict.fromkeys(there))
        blank = " " if there and match[0][0].isspace() else ""
        return blank + "".join(f"[{number}]" for number in there)

    return _CITED.sub(kept, text).strip(), list(cited), n_unknown


def _without_numbers(text: str) -> str:
    return _CITED.sub("", text).strip()
