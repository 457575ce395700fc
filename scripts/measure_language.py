"""Measure the English pipeline on passages: CPU time by stage, and facts against an LLM's.

python scripts/measure_language.py DIR reads `corpus.jsonl.gz` and, where there is one,
`extraction-*.jsonl.gz` (triples of the same passages). Neither is part of the repository.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from graphmem.core.extraction import Extraction
from graphmem.language import extractor as stages
from graphmem.language.extractor import SpacyExtractor
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import Encoding, ExtractionInput

T = TypeVar("T")
Words = list[str]
Pair = tuple[Words, Words]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--passages", type=int, default=1000)
    chosen = options.parse_args()
    corpus = list(rows(chosen.folder / "corpus.jsonl.gz"))[: chosen.passages]
    texts = [row["text"] for row in corpus]
    encoder, extractor = MiniLMEncoder(threads=1), SpacyExtractor()
    started = time.process_time()
    encodings = encoder.encode(texts)
    encode_ms = 1000 * (time.process_time() - started) / len(texts)
    passages = [ExtractionInput(row["text"], title=row.get("title")) for row in corpus]
    extractor.extract(passages[:5], encodings[:5])
    started = time.process_time()
    found = extractor.extract(passages, encodings)
    extract_ms = 1000 * (time.process_time() - started) / len(texts)
    n_characters = sum(map(len, texts)) / len(texts)
    print(f"{len(texts)} passages of {n_characters:.0f} characters, CPU ms a passage:")
    print(f"  encode {encode_ms:.2f}, extract {extract_ms:.2f}")
    print("  " + ", ".join(f"{k} {v:.2f}" for k, v in by_stage(extractor, passages, encodings)))
    for path in sorted(chosen.folder.glob("extraction-*.jsonl.gz")):
        compare(path, {row["id"]: one for row, one in zip(corpus, found, strict=True)})


def rows(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def by_stage(
    extractor: SpacyExtractor, passages: list[ExtractionInput], encodings: list[Encoding]
) -> list[tuple[str, float]]:
    """Return CPU milliseconds a passage of each stage, in order."""
    spent: Counter[str] = Counter()

    def timed(name: str, function: Callable[..., T], *arguments: Any) -> T:
        started = time.process_time()
        result = function(*arguments)
        spent[name] += time.process_time() - started
        return result

    weights = extractor._weights
    for passage, encoding in zip(passages, encodings, strict=True):
        timed("detect", stages.detect_language, passage.text)
        parse = timed("parse", extractor._pipeline.parse, passage.text, encoding)
        nominals = timed("mentions", stages.find_nominals, parse, weights, passage.title)
        discourse = timed("pronouns", extractor._discourse, passage, parse, nominals)
        clauses = timed("clauses", stages.find_clauses, discourse)
        times = timed("times", stages.clause_times, parse, clauses, passage.at)
        timed("propositions", stages.find_propositions, discourse, clauses, times)
        units = timed("units", stages.find_units, parse, weights)
        timed("events", stages.find_events, discourse, clauses, units, times)
        timed("surface names", stages.capitalised_spans, passage.text)
    return [(name, 1000 * seconds / len(passages)) for name, seconds in spent.items()]


def compare(path: Path, found: dict[str, Extraction]) -> None:
    """Print which share of each rule's facts joins what one of the LLM's triples joins."""
    made: Counter[str] = Counter()
    right: Counter[str] = Counter()
    n_triples = n_met = 0
    for row in rows(path):
        if row.get("id") not in found or "triples" not in row:
            continue
        triples = [(norm(t[0]), norm(t[2])) for t in row["triples"] if len(t) == 3]
        met: set[int] = set()
        for draft in found[row["id"]].propositions:
            ends = norm(draft.subject.text), norm(draft.object.text)
            hits = {at for at, triple in enumerate(triples) if joins(triple, ends)}
            made[draft.rule] += 1
            right[draft.rule] += bool(hits)
            met |= hits
        n_triples, n_met = n_triples + len(triples), n_met + len(met)
    print(f"{path.name}: {n_met / n_triples:.1%} of {n_triples} triples have both ends in a fact")
    for rule, count in made.most_common():
        print(f"  {rule}: {count} facts, {right[rule] / count:.1%} join the ends of a triple")


def norm(text: object) -> Words:
    words = re.sub(r"[^\w\s]", " ", str(text).lower()).split()
    return [word for word in words if word not in ("the", "a", "an", "s")]


def joins(triple: Pair, ends: Pair) -> bool:
    (subject, value), (one, other) = triple, ends
    straight = alike(subject, one) and alike(value, other)
    return straight or (alike(subject, other) and alike(value, one))


def alike(one: Words, other: Words) -> bool:
    """Whether they are equal, or the shorter one stands in the longer one and is no scrap."""
    short, long = sorted((one, other), key=len)
    if not short:
        return False
    inside = any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))
    return inside and (len(short) * 2 >= len(long) or len(short) >= 2)


if __name__ == "__main__":
    main()
