"""What a run is called that nobody named."""

from __future__ import annotations

from graphmem.writing.runs import accept_run

STEPS = [{"action": "open the page", "observation": "a form"}]


def test_a_run_that_nobody_named_is_called_by_its_task() -> None:
    name = accept_run("Book a table\nat the inn", STEPS, ("success", None)).name
    assert name.startswith("Book a table at the inn (")
    assert accept_run("Book a table\nat the inn", STEPS, ("success", None)).name == name
    assert accept_run("Book a table\nat the inn", STEPS, ("failure", None)).name != name
    long = accept_run("Book a table at " * 99, STEPS, ("success", None)).name
    assert long.startswith("Book a table at Book a table at")
    assert len(long) < 80
    assert accept_run("x", STEPS, ("success", None), source="mine").name == "mine"
