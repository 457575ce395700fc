"""Answers in words."""

from __future__ import annotations

from datetime import datetime

from graphmem.errors import InvalidInput
from graphmem.facets.base import Facet
from graphmem.ports import LLM
from graphmem_schemas import Answer

__all__ = ["Answers"]


class Answers(Facet):
    """Answers in words."""

    def answer(
        self,
        question: str,
        *,
        budget: int = 1_500,
        as_of: datetime | str | None = None,
        llm: str | LLM | None = None,
    ) -> Answer:
        """Have an LLM answer a question from its context: one call, cited, or abstaining.

        Where the memory has no answer nobody is asked.

        Args:
            question: in plain words.
            budget: tokens that the context may take, 1 to 1,000,000.
            as_of: answer with what held then; None is now.
            llm: answers; None is the memory's own.

        Raises:
            InvalidInput: There is no LLM, the question is blank, or a limit is out of range.
            CompletionFailed: The LLM does not answer, or not in the form that was asked.
        """
        from graphmem.models.chat import open_llm
        from graphmem.reading.answer import answer_from

        request = self._request(question, budget=budget, as_of=as_of)
        answering = open_llm(llm) or self._models.llm
        if answering is None:
            raise InvalidInput(
                "an answer needs an LLM, and none is set: llm='openai:<model>' of the memory or "
                "of its server names one; a context needs none"
            )
        now = request.as_of or self._clock()
        return answer_from(self._reader.context(request), question, answering, now)
