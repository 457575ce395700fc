"""What is asked of an LLM, and what can be used of its answer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from graphmem.core.chat import ChatMessage, ask, read_json, strict_schema
from graphmem.errors import CompletionFailed
from graphmem.testing.llm import FakeLLM

QUESTION = [ChatMessage("user", "Who?")]


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = Field(min_length=1)
    score: int = Field(default=0, ge=0)


class Rows(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rows: tuple[Row, ...] = ()
    done: bool = False


ANSWERS = st.builds(
    Rows,
    rows=st.lists(
        st.builds(Row, text=st.text(min_size=1), score=st.integers(0, 10)), max_size=4
    ).map(tuple),
    done=st.booleans(),
)
AROUND = st.sampled_from(
    [
        "{}",
        "```json\n{}\n```",
        "Here you are [1]:\n```\n{}\n```\nAnything else?",
        '<think>maybe {{"rows": []}}</think>{}',
        "so I think.</think>\n{}",
        "The {{answer}} is {}",
    ]
)


@given(ANSWERS, AROUND, st.sampled_from([None, 1]), st.booleans())
def test_whatever_the_schema_allows_is_understood(
    wanted: Rows, around: str, indent: int | None, ascii_only: bool
) -> None:
    said = json.dumps(wanted.model_dump(), indent=indent, ensure_ascii=ascii_only)
    llm = FakeLLM([around.format(said)])
    answer = ask(llm.complete, QUESTION, Rows)
    assert answer.value == wanted
    assert (answer.dropped, answer.n_calls) == ((), 1)


@given(ANSWERS, st.data())
def test_an_answer_that_is_cut_off_keeps_its_whole_rows(wanted: Rows, data: st.DataObject) -> None:
    said = json.dumps({"rows": [row.model_dump() for row in wanted.rows]})
    cut = said[: data.draw(st.integers(0, len(said)))]
    try:
        rows = read_json(cut)["rows"]
    except ValueError:
        rows = []
    whole = [row.model_dump() for row in wanted.rows]
    n_whole = sum(
        cut.startswith(said[: said.index("[") + 1 + len(part)]) for part in _parts(whole)
    )
    assert rows == whole[:n_whole]


def _parts(rows: list[dict[str, Any]]) -> list[str]:
    return [", ".join(map(json.dumps, rows[: n + 1])) for n in range(len(rows))]


@given(st.text() | st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps))
def test_anything_else_is_an_error_of_its_own(said: str) -> None:
    llm = FakeLLM([said, said])
    try:
        answer = ask(llm.complete, QUESTION, Rows)
    except CompletionFailed:
        assert len(llm.calls) == 2
    else:
        assert isinstance(answer.value, Rows)


def test_one_repair_is_asked_for_and_says_what_is_wrong() -> None:
    llm = FakeLLM([{"rows": [{"text": ""}]}, {"rows": [{"text": "a"}]}])
    answer = ask(llm.complete, QUESTION, Rows)
    assert (answer.value.rows, answer.dropped, answer.n_calls) == ((Row(text="a"),), (), 2)
    assert llm.calls[1][:1] == llm.calls[0]
    assert llm.calls[1][1].role == "assistant"
    assert "rows.0.text" in llm.calls[1][2].content


def test_rows_that_still_do_not_fit_are_dropped_and_named() -> None:
    bad = {"rows": [{"text": "a"}, {"text": "b", "score": -1}, {"words": "c"}], "mood": "fine"}
    answer = ask(FakeLLM([bad, bad]).complete, QUESTION, Rows)
    assert answer.value == Rows(rows=(Row(text="a"),))
    assert [why.split(":")[0] for why in answer.dropped] == [
        "rows.1.score", "rows.2.text", "mood",
    ]  # fmt: skip


@pytest.mark.parametrize("second", ["no", CompletionFailed("gone")])
def test_a_failed_repair_keeps_what_the_first_answer_had(second: str | Exception) -> None:
    llm = FakeLLM([{"rows": [{"text": "a"}, {}]}, second])
    answer = ask(llm.complete, QUESTION, Rows)
    assert answer.value.rows == (Row(text="a"),)
    assert len(answer.dropped) == 1


def test_a_list_alone_will_do_where_nothing_else_was_asked() -> None:
    class Only(BaseModel):
        rows: tuple[Row, ...] = ()

    assert ask(FakeLLM(['[{"text": "a"},]']).complete, QUESTION, Only).value.rows[0].text == "a"


def test_strict_schemas_require_everything_and_allow_nothing_else() -> None:
    schema = strict_schema(Rows)
    for part in (schema, schema["$defs"]["Row"]):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    assert "minLength" not in json.dumps(schema)
