"""A process that reads the example texts into a store and says exactly what it finds.

Arguments: folder, threads, "one" or "many" calls for the articles, or "reversed": one by one, from
the last to the first, with the conversation before them. Writes what the store holds to
`export.jsonl` in the folder, and prints the answers as JSON: fresh, reopened, and with views that
were built anew.
"""

import json
import sys
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder
from graphmem.testing.fakes import FixedClock
from graphmem_schemas import Document

EXAMPLES = files("graphmem_examples")
NEW_EACH_TIME = {"id": True, "trace": {"timings_ms"}}
START = datetime(2026, 1, 1, tzinfo=UTC)
QUESTIONS = [
    row["question"] for row in json.loads((EXAMPLES / "questions.json").read_text())["questions"]
]


def open_memory(folder: Path, threads: int) -> Memory:
    return Memory(folder / "agent.db", embedder=MiniLMEncoder(threads), clock=FixedClock(START))


def texts(folder: str) -> list[tuple[str, str]]:
    items = sorted((EXAMPLES / folder).iterdir(), key=lambda item: item.name)
    return [(item.name, item.read_text(encoding="utf-8")) for item in items]


def add_all(memory: Memory, calls: str) -> None:
    articles = [Document(text=text, ref=name) for name, text in texts("articles")]
    chats = texts("conversation")
    if calls == "one":
        memory.add(articles)
    elif calls == "many":
        for article in articles:
            memory.add(article)
    for name, text in reversed(chats) if calls == "reversed" else chats:
        memory.add(json.loads(text), source=name)
    if calls == "reversed":
        for article in reversed(articles):
            memory.add(article)


def answers(memory: Memory) -> list[object]:
    """Everything that is told but ids and timings; JSON keeps every bit of a float."""
    found: list[object] = []
    for question in QUESTIONS:
        recalls = [
            memory.search(question, k=20),
            memory.search(question, k=20, kinds=["proposition", "event", "entity"]),
        ]
        packed = memory.context(question, budget=300)
        found += [one.model_dump_json(exclude=NEW_EACH_TIME) for one in recalls]
        found += [packed.model_dump_json(exclude={"recall"})]
    return found


def main() -> None:
    folder, threads, calls = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    with open_memory(folder, threads) as memory:
        add_all(memory, calls)
        memory.export(folder / "export.jsonl")
        fresh = answers(memory)
        again = answers(memory)
    with open_memory(folder, threads) as memory:
        reopened = answers(memory)
        memory.rebuild("views")
        rebuilt = answers(memory)
        memory.export(folder / "reopened.jsonl")
    print(json.dumps({"fresh": fresh, "again": again, "reopened": reopened, "rebuilt": rebuilt}))


if __name__ == "__main__":
    main()
