"""Processes that are timed run as in an installation, and fail aloud."""

from __future__ import annotations

import pytest

from graphmem.bench.timing import run_fresh, seconds_to_answer


def test_a_process_may_keep_its_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run_fresh(["-c", "import sys; print(sys.dont_write_bytecode)"]) == "False\n"


def test_the_first_line_is_the_answer() -> None:
    assert seconds_to_answer(["-c", "print(1); print(2)"], 3) > 0


def test_who_answers_and_then_fails_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.bench.timing.run_fresh", lambda _: "")
    for code in ("pass", "print(1); raise SystemExit(3)"):
        with pytest.raises(RuntimeError, match="ended with"):
            seconds_to_answer(["-c", code], 1)
