"""What a schema refuses is said in our words, and with no more than they need."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from graphmem.writing.refused import first_problem
from graphmem_schemas import SearchRequest
from graphmem_schemas.writes import MemoriesBody


def test_what_a_schema_refuses_is_said_in_our_words() -> None:
    for wrong, says in (
        ({"k": 0}, "k must be greater than or equal to 1; it is 0"),
        ({"mode": "newest"}, "mode must be 'latest', 'all' or 'chronological'; it is 'newest'"),
        (
            {"as_of": "soon"},
            "as_of: no date in ISO 8601, such as 2023-05-01 or 2023-05-01T10:00:00Z "
            "(Invalid isoformat string: 'soon'); it is 'soon'",
        ),
    ):
        with pytest.raises(ValidationError) as refused:
            SearchRequest.model_validate({"question": "Who?", **wrong})
        assert first_problem(refused.value) == says


def test_little_is_shown_of_a_value_that_is_large() -> None:
    for wrong in ({"k": ["x" * 1_000] * 100_000}, {"k": "ü" * 1_000_000}, {"k": {"a": "b" * 500}}):
        with pytest.raises(ValidationError) as refused:
            SearchRequest.model_validate({"question": "Who?", **wrong})
        says = first_problem(refused.value)
        assert says.startswith("k must be a valid integer")
        assert len(says) < 200
        assert says.isascii() or says.endswith("…")


def test_what_is_wrong_with_the_whole_is_said_without_it() -> None:
    with pytest.raises(ValidationError) as refused:
        MemoriesBody.model_validate({"text": "secret", "documents": [{"text": "also"}]})
    says = first_problem(refused.value)
    assert "give exactly one of" in says
    assert "secret" not in says
    assert "Value error" not in says
