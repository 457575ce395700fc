"""How many tokens a text takes: an estimate, or what a counter of the caller's says."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral

from graphmem.errors import InvalidInput

__all__ = ["TokenCounter", "checked_counter", "estimate_tokens"]

TokenCounter = Callable[[str], int]


def estimate_tokens(text: str) -> int:
    """Estimate an LLM's tokens: one for four ASCII characters, one for each other character."""
    n_ascii = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return n_ascii // 4 + (len(text) - n_ascii) + 1


def checked_counter(count: TokenCounter | None) -> TokenCounter:
    """Return a counter whose every answer is checked; None takes the estimate.

    Raises:
        InvalidInput: It cannot be called. When it counts: it fails, or what it returns is no
            whole number of 0 or more.
    """
    if count is None:
        return estimate_tokens
    if not callable(count):
        raise InvalidInput(
            f"count_tokens must be a function from a text to a number, not {count!r}"
        )

    def counted(text: str) -> int:
        try:
            n_tokens = count(text)
        except Exception as error:  # a caller's function raises whatever it likes
            raise InvalidInput(
                f"count_tokens failed on a text of {len(text)} characters: {error!r}"
            ) from error
        if not isinstance(n_tokens, Integral) or n_tokens < 0:
            raise InvalidInput(
                f"count_tokens must return a whole number of 0 or more, not {n_tokens!r}"
            )
        return int(n_tokens)

    return counted
