"""`graphmem recall` on a real memory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphmem.cli.app import run


def test_recall_prints_events_with_their_times(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = ["--store", str(tmp_path / "agent.db")]
    note = ["--text", "Bob visited Paris in May 2022.", "--source", "n", "--at", "2023-01-01"]
    assert run([*store, "add", *note]) == 0
    capsys.readouterr()
    assert run([*store, "recall", "--place", "Paris", "--time", "2022"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1. [1.000] n")
    assert lines[1:3] == ["   2022-05", "   Bob visited Paris in May 2022."]
    assert run([*store, "recall", "--entity", "Bob", "--mode", "latest", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["hits"][0]["when"] == "2022-05"
    assert run([*store, "recall", "--entity", "Zed"]) == 0
    assert "no answer: nothing in this memory is named 'Zed'" in capsys.readouterr().out
    assert run([*store, "recall"]) == 2
    assert "--entity, --time and --place" in capsys.readouterr().err
