"""Measure questions that name a time, of memories whose sorts of passages no set teaches that.

    python scripts/told_then.py DIR [--groups N]

DIR is a set of conversations between people, each turn with its date. Its turns are added thrice:
each as a note, each as a titled document, and the conversations as chats of a user with an
assistant. Prints R@k of the questions that name a time, by weights of `date` from 0 on: those that
ship (`ranker_fit/score.py`) were chosen here.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from graphmem.bench.sets import BenchQuestion, Row, read_set, sessions
from graphmem.bench.spaces import open_engine
from graphmem.core.lexical import PassageKind
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.reading.analyse import analyse
from graphmem.reading.engine import Engine
from graphmem.reading.ranker import Ranker, default_ranker
from graphmem.reading.signals import SIGNALS
from graphmem.stores.registry import open_store
from graphmem_schemas import Passage, SearchRequest, Source

TOPS = (1, 5, 10, 20)
WEIGHTS = (0.0, 1.0, 2.0, 2.5, 3.0, 4.0, 6.0)
SPACE = "default"
_N_HITS = 60
_DATE = [signal.name for signal in SIGNALS].index("date")


def notes(memory: Memory, rows: Sequence[Row]) -> None:
    """Add each turn as a note."""
    for row in rows:
        memory.add(f"{row.speaker}: {row.text}", source=row.id, at=row.at)


def titled(memory: Memory, rows: Sequence[Row]) -> None:
    """Add each turn as a document of its own."""
    for number, row in enumerate(rows):
        text = f"{row.speaker}: {row.text}"
        memory.add(text, source=row.id, title=f"Chat {number}", at=row.at)


def chats(memory: Memory, rows: Sequence[Row]) -> None:
    """Add the conversations as if the first who speaks were the user."""
    roles = {rows[0].speaker: "user"}
    for name, messages in sessions(tuple(rows)).items():
        memory.add(
            [
                message.model_copy(update={"speaker": roles.get(message.speaker, "assistant")})
                for message in messages
            ],
            source=name,
        )


FORMS: Mapping[str, Callable[[Memory, Sequence[Row]], None]] = {
    "notes": notes, "titled": titled, "chats": chats,
}  # fmt: skip


def main() -> None:
    """Print a line for each form and weight."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--groups", type=int, default=100, help="how many groups of the set")
    arguments = parser.parse_args()
    bench, models = read_set(arguments.folder), LazyModels()
    for form, add in FORMS.items():
        found: dict[float, list[list[float]]] = {weight: [] for weight in WEIGHTS}
        for group, rows in list(bench.groups.items())[: arguments.groups]:
            asked = [q for q in bench.questions if q.group == group and q.gold and _dated(q)]
            with Memory(store := open_store("memory://"), embedder=models.embedder) as memory:
                add(memory, rows)
                refs = _refs(store)
                for weight in WEIGHTS:
                    engine = open_engine(store, SPACE, models.embedder, _weighed(weight))
                    found[weight] += [_recalls(engine, question, refs) for question in asked]
        for weight, recalls in found.items():
            means = 100 * np.array(recalls).mean(axis=0)
            said = "  ".join(f"R@{k} {mean:.1f}" for k, mean in zip(TOPS, means, strict=True))
            print(f"{form:<8} {len(recalls)} questions, weight {weight:.1f}: {said}")


def _dated(question: BenchQuestion) -> bool:
    query = analyse(question.question).query
    return bool(query.spans or query.dates)


def _weighed(weight: float) -> Ranker:
    """Return the ranker with a weight for dates, of all but turns of people."""
    ranker = default_ranker()
    tables = [ranker.first.copy(), ranker.final.copy()]
    for table in tables:
        for kind in PassageKind:
            if kind != PassageKind.PERSON_TURN:
                table[kind, _DATE] = weight
    return replace(ranker, first=tables[0], final=tables[1])


def _refs(store: GraphStore) -> dict[str, str]:
    """Return the row of each passage: its own, or that of its source."""
    names: dict[str, str] = {}
    passages: list[Passage] = []
    for batch in store.changes(SPACE, 0, labels=(Source.label, Passage.label)):
        for node in batch.nodes:
            if isinstance(node, Source):
                names[node.uid] = node.name
            elif isinstance(node, Passage):
                passages.append(node)
    return {passage.uid: passage.ref or names[passage.source] for passage in passages}


def _recalls(engine: Engine, question: BenchQuestion, refs: Mapping[str, str]) -> list[float]:
    request = SearchRequest(question=question.question, k=_N_HITS, kinds=("passage",))
    hits = engine.search(request).hits
    found = list(dict.fromkeys(refs[hit.uid] for hit in hits))
    gold = set(question.gold)
    return [len(gold.intersection(found[:k])) / len(gold) for k in TOPS]


if __name__ == "__main__":
    main()
