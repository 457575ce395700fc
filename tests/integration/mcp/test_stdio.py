"""`graphmem mcp` as a child: stdout is the protocol's alone, and hosts may die or say stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmem.memory import Memory
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.writes import Waiting, Write, WriteLedger

HELLO = {
    "jsonrpc": "2.0", "id": 0, "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}  # fmt: skip
READY = {"jsonrpc": "2.0", "method": "notifications/initialized"}
N_TURNS = 60


def calling(number: int, tool: str, **arguments: Any) -> dict[str, Any]:
    params = {"name": tool, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


LONG = calling(
    1,
    "add_memory",
    messages=[{"speaker": "Tom", "text": f"Stop {at} is near Lisbon."} for at in range(N_TURNS)],
    source="long",
)


class Child:
    """A server over stdio."""

    def __init__(self, store: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "graphmem", "mcp", "--store", str(store), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def say(self, *messages: object) -> None:
        assert self.process.stdin is not None
        for message in messages:
            line = message if isinstance(message, bytes) else json.dumps(message).encode()
            self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert line["jsonrpc"] == "2.0"
        return line

    def end(self) -> tuple[int, str, str]:
        out, errors = self.process.communicate(timeout=240)
        return self.process.returncode, (out or b"").decode(), errors.decode()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    started = Child(tmp_path / "a.db")
    yield started
    started.process.kill()
    started.process.communicate()


def n_passages(store: Path) -> int:
    with Memory(store) as memory:
        return memory.stats().nodes.get("Passage", 0)


def test_only_the_protocol_goes_to_stdout_whatever_comes_in(child: Child) -> None:
    child.say(HELLO)
    assert child.hear()["result"]["serverInfo"]["name"] == "graphmem"
    child.say(READY, b"hello", b"\xff\xfe\x00", b"{" * 50_000, b"[1,2]", b"", b'{"jsonrpc":"2.0"}')
    child.say({"jsonrpc": "2.0", "id": 5, "method": "no/such"})
    child.say({"jsonrpc": "2.0", "id": 6, "method": "tools/call", "params": {"name": 7}})
    child.say({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "add_memory",
               "arguments": ["Tom"]}})  # fmt: skip
    child.say(calling(8, "search_memories", question="Who likes tea?"))
    answers: dict[int, dict[str, Any]] = {}
    while 8 not in answers:
        heard = child.hear()
        if heard.get("id") is not None:
            answers[heard["id"]] = heard
    assert {number: "error" in answers[number] for number in (5, 6, 7)} == dict.fromkeys(
        (5, 6, 7), True
    )
    assert "abstained" in answers[8]["result"]["structuredContent"]
    assert child.process.stdin is not None
    child.process.stdin.close()
    child.process.stdin = None
    status, rest, errors = child.end()
    assert status == 0, errors
    assert not rest
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_host_that_dies_leaves_whole_writes_and_no_process(child: Child, tmp_path: Path) -> None:
    child.say(HELLO)
    child.hear()
    child.say(READY, calling(2, "search_memories", question="Who?"))
    child.hear()
    child.say(LONG)
    for pipe in (child.process.stdin, child.process.stdout):
        assert pipe is not None
        pipe.close()
    child.process.stdin = child.process.stdout = None
    status, _, errors = child.end()
    assert status == 0, errors
    assert "Traceback" not in errors
    assert n_passages(tmp_path / "a.db") in (0, N_TURNS)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_signal_ends_it_once_what_is_written_is_whole(child: Child, tmp_path: Path) -> None:
    child.say(HELLO)
    child.hear()
    child.say(READY, calling(2, "add_memory", text="Tom likes tea.", source="before"))
    assert not child.hear()["result"]["isError"]
    child.say(LONG)
    child.process.send_signal(signal.SIGTERM)
    status, _, errors = child.end()
    assert status == 0, errors
    assert "Traceback" not in errors
    assert n_passages(tmp_path / "a.db") in (1, 1 + N_TURNS)


def test_a_delete_takes_along_what_a_server_has_not_applied_yet(
    child: Child, tmp_path: Path
) -> None:
    with closing(WriteLedger(tmp_path / "a.db.jobs")) as beside:
        item = item_of(1, "text", {"text": "Tom is in Lisbon.", "source": "note"})
        beside.keep([Write("default", (item,), False, None, "d")], Waiting(1, 100))
        child.say(HELLO)
        child.hear()
        child.say(READY, calling(1, "delete_memory", source="note"))
        assert not child.hear()["result"].get("isError")
        assert beside.waiting_spaces() == []
        (job,) = beside.jobs()
        assert job.state == "cancelled"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--space", " "), "space"),
        (("--store", "no/such/folder/a.db"), "folder"),
        (("--config", "none.toml"), "none.toml"),
    ],
)
def test_what_it_cannot_start_with_is_one_line_on_stderr(
    tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    status, out, errors = Child(tmp_path / "a.db", *options).end()
    assert status == 1
    assert out == ""
    assert words in errors
    assert "Traceback" not in errors
