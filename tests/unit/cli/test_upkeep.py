"""Taking back, merging and consolidating from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock

SECRET = "Ann keeps the zanzibar key in the green drawer of the kitchen."

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "agent.db"
    with Memory(
        path, embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(datetime(2026, 1, 1, tzinfo=UTC)),
    ) as memory:  # fmt: skip
        memory.add(SECRET, source="a")
        memory.add("Bo likes Bonn. Annie likes Rome.", source="b", at="2024-01-01")
        memory.search("Where is the key?")
    return path


@pytest.fixture
def call(store: Path, capsys: pytest.CaptureFixture[str]) -> Call:
    """Runs a command; returns its status and its JSON, or its words where it failed."""

    def called(*words: str) -> tuple[int, Any]:
        status = run([*words, "--store", str(store), "--json"])
        told = capsys.readouterr()
        return status, json.loads(told.out) if told.out else told.err

    return called


def test_merging_and_undoing_by_name(call: Call) -> None:
    status, receipt = call("merge", "Annie", "Ann")
    assert status == 0
    assert receipt["seq"] > 0
    assert call("merge", "Annie", "Ann")[1]["seq"] == 0
    assert call("undo", "Ann", "Annie")[1]["seq"] > 0
    status, told = call("undo", "Ann", "Annie")
    assert status == 1
    assert "were not merged with each other" in told


def test_retiring_a_fact(call: Call, store: Path) -> None:
    with Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        hits = memory.search("What does Bo like?", kinds=["proposition"]).hits
        uid = next(hit.uid for hit in hits if hit.text == "Bo likes Bonn")
    status, receipt = call("retire", uid, "--at", "2025-01-01")
    assert (status, receipt["superseded"]) == (0, [uid])
    assert call("get", uid)[1]["status"] == "retired"
    assert call("retire", uid, "--at", "2020-02-30")[0] == 2


def test_an_entity_is_deleted_by_its_name(call: Call) -> None:
    status, receipt = call("delete", "--entity", "bo")
    assert status == 0
    assert receipt["nodes"] == {"Entity": 1, "Proposition": 1}
    assert "projection" in receipt["places"]
    assert call("delete", "--entity", "bo")[0] == 1
    assert call("delete", "--entity", "bo", "--source", "b")[0] == 2


def test_consolidating_twice(call: Call) -> None:
    status, receipt = call("consolidate")
    assert status == 0
    assert receipt["until"] > 0
    assert call("consolidate")[1]["seq"] == 0


def test_the_doctor_proves_that_a_deleted_text_is_gone(call: Call, store: Path) -> None:
    status, found = call("doctor", "--deleted", "--text", SECRET)
    assert status == 1
    texts = [finding for finding in found["findings"] if finding["what"] == "text"]
    assert any("a row that is there says so" in finding["found"] for finding in texts)
    call("delete", "--source", "a")
    # Views that somebody kept from before, or brought back, go as well.
    status, found = call("doctor", "--deleted", "--text", SECRET)
    assert status == 0, found
    assert [finding["what"] for finding in found["findings"]] == ["views", "deleted", "text"]
    held = [f.read_bytes() for f in sorted(store.parent.rglob("*")) if f.is_file()]
    assert not [raw for raw in held if b"zanzibar" in raw]


def test_views_of_before_a_removal_are_removed_by_the_doctor(call: Call, store: Path) -> None:
    folder = next(path for path in Path(f"{store}.views").iterdir() if path.is_dir())
    kept = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert kept
    call("delete", "--source", "a")
    assert not any(folder.iterdir())
    for name, raw in kept.items():
        (folder / name).write_bytes(raw)
    (folder.parent / ("0" * 32)).mkdir()
    (folder.parent / ("0" * 32)).joinpath("text.snapshot").write_bytes(
        b"of a space that is no more"
    )
    status, found = call("doctor", "--deleted")
    assert status == 0
    assert found["findings"][0]["found"].startswith("2 spaces had views of before")
    assert [file for file in folder.parent.rglob("*") if file.is_file()] == []


def test_what_cannot_be_proved_is_said(capsys: pytest.CaptureFixture[str], call: Call) -> None:
    assert run(["doctor", "--deleted", "--store", "memory://a"]) == 0
    assert "on no disk" in capsys.readouterr().out
    assert run(["doctor", "--deleted", "--store", "neo4j://user:pw@nowhere"]) == 1
    told = capsys.readouterr().out
    assert "cannot be proved from here" in told
    assert "pw" not in told
    assert call("doctor", "--text", "x")[0] == 2
