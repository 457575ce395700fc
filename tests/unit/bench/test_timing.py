"""Processes that are timed run as in an installation, and fail aloud."""

from __future__ import annotations

from pathlib import Path

import pytest

from graphmem.bench.timing import run_fresh, seconds_to_answer


def test_a_process_may_keep_its_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run_fresh(["-c", "import sys; print(sys.dont_write_bytecode)"]) == "False\n"


def test_the_first_line_is_the_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process does not end before the clock was read for the second time."""
    monkeypatch.setattr("graphmem.bench.timing.run_fresh", lambda _: "")
    path, ticks = tmp_path / "read", iter((10.0, 13.0))

    def clock() -> float:
        tick = next(ticks)
        if tick > 10.0:
            path.touch()
        return tick

    monkeypatch.setattr("graphmem.bench.timing.perf_counter", clock)
    code = "import sys, time; from pathlib import Path; print(1); left = 600\n"
    code += "while left and not Path(sys.argv[1]).exists(): time.sleep(0.1); left -= 1\n"
    assert seconds_to_answer(["-c", code + "sys.exit(not left)", str(path)], 1) == 3.0


def test_who_answers_and_then_fails_has_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("graphmem.bench.timing.run_fresh", lambda _: "")
    for code in ("pass", "print(1); raise SystemExit(3)"):
        with pytest.raises(RuntimeError, match="ended with"):
            seconds_to_answer(["-c", code], 1)
