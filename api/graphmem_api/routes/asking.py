"""Questions: search, and a context for an LLM's prompt."""

from __future__ import annotations

from fastapi import APIRouter

from graphmem_api.access.guard import Reader, Space
from graphmem_api.service import ServiceHere
from graphmem_schemas import Recall, SearchRequest

__all__ = ["router"]

router = APIRouter(prefix="/v1/{space}", tags=["ask"])


@router.post("/search")
async def search(space: Space, asked: SearchRequest, service: ServiceHere, _: Reader) -> Recall:
    """Find what answers a question, best first, or abstain with a reason."""
    memory = service.spaces.get(space)
    return await memory.search(
        asked.question, k=asked.k, as_of=asked.as_of, kinds=asked.kinds, mode=asked.mode
    )
