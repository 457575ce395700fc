"""JSON as lines, as a list, as one value: streamed, bounded, and broken in every way."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.streams import Row, json_values

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


def rows(data: bytes | str, *, lines: bool = False, **options: Any) -> list[Row]:
    raw = data.encode() if isinstance(data, str) else data
    return list(json_values(BytesIO(raw), ReaderOptions(**options), lines=lines))


@given(values=st.lists(VALUES, max_size=6), indent=st.sampled_from([None, 1]))
def test_the_members_of_a_list_come_as_they_are(values: list[Any], indent: int | None) -> None:
    read = rows(json.dumps(values, indent=indent))
    assert [row.value for row in read] == values
    assert [row.number for row in read] == list(range(1, len(values) + 1))


@given(values=st.lists(st.dictionaries(st.text(max_size=3), VALUES), min_size=2, max_size=6))
def test_lines_are_told_without_being_said(values: list[Any]) -> None:
    text = "\n".join(map(json.dumps, values))
    assert [row.value for row in rows(text)] == values
    assert rows(text) == rows(text, lines=True)


def test_one_object_is_one_value_without_a_number() -> None:
    assert rows('{\n "a": [1,\n 2]}\n') == [Row(0, {"a": [1, 2]})]


def test_members_longer_than_what_is_read_at_once_come_whole() -> None:
    values = [{"text": "x" * 300_000}, 1, "y" * 200_000, {"z": [1.5] * 50_000}]
    assert [row.value for row in rows(json.dumps(values))] == values


@pytest.mark.parametrize("cut", [5, 1_000, 100_000])
def test_a_list_that_is_cut_gives_what_it_has_and_says_so(cut: int) -> None:
    data = json.dumps([{"text": "x" * 30_000}] * 5)[:cut]
    read = rows(data)
    assert all(row.problem is None for row in read[:-1])
    assert read[-1].problem


def test_a_list_that_ends_between_members_is_cut_too() -> None:
    read = rows('[{"a": 1}, {"a": 2}')
    assert [row.value for row in read[:2]] == [{"a": 1}, {"a": 2}]
    assert "is cut" in str(read[2].problem)


def test_a_broken_member_far_from_the_end_is_not_searched_for() -> None:
    data = b'[{"a" 1},' + b" " * 500_000 + b"2]"
    (row,) = rows(data)
    assert "is no JSON" in str(row.problem)


def test_a_member_above_the_limit_is_refused() -> None:
    (row,) = rows(json.dumps(["x" * 500_000]), max_bytes=100_000)
    assert "more than 100,000" in str(row.problem)


def test_a_line_above_the_limit_is_passed_and_the_next_is_read() -> None:
    read = rows('{"a": "' + "x" * 5_000 + '"}\n{"a": 1}\n', lines=True, max_line_bytes=1_000)
    assert "more than 1,000" in str(read[0].problem)
    assert read[1].value == {"a": 1}


def test_deep_nesting_is_a_problem_and_no_crash() -> None:
    assert "too deep" in str(rows("[" * 200_000)[0].problem)
    read = rows('{"a":' * 50_000 + "\n1\n", lines=True)
    assert "too deep" in str(read[0].problem)
    assert read[1].value == 1


def test_numbers_that_python_would_not_take_are_a_problem() -> None:
    read = rows("9" * 5_000 + '\n{"a": 1}', lines=True)
    assert read[0].problem
    assert read[1].value == {"a": 1}


def test_what_is_no_number_is_nothing() -> None:
    assert rows('{"a": NaN, "b": -Infinity}') == [Row(0, {"a": None, "b": None})]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_byte_order_marks_are_understood(encoding: str) -> None:
    data = '{"a": "ü"}\n{"a": "é"}\n'.encode(encoding)
    assert [row.value for row in rows(data)] == [{"a": "ü"}, {"a": "é"}]


def test_an_empty_file_has_no_value() -> None:
    assert rows("", lines=True) == []
    assert rows("[]") == []
    assert rows("")[0].problem
