"""A session of the OpenAI Agents SDK over a memory: history now, long-term memory afterwards.

    from agents import Agent, Runner
    from graphmem import AsyncMemory
    from graphmem.adapters.openai_agents import GraphMemSession

    async with AsyncMemory.open("agent.db") as memory:
        session = GraphMemSession("chat-7", memory, speakers={"user": "Caroline"})
        await Runner.run(agent, "I moved to Lisbon.", session=session)

The session is one conversation: what is said becomes passages, events and facts that other
sessions find; each item also comes back exactly as it was.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from graphmem.adapters.values import clipped, is_value, read_value, strings_in, write_value
from graphmem.aio import AsyncMemory
from graphmem.core.uids import content_uid
from graphmem.errors import MissingExtra, NotFound
from graphmem.writing.segment import MAX_PASSAGE_CHARS
from graphmem_schemas import Message, Passage

try:
    from agents.items import TResponseInputItem
    from agents.memory.session import SessionABC
    from agents.memory.session_settings import SessionSettings, resolve_session_limit
except ModuleNotFoundError as error:
    raise MissingExtra("openai-agents", "the session of the OpenAI Agents SDK") from error

__all__ = ["GraphMemSession"]

_PAGE = 1_000
_STEP = timedelta(microseconds=1)
# A passage's worth: what a tool was told and gave back is found by how it begins.
_TOOL_CHARS = 900
_SENTENCE_END = re.compile(r"[.!?…]\s+|\n+")


class GraphMemSession(SessionABC):
    """The history of one conversation, kept in a memory.

    Args:
        session_id: names the conversation; its source in the memory is "openai-agents/<id>".
        memory: where it is kept; it is its owner's to close.
        speakers: names of roles, so that "I" is somebody: {"user": "Caroline"}.
        session_settings: how many items a run reads.
    """

    def __init__(
        self,
        session_id: str,
        memory: AsyncMemory,
        *,
        speakers: Mapping[str, str] | None = None,
        session_settings: SessionSettings | None = None,
    ) -> None:
        self.session_id = session_id
        self.session_settings = session_settings or SessionSettings()
        self._memory, self._speakers = memory, dict(speakers or {})
        self._source = f"openai-agents/{session_id}"
        self._last = datetime.min.replace(tzinfo=UTC)

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """Return the latest items, oldest first; all where there is no limit."""
        most = resolve_session_limit(limit, self.session_settings)
        found = [read_value(passage.ref) async for passage in self._items()]
        return found if most is None else found[max(0, len(found) - most) :]

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items; they are on disk afterwards, all of them.

        Raises:
            InvalidInput: JSON does not know a part of one; nothing was added.
        """
        if items:
            messages = [part for item in items for part in self._messages(dict(item))]
            await self._memory.add(messages, source=self._source)

    async def pop_item(self) -> TResponseInputItem | None:
        """Remove the latest item with what was learnt from it alone, and return it."""
        while item := await self._last_item():
            first, *rest = item
            # The first passage holds the item, so it goes last: who removes it has popped the
            # item, and a pop that is cut off can be done again.
            for passage in reversed(rest):
                await self._remove(passage)
            if await self._remove(first):
                return cast("TResponseInputItem", read_value(first.ref))
        return None

    async def clear_session(self) -> None:
        """Remove the conversation with what was learnt from it alone."""
        try:
            await self._memory.delete(source=self._source)
        except NotFound:
            return

    def _messages(self, item: dict[str, Any]) -> list[Message]:
        """Return an item as messages: the first one's reference holds all of it."""
        role, text = _said(item)
        speaker = self._speakers.get(role, role)
        # The same words again are another item, since they are said later.
        self._last = max(datetime.now(UTC), self._last + _STEP)
        first, rest = _parted(text)
        # Such a reference is longer than one that a caller may give.
        head = Message.model_construct(
            text=first, speaker=speaker, at=self._last, ref=write_value(item)
        )
        return [head, *([Message(text=rest, speaker=speaker, at=self._last)] if rest else [])]

    async def _last_item(self) -> list[Passage]:
        """Return the passages of the latest item in order; none where there is no item."""
        passages = [passage async for passage in self._passages()]
        firsts = [at for at, passage in enumerate(passages) if is_value(passage.ref)]
        if not firsts:
            return []
        first, *after = passages[firsts[-1] :]
        # Others may have added to the source: what an item says has its speaker and moment.
        said = first.speaker, first.at
        return [first, *(one for one in after if not one.ref and (one.speaker, one.at) == said)]

    async def _remove(self, passage: Passage) -> bool:
        """Return whether it was there: another session may have been quicker."""
        try:
            receipt = await self._memory.delete(passage.uid)
        except NotFound:
            return False
        return receipt.seq > 0

    async def _items(self) -> AsyncIterator[Passage]:
        """Yield the first passage of each item: its reference holds the item."""
        async for passage in self._passages():
            if is_value(passage.ref):
                yield passage

    async def _passages(self) -> AsyncIterator[Passage]:
        cursor, uid = None, content_uid("source", self._source)
        while True:
            try:
                page = await self._memory.evidence(uid, k=_PAGE, cursor=cursor)
            except NotFound:
                return
            for told in page.passages:
                yield told.passage
            cursor = page.next
            if cursor is None:
                return


def _said(item: Mapping[str, Any]) -> tuple[str, str]:
    """Return who says an item, and what is read of it."""
    kind = str(item.get("type", "message"))
    if kind.endswith("_output"):
        return "tool", clipped(
            "\n".join(strings_in(item.get("output"))), _TOOL_CHARS
        ) or f"({kind})"
    if "arguments" in item:
        called = f"{item.get('name', kind)}({item['arguments']})"
        return "assistant", clipped(called, _TOOL_CHARS)
    content = item.get("content") or item.get("summary")
    if isinstance(content, list):
        content = [
            part.get("text") or part.get("refusal") if isinstance(part, Mapping) else part
            for part in content
        ]
    text = clipped("\n".join(strings_in(content)))
    return str(item.get("role", "assistant")), text or f"({kind})"


def _parted(text: str) -> tuple[str, str]:
    """Return as much of a text as one passage holds, and the rest."""
    text = text.strip()
    if len(text) <= MAX_PASSAGE_CHARS:
        return text, ""
    ends = [found.end() for found in _SENTENCE_END.finditer(text, 0, MAX_PASSAGE_CHARS)]
    end = ends[-1] if ends else MAX_PASSAGE_CHARS
    return text[:end].strip(), text[end:].strip()
