"""What a server asks to wait; every error of the driver's has a meaning."""

from __future__ import annotations

import openai
import pytest

from graphmem.errors import BudgetSpent, CompletionFailed, GraphMemError, InvalidInput
from graphmem.models.llm.calls import Failure
from graphmem.models.llm.openai_failures import refusal_of, retry_after, to_failure

NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Sun, 06 Nov 1994 08:50:07 GMT"}, 30.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:07 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "soon", "retry-after": "2"}, 2.0),
    ],
)
def test_what_a_server_asks_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, lambda: NOW) == seconds


class Response:
    """As much of a response as the driver's errors look at."""

    request = None

    def __init__(self, status_code: int, headers: dict[str, str] | None = None) -> None:
        self.status_code = status_code
        self.headers = headers or {}


def of_status(status: int, body: object = None) -> openai.APIStatusError:
    kind = {
        401: openai.AuthenticationError,
        403: openai.PermissionDeniedError,
        429: openai.RateLimitError,
    }.get(status, openai.APIStatusError)
    response = Response(status, {"retry-after": "3"})
    return kind("it is so", response=response, body=body)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "failure", "kind"),
    [
        (400, Failure.REFUSED, InvalidInput),
        (401, Failure.REFUSED, InvalidInput),
        (403, Failure.REFUSED, InvalidInput),
        (404, Failure.REFUSED, InvalidInput),
        (413, Failure.REFUSED, InvalidInput),
        (408, Failure.DOWN, CompletionFailed),
        (409, Failure.DOWN, CompletionFailed),
        (425, Failure.DOWN, CompletionFailed),
        (429, Failure.THROTTLED, CompletionFailed),
        (500, Failure.DOWN, CompletionFailed),
        (503, Failure.DOWN, CompletionFailed),
        (529, Failure.DOWN, CompletionFailed),
    ],
)
def test_every_status_has_a_meaning(
    status: int, failure: Failure, kind: type[GraphMemError]
) -> None:
    failed = to_failure(of_status(status), "openai:tiny", "key")
    assert failed.failure is failure
    assert isinstance(failed.error, kind)
    assert str(failed.error).startswith("openai:tiny")
    assert failed.retry_after_s == (3.0 if failed.failure.passes else None)


def test_a_quota_that_is_used_up_is_no_limit_to_wait_for() -> None:
    failed = to_failure(of_status(429, {"code": "insufficient_quota"}), "openai:tiny", None)
    assert failed.failure is Failure.REFUSED
    assert isinstance(failed.error, BudgetSpent)
    assert "quota is used up" in str(failed.error)


def test_every_error_of_the_driver_is_mapped() -> None:
    request: object = None
    of_connection = openai.APIConnectionError(request=request)  # type: ignore[arg-type]
    timeout = openai.APITimeoutError(request=request)  # type: ignore[arg-type]
    for error in (of_connection, timeout, openai.OpenAIError("anything")):
        assert to_failure(error, "openai:tiny", None).failure in (Failure.DOWN, Failure.UNSURE)
    assert to_failure(timeout, "openai:tiny", None).failure is Failure.UNSURE


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"param": "temperature", "message": "of response_format too"}, "temperature"),
        ({"message": "max_tokens is too large"}, "max_tokens is too large"),
        (None, "it is so"),
    ],
)
def test_what_is_refused_is_read_where_it_is_said(body: object, says: str) -> None:
    assert refusal_of(of_status(400, body)) == says
