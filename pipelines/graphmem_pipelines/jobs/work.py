"""What ingest and extract share: outcomes → an LLM, if there is one → commits → the ledger."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.models.seal import check_seal, describe, seal
from graphmem.ports import GraphStore
from graphmem.stores.beside import ANSWERS, beside
from graphmem.writing.prepare import PreparedSource
from graphmem.writing.writer import Writer
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.jobs.apply import Applier, Extracted
from graphmem_pipelines.jobs.asking import LLMChoice, client_of, spent_before
from graphmem_pipelines.jobs.extraction import LLMExtraction
from graphmem_pipelines.jobs.progress import ProgressTeller
from graphmem_pipelines.jobs.report import Hear
from graphmem_pipelines.jobs.running import look_for_cancel
from graphmem_pipelines.jobs.spent import spent_of
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Job, Spent

__all__ = ["Work"]

Read = Callable[[Callable[[int], None]], Generator[Outcome]]
"""From what hears the number of each item that is begun to the outcomes, in order."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A writer that looks before each commit whether the store has its embedder still."""

    writer: Writer
    store: GraphStore
    embedder: str

    def commit(self, sources: Sequence[PreparedSource], *, more: bool = False) -> object:
        check_seal(self.store, self.embedder)
        return self.writer.commit(sources, more=more)


@dataclass(frozen=True, slots=True)
class Work:
    """One process at work on the items of a job, which it holds.

    Attributes:
        job: of the ledger.
        recipe: how sources are read.
        made: how they are made, in one word; see `Ledger.record`.
        llm: which LLM extracts; None is none.
        hear: is told how far it is.
    """

    job: Job
    store: GraphStore
    ledger: Ledger
    recipe: Recipe
    made: str | None
    llm: LLMChoice | None
    hear: Hear

    def do(self, read: Read) -> None:
        """Apply what is read, until nothing waits.

        Raises:
            Cancelled: The user gave the job up.
            GraphMemError: What concerns every item: the store, the LLM, the budget, the engine.
        """
        totals = self.ledger.totals(self.job.id)
        if not totals.n_waiting:
            return
        n_before = totals.n_items - totals.n_waiting
        teller = ProgressTeller(self.hear, self.job.id, totals.n_items, n_before)
        with ExitStack() as stack:
            applier = self._applier(stack)
            outcomes = stack.enter_context(closing(read(applier.started)))
            extracted, spent = self._extracted(outcomes, stack)
            try:
                for one in extracted:
                    if applier.take(one):
                        self._note(spent())
                        look_for_cancel(self.ledger, self.job.id)
                    teller.tell(applier, spent().cost)
            finally:
                # What was read and paid for is kept, whatever ends the job.
                self._note(spent())
                applier.flush()
                teller.tell(applier, spent().cost, now=True)

    def _applier(self, stack: ExitStack) -> Applier:
        models = LazyModels(self.recipe.embedder, self.recipe.extractor)
        name = describe(models.embedder)
        seal(self.store, name)
        space = self.job.space
        memory = stack.enter_context(Memory(self.store, space=space, embedder=models.embedder))
        writer = Writer(self.store, space, models, lambda: datetime.now(UTC))

        def add_run(run: Mapping[str, Any]) -> int:
            return len(memory.add_run(**run).added.get("Passage", ()))

        more = self.llm is not None
        held = _Held(writer, self.store, name)
        return Applier(held, add_run, self.ledger, self.job.id, self.made, more=more)

    def _extracted(
        self, outcomes: Iterable[Outcome], stack: ExitStack
    ) -> tuple[Iterable[Extracted], Callable[[], Spent]]:
        """Return outcomes with what an LLM adds, and what tells what the job has spent."""
        before = self.job.spent
        if self.llm is None:
            return map(Extracted, outcomes), lambda: before
        path = beside(self.store, ANSWERS)
        before = spent_before(self.llm, path, before, self.job.created_at)
        client = client_of(self.llm, path, before.cost or 0.0)
        stack.callback(client.close)
        if client.cache is not None:
            stack.callback(client.cache.close)
        extraction = LLMExtraction(client, self.llm.limits.concurrency).over(outcomes)
        return stack.enter_context(
            closing(extraction)
        ), lambda: before + spent_of(client.meter.spend())

    def _note(self, spent: Spent) -> None:
        if self.llm is not None:
            self.ledger.spend(self.job.id, spent)
