"""Questions: search, a context for an LLM's prompt, an answer, a recall by cues, feedback."""

from __future__ import annotations

from fastapi import APIRouter

from graphmem_api.access.guard import Reader, Space, Writer
from graphmem_api.observe.search import watched
from graphmem_api.observe.spending import billed
from graphmem_api.routes.strict import StrictRoute
from graphmem_api.routes.within import check_length, within
from graphmem_api.service import Service, ServiceHere
from graphmem_schemas import (
    Answer,
    Context,
    ContextBody,
    FeedbackBody,
    Recall,
    RecallBody,
    Receipt,
    SearchBody,
)

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["ask"], route_class=StrictRoute)


@router.post("/search", operation_id="search", summary="Find what answers a question")
async def search(space: Space, asked: SearchBody, service: ServiceHere, _: Reader) -> Recall:
    """Find what answers a question, best first, or abstain with a reason.

    Each hit says why it is one, and the trace how the recall came about.
    """
    limits = service.settings.limits
    question = check_length(asked.question, limits.text_chars, "question")
    k = within(asked, "k", limits.k)
    async with service.spaces.lend(space) as memory:
        recall = await memory.search(
            question, k=k, as_of=asked.as_of, kinds=asked.kinds, mode=asked.mode
        )
    return watched(recall)


@router.post("/context", operation_id="context", summary="Pack a context for a prompt")
async def context(space: Space, asked: ContextBody, service: ServiceHere, _: Reader) -> Context:
    """Pack what answers a question into a text with citations, for an LLM's prompt."""
    question, budget = _bounded(asked, service)
    async with service.spaces.lend(space) as memory:
        found = await memory.context(question, budget=budget, as_of=asked.as_of)
    watched(found.recall)
    return found


@router.post("/answer", operation_id="answer", summary="Answer in words")
async def answer(space: Space, asked: ContextBody, service: ServiceHere, _: Reader) -> Answer:
    """Have the server's LLM answer a question from its context, with citations.

    Where the memory has no answer nobody is asked, and it abstains.
    """
    question, budget = _bounded(asked, service)
    async with service.spaces.lend(space, slow=True) as memory:
        try:
            return await memory.answer(question, budget=budget, as_of=asked.as_of)
        finally:
            billed(service.spaces.models.llm)


@router.post("/recall", operation_id="recall", summary="Recall events by who, when and where")
async def recall(space: Space, asked: RecallBody, service: ServiceHere, _: Reader) -> Recall:
    """Return the events of somebody, of a time, of a place; what is given must all fit."""
    k = within(asked, "k", service.settings.limits.k)
    async with service.spaces.lend(space) as memory:
        return await memory.recall(
            asked.entity, asked.time, asked.place, mode=asked.mode, k=k, as_of=asked.as_of
        )


@router.post("/feedback", operation_id="feedback", summary="Say what of a recall was used")
async def feedback(space: Space, said: FeedbackBody, service: ServiceHere, _: Writer) -> Receipt:
    """Say what of a recall was used, and how it ended: that is credited, and nothing else.

    The recall must be one that the server has shown within a day, among the space's last 10,000.
    """
    async with service.spaces.lend(space) as memory:
        return await memory.feedback(said.recall_id, said.used, said.outcome)


def _bounded(asked: ContextBody, service: Service) -> tuple[str, int]:
    limits = service.settings.limits
    question = check_length(asked.question, limits.text_chars, "question")
    return question, within(asked, "budget", limits.budget)
