"""Extraction by an LLM behind a real server that misbehaves: every row kept or counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from graphmem.core.uids import content_uid
from graphmem.core.usage import Usage
from graphmem.errors import CompletionFailed
from graphmem.interop.whole import graph_of
from graphmem.memory import Memory
from graphmem.models.chat import open_client
from graphmem.models.llm.limits import Limits
from graphmem.models.loading import LazyModels
from graphmem.ports import LLM
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm_faults import Fault, Faults
from graphmem.testing.llm_server import LLMServer
from graphmem.testing.recordings import Recordings
from graphmem.writing.accept import accept_passages
from graphmem.writing.given import from_given
from graphmem.writing.llm.estimate import estimate
from graphmem.writing.llm.extract import SegmentExtraction, extract_segment
from graphmem.writing.llm.segments import Segment, group
from graphmem.writing.segment import segment
from graphmem.writing.writer import Writer
from graphmem_schemas import GivenExtraction

TOWNS = ("Brill", "Oving", "Quainton", "Stone", "Dinton", "Haddenham", "Thame", "Chearsley")
TEXTS = {
    f"p{n}": f"{a} is a village near {b}. Ada Quill of {a} built a mill in {b} in {1900 + n}. "
    f"The road from {a} to {b} was closed {n + 2} times."
    for n, (a, b) in enumerate((a, b) for a in TOWNS for b in TOWNS if a != b)
}  # fmt: skip
ROWS = [
    GivenExtraction.model_validate(
        {
            "id": uid,
            "entities": [text.split()[0], "Ada Quill"],
            "triples": [
                [text.split()[0], "is near", text.split(".")[0].split()[-1]],
                ["Ada Quill", "built a mill in", text.split(".")[0].split()[-1]],
            ],
        }
    )
    for uid, text in TEXTS.items()
]
PASSAGES = [{"id": uid, "text": text} for uid, text in TEXTS.items()]
LIMITS = Limits(concurrency=8, backoff_s=0.001, tries=15)


def segments() -> list[Segment]:
    return [
        part
        for text in accept_passages(PASSAGES)
        for part in group(segment(text, content_uid("source", text.name)))
    ]


def asked(llm: LLM, parts: Iterable[Segment]) -> Iterator[SegmentExtraction | CompletionFailed]:
    def one(part: Segment) -> SegmentExtraction | CompletionFailed:
        try:
            return extract_segment(llm, part)
        except CompletionFailed as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        yield from pool.map(one, parts)


def memory_on(store: MemoryStore) -> Memory:
    return Memory(store, embedder=FakeEmbedder(), clock=FixedClock(datetime(2024, 1, 1)))


def test_the_graph_is_that_of_the_same_rows_given() -> None:
    recordings = Recordings(TEXTS, ROWS, "passage")
    parts = segments()
    with LLMServer(recordings.answer) as server:
        client = open_client("openai:stub", base_url=server.url, limits=LIMITS)
        found = [out for out in asked(client, parts) if isinstance(out, SegmentExtraction)]
        client.close()
        counted = server.served().usage
    assert len(found) == len(parts)
    assert not sum((out.dropped for out in found), Counter[str]())
    given = {uid: row for out in found for uid, row in out.given.items()}
    by_llm, by_hand = MemoryStore(), MemoryStore()
    models = LazyModels(embedder=FakeEmbedder())
    writer = Writer(by_llm, "default", models, FixedClock(datetime(2024, 1, 1)))
    writer.add_given(
        accept_passages(PASSAGES), lambda d: from_given(d.text, given[d.uid]), _silent
    )
    with memory_on(by_hand) as memory:
        memory.add_extracted(PASSAGES, ROWS)
    assert graph_of(by_llm, "default") == graph_of(by_hand, "default")
    # Prompts are known before they are sent, to the token.
    expected = sum(map(estimate, parts), Usage())
    assert expected.prompt_tokens == counted.prompt_tokens


# After these something may be missing; the others the client and patient reading make good.
HARMFUL = (Fault.CUT, Fault.SCHEMA_ECHO, Fault.EMPTY, Fault.REFUSAL)


@pytest.mark.parametrize("fault", list(Fault))
def test_among_faults_every_recorded_row_is_kept_or_its_loss_is_told(fault: Fault) -> None:
    recordings = Recordings(TEXTS, ROWS)
    parts = segments()
    faults = Faults(share=0.4, kinds=(fault,), retry_after_s=0.001, slow_s=0.001)
    with LLMServer(recordings.answer, faults=faults) as server:
        client = open_client("openai:stub", base_url=server.url, limits=LIMITS)
        found = list(asked(client, parts))
        client.close()
        assert server.served().faults[fault] > 10
    wanted = {row.id: row for row in ROWS}
    n_lost, dropped = 0, Counter[str]()
    for part, out in zip(parts, found, strict=True):
        if isinstance(out, CompletionFailed):
            n_lost += 1
            continue
        dropped += out.dropped
        (given,) = out.given.values()
        (draft,) = part.passages
        rows = {(t.subject, t.predicate, t.object) for t in wanted[draft.ref or ""].triples}
        kept = {(t.subject, t.predicate, t.object) for t in given.triples}
        assert kept <= rows
        assert all(t.quote is None or t.quote in draft.text for t in given.triples)
        n_lost += kept < rows
        assert kept == rows or sum(out.dropped.values())
    assert (n_lost > 0) == (fault in HARMFUL)
    assert n_lost < len(parts) / 2
    assert bool(dropped) == (fault in (Fault.CUT, Fault.DUPLICATES))


def _silent(stage: str, done: int, total: int) -> None:
    """Hear nothing."""
