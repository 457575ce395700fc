"""`graphmem ask` on a real memory and a real server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from graphmem.cli.app import run
from graphmem.testing.llm_server import LLMServer


@pytest.fixture
def server() -> Iterator[LLMServer]:
    said = {"passages": [1], "found": True, "answer": "In Lisbon [1], or Porto [6]."}
    with LLMServer(lambda _: said) as server:
        yield server


def test_ask_prints_the_answer_with_its_sources(
    tmp_path: Path, server: LLMServer, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "agent.db")]
    assert run([*store, "add", "--text", "Mara lives in Lisbon.", "--source", "note"]) == 0
    capsys.readouterr()
    llm = ["--llm", "openai:stub", "--base-url", server.url]
    assert run([*store, "ask", "Where does Mara live?", *llm]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "In Lisbon [1], or Porto.", "", "[1] note", "(1 citation of nothing: left out)",
    ]  # fmt: skip
    assert run([*store, "ask", "Where does Mara live?", *llm, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["citations"][0]["source"] == "note"
    assert run([*store, "ask", "Who is Zebulon Quark?", *llm]) == 0
    assert capsys.readouterr().out.startswith("no answer: ")
    assert server.served().n_requests == 2


def test_ask_needs_to_know_whom(
    tmp_path: Path, server: LLMServer, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.delenv("GRAPHMEM_LLM", raising=False)
    store = ["--store", str(tmp_path / "agent.db")]
    assert run([*store, "ask", "Where does Mara live?"]) == 2
    assert "--llm" in capsys.readouterr().err
    assert run([*store, "ask", "Where?", "--llm", "parrot", "--base-url", server.url]) == 1
    assert "no LLM is called 'parrot'" in capsys.readouterr().err
