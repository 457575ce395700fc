"""How much may be asked of an LLM, how patiently, and what one answer may take."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from graphmem.errors import InvalidInput

__all__ = ["Limits"]

_WHOLE = ("concurrency", "tries", "breaker_after", "max_tokens")
_MAY_BE_NONE = ("requests_per_minute", "tokens_per_minute", "max_tokens")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a client keeps to.

    Attributes:
        concurrency: calls at the same time.
        requests_per_minute: None has no limit.
        tokens_per_minute: of prompts and answers together; None has no limit.
        timeout_s: how long an answer may take; one that comes in drips up to twice as long.
        tries: attempts at one call, the first one included.
        backoff_s: before the second attempt at most; before each later one twice as much.
        longest_wait_s: between two attempts; a server that asks for more is given up.
        max_tokens: of one answer; None leaves it to the server.
        breaker_after: failures in a row after which the server is left alone.
        breaker_open_s: for how long, until one call finds out how it is.

    Raises:
        InvalidInput: One of them is not positive.
    """

    concurrency: int = 16
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    timeout_s: float = 60.0
    tries: int = 6
    backoff_s: float = 1.0
    longest_wait_s: float = 60.0
    max_tokens: int | None = 4096
    breaker_after: int = 20
    breaker_open_s: float = 30.0

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if value is None and one.name in _MAY_BE_NONE:
                continue
            if value is None or not value > 0 or not math.isfinite(value):
                raise InvalidInput(f"{one.name} is {value}: give a number above 0")
            if one.name in _WHOLE and value != int(value):
                raise InvalidInput(f"{one.name} is {value}: give a whole number")
