"""A LlamaIndex memory block: what leaves the chat's window is remembered, and found again.

from graphmem import AsyncMemory
from graphmem.adapters.llama_index import GraphMemBlock
from llama_index.core.memory import Memory

block = GraphMemBlock(memory=await AsyncMemory.open("agent.db"), budget=800)
memory = Memory.from_defaults(session_id="chat-7", memory_blocks=[block])
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from graphmem.adapters.values import clipped
from graphmem.aio import AsyncMemory
from graphmem.core.token_counts import estimate_tokens
from graphmem.errors import MissingExtra
from graphmem_schemas import Message

try:
    from llama_index.core.base.llms.types import ChatMessage, MessageRole
    from llama_index.core.bridge.pydantic import Field
    from llama_index.core.memory import BaseMemoryBlock
except ModuleNotFoundError as error:
    raise MissingExtra("llama-index", "the memory block of LlamaIndex") from error

__all__ = ["GraphMemBlock"]


class GraphMemBlock(BaseMemoryBlock[str]):
    """Gives what answers the newest question of the chat, with citations.

    Messages are kept as a conversation a session, under the source "llama-index/<session>".
    """

    name: str = Field(default="graphmem", description="Name of the block in the prompt.")
    memory: AsyncMemory = Field(description="Where it is kept; its owner closes it.", exclude=True)
    budget: int = Field(default=1_500, ge=1, description="Tokens that the text may take.")
    speakers: dict[str, str] = Field(
        default_factory=dict, description='Names of roles, so that "I" is somebody.'
    )

    async def _aget(self, messages: list[ChatMessage] | None = None, **block_kwargs: Any) -> str:
        asked = [one.content for one in messages or () if one.role == MessageRole.USER]
        question = clipped(asked[-1] or "") if asked else ""
        if not question:
            return ""
        context = await self.memory.context(question, budget=self.budget)
        return "" if context.abstained else context.text

    async def _aput(self, messages: list[ChatMessage]) -> None:
        sessions: dict[str, list[Message]] = {}
        for one in messages:
            text = clipped(one.content or "")
            if text:
                session = str(one.additional_kwargs.get("session_id", "default"))
                role = one.role.value
                said = Message(text=text, speaker=self.speakers.get(role, role), at=_now())
                sessions.setdefault(session, []).append(said)
        for session, conversation in sessions.items():
            await self.memory.add(conversation, source=f"llama-index/{session}")

    async def atruncate(self, content: str, tokens_to_truncate: int) -> str | None:
        """Return less of the text: whole passages, the least fitting go first."""
        passages = content.split("\n\n")
        most = estimate_tokens(content) - tokens_to_truncate
        while passages and estimate_tokens("\n\n".join(passages)) > most:
            passages.pop()
        return "\n\n".join(passages) or None


def _now() -> datetime:
    return datetime.now(UTC)
