"""The memory block of LlamaIndex, alone and in LlamaIndex's own memory."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.memory import Memory as ChatMemory
from sqlalchemy.ext.asyncio import create_async_engine

from graphmem.adapters.llama_index import GraphMemBlock
from graphmem.aio import AsyncMemory
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder


def awaited() -> AsyncMemory:
    return AsyncMemory(Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor()))


def said(text: str, role: str = "user") -> ChatMessage:
    return ChatMessage(role=role, content=text)


def test_what_was_put_is_found_by_the_newest_question() -> None:
    async def use() -> None:
        async with awaited() as memory:
            block = GraphMemBlock(memory=memory, budget=200, speakers={"user": "Caroline"})
            assert await block.aget([said("Who likes Lisbon?")]) == ""
            await block.aput([said("Tom likes Lisbon."), said(" "), said("Ada likes Porto.")])
            await block.aput([said("Tom likes Lisbon.")], session_id="chat-7")
            text = await block.aget([said("Who likes Porto?"), said("Who likes Lisbon?")])
            assert "Tom likes Lisbon." in text
            assert "Caroline" in text
            assert await block.aget([]) == ""
            assert await block.aget(None) == ""
            names = [source.name for source in (await memory.sources()).sources]
            assert names == ["llama-index/chat-7", "llama-index/default"]

    asyncio.run(use())


def test_too_long_a_text_loses_whole_passages_from_its_end() -> None:
    block = GraphMemBlock(memory=awaited())
    text = "[1] Tom likes Lisbon.\n\n[2] Ada likes Porto."
    assert asyncio.run(block.atruncate(text, 1)) == "[1] Tom likes Lisbon."
    assert asyncio.run(block.atruncate(text, 1_000)) is None


def test_a_chat_forgets_nothing_that_leaves_its_window(tmp_path: Path) -> None:
    async def use() -> None:
        engine = create_async_engine(f"sqlite+aiosqlite:///{tmp_path / 'chat.db'}")
        async with awaited() as memory:
            chat = ChatMemory.from_defaults(
                session_id="chat-7",
                token_limit=60,
                chat_history_token_ratio=0.5,
                token_flush_size=10,
                memory_blocks=[GraphMemBlock(memory=memory, budget=100)],
                insert_method="system",
                async_engine=engine,
            )
            await chat.aput(said("Tom likes Lisbon."))
            for at in range(12):
                await chat.aput(said(f"Small talk number {at} about nothing.", "assistant"))
            await chat.aput(said("Who likes Lisbon?"))
            first = (await chat.aget())[0]
            assert "Tom likes Lisbon." in str(first.content)
        await engine.dispose()

    asyncio.run(use())


@pytest.mark.parametrize(
    ("module", "framework", "extra"),
    [
        ("langgraph", "langgraph", "langgraph"),
        ("llama_index", "llama_index", "llama-index"),
        ("openai_agents", "agents", "openai-agents"),
    ],
)
def test_without_its_framework_an_adapter_says_what_to_install(
    module: str, framework: str, extra: str
) -> None:
    code = f"""
import sys
sys.modules[{framework!r}] = None
from graphmem.errors import MissingExtra
try:
    import graphmem.adapters.{module}
except MissingExtra as error:
    assert "graphmem[{extra}]" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)
