"""MCP over HTTP: keys, spaces that nobody crosses, clients that leave, and bodies that are bad."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.shared.exceptions import MCPError
from mcp_types import TextContent
from starlette.testclient import TestClient

from graphmem.core.uids import content_uid
from graphmem.memory import Memory
from graphmem_api.app import create_app
from graphmem_api.settings import Settings
from graphmem_pipelines.ledger.rows import Job
from graphmem_pipelines.ledger.writes import WriteLedger

Within = Callable[[Any], Any]

SECRET = "Zerlina keeps the blue ledger in Trieste."
JSON = {"Accept": "application/json, text/event-stream", "Content-Type": "application/json"}


def calling(tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


async def told(client: Client, tool: str, **arguments: Any) -> tuple[bool, str]:
    result = await client.call_tool(tool, arguments)
    (content,) = result.content
    assert isinstance(content, TextContent)
    return result.is_error, content.text


def test_two_spaces_never_meet(served: Any, within: Within) -> None:
    async def talk() -> None:
        async with served.connect("two") as two:
            error, text = await told(two, "add_memory", text=SECRET, source="ledger")
            assert not error, text
            (uid,) = (await two.call_tool(
                "search_memories", {"question": "Where is the blue ledger?", "k": 1}
            )).structured_content["hits"]  # fmt: skip
            passage = uid["uid"]
        async with served.connect("one") as one:
            for tool, arguments in (
                ("search_memories", {"question": "Where is the blue ledger of Zerlina?"}),
                ("get_context", {"question": "Where is the blue ledger of Zerlina?"}),
                ("get_memory", {"uid": passage}),
                ("memory_history", {"uid": passage}),
                ("memory_history", {"entity": "Zerlina"}),
                ("delete_memory", {"source": "ledger"}),
                ("delete_memory", {"uid": passage}),
                ("cypher_query", {"statement": "MATCH (p:Passage) RETURN p.text"}),
                ("cypher_query", {
                    "statement": "MATCH (p:Passage {space: $space}) RETURN p.text",
                    "parameters": {"space": "two"},
                }),
            ):  # fmt: skip
                _, text = await told(one, tool, **arguments)
                assert "ledger in Trieste" not in text, tool
            names = [one.name for one in (await one.list_resources()).resources]
            assert "ledger" not in names
            for address in (f"graphmem://two/nodes/{passage}", "graphmem://two/sources/ledger"):
                with pytest.raises(MCPError, match="this is space 'one'"):
                    await one.read_resource(address)
        async with served.connect("both", "/v1/two/mcp") as both:
            _, text = await told(both, "search_memories", question="Where is the blue ledger?")
            assert SECRET in text

    within(talk())


@pytest.mark.parametrize(
    ("key", "path", "status", "words"),
    [
        (None, "/mcp", 401, "needs a key"),
        ("wrong", "/mcp", 401, "not known"),
        (None, "/v1/one/mcp", 401, "needs a key"),
        ("one", "/v1/two/mcp", 403, "not for that space"),
        ("one", "/v1/none/mcp", 403, "not for that space"),
        ("one", "/v1/one%2F..%2Ftwo/mcp", 404, ""),
        ("both", "/mcp", 400, "name one in the address"),
        ("all", "/mcp", 400, "name one in the address"),
    ],
)
def test_who_is_not_let_in_hears_why(
    served: Any, key: str | None, path: str, status: int, words: str
) -> None:
    headers = JSON | ({"Authorization": f"Bearer {served.tokens.get(key, key)}"} if key else {})
    call = calling("add_memory", text="Tom likes tea.")
    answer = httpx2.post(served.url + path, headers=headers, json=call)
    assert answer.status_code == status
    assert words in answer.text
    if status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'"hello"', 400),
        (b"\xff\xfe", 400),
        (b"[" * 100_000, 400),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "no/such"}', 200),
        (b"x" * 200_001, 413),
    ],
)
def test_a_bad_body_is_refused(served: Any, body: bytes, status: int) -> None:
    answer = httpx2.post(served.url + "/mcp", headers=JSON | served.headers("one"), content=body)
    assert answer.status_code == status
    assert "Traceback" not in answer.text


def test_there_is_nothing_but_messages(served: Any) -> None:
    for method in ("GET", "DELETE", "PUT"):
        answer = httpx2.request(method, served.url + "/mcp", headers=JSON | served.headers("one"))
        assert answer.status_code == 405


def test_a_client_that_leaves_leaves_a_whole_write_or_none(served: Any, within: Within) -> None:
    """What had not begun when he left is not there; he leaves later and later."""
    n_messages, sources = 40, [f"left-{number}" for number in range(7)]

    async def leave() -> None:
        async with httpx2.AsyncClient(headers=JSON | served.headers("one")) as http:
            for number, source in enumerate(sources):
                said = [f"Stop {one} of {source} is near Trieste." for one in range(n_messages)]
                messages = [{"speaker": "Tom", "text": text} for text in said]
                call = calling("add_memory", messages=messages, source=source)
                with suppress(httpx2.ReadTimeout):
                    await http.post(served.url + "/mcp", json=call, timeout=0.1 * 2**number)
        async with served.connect("one") as client:
            while not {one.name for one in (await client.list_resources()).resources} & {*sources}:
                await asyncio.sleep(0.05)

    within(leave())
    with Memory(served.store, space="one") as memory:
        there = [one.uid for one in memory.sources().sources if one.name in sources]
        assert there
        assert {len(memory.evidence(uid, k=1_000).passages) for uid in there} == {n_messages}


def test_an_add_does_not_overtake_a_delete_that_came_before(served: Any, within: Within) -> None:
    ledger = served.store.with_name(served.store.name + ".jobs")

    async def talk() -> None:
        async with served.connect("two") as client:
            with closing(WriteLedger(ledger)) as held, held.turn("two") as mine:
                assert mine
                gone = httpx2.delete(
                    served.url + "/v1/two/memories?source=ordered&wait=false",
                    headers=served.headers("two"),
                )
                assert gone.status_code == 202
                adding = asyncio.create_task(
                    told(client, "add_memory", text="Tom likes figs.", source="ordered")
                )
                while not adding.done() and not any(
                    (job.kind, job.state) == ("add", "running") for job in held.jobs()
                ):
                    await asyncio.sleep(0.05)
            error, text = await adding
            assert not error, text
            assert "Remembered as 'ordered'" in text
            while any(job.state == "running" for job in held_jobs(ledger)):
                await asyncio.sleep(0.05)
            names = [one.name for one in (await client.list_resources()).resources]
            assert "ordered" in names

    within(talk())


def held_jobs(ledger: Path) -> list[Job]:
    with closing(WriteLedger(ledger)) as opened:
        return opened.jobs()


def test_many_clients_at_once(served: Any, within: Within) -> None:
    async def one_client(number: int) -> None:
        async with served.connect("one", mode="legacy" if number % 2 else "auto") as client:
            error, text = await told(
                client, "add_memory", text=f"Person{number} likes tea.", source=f"p{number}"
            )
            assert not error, text
            error, text = await told(client, "search_memories", question=f"Person{number}?", k=20)
            assert f"Person{number} likes tea." in text

    async def all_of_them() -> None:
        await asyncio.gather(*map(one_client, range(12)))

    within(all_of_them())


def test_the_audit_log_names_what_was_changed_and_who_was_denied(
    served: Any, within: Within
) -> None:
    async def talk() -> None:
        async with served.connect("one") as client:
            await told(client, "add_memory", text="Tom keeps honey in Hove.", source="audited")
            await told(client, "delete_memory", source="audited")
        async with served.connect("reader") as client:
            error, _ = await told(client, "delete_memory", source="audited")
            assert error

    within(talk())
    lines = [
        json.loads(line)
        for path in served.store.parent.iterdir()
        if "audit" in path.name
        for line in path.read_text("utf-8").splitlines()
    ]
    written = [(line["key"], line.get("tool"), line.get("denied")) for line in lines]
    assert ("one", "add_memory", None) in written
    assert ("reader", "delete_memory", True) in written
    deleted = {
        line["source"]: line
        for line in lines
        if line.get("tool") == "delete_memory" and "source" in line
    }
    line = deleted[content_uid("source", "audited")]
    assert (line["key"], line["space"]) == ("one", "one")
    assert "audited" not in json.dumps(lines)
    assert "honey" not in json.dumps(lines)
    assert not any(token in json.dumps(lines) for token in served.tokens.values())


def test_without_keys_it_is_for_this_machine_and_the_space_default(tmp_path: Path) -> None:
    app = create_app(Settings(store=str(tmp_path / "a.db")))
    call = {"jsonrpc": "2.0", "id": 1, "method": "resources/templates/list"}
    with TestClient(app, base_url="http://127.0.0.1:8765") as http:
        assert "graphmem://default/nodes" in http.post("/mcp", json=call, headers=JSON).text
        elsewhere = http.post("/mcp", json=call, headers=JSON | {"Host": "evil.example"})
        assert elsewhere.status_code == 403
        page = http.post("/mcp", json=call, headers=JSON | {"Origin": "https://evil.example"})
        assert page.status_code == 403
