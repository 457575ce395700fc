"""Jobs in one process: real stores, ledgers, readers and commits, and a parser of plain words."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from graphmem.models.loading import LazyModels
from graphmem.stores.sqlite import SqliteStore
from graphmem.testing.extractor import FakeExtractor
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.registry import EngineChoice
from graphmem_pipelines.engines.worker import Worker
from graphmem_pipelines.jobs import ingest as module
from graphmem_pipelines.jobs.ingest import Ingest, run_ingest
from graphmem_pipelines.jobs.report import JobReport
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item

FILES = {
    "ann.txt": "Ann lives in Rome.",
    "bo.md": "# Bo\n\nBo likes Ann. Bo works at Quill Press.",
    "sub/cy.html": "<html><body><main><p>Cy lives in Oslo.</p></main></body></html>",
    "rows.csv": "id,text\n1,Di lives in Porto.\n2,Ed moved to Cork.\n",
}
KEYS = ["ann.txt", "bo.md", "rows.csv#1", "rows.csv#2", "sub/cy.html"]


class InProcess:
    """An engine that reads in this process, and stops over a task if it is told so."""

    name, n_workers = "local", 1
    stop_at: int | None = None
    reason: BaseException = KeyboardInterrupt()

    def __init__(self, recipe: Recipe) -> None:
        self._worker = Worker(recipe)
        self._worker._models = LazyModels(recipe.embedder, FakeExtractor())

    def read(self, tasks: Iterable[Item]) -> Generator[Outcome]:
        for task in tasks:
            if task.n == type(self).stop_at:
                type(self).stop_at = None
                raise type(self).reason
            yield self._worker.read(task)

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Home:
    """A folder of notes, a store, and the ledger beside it."""

    tree: Path
    store: SqliteStore
    ledger: Ledger
    engine: type[InProcess]
    heard: list[object] = field(default_factory=list)

    def asked(self, *paths: Path | str, **more: object) -> Ingest:
        wanted = tuple(map(str, paths)) or (str(self.tree),)
        return Ingest(wanted, hear=self.heard.append, **more)  # type: ignore[arg-type]

    def ingest(self, *paths: Path | str, **more: object) -> JobReport:
        return run_ingest(self.asked(*paths, **more), self.store, "default", self.ledger)

    def states(self, job: str = "last") -> dict[str, str]:
        found = self.ledger.job(job)
        items = self.ledger.items(
            found.id, ("pending", "extracting", "applied", "failed", "skipped")
        )
        return {key_of(item): item.state for item in items}

    def sources(self) -> list[str]:
        nodes = (n for batch in self.store.changes("default", 0, labels=("Source",))
                 for n in batch.nodes)  # fmt: skip
        return sorted(node.name.removeprefix("notes/") for node in nodes)  # type: ignore[attr-defined]


def key_of(item: Item) -> str:
    return item.key.removeprefix("notes/")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    tree = tmp_path / "notes"
    for name, text in FILES.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    real, engine = module.open_engine, type("Engine", (InProcess,), {})

    def opened(choice: EngineChoice, recipe: Recipe) -> object:
        return engine(recipe) if choice == EngineChoice() else real(choice, recipe)

    monkeypatch.setattr(module, "open_engine", opened)
    store = SqliteStore(tmp_path / "agent.db")
    ledger = Ledger(tmp_path / "agent.db.jobs")
    yield Home(tree, store, ledger, engine)
    ledger.close()
    store.close()
