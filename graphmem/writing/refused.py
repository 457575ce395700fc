"""What a schema refuses, in our words."""

from __future__ import annotations

from pydantic import ValidationError

__all__ = ["MAX_SHOWN_CHARS", "first_problem"]

MAX_SHOWN_CHARS = 60
"""Of a value that is shown in an error."""


def first_problem(error: ValidationError) -> str:
    """Say in one line what pydantic found first, and in which value."""
    problem = error.errors(include_url=False)[0]
    where = ".".join(str(step) for step in problem["loc"])
    if problem["type"] == "missing":
        return f"{where} is missing"
    said = problem["msg"].removeprefix("Value error, ")
    if not where:
        return said  # without the whole, which may be long, and private
    value = ascii(problem["input"])
    shown = value if len(value) <= MAX_SHOWN_CHARS else value[:MAX_SHOWN_CHARS] + "…"
    must = said.removeprefix("Input should ")
    told = f": {said}" if must == said else f" must {must}"
    return f"{where}{told}; it is {shown}"
