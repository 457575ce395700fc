"""Show which lessons fit a task: recall of prescriptions on sets of how-to notes.

    python scripts/procedural.py DIR...

A DIR holds `corpus.jsonl.gz` (text: when, a line break, what to do; in the order of telling) and
`queries.jsonl.gz` (question, gold: ids of notes). Prints the mean share of gold in the top k.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from time import perf_counter

from graphmem.bench.sets import BenchSet, read_set
from graphmem.memory import Memory

TOPS = (5, 10, 20)


def teach(memory: Memory, notes: BenchSet) -> dict[str, set[str]]:
    """Add every note as a prescription; return the ids by uid: the same note may stand twice."""
    ids: dict[str, set[str]] = {}
    for rows in notes.groups.values():
        lessons = [row.text.partition("\n") for row in rows]
        memory.add_prescriptions(
            [{"when": when, "text": text or when} for when, _, text in lessons], source="notes"
        )
        from graphmem.writing.tell_lessons import prescription_uid

        for row, (when, _, text) in zip(rows, lessons, strict=True):
            ids.setdefault(prescription_uid(when, text or when), set()).add(row.id)
    return ids


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    arguments = parser.parse_args()
    for folder in arguments.folders:
        notes = read_set(folder)
        with Memory("memory://") as memory:
            ids = teach(memory, notes)
            asked = [question for question in notes.questions if question.gold]
            shares = dict.fromkeys(TOPS, 0.0)
            started = perf_counter()
            for question in asked:
                hits = memory.prescriptions(question.question, k=max(TOPS)).hits
                for top in TOPS:
                    found = {one for hit in hits[:top] for one in ids[hit.uid]}
                    shares[top] += len(found & set(question.gold)) / len(question.gold)
            took = 1_000 * (perf_counter() - started) / len(asked)
        said = "  ".join(f"R@{top} {100 * s / len(asked):.1f}" for top, s in shares.items())
        print(f"{notes.name}: {len(ids)} prescriptions, {len(asked)} tasks: {said}; {took:.0f} ms")


if __name__ == "__main__":
    main()
