"""`graphmem ask`: a question, and an LLM's answer from what the memory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.output import citation_line, counted, emit, wrapped
from graphmem.cli.session import Session
from graphmem.cli.values import moment
from graphmem.cli.where import tell_where

if TYPE_CHECKING:
    from graphmem_schemas import Answer

__all__ = ["ask"]


def ask(
    session: Session,
    question: Annotated[str, typer.Argument(help="In plain words.")],
    llm: Annotated[
        str,
        typer.Option(help="openai:<model>; its key is in OPENAI_API_KEY.", envvar="GRAPHMEM_LLM"),
    ],
    base_url: Annotated[
        str | None,
        typer.Option(
            help="Of any server that speaks OpenAI's protocol.", envvar="OPENAI_BASE_URL"
        ),
    ] = None,
    budget: Annotated[int, typer.Option(min=1, help="Tokens that it may read.")] = 1500,
    as_of: Annotated[
        str | None, typer.Option(callback=moment, help="Answer with what held then (ISO 8601).")
    ] = None,
) -> None:
    """Answer a question by an LLM, with citations, or say that the memory does not hold it."""
    from graphmem.models.chat import open_llm

    answering = open_llm(llm, base_url=base_url)
    with session.memory() as memory:
        answer = memory.answer(question, budget=budget, as_of=as_of, llm=answering)
    emit(session, answer, lambda: _lines(answer))
    if not answer.context.recall.hits:
        tell_where(session)


def _lines(answer: Answer) -> list[str]:
    """Write an answer with what its citations stand for."""
    if answer.abstained:
        return [f"no answer: {answer.abstained}"]
    texts = {hit.uid: hit.text for hit in answer.context.recall.hits}
    lines = [*wrapped(answer.text, indent=""), ""]
    lines += [citation_line(one, texts.get(one.passage, "")) for one in answer.citations]
    if answer.n_unknown:
        lines.append(f"({counted(answer.n_unknown, 'citation')} of nothing: left out)")
    return lines
