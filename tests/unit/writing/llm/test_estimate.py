from __future__ import annotations

import json

from graphmem.core.chat import strict_schema
from graphmem.core.token_counts import estimate_tokens
from graphmem.core.usage import TOKENS_A_MESSAGE, Usage
from graphmem.testing.llm import FakeLLM
from graphmem.writing.llm.estimate import calibrated, estimate
from graphmem.writing.llm.extract import extract_segment
from graphmem.writing.llm.said import Said
from graphmem.writing.llm.segments import Segment
from graphmem.writing.segment import PassageDraft

PART = Segment((PassageDraft("a" * 32, "Mara lives in Lisbon.", None, None, "Mara", None),))


def test_the_prompt_is_counted_just_as_it_is_sent() -> None:
    llm = FakeLLM([{"entities": []}])
    extract_segment(llm, PART)
    sent = [message.content for message in llm.calls[0]]
    assert llm.schemas[0] == strict_schema(Said)
    n_sent = sum(estimate_tokens(content) + TOKENS_A_MESSAGE for content in sent)
    n_sent += estimate_tokens(json.dumps(llm.schemas[0]))
    assert estimate(PART).prompt_tokens == n_sent
    assert estimate(PART, len).prompt_tokens > 3 * n_sent


def test_longer_passages_get_longer_answers() -> None:
    long = Segment(
        (PassageDraft("b" * 32, "Mara lives in Lisbon. " * 20, None, None, None, None),)
    )
    assert estimate(long).completion_tokens > 5 * estimate(PART).completion_tokens


def test_what_was_counted_corrects_what_is_to_come() -> None:
    to_come = Usage(1_000, 2_000)
    assert calibrated(to_come, []) == to_come
    done = [(Usage(100, 200), Usage(110, 100)), (Usage(100, 200), Usage(110, 300))]
    assert calibrated(to_come, done) == Usage(1_100, 2_000)
    assert calibrated(to_come, [(Usage(10, 10), Usage(10, 1))]) == Usage(1_000, 200)
