"""The last stage: commits in order, whatever is between them, and rows that say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput, StoreFull
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import Plan
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.writing.accept import accept
from graphmem.writing.prepare import prepare
from graphmem.writing.trust import with_trust
from graphmem.writing.writer import Writer
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.jobs.apply import Applier, Extracted
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, Spent

MODELS = LazyModels(FakeEmbedder(), FakeExtractor())
N = 100


class Log(MemoryStore):
    """Notes which sources each commit brings; has no room when it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.commits: list[str] = []
        self.full = False

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        if self.full:
            raise StoreFull("no room left")
        before = set(self.find_names())
        commit = super().apply(space, plan)
        self.commits.append(" ".join(sorted(set(self.find_names()) - before)))
        return commit

    def find_names(self) -> list[str]:
        return [
            node.name  # type: ignore[attr-defined]
            for batch in self.changes("default", 0, labels=("Source",))
            for node in batch.nodes
        ]


class Bench:
    def __init__(self, *, more: bool = False) -> None:
        self.store = Log()
        self.ledger = Ledger(None)
        self.job = self.ledger.begin("ingest", "default", {}, "f").id
        keys = [Item(n, f"k{n}", None, "text", 1, digest="d") for n in range(1, N)]
        self.ledger.add_items(self.job, keys)
        self.runs: list[Mapping[str, Any]] = []
        writer = Writer(self.store, "default", MODELS, lambda: datetime(2024, 1, 1, tzinfo=UTC))
        self.applier = Applier(writer, self.add_run, self.ledger, self.job, "recipe", more=more)

    def add_run(self, run: Mapping[str, Any]) -> int:
        if run.get("broken"):
            raise InvalidInput("there is no step")
        self.runs.append(run)
        self.store.commits.append(str(run["source"]))
        return 2

    def states(self) -> dict[int, str]:
        found = self.ledger.items(self.job, ("applied", "failed", "extracting"), limit=N)
        return {item.n: item.state for item in found}


def outcome(n: int, text: str | None = None, trust: float | None = None) -> Extracted:
    accepted = accept(text or f"Ann{n} lives in Rome.", source=f"k{n}", at=None, title=None)
    texts = with_trust(accepted, trust)
    return Extracted(Outcome(n, tuple(prepare(one, MODELS) for one in texts)))


def test_commits_are_in_order_with_what_is_between_them() -> None:
    bench = Bench()
    for one in (
        outcome(1), outcome(2), Extracted(Outcome(3, error="it is broken")), outcome(4),
        Extracted(Outcome(5, run={"source": "k5"})), outcome(6),
        Extracted(Outcome(7, run={"source": "k7", "broken": True})), Extracted(Outcome(8)),
    ):  # fmt: skip
        assert not bench.applier.take(one)
    bench.applier.flush()
    assert bench.store.commits == ["k1 k2", "k4", "k5", "k6"]
    assert bench.states() == {
        1: "applied", 2: "applied", 3: "failed", 4: "applied", 5: "applied", 6: "applied",
        7: "failed", 8: "applied",
    }  # fmt: skip
    failed = bench.ledger.items(bench.job, ("failed",))
    assert [one.error for one in failed] == ["it is broken", "there is no step"]
    applier = bench.applier
    assert (applier.n_done, applier.n_failed, applier.n_passages) == (8, 2, 6)
    assert bench.ledger.totals(bench.job).n_passages == 6
    # Neither what failed nor what has no source is taken for applied... but what has none is.
    assert sorted(bench.ledger.applied_keys("default", "", N)) == [
        "k1",
        "k2",
        "k4",
        "k5",
        "k6",
        "k8",
    ]


def test_one_that_does_not_fit_what_is_stored_fails_alone() -> None:
    bench = Bench()
    with Memory(bench.store, embedder=MODELS.embedder, extractor=MODELS.extractor) as memory:
        memory.add("Bo lives in Oslo.", source="k2", trust=0.5)
    bench.store.commits.clear()
    for n in (1, 2, 3):
        bench.applier.take(outcome(n, f"Bo{n} lives in Rome.", 0.9 if n == 2 else None))
    bench.applier.flush()
    assert bench.store.commits == ["k1", "k3"]
    assert bench.states() == {1: "applied", 2: "failed", 3: "applied"}
    (failed,) = bench.ledger.items(bench.job, ("failed",))
    assert "trust" in str(failed.error)


def test_many_passages_or_many_items_make_a_portion() -> None:
    bench = Bench()
    taken = [bench.applier.take(outcome(n)) for n in range(1, 34)]
    assert taken == [False] * 31 + [True, False]
    taken = [bench.applier.take(Extracted(Outcome(n, error="x"))) for n in range(34, 66)]
    assert taken.count(True) == 1


def test_what_could_not_be_stored_is_still_to_be_done() -> None:
    bench = Bench()
    for n in (1, 2):
        bench.applier.started(n)
        bench.applier.take(outcome(n))
    bench.store.full = True
    with pytest.raises(StoreFull):
        bench.applier.flush()
    bench.store.full = False
    bench.applier.flush()
    assert bench.store.commits == []
    assert bench.states() == {1: "extracting", 2: "extracting"}
    assert bench.applier.n_done == 0


def test_what_an_llm_took_and_left_out_is_written_down() -> None:
    bench = Bench(more=True)
    sources = outcome(1).outcome.sources
    spent = Spent(2, 1, 100, 10, 0.5)
    bench.applier.take(Extracted(Outcome(1, sources), {"no quote": 2}, spent, whole=False))
    bench.applier.take(Extracted(Outcome(2, error="it is broken"), {}, spent))
    bench.applier.flush()
    totals = bench.ledger.totals(bench.job)
    assert (totals.dropped, totals.spent) == ({"no quote": 2}, spent + spent)
    assert bench.ledger.applied_as("default", ["k1"])["k1"][1] != "recipe"


@pytest.mark.parametrize("more", [False, True])
def test_passages_that_are_stored_gain_only_from_an_llm(tmp_path: Path, *, more: bool) -> None:
    bench = Bench(more=more)
    (text,) = accept("Ann lives in Rome.", source="k1", at=None, title=None)
    shallow = prepare(text, MODELS, "embed")
    for sources in ((shallow,), (prepare(text, MODELS),)):
        bench.applier.take(Extracted(Outcome(1, sources)))
        bench.applier.flush()
    assert bool(bench.store.count("default").nodes.get("Proposition")) == more
