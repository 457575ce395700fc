"""What may be a parameter, and which limits hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from graphmem.core.cypher import CypherRequest, CypherResult, accept_cypher
from graphmem.errors import InvalidInput

MOMENT = datetime(2024, 1, 2, 3, tzinfo=UTC)


def _accept(
    statement: str = "RETURN $x", limit: Any = 10, timeout_s: Any = 1, **given: Any
) -> CypherRequest:
    return accept_cypher(statement, given, space="s", limit=limit, timeout_s=timeout_s)


@pytest.mark.parametrize(
    ("given", "bound"),
    [
        (1, 1),
        (True, True),
        (None, None),
        (0.5, 0.5),
        ("a\x00\u00e9", "a\x00\u00e9"),
        ([], []),
        (("a", "b"), ["a", "b"]),
        (MOMENT, MOMENT),
        (date(2024, 1, 2), MOMENT.replace(hour=0)),
        (datetime(2024, 1, 2, 3), MOMENT),
        (-(2**63), -(2**63)),
        (datetime(2024, 1, 2, 5, tzinfo=timezone(timedelta(hours=2))), MOMENT),
    ],
)
def test_plain_values_are_bound(given: Any, bound: Any) -> None:
    value = _accept(x=given).parameters["x"]
    assert value == bound
    assert type(value) is type(bound)


@pytest.mark.parametrize(
    "given",
    [
        {"a": 1},
        b"a",
        object(),
        2**63,
        float("nan"),
        float("inf"),
        [1, "a"],
        [[1]],
        "\ud800",
        ["\ud800"],
        "x" * 1_000_001,
        [1] * 100_001,
        {1},
        [{"a": 1}],
        timedelta(1),
    ],
)
def test_other_values_are_refused(given: Any) -> None:
    with pytest.raises(InvalidInput, match=r"\$x"):
        _accept(x=given)


def test_the_space_is_bound_where_it_is_named_and_cannot_be_another() -> None:
    assert dict(_accept("RETURN $space").parameters) == {"space": "s"}
    assert dict(_accept("RETURN 1").parameters) == {}
    with pytest.raises(InvalidInput, match="space"):
        accept_cypher("RETURN $space", {"space": "t"}, space="s", limit=1, timeout_s=1)


def test_parameters_are_neither_missing_nor_unknown() -> None:
    with pytest.raises(InvalidInput, match=r"needs a value for \$x"):
        _accept()
    with pytest.raises(InvalidInput, match=r"no parameter \$y"):
        _accept(x=1, y=2)
    for wrong in ([("x", 1)], {1: 2}, "x"):
        with pytest.raises(InvalidInput, match="dict"):
            accept_cypher("RETURN 1", wrong, space="s", limit=1, timeout_s=1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "limits",
    [
        {"limit": 0},
        {"limit": 100_001},
        {"limit": True},
        {"limit": 1.5},
        {"timeout_s": 0},
        {"timeout_s": 601},
        {"timeout_s": "1"},
    ],
)
def test_limits_are_in_range(limits: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        _accept("RETURN 1", **limits)


def test_a_moment_that_utc_does_not_have_is_no_parameter() -> None:
    late = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
    with pytest.raises(InvalidInput, match=r"\$x .*9999-12-31T.*leaves the years 1 to 9999"):
        _accept(x=late)


def test_records_name_their_columns() -> None:
    result = CypherResult(("a", "b"), ((1, 2), (3, 4)))
    assert result.records() == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
