"""What a schema refuses, in our words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from reprlib import Repr
from typing import Any

from pydantic import ValidationError

__all__ = ["MAX_SHOWN_CHARS", "first_problem", "say"]

MAX_SHOWN_CHARS = 60
"""Of a value that is shown in an error."""
_STEPS, _STEP_CHARS = 8, 80

# Looks at little of what may be a whole body.
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 2 * MAX_SHOWN_CHARS


def first_problem(error: ValidationError) -> str:
    """Say in one line what pydantic found first, and in which value."""
    return say(error.errors(include_url=False)[0])


def say(problem: Mapping[str, Any], fields: Iterable[str] | None = None) -> str:
    """Say in one line what is wrong, and in which value.

    Args:
        problem: as pydantic tells it.
        fields: those that there are, where one is unknown; None: nothing is said of them.
    """
    where = ".".join(str(step)[:_STEP_CHARS] for step in problem["loc"][:_STEPS])
    if problem["type"] == "missing":
        return f"{where} is missing"
    if problem["type"] == "extra_forbidden" and fields is not None:
        known = ", ".join(fields)
        return f"{where}: there is no such field{f'; there are: {known}' if known else ''}"
    said: str = problem["msg"].removeprefix("Value error, ")
    if not where:
        return said  # without the whole, which may be long, and private
    value = _SHORT.repr(problem["input"]).encode("ascii", "backslashreplace").decode()
    shown = value if len(value) <= MAX_SHOWN_CHARS else value[:MAX_SHOWN_CHARS] + "…"
    must = said.removeprefix("Input should ")
    told = f": {said}" if must == said else f" must {must}"
    return f"{where}{told}; it is {shown}"
