"""`graphmem delete` takes along what a server has kept and not applied yet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from graphmem.cli.app import run
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.writes import Waiting, Write, WriteLedger

SECRET = "Zerlina keeps a ledger."


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("GRAPHMEM_LEDGER", raising=False)
    path = str(tmp_path / "agent.db")
    assert run(["add", "--text", SECRET, "--source", "note", "--store", path]) == 0
    return path


@pytest.fixture
def ledger(store: str) -> Iterator[WriteLedger]:
    with closing(WriteLedger(Path(f"{store}.jobs"))) as beside:
        for source in ("note", "new"):
            item = item_of(1, "text", {"text": SECRET, "source": source})
            beside.keep([Write("default", (item,), False, None, "d")], Waiting(10, 10**6))
        yield beside


@pytest.mark.parametrize("what", [("--source", "note"), ("--all", "--yes")])
def test_what_waits_goes_with_what_is_there(
    store: str, ledger: WriteLedger, what: tuple[str, ...]
) -> None:
    assert run(["delete", *what, "--store", store]) == 0
    waiting = [one.key for one in ledger.take("default", 10, 10**6)]
    assert waiting == (["1:new"] if "note" in what else [])


def test_what_only_waits_is_told_to_be_gone(
    store: str, ledger: WriteLedger, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert run(["delete", "--source", "new", "--store", store]) == 0
    assert "what of it waited to be added is deleted" in capsys.readouterr().out
    assert [one.key for one in ledger.take("default", 10, 10**6)] == ["1:note"]


def test_what_is_not_there_is_an_error_and_leaves_no_job(store: str, ledger: WriteLedger) -> None:
    assert run(["delete", "--source", "none", "--store", store]) == 1
    assert len(ledger.jobs()) == 2
