"""A body says no more than is read in a moment, however it is nested."""

from __future__ import annotations

import json

import pytest

from graphmem_api.inbox.bodies import parsed
from graphmem_api.problems import Problem
from graphmem_api.values import MAX_VALUES, check_values
from graphmem_schemas.writes import MemoriesBody


@pytest.mark.parametrize("value", [b"[]", b"{}", b"1", b'"a"', b'{"a":1}', b'"\\\\","'])
def test_too_many_values_are_refused(value: bytes) -> None:
    raw = b"[" + (value + b",") * (MAX_VALUES + 1) + b"1]"
    with pytest.raises(Problem) as refused:
        check_values(raw)
    assert (refused.value.status, refused.value.code) == (413, "too_many_values")
    with pytest.raises(Problem):
        parsed(raw, MemoriesBody)


def test_what_is_in_a_text_is_no_value() -> None:
    text = 'He said: "a, b, [c], {d}\\", and more, ' * (MAX_VALUES // 5)
    check_values(json.dumps({"text": text}).encode())


def test_a_hundred_thousand_messages_are_no_more_than_may_be() -> None:
    message = {"speaker": "Ann, the first", "text": "Yes, no, maybe.", "at": "2024-01-01"}
    raw = json.dumps({"messages": [message] * 100_000}).encode()
    assert len(parsed(raw, MemoriesBody).messages or ()) == 100_000  # type: ignore[union-attr]
