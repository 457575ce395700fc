"""What a server refuses is not said to it again, and nothing else is left out."""

from __future__ import annotations

import pytest

from graphmem.core.chat import ChatMessage
from graphmem.models.llm.dialect import Dialect

FIRST = Dialect()


@pytest.mark.parametrize(
    ("refusal", "instead"),
    [
        ("Unsupported value: 'temperature' does not support 0.0", Dialect(temperature=False)),
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            Dialect(limit="max_completion_tokens"),
        ),
        ("response_format", Dialect(form="json_object")),
        ("Invalid schema for response_format 'answer'", Dialect(form="json_object")),
        ("This model's maximum context length is 8192 tokens.", None),
        ("The model `tiny` does not exist", None),
        ("", None),
    ],
)
def test_a_refusal_changes_what_it_is_about(refusal: str, instead: Dialect | None) -> None:
    assert FIRST.without(refusal) == instead


def test_it_ends_with_a_plain_request() -> None:
    dialect: Dialect | None = FIRST
    n_steps = 0
    while (less := dialect and dialect.without("temperature max_tokens json")) is not None:
        dialect, n_steps = less, n_steps + 1
    assert dialect == Dialect("text", "max_completion_tokens", temperature=False)
    assert n_steps == 4
    body = dialect.body("tiny", [ChatMessage("user", "Hello")], {}, 5)
    assert set(body) == {"model", "messages", "max_completion_tokens"}
    less = dialect.without("max_completion_tokens")
    assert less is not None
    assert "max_completion_tokens" not in less.body("tiny", [], {}, 5)


def test_no_limit_is_said_where_there_is_none() -> None:
    assert "max_tokens" not in FIRST.body("tiny", [], {}, None)
