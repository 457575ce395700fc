"""Fill a file and a Neo4j with the same texts, and show that both give the same hits.

    python scripts/compare_homes.py examples | DIR [--target neo4j://…] [--questions N]

DIR is a data set as `graphmem bench quality` reads it. Exits 1 where a hit or a score differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from graphmem import Memory
from graphmem.bench.sets import documents, read_set, sessions
from graphmem.cli.demo_texts import demo_texts, read_questions
from graphmem.testing.fakes import FixedClock

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOLERANCE = 1e-5


@dataclass(frozen=True, slots=True)
class Compared:
    """How far two homes agree.

    Attributes:
        n_questions: how many were asked.
        n_same: for how many both gave the same hits in the same order.
        furthest: the largest difference of two scores of one hit.
    """

    n_questions: int
    n_same: int
    furthest: float

    @property
    def agree(self) -> bool:
        """Whether every hit is the same."""
        return self.n_same == self.n_questions and self.furthest <= TOLERANCE


def fill(memory: Memory, texts: Iterable[tuple[str | None, Any]]) -> None:
    """Add texts under their names."""
    for name, content in texts:
        memory.add(content, source=name)


def compare(one: Memory, other: Memory, questions: Sequence[str], k: int = 20) -> Compared:
    """Ask both memories the same."""
    n_same, furthest = 0, 0.0
    for question in questions:
        left, right = (memory.search(question, k=k) for memory in (one, other))
        same = [hit.uid for hit in left.hits] == [hit.uid for hit in right.hits]
        n_same += same and left.abstained == right.abstained
        scores = zip(left.hits, right.hits, strict=False)
        furthest = max([furthest, *(abs(a.score - b.score) for a, b in scores)])
    return Compared(len(questions), n_same, furthest)


def example_texts() -> tuple[list[tuple[str | None, Any]], list[str]]:
    """Return the example texts and their questions."""
    texts = [(text.source, text.content) for text in demo_texts([]) if text.group != "documents"]
    asked = read_questions()
    return [*texts], [*(one.question for one in asked.asked), asked.declined]


def _set_texts(folder: Path, group: str) -> tuple[list[tuple[str | None, Any]], list[str]]:
    bench = read_set(folder)
    rows = bench.groups[group]
    texts: list[tuple[str | None, Any]] = [*sessions(rows).items()]
    if rest := documents(rows):
        texts.append((None, rest))
    return texts, [q.question for q in bench.questions if q.group == group]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what")
    parser.add_argument("--target", default="neo4j://")
    parser.add_argument("--questions", type=int, default=1_000)
    given = parser.parse_args()
    if given.what == "examples":
        groups = {"examples": example_texts()}
    else:
        folder = Path(given.what)
        groups = {group: _set_texts(folder, group) for group in read_set(folder).groups}
    failed = False
    for group, (texts, questions) in groups.items():
        space = f"{group}-{uuid4().hex[:8]}"
        with (
            TemporaryDirectory() as scratch,
            Memory(Path(scratch) / "file.db", space=space, clock=FixedClock(NOW)) as held,
            Memory(given.target, space=space, clock=FixedClock(NOW)) as served,
        ):
            for memory in (held, served):
                fill(memory, texts)
            found = compare(held, served, questions[: given.questions])
            counts = [memory.stats() for memory in (held, served)]
            same = counts[0].nodes == counts[1].nodes and counts[0].edges == counts[1].edges
            print(f"{group}: {found}, counts {'equal' if same else 'differ'}", flush=True)
            failed |= not (found.agree and same)
            served.delete(space=space)
    sys.exit(failed)


if __name__ == "__main__":
    main()
