"""What the failures of OpenAI's client mean: for the caller, the next attempt, and the bill."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from graphmem.errors import BudgetSpent, CompletionFailed, InvalidInput
from graphmem.models.endpoint import is_login_refused, shown
from graphmem.models.llm.calls import CallFailed, Failure

if TYPE_CHECKING:
    import openai

__all__ = ["is_about_request", "refusal_of", "retry_after", "to_failure"]

# What servers answer to words of the protocol that they do not know.
_UNKNOWN_WORD = (400, 404, 415, 422, 501)
# What passes although it is called the client's fault: a slow body, a conflict, too early.
_PASSING = (408, 409, 425)
_MAX_REFUSAL = 300
_NO_QUOTA = "insufficient_quota"
_NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")


def is_about_request(error: openai.OpenAIError) -> bool:
    """Whether the server may have refused a word of the request."""
    return getattr(error, "status_code", None) in _UNKNOWN_WORD


def refusal_of(error: openai.OpenAIError) -> str:
    """Return what a server says of a request that it refuses: which parameter, or in words.

    Servers that quote the whole request would name every parameter.
    """
    if isinstance(param := getattr(error, "param", None), str) and param:
        return param
    body = getattr(error, "body", None)
    said = body.get("message") if isinstance(body, dict) else None
    return (said if isinstance(said, str) else str(error))[:_MAX_REFUSAL]


def to_failure(
    error: openai.OpenAIError, name: str, key: str | None, where: str = "its server"
) -> CallFailed:
    """Say what happened, without the driver's text where that may quote the key.

    Args:
        error: the driver's.
        name: of the model, for the reader.
        key: which is not shown.
        where: the server is, without any login.
    """
    import openai

    if is_login_refused(error):
        return CallFailed(
            Failure.REFUSED, InvalidInput(f"{name}: the server refuses the API key; check it")
        )
    text = shown(error, key)
    if isinstance(error, openai.APIStatusError):
        return _of_status(error, name, text)
    if isinstance(error, openai.APIConnectionError):
        kind = type(error.__cause__).__name__
        if kind in _NEVER_SENT:
            why = (
                f"{name}: {where} cannot be reached ({kind}): check the address, and that it is up"
            )
            return CallFailed(Failure.DOWN, CompletionFailed(why))
        why = f"{name}: {where} gave no answer ({text.rstrip('.')}: {kind})"
        return CallFailed(Failure.UNSURE, CompletionFailed(why))
    return CallFailed(Failure.DOWN, CompletionFailed(f"{name}: {text}"))


def retry_after(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Return the seconds that a server asks to wait, from 0 up; None where it asks for none.

    Args:
        headers: of its response; `retry-after-ms` goes before `Retry-After`, which holds seconds
            or a date.
        now: seconds since 1970, for dates.
    """
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / unit
        except ValueError:
            try:
                seconds = parsedate_to_datetime(value).timestamp() - now()
            except (ValueError, TypeError, OverflowError):
                continue
        if math.isfinite(seconds):
            return max(0.0, seconds)
    return None


def _of_status(error: openai.APIStatusError, name: str, text: str) -> CallFailed:
    status, after = error.status_code, retry_after(error.response.headers)
    if status == 429 and _NO_QUOTA in (error.code, error.type):
        spent = BudgetSpent(f"{name}: the account's quota is used up; add to it ({text})")
        return CallFailed(Failure.REFUSED, spent)
    if status == 429:
        why = CompletionFailed(f"{name}: too many requests ({text})")
        return CallFailed(Failure.THROTTLED, why, retry_after_s=after)
    if status >= 500 or status in _PASSING:
        why = CompletionFailed(f"{name}: {text}")
        return CallFailed(Failure.DOWN, why, retry_after_s=after)
    return CallFailed(
        Failure.REFUSED, InvalidInput(f"{name}: the server refuses the request: {text}")
    )
