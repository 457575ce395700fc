"""Compare a memory that an LLM filled with one that was given the same rows.

    python scripts/llm_path.py DIR --extraction FILE

DIR holds a bench set; its recorded extraction answers as the LLM. With whole passages as quotes
both memories must be equal, node by node and edge by edge; with quotes of some words, as an LLM
gives them, only the spans of evidence may differ. Also prints what was estimated and counted.
Exits with 1 where a comparison fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from graphmem import Memory
from graphmem.bench.sets import extracted, read_set
from graphmem.core.extraction import Extraction
from graphmem.core.token_counts import estimate_tokens
from graphmem.core.uids import content_uid
from graphmem.core.usage import Usage
from graphmem.interop.whole import edges_of, nodes_of
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.stores.registry import open_store
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem.testing.recordings import Recordings, read_recordings, recorded_rows
from graphmem.writing.accept import accept_passages
from graphmem.writing.llm.estimate import estimate
from graphmem.writing.llm.extract import SegmentExtraction, extract_segment
from graphmem.writing.llm.segments import group
from graphmem.writing.segment import PassageDraft, segment
from graphmem.writing.writer import Writer
from graphmem_schemas import ExtractedPassage, GivenExtraction

NOW, SPACE = datetime(2024, 1, 1, tzinfo=UTC), "default"
Rows = dict[tuple[str, ...], str]


def main() -> int:
    """Fill the memories and print how they differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--extraction", type=Path, required=True)
    args = parser.parse_args()
    bench = read_set(args.folder)
    passages = [row for rows in bench.groups.values() for row in extracted(rows)]
    corpus = args.folder / "corpus.jsonl.gz"
    rows = recorded_rows(args.extraction)
    given = held(lambda store: add_given(store, passages, rows), spans=True)
    by_passage = read_recordings(corpus, args.extraction, "passage")
    told = held(lambda store: add_by_llm(store, passages, by_passage), spans=True)
    n_wrong = compared("whole passages as quotes", given, told)
    given = held(lambda store: add_given(store, passages, rows), spans=False)
    by_words = read_recordings(corpus, args.extraction, "words")
    told = held(lambda store: add_by_llm(store, passages, by_words), spans=False)
    compared("some words as quotes, spans left aside", given, told)
    return 1 if n_wrong else 0


def held(fill: Callable[[GraphStore], None], *, spans: bool) -> Rows:
    """Return all nodes and edges of a store that was filled."""
    with TemporaryDirectory() as folder, closing(open_store(f"{folder}/memory.db")) as store:
        fill(store)
        rows: Rows = {(node.label, node.uid): repr(node) for node in nodes_of(store, SPACE)}
        for edge in edges_of(store, SPACE):
            kept = edge if spans else edge.model_copy(update={"span": None})
            shares = sorted(kept.sources.items())
            key = (edge.kind, edge.start, edge.end)
            rows[key] = repr((kept.model_copy(update={"sources": {}}), shares))
    return rows


def add_given(
    store: GraphStore, passages: Sequence[ExtractedPassage], rows: Sequence[GivenExtraction]
) -> None:
    """Fill a store with passages and the rows themselves."""
    with Memory(store, embedder=FakeEmbedder(), clock=FixedClock(NOW)) as memory:
        receipt = memory.add_extracted(passages, rows)
    if receipt.rejected:
        print(f"add_extracted rejected {len(receipt.rejected)} of {len(rows):,} extractions")


def add_by_llm(
    store: GraphStore, passages: Sequence[ExtractedPassage], recordings: Recordings
) -> None:
    """Fill a store with passages and what is answered about their segments."""
    texts = accept_passages(passages)
    llm = FakeLLM(recordings.answer)
    found: dict[str, SegmentExtraction] = {}
    dropped, before, counted = Counter[str](), Usage(), Usage()
    for text in texts:
        for part in group(segment(text, content_uid("source", text.name))):
            out = extract_segment(llm, part)
            found.update(dict.fromkeys(out.given, out))
            dropped += out.dropped
            expected = estimate(part)
            before += expected
            counted += Usage(expected.prompt_tokens, n_said(recordings, llm))
    print(
        f"{len(llm.calls):,} calls; estimated {before.completion_tokens:,} tokens of answers, "
        f"counted {counted.completion_tokens:,} "
        f"({before.completion_tokens / counted.completion_tokens - 1:+.1%}); "
        f"with prompts {n_tokens(before):,} and {n_tokens(counted):,} "
        f"({n_tokens(before) / n_tokens(counted) - 1:+.1%})"
    )
    print("dropped:", dict(dropped) or "nothing")

    def extraction_of(draft: PassageDraft) -> Extraction:
        return found[draft.uid].extraction_of(draft)

    models = LazyModels(embedder=FakeEmbedder())
    Writer(store, SPACE, models, FixedClock(NOW)).add_given(texts, extraction_of, silent)


def n_said(recordings: Recordings, llm: FakeLLM) -> int:
    """Count the tokens of the last answer."""
    said = json.dumps(recordings.answer(llm.calls[-1]), ensure_ascii=False)
    return estimate_tokens(said)


def n_tokens(usage: Usage) -> int:
    """Return all tokens."""
    return usage.prompt_tokens + usage.completion_tokens


def compared(how: str, given: Rows, told: Rows) -> int:
    """Print how many nodes and edges differ; return that number."""
    kinds = Counter[str]()
    for key in given.keys() | told.keys():
        if given.get(key) != told.get(key):
            where = "differs" if key in given and key in told else "only given"
            kinds[f"{key[0]} {where if key in given else 'only told'}"] += 1
    equal = sum(told.get(key) == row for key, row in given.items())
    print(f"{how}: {equal:,} of {len(given):,} nodes and edges are equal;", end=" ")
    print("differing:", dict(sorted(kinds.items())) or "none")
    return sum(kinds.values())


def silent(stage: str, done: int, total: int) -> None:
    """Hear nothing."""


if __name__ == "__main__":
    sys.exit(main())
