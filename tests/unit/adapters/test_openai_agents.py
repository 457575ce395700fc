"""A session of the OpenAI Agents SDK over a memory, beside the SDK's own, and in real runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from agents import Agent, ModelResponse, Runner, SQLiteSession, Usage, set_tracing_disabled
from agents.items import TResponseInputItem
from agents.memory import Session, SessionSettings
from agents.models.interface import Model
from openai.types.responses import ResponseOutputMessage, ResponseOutputText

from graphmem.adapters.openai_agents import GraphMemSession
from graphmem.aio import AsyncMemory
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder

ITEMS: list[Any] = [
    {"role": "user", "content": "I like Lisbon."},
    {"role": "user", "content": "I like Lisbon."},
    {"role": "assistant", "content": [{"type": "output_text", "text": "So do I.", "x": None}]},
    {"type": "function_call", "call_id": "c", "name": "find", "arguments": '{"q": "\\u0000"}'},
    {"type": "function_call_output", "call_id": "c", "output": "{}" * 2_000},
    {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "…"},
    {"role": "user", "content": "  " + "A long story. And more\n\n" * 300},
    {"role": "user", "content": " "},
    {"role": "user", "content": "x" * 5_000},
    {"role": "assistant", "content": "half \ud800 of a pair and \x00"},
]


@asynccontextmanager
async def opened(store: Path | None = None) -> AsyncGenerator[AsyncMemory]:
    memory = Memory(store or MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor())
    async with AsyncMemory(memory) as awaited:
        yield awaited


def run(test: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(test())


def test_items_come_back_exactly_and_in_order(tmp_path: Path) -> None:
    @run
    async def _() -> None:
        async with opened(tmp_path / "a.db") as memory:
            session = GraphMemSession("chat/é", memory)
            assert isinstance(session, Session)
            await session.add_items([])
            assert await session.get_items() == []
            assert await session.pop_item() is None
            await session.add_items(ITEMS[:4])
            for item in ITEMS[4:]:
                await session.add_items([item])
            assert await session.get_items() == ITEMS
        async with opened(tmp_path / "a.db") as memory:
            session = GraphMemSession("chat/é", memory)
            assert await session.get_items() == ITEMS
            assert await GraphMemSession("chat", memory).get_items() == []


def test_it_does_as_the_sessions_of_the_sdk_do(tmp_path: Path) -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            own = SQLiteSession("chat", tmp_path / "own.db")
            plain: list[Any] = ITEMS[:-1]  # the SDK's own takes no half of a pair
            heard: list[list[Any]] = []
            for session in (own, GraphMemSession("chat", memory)):
                said: list[Any] = []
                await session.add_items(plain)
                said += [await session.get_items(limit) for limit in (None, 0, 1, 3, 100)]
                said += [await session.pop_item() for _ in range(4)]
                said.append(await session.get_items())
                await session.add_items(plain[:2])
                said.append(await session.get_items(3))
                await session.clear_session()
                await session.clear_session()
                said += [await session.get_items(), await session.pop_item()]
                heard.append(said)
            own.close()
            assert heard[0] == heard[1]


def test_what_was_popped_or_cleared_is_not_known_any_more() -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            session = GraphMemSession("chat", memory, speakers={"user": "Caroline"})
            await session.add_items([{"role": "user", "content": "Tom likes Lisbon."}])
            await session.add_items([{"role": "user", "content": "Ada likes Porto."}])
            assert len(await memory.current("Ada")) == 1
            await session.pop_item()
            assert (await memory.stats()).nodes["Passage"] == 1
            assert "Ada" not in str(await memory.browse())
            (hit,) = (await memory.search("Who likes Lisbon?")).hits
            assert hit.speaker == "Caroline"
            await session.clear_session()
            assert (await memory.stats()).nodes == {}


def test_popping_leaves_what_others_added_to_the_source() -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            session = GraphMemSession("chat", memory)
            long: Any = {"role": "user", "content": "A long story. " * 300}
            await session.add_items([{"role": "user", "content": "One."}, long])
            foreign = [{"speaker": "user", "text": "Foreign words."}]
            await memory.add(foreign, source="openai-agents/chat")
            before = (await memory.stats()).nodes["Passage"]
            assert await session.pop_item() == long
            (hit,) = (await memory.search("foreign words", k=1)).hits
            assert hit.text == "Foreign words."
            assert before > 3
            assert (await memory.stats()).nodes["Passage"] == 2


def test_sessions_that_pop_at_once_get_an_item_each() -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            one, two = GraphMemSession("chat", memory), GraphMemSession("chat", memory)
            items: list[Any] = [
                {"role": "user", "content": f"{n}. " + "A long story. " * 200} for n in range(6)
            ]
            await one.add_items(items)
            popped = await asyncio.gather(*(s.pop_item() for _ in range(4) for s in (one, two)))
            contents = [item["content"] for item in popped if item]  # type: ignore[typeddict-item]
            assert sorted(contents) == [item["content"] for item in items]
            assert popped.count(None) == 2
            assert (await memory.stats()).nodes.get("Passage", 0) == 0


def test_settings_limit_what_a_run_reads_and_what_json_does_not_know_is_refused() -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            session = GraphMemSession("chat", memory, session_settings=SessionSettings(limit=2))
            await session.add_items(ITEMS)
            assert await session.get_items() == ITEMS[-2:]
            wrong: Any = [{"role": "user", "content": object()}]
            with pytest.raises(InvalidInput, match="only what JSON knows"):
                await session.add_items(wrong)
            assert len(await session.get_items(100)) == len(ITEMS)


def test_sessions_that_add_at_the_same_time_lose_nothing() -> None:
    @run
    async def _() -> None:
        async with opened() as memory:
            one, two = GraphMemSession("chat", memory), GraphMemSession("chat", memory)

            def said(text: str) -> list[TResponseInputItem]:
                return [{"role": "user", "content": text}]

            await asyncio.gather(
                *(s.add_items(said(f"{n} of {s is one}")) for n in range(20) for s in (one, two))
            )
            texts = {item["content"] for item in await one.get_items()}  # type: ignore[typeddict-item]
            assert len(texts) == 40


class Echo(Model):
    """A model that says how many items it was given."""

    async def get_response(self, *args: Any, **kwargs: Any) -> ModelResponse:
        given = kwargs["input"] if "input" in kwargs else args[1]
        text = f"heard {len(given)}"
        part = ResponseOutputText(type="output_text", text=text, annotations=[])
        message = ResponseOutputMessage(
            id="m", type="message", role="assistant", status="completed", content=[part]
        )
        return ModelResponse(output=[message], usage=Usage(), response_id=None)

    def stream_response(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError


def test_an_agent_goes_on_where_it_was(tmp_path: Path) -> None:
    set_tracing_disabled(True)

    @run
    async def _() -> None:
        agent = Agent(name="echo", model=Echo())
        for heard in (1, 3):
            async with opened(tmp_path / "a.db") as memory:
                session = GraphMemSession("chat", memory)
                result = await Runner.run(agent, "Tom likes Lisbon.", session=session)
                assert result.final_output == f"heard {heard}"
                assert [fact.text for fact in await memory.current("Tom")] == ["Tom likes Lisbon"]
