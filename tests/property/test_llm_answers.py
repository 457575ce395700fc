"""Whatever an LLM answers: rows that rest on the passages, or one clear error."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.quotes import QuotedText
from graphmem.errors import CompletionFailed
from graphmem.testing.llm import FakeLLM
from graphmem.writing.llm.extract import extract_segment
from graphmem.writing.llm.segments import Segment
from graphmem.writing.segment import PassageDraft

AT = datetime(2023, 5, 8, tzinfo=UTC)
TEXTS = (
    "Yesterday I moved to Lisbon, after 12 years in Málaga.",
    "“Great!” – If the tap drips,\nturn the valve first.",
    "İstanbul’da 東京に住んでいる Straße ﬁn 𝔘nicode",
)
SEGMENT = Segment(
    tuple(PassageDraft(f"{n:032x}", text, None, None, "Mara", AT) for n, text in enumerate(TEXTS))
)
NAMES = (
    "entities facts events prescriptions triples quote evidence subject predicate object head "
    "tail text when steps negated over valid_from happened_from happened_to participants role "
    "name kind"
).split()
parts = st.builds(
    lambda text, a, b: text[min(a, b) : max(a, b)],
    st.sampled_from(TEXTS),
    st.integers(0, 60),
    st.integers(0, 60),
)
scalars = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | parts
    | st.sampled_from(["2023", "2023-05-07", "2022-13", "9999", "Mara", "Lisbon", "agent"])
)  # fmt: skip
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6)
    ),
    max_leaves=25,
)
words = st.sampled_from(["Mara", "Lisbon", "the tap", "moved to", "tap drips", "東京"]) | parts


def listed(*fields: str) -> st.SearchStrategy[Any]:
    """Rows that are nearly what is asked for, among others."""
    told = dict.fromkeys(fields, words | scalars)
    good = st.fixed_dictionaries({"quote": parts | scalars, **told}, optional=_OTHERS)
    return st.lists(good | st.dictionaries(st.sampled_from(NAMES), values), max_size=4) | values


_OTHERS = dict.fromkeys(
    ("valid_from", "valid_to", "happened_from", "happened_to", "negated", "steps"), scalars
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "entities": listed("name"),
        "facts": listed("subject", "predicate", "object"),
        "events": listed("text"),
        "prescriptions": listed("when", "text"),
    },
)


@given(answer=answers | values, again=answers)
def test_rows_rest_on_a_passage_or_there_is_one_clear_error(answer: Any, again: Any) -> None:
    llm = FakeLLM([json.dumps(answer), json.dumps(again)])
    with suppress(CompletionFailed):
        out = extract_segment(llm, SEGMENT)
        for draft in SEGMENT.passages:
            extraction = out.extraction_of(draft)
            spans = [(one.start, one.end) for one in extraction.propositions]
            spans += [(one.start, one.end) for one in extraction.events]
            spans += [(one.start, one.end) for one in extraction.prescriptions]
            assert all(0 <= start < end <= len(draft.text) for start, end in spans)
            for one in extraction.events:
                assert one.when is None or one.when.start != one.when.end
    assert len(llm.calls) <= 2


@given(
    text=st.sampled_from(TEXTS) | st.text(max_size=80),
    start=st.integers(0, 80),
    length=st.integers(1, 80),
)
def test_words_of_a_text_are_found_in_it_in_any_case(text: str, start: int, length: int) -> None:
    words = text[start : start + length]
    span = QuotedText(text).find(words)
    assert (span is not None) == bool(words.strip())
    shouted = " ".join(words.upper().split())
    folded = QuotedText(text).find(shouted)
    if folded is not None:
        assert 0 <= folded[0] < folded[1] <= len(text)
