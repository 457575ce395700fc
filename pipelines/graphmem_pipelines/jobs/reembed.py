"""The job `re-embed`: vectors of another embedder, made beside those in use, then switched.

While they are made, everybody searches with the old ones. The switch is a copy; until it is
through nobody may search, and who died in it goes on with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from graphmem.core.uids import content_uid
from graphmem.models.registry import open_embedder
from graphmem.models.seal import break_seal, describe, read_seal, write_seal
from graphmem.ports import Embedder, GraphStore
from graphmem.stores.beside import VECTORS, beside
from graphmem.writing.reembed import embed_passages, replace_vectors
from graphmem_pipelines.jobs.report import Hear, JobProgress, JobReport, report_of
from graphmem_pipelines.jobs.running import Cancelled, running
from graphmem_pipelines.jobs.vectors import VectorFile
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import WAITING, Item, ItemResult, Job
from graphmem_schemas import Passage

__all__ = ["Reembed", "run_reembed"]

_PORTION = 64
_SWITCHED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Reembed:
    """What a re-embed is asked to do.

    Attributes:
        embedder: as `Memory` takes it, by name; None is the shipped one.
        hear: is told how far it is.
    """

    embedder: str | None = None
    hear: Hear = lambda progress: None


def run_reembed(asked: Reembed, store: GraphStore, ledger: Ledger) -> JobReport:
    """Make the vectors of all spaces anew, or go on with that. A space is an item.

    Raises:
        InvalidInput: No embedder is called so.
        StoreBusy: Another process works on the same job.
        StoreError: The store cannot be read or written.
    """
    embedder = open_embedder(asked.embedder)
    name = describe(embedder)
    job = ledger.begin("re-embed", "", {"embedder": name}, content_uid("re-embed", name))
    with ledger.held(job.id):
        _list(job, store, ledger)
        with running(ledger, job), TemporaryDirectory() as folder:
            path = beside(store, VECTORS) or Path(folder) / "vectors"
            with closing(VectorFile(path, name)) as made:
                making = _Making(asked.hear, job, store, ledger, embedder, made)
                making.make(may_end=True)
                if read_seal(store) != name:
                    break_seal(store, name)
                # What was added while the others were made; nobody adds any more.
                making.make(may_end=False)
                _list(job, store, ledger)
                making.switch()
                write_seal(store, name)
            with suppress(FileNotFoundError):
                path.unlink()
    return report_of(ledger, ledger.job(job.id))


def _list(job: Job, store: GraphStore, ledger: Ledger) -> None:
    """Write down the spaces that are not yet among the items."""
    spaces = enumerate(sorted(store.spaces()), start=ledger.totals(job.id).n_items + 1)
    ledger.add_items(job.id, [Item(n, space, None, "space", 0) for n, space in spaces])


@dataclass(frozen=True, slots=True)
class _Making:
    """One process at work on the vectors of a store."""

    hear: Hear
    job: Job
    store: GraphStore
    ledger: Ledger
    embedder: Embedder
    made: VectorFile

    def make(self, *, may_end: bool) -> None:
        """Embed what has no new vector yet.

        Args:
            may_end: whether the user may give the job up: not while nobody can search.
        """
        spaces = sorted(self.store.spaces())
        total = sum(self.store.count(space).nodes.get("Passage", 0) for space in spaces)
        done = 0
        for space in spaces:
            for passages in _portions(self.store, space):
                self._embed(space, passages)
                done += len(passages)
                self.hear(JobProgress(self.job.id, "embedding", total, done, n_passages=done))
                if may_end and self.ledger.is_cancelling(self.job.id):
                    raise Cancelled

    def switch(self) -> None:
        """Put the new vectors in the place of the old ones."""
        while items := self.ledger.items(self.job.id, WAITING):
            for item in items:
                n = sum(
                    replace_vectors(self.store, item.key, uids, rows)
                    for uids, rows in self.made.portions(item.key, _SWITCHED_AT_ONCE)
                )
                self.ledger.record(self.job.id, [ItemResult(item.n, "applied", None, n)])

    def _embed(self, space: str, passages: Sequence[Passage]) -> None:
        missing = self.made.missing(space, [passage.uid for passage in passages])
        wanted = [passage for passage in passages if passage.uid in missing]
        if wanted:
            rows = embed_passages(wanted, self.embedder)
            self.made.put(space, [one.uid for one in wanted], rows)


def _portions(store: GraphStore, space: str) -> Iterator[list[Passage]]:
    passages = (
        node
        for batch in store.changes(space, 0, labels=("Passage",))
        for node in batch.nodes
        if isinstance(node, Passage)
    )
    while portion := list(islice(passages, _PORTION)):
        yield portion
