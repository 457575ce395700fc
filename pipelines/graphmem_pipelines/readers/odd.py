"""What may still go wrong in files that nobody has seen: each is a failed item, no failed job."""

from __future__ import annotations

from pydantic import ValidationError

from graphmem.errors import InvalidInput
from graphmem.writing.refused import first_problem

__all__ = ["ODD", "not_built_so"]

ODD = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What a value of another type than was expected makes Python raise."""

_MAX_CHARS = 200


def not_built_so(error: Exception, kind: str) -> InvalidInput:
    """Return the error that says that a file is not built as those of its kind are."""
    if isinstance(error, InvalidInput):
        return error
    if isinstance(error, ValidationError):
        return InvalidInput(first_problem(error))
    said = f"{type(error).__name__}: {error}"[:_MAX_CHARS]
    return InvalidInput(f"it is not built as {kind} is ({said})")
