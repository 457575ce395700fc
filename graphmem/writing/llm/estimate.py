"""What extraction will take, before anything is asked: tokens of prompts and of answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from graphmem.core.chat import strict_schema
from graphmem.core.token_counts import TokenCounter, estimate_tokens
from graphmem.core.usage import Usage, estimate_prompt
from graphmem.writing.llm.messages import messages_of
from graphmem.writing.llm.said import Said
from graphmem.writing.llm.segments import Segment

__all__ = ["calibrated", "estimate"]

# An answer of empty lists, and tokens of an answer for each token of the passages. From three
# recorded extractions of 8,338 segments with 5.7 (gpt-4o-mini), 6.4 (gpt-3.5-turbo) and 6.7
# (llama-3-70b) tokens each: for one of them alone the total is wrong by 9 % at most (ADR 0019).
EMPTY_ANSWER, A_TOKEN_OF_TEXT = 20, 6.0
_LEAST, _MOST = 0.1, 10.0


def estimate(segment: Segment, count_tokens: TokenCounter = estimate_tokens) -> Usage:
    """Estimate the tokens of one segment's call; a repair would be another one.

    The prompt is counted as it is sent, with its schema. How much a model answers is its own:
    `calibrated` corrects that by what is counted while a job runs.

    Args:
        segment: what is to be read.
        count_tokens: of the tokens of one text.
    """
    contents = [message.content for message in messages_of(segment)]
    n_text = sum(count_tokens(draft.text) for draft in segment.passages)
    return Usage(
        estimate_prompt(contents, _schema(), count_tokens),
        EMPTY_ANSWER + round(A_TOKEN_OF_TEXT * n_text),
    )


def calibrated(estimated: Usage, done: Sequence[tuple[Usage, Usage]]) -> Usage:
    """Correct an estimate by the calls that were counted so far.

    Args:
        estimated: of what is still to come.
        done: for each call that was made its estimate and what was counted; none leaves the
            estimate as it is.
    """
    before = sum((before for before, _ in done), Usage())
    counted = sum((counted for _, counted in done), Usage())
    return Usage(
        _scaled(estimated.prompt_tokens, before.prompt_tokens, counted.prompt_tokens),
        _scaled(estimated.completion_tokens, before.completion_tokens, counted.completion_tokens),
    )


def _scaled(n_tokens: int, before: int, counted: int) -> int:
    ratio = min(_MOST, max(_LEAST, counted / before)) if before else 1.0
    return round(n_tokens * ratio)


@lru_cache(maxsize=1)
def _schema() -> dict[str, Any]:
    return strict_schema(Said)
