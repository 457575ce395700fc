"""What asks nothing or for too much is refused, and strange questions are answered."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from tests.integration.bad_input.refusals import QUESTION, refused, state

LIMITS: list[tuple[Any, str]] = [
    (0, "greater than or equal to 1; it is 0"),
    (-1, "greater than or equal to 1; it is -1"),
    (10**9, r"less than or equal to 1000(000)?; it is 1000000000"),
    (10**30, "less than or equal to"),
    (True, "valid integer; it is True"),
    ("5", "valid integer; it is '5'"),
    (1.5, "valid integer; it is 1.5"),
    (5.0, "valid integer; it is 5.0"),
    (math.nan, "valid integer; it is nan"),
    (math.inf, "valid integer; it is inf"),
    ([1], r"valid integer; it is \[1\]"),
]


@pytest.mark.parametrize(("limit", "says"), LIMITS, ids=lambda one: ascii(one)[:20])
def test_limits_out_of_range(memory: Memory, tmp_path: Path, limit: Any, says: str) -> None:
    with refused(memory, tmp_path, InvalidInput, f"k must be .*{says}"):
        memory.search(QUESTION, k=limit)
    with refused(memory, tmp_path, InvalidInput, f"budget must be .*{says}"):
        memory.context(QUESTION, budget=limit)


@pytest.mark.parametrize("limit", [1, 1_000])
def test_limits_at_the_edge_of_the_range(memory: Memory, limit: int) -> None:
    assert 1 <= len(memory.search(QUESTION, k=limit).hits) <= limit
    assert memory.context(QUESTION, budget=limit * 1_000).n_tokens <= limit * 1_000


@pytest.mark.parametrize(
    "kinds", [[], "passage", ["x"], ["Passage"], ["passage", "cat"], [None], 5], ids=repr
)
def test_kinds_that_are_unknown(memory: Memory, tmp_path: Path, kinds: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "kinds"):
        memory.search(QUESTION, kinds=kinds)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "empty or blank"),
        (" \n ", "empty or blank"),
        ("\u200b\u202e", "empty or blank"),
        ("Where\x00", "NUL character at offset 5"),
        ("\udfff?", "half of a surrogate pair"),
        ("x" * 10_000_001, "10,000,001 characters"),
        (None, "must be a string, not NoneType"),
        (b"Where?", "must be a string, not bytes"),
    ],
    ids=lambda one: ascii(one)[:20],
)
def test_questions_that_ask_nothing(
    memory: Memory, tmp_path: Path, question: Any, says: str
) -> None:
    for ask in (memory.search, memory.context):
        with refused(memory, tmp_path, InvalidInput, f"question .*{says}"):
            ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "Where does Ann live? " * 5_000,
        "the of and is to a",
        "?!... --- ((( ]]] \"'`",
        "アンはどこに住んでいますか",
        "أين تعيش آن؟",
        "🦊👩‍🚀🇮🇹",
        "e\u0301" * 2_000,
        "a" * 100_000,
        '"NEAR(ann OR * col:x AND NOT) ^ {',
        "' OR 1=1; DROP TABLE node; --",
        "MATCH (n) DETACH DELETE n",
        "on 31 February 0000, 99999 years from now",
    ],
    ids=lambda question: ascii(question)[:20],
)
def test_strange_questions_are_answered_or_declined(
    memory: Memory, tmp_path: Path, question: str
) -> None:
    before = state(memory, tmp_path)
    recall = memory.search(question, k=3)
    assert len(recall.hits) <= 3
    assert recall.question == question
    assert memory.context(question, budget=50).n_tokens <= 50
    assert state(memory, tmp_path) == before
