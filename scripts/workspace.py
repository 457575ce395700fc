"""Whether a working memory finds more of the gold evidence than a search, on a set of questions.

    python scripts/workspace.py DIR [--rounds 3] [--questions 100] [--store FILE]

DIR has `corpus.jsonl.gz` and `queries.jsonl.gz` of one group (see docs/bench-sets.md). Prints the
mean share of gold among the first 5, 10 and 20 passages of `search` and of the working memory by
rules, and milliseconds a question.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from graphmem import Memory
from graphmem.bench.sets import BenchQuestion, documents, read_set, sessions

DEPTHS = (5, 10, 20)


def main() -> None:
    """Read the set, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--store", default="memory://workspace-figures")
    given = parser.parse_args()
    asked = read_set(given.folder)
    ((group, rows),) = asked.groups.items()
    questions = [q for q in asked.questions if q.answerable][: given.questions]
    with Memory(given.store, space=group) as memory:
        memory.add(documents(rows))
        for session, turns in sessions(rows).items():
            memory.add(turns, source=session)
        seq = memory.stats().seq
        by_search = [searched(memory, question) for question in questions]
        worked_on = [worked(memory, question, given.rounds) for question in questions]
        assert memory.stats().seq == seq
    print(f"{asked.name}: {len(questions)} questions, {given.rounds} rounds, seq unchanged")
    report("search", questions, by_search)
    report("workspace", questions, worked_on)


def searched(memory: Memory, question: BenchQuestion) -> tuple[list[str], float]:
    """Return refs, best first, and seconds."""
    started = time.perf_counter()
    hits = memory.search(question.question, k=max(DEPTHS)).hits
    return [hit.ref or "" for hit in hits], time.perf_counter() - started


def worked(memory: Memory, question: BenchQuestion, rounds: int) -> tuple[list[str], float]:
    """Return refs of what the working memory reads out, best first, and seconds."""
    started = time.perf_counter()
    with memory.workspace(question.question, rounds=rounds) as workspace:
        workspace.work()
        hits = workspace.read(100_000).recall.hits
    return [hit.ref or "" for hit in hits], time.perf_counter() - started


def report(
    name: str, questions: Sequence[BenchQuestion], found: Sequence[tuple[list[str], float]]
) -> None:
    """Print shares of gold and the median time."""
    shares = [
        statistics.mean(
            len(set(refs[:depth]) & set(question.gold)) / len(set(question.gold))
            for question, (refs, _) in zip(questions, found, strict=True)
        )
        for depth in DEPTHS
    ]
    told = "  ".join(f"R@{d} {100 * share:5.1f}" for d, share in zip(DEPTHS, shares, strict=True))
    ms = 1000 * statistics.median(seconds for _, seconds in found)
    print(f"{name:10} {told}  {ms:6.1f} ms")


if __name__ == "__main__":
    main()
