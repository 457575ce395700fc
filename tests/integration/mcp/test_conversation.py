"""The official client over both transports: each tool good and bad, resources, prompts."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import CallToolResult, TextContent, TextResourceContents

Connect = Callable[..., AbstractAsyncContextManager[Client]]
Within = Callable[[Any], Any]

READING = ["search_memories", "get_context", "get_memory", "memory_history", "cypher_query"]
WRITING = ["add_memory", "delete_memory"]
ASKED = {"question": "Where does Caroline live?"}


def said(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


async def good(client: Client, tool: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, said(result)
    return said(result), result.structured_content


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_whole_conversation(carrier: Connect, within: Within, mode: str) -> None:
    heard: list[str | None] = []
    home = f"Lisbon-{mode}"

    async def hear(done: float, total: float | None, message: str | None) -> None:
        heard.append(message)

    async def talk() -> None:
        async with carrier(mode=mode) as client:
            assert client.instructions is not None
            assert "add_memory" in client.instructions
            source = f"note/{mode} é"
            arguments = {
                "text": f"Caroline lives in {home}. She works at Acme.",
                "source": source,
                "at": "2023-05-03",
            }
            added = await client.call_tool("add_memory", arguments, progress_callback=hear)
            assert "Remembered as" in said(added)
            assert added.structured_content["changed"]
            again, _ = await good(client, "add_memory", **arguments)
            assert again.startswith("Nothing new")
            told, _ = await good(
                client, "add_memory", source=f"talk-{mode}",
                messages=[
                    {"speaker": "Caroline", "text": f"I moved from {home} to Porto.",
                     "at": "2024-05-01T10:00:00Z"},
                    {"speaker": "user", "text": "I like that."},
                ],
            )  # fmt: skip
            assert "2 Passages" in told
            found, values = await good(client, "search_memories", **ASKED, k=3)
            assert "Porto" in found
            assert all(hit["uid"] in found for hit in values["hits"])
            _, facts = await good(client, "search_memories", **ASKED, kinds=["proposition"])
            assert {hit["kind"] for hit in facts["hits"]} == {"proposition"}
            packed, values = await good(client, "get_context", **ASKED, budget=500)
            assert packed.startswith("[1]")
            assert values["citations"]
            passage = values["citations"][0]["passage"]
            node, values = await good(client, "get_memory", uid=passage)
            assert values["label"] == "Passage"
            assert values["values"]["text"] in node
            history, values = await good(client, "memory_history", entity="Caroline")
            assert home in history
            assert {"superseded", "current"} >= {state["what"] for state in values["states"]}
            table, values = await good(
                client, "cypher_query",
                statement="MATCH (p:Passage {space: $space})-[:PART_OF]->"
                "(s:Source {space: $space}) WHERE s.name = $name RETURN s.name, count(p)",
                parameters={"name": f"talk-{mode}"},
            )  # fmt: skip
            assert values["rows"] == [[f"talk-{mode}", 2]]
            assert f"talk-{mode} | 2" in table
            await resources(client, source, passage)
            await prompts(client)
            gone, values = await good(client, "delete_memory", source=source)
            assert gone.startswith("Deleted for good")
            assert values["nodes"]["Source"] == 1
            twice = await client.call_tool("delete_memory", {"source": source})
            assert twice.is_error
            assert "there is no source" in said(twice)

    within(talk())
    assert heard
    assert heard[0] is not None
    assert heard[0].startswith(("reading", "waiting"))


async def resources(client: Client, source: str, passage: str) -> None:
    listed = (await client.list_resources()).resources
    (address,) = [one.uri for one in listed if one.name == source]
    (told,) = (await client.read_resource(address)).contents
    assert isinstance(told, TextResourceContents)
    assert "She works at Acme." in told.text
    templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in templates] == [
        "graphmem://one/nodes/{uid}",
        "graphmem://one/sources/{name}",
    ]
    (node,) = (await client.read_resource(f"graphmem://one/nodes/{passage}")).contents
    assert isinstance(node, TextResourceContents)
    assert json.loads(node.text)["uid"] == passage
    for wrong, words in (
        (f"graphmem://two/nodes/{passage}", "this is space 'one'"),
        ("graphmem://one/nodes/none", "there is no node"),
        ("graphmem://one/sources/none", "there is no source"),
        ("graphmem://one/../two/nodes/x", "is no address here"),
        ("graphmem://one%2F..%2Ftwo/nodes/x", "this is space 'one'"),
        ("graphmem://one/sources/%ff", "not UTF-8"),
        ("file:///etc/passwd", "is no address here"),
    ):
        with pytest.raises(MCPError, match=words):
            await client.read_resource(wrong)
    with pytest.raises(MCPError, match="cursor"):
        await client.list_resources(cursor="none")


async def prompts(client: Client) -> None:
    assert [one.name for one in (await client.list_prompts()).prompts] == ["remember", "recall"]
    for name, arguments, words in (
        ("recall", ASKED, "Porto"),
        ("remember", {"what": "Tom likes tea."}, "Tom likes tea."),
        ("remember", {}, "of this conversation"),
    ):
        (message,) = (await client.get_prompt(name, arguments)).messages
        assert isinstance(message.content, TextContent)
        assert words in message.content.text
    for name, arguments, words in (
        ("recall", {}, "recall needs question"),
        ("recall", {"q": "?"}, "has no argument 'q'"),
        ("forget", {}, "there are: remember, recall"),
    ):
        with pytest.raises(MCPError, match=words):
            await client.get_prompt(name, arguments)


BAD: list[tuple[str, dict[str, Any], str]] = [
    ("add_memory", {}, "give either text or messages"),
    ("add_memory", {"text": "a", "messages": [{"speaker": "a", "text": "b"}]}, "give either"),
    ("add_memory", {"text": " "}, "blank"),
    ("add_memory", {"text": "x" * 20_001}, "give 20,000 at most"),
    ("add_memory", {"messages": [{"speaker": "a", "text": "x" * 20_001}]}, "in another call"),
    ("add_memory", {"messages": [{"text": "a"}]}, "messages.0.speaker is missing"),
    ("add_memory", {"messages": "hello"}, "messages: Input should be a valid tuple"),
    ("add_memory", {"text": "Tom likes tea.", "at": "yesterday"}, "write 2024-05-03"),
    ("add_memory", {"text": "Tom\x00"}, "NUL"),
    ("add_memory", {"content": "Tom likes tea."}, "there are: text, messages, source, at, title"),
    ("search_memories", {}, "question is missing"),
    ("search_memories", {"question": " "}, "give some words"),
    ("search_memories", {"question": "Who?", "k": 0}, "greater than or equal to 1"),
    ("search_memories", {"question": "Who?", "k": 21}, "give 20 at most"),
    ("search_memories", {"question": "Who?", "kinds": ["fact"]}, "'proposition'"),
    ("search_memories", {"question": "Who?", "mode": "newest"}, "'chronological'"),
    ("search_memories", {"question": "Who?", "as_of": "2024-13-01"}, "write 2024-05-03"),
    ("get_context", {"question": "Who?", "budget": 2_001}, "give 2,000 at most"),
    ("get_context", {"question": 7}, "question: Input should be a valid string"),
    ("get_memory", {}, "uid is missing"),
    ("get_memory", {"uid": "none"}, "hits and receipts give the uids"),
    ("memory_history", {}, "exactly one of uid and entity"),
    ("memory_history", {"uid": "a", "entity": "b"}, "exactly one of uid and entity"),
    ("memory_history", {"uid": "a", "predicate": "b"}, "go with an entity"),
    ("memory_history", {"entity": "Nobody Atall"}, "there is no entity"),
    ("delete_memory", {}, "exactly one of uid, source and entity"),
    ("delete_memory", {"uid": "a", "source": "b"}, "exactly one of uid, source and entity"),
    ("delete_memory", {"space": "one"}, "there are: uid, source, entity"),
    ("delete_memory", {"uid": "none"}, "there is no node"),
    ("cypher_query", {}, "statement is missing"),
    ("cypher_query", {"statement": "MATCH (n) DETACH DELETE n"}, "read"),
    ("cypher_query", {"statement": "MATCH (n RETURN n"}, "cypher_query: "),
    ("cypher_query", {"statement": "RETURN $x"}, "x"),
    ("cypher_query", {"statement": "RETURN 1", "limit": 51}, "give 50 at most"),
    ("no_such_tool", {}, "there are: add_memory, search_memories"),
]


def test_what_is_wrong_is_told_to_the_model_with_what_to_do(
    carrier: Connect, within: Within
) -> None:
    async def talk() -> None:
        async with carrier() as client:
            for tool, arguments, words in BAD:
                result = await client.call_tool(tool, arguments)
                assert result.is_error, (tool, arguments)
                assert words in said(result), (tool, arguments, said(result))
                assert "Traceback" not in said(result)
            # And it goes on as if nothing had been.
            await good(client, "search_memories", **ASKED)

    within(talk())


def test_who_may_read_does_not_see_what_writes_and_cannot_call_it(
    carrier: Connect, within: Within
) -> None:
    async def talk() -> None:
        async with carrier() as client:
            tools = (await client.list_tools()).tools
            assert sorted(tool.name for tool in tools) == sorted(READING + WRITING)
            for tool in tools:
                hints = tool.annotations
                assert hints is not None
                assert hints.read_only_hint == (tool.name in READING)
                assert hints.destructive_hint == (tool.name == "delete_memory")
                assert hints.idempotent_hint
                assert not hints.open_world_hint
            await good(client, "add_memory", text="Tom likes tea.", source="kept")
        async with carrier(read_only=True) as client:
            tools = (await client.list_tools()).tools
            assert [tool.name for tool in tools] == READING
            for tool, arguments in (
                ("add_memory", {"text": "Tom likes coffee.", "source": "not kept"}),
                ("delete_memory", {"source": "kept"}),
            ):
                result = await client.call_tool(tool, arguments)
                assert result.is_error
                assert "may only be read here" in said(result)
            assert [one.name for one in (await client.list_prompts()).prompts] == ["recall"]
            names = [one.name for one in (await client.list_resources()).resources]
            assert "kept" in names
            assert "not kept" not in names

    within(talk())


def test_a_call_that_is_given_up_leaves_the_others_and_is_whole_or_not_there(
    carrier: Connect, within: Within
) -> None:
    talk = [{"speaker": "Tom", "text": f"Place {one} is near Lisbon."} for one in range(60)]

    async def give_up() -> None:
        async with carrier() as client:
            await good(client, "search_memories", **ASKED)  # the models are there now
            adding = asyncio.create_task(
                client.call_tool("add_memory", {"messages": talk, "source": "given up"})
            )
            await asyncio.sleep(0.05)
            adding.cancel()
            with pytest.raises(asyncio.CancelledError):
                await adding
            await asyncio.gather(*(good(client, "search_memories", **ASKED) for _ in range(8)))
            # The same again is what a host does; there is one of each in the end.
            await good(client, "add_memory", messages=talk, source="given up")
            _, values = await good(
                client, "cypher_query",
                statement="MATCH (p:Passage {space: $space})-[:PART_OF]->"
                "(s:Source {space: $space}) WHERE s.name = 'given up' RETURN count(p)",
            )  # fmt: skip
            assert values["rows"] == [[60]]

    within(give_up())
