from __future__ import annotations

from graphmem.core.token_counts import estimate_tokens
from graphmem.writing.llm.segments import MAX_SEGMENT_PASSAGES, MAX_SEGMENT_TOKENS, group
from graphmem.writing.segment import PassageDraft


def draft(n: int, n_words: int = 10, title: str | None = None) -> PassageDraft:
    return PassageDraft(f"{n:032x}", f"{n} " + "word " * n_words, None, title, None, None)


def test_short_turns_are_read_together_within_the_limits() -> None:
    drafts = [draft(n, n_words=1 + n * 7 % 90) for n in range(200)]
    segments = group(drafts)
    assert [one for segment in segments for one in segment.passages] == drafts
    for segment in segments:
        assert len(segment.passages) <= MAX_SEGMENT_PASSAGES
        n_tokens = sum(estimate_tokens(one.text) for one in segment.passages)
        assert n_tokens <= MAX_SEGMENT_TOKENS
    assert max(len(segment.passages) for segment in segments) > 4


def test_a_long_passage_is_a_segment_of_its_own() -> None:
    long = draft(1, n_words=2_000)
    assert [one.passages for one in group([draft(0), long, draft(2)])] == [
        (draft(0),), (long,), (draft(2),),
    ]  # fmt: skip


def test_a_grown_conversation_keeps_all_but_its_last_segment() -> None:
    drafts = [draft(n, n_words=5 + n * 13 % 60) for n in range(120)]
    whole = group(drafts)
    for n in range(1, len(drafts)):
        before = group(drafts[:n])
        assert before[:-1] == whole[: len(before) - 1]


def test_another_heading_begins_a_segment() -> None:
    drafts = [draft(0, title="A"), draft(1, title="A"), draft(2, title="B"), draft(3)]
    assert [len(one.passages) for one in group(drafts)] == [2, 1, 1]
    assert group([]) == []
