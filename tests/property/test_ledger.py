"""The ledger against a dict, whatever is done with it."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import (
    ITEM_STATES,
    OPEN_JOBS,
    WAITING,
    Item,
    ItemResult,
    Spent,
)

PRINTS = st.sampled_from(["f", "g"])
NUMBERS = st.integers(1, 6)
KEYS = st.sampled_from(["a", "b", "c", "d"])
RESULTS = st.builds(
    ItemResult,
    n=NUMBERS,
    state=st.sampled_from(["extracting", "applied", "failed", "skipped"]),
    n_passages=st.integers(0, 9),
    dropped=st.dictionaries(st.sampled_from(["x", "y"]), st.integers(1, 3)),
    spent=st.builds(Spent, st.integers(0, 3), st.integers(0, 3), st.integers(0, 9)),
    whole=st.booleans(),
)


class LedgerMachine(RuleBasedStateMachine):
    """Two requests, whose jobs come and go; the model is a dict of items for each job."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger(None)
        self.jobs: dict[str, dict[int, dict[str, object]]] = {}
        self.open: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.applied: dict[str, tuple[str, str]] = {}

    def teardown(self) -> None:
        self.ledger.close()

    def job(self, fingerprint: str) -> str:
        job = self.ledger.begin("ingest", "s", {}, fingerprint)
        if fingerprint in self.open:
            assert job.id == self.open[fingerprint]
        else:
            assert job.id not in self.jobs
            self.jobs[job.id] = {}
            self.open[fingerprint] = job.id
            self.states[job.id] = "scanning"
        return job.id

    @rule(fingerprint=PRINTS, keys=st.dictionaries(NUMBERS, KEYS))
    def add(self, fingerprint: str, keys: dict[int, str]) -> None:
        job = self.job(fingerprint)
        rows = self.jobs[job]
        self.ledger.add_items(
            job, [Item(n, key, "/f", "text", 1, digest=f"d{n}") for n, key in keys.items()]
        )
        for n, key in keys.items():
            if n not in rows and key not in {row["key"] for row in rows.values()}:
                rows[n] = {"key": key, "state": "pending", "attempts": 0, "n_passages": 0,
                           "dropped": {}, "calls": 0, "whole": True}  # fmt: skip

    @rule(
        fingerprint=PRINTS, results=st.lists(RESULTS, unique_by=lambda r: r.n), noted=st.booleans()
    )
    def record(self, fingerprint: str, results: list[ItemResult], noted: bool) -> None:
        job = self.job(fingerprint)
        self.ledger.record(job, results, "recipe" if noted else None)
        for one in results:
            if (row := self.jobs[job].get(one.n)) is None:
                continue
            row["state"], row["whole"] = one.state, one.whole
            row["attempts"] += one.state == "extracting"  # type: ignore[operator]
            row["n_passages"] = max(row["n_passages"], one.n_passages)  # type: ignore[call-overload]
            row["calls"] += one.spent.n_calls  # type: ignore[operator]
            if one.dropped or one.state == "applied":
                row["dropped"] = dict(one.dropped)
            if noted and one.state == "applied":
                self.applied[str(row["key"])] = (f"d{one.n}", "recipe" if one.whole else "")

    @rule(fingerprint=PRINTS)
    def retry(self, fingerprint: str) -> None:
        job = self.job(fingerprint)
        again = [
            row
            for row in self.jobs[job].values()
            if row["state"] == "failed" or (row["state"] == "applied" and not row["whole"])
        ]
        assert self.ledger.retry(job) == len(again)
        for row in again:
            row["state"] = "pending"
        if again:
            self.states[job] = "stopped"

    @rule(fingerprint=PRINTS, state=st.sampled_from(["running", "failed", "stopped", "done"]))
    def move(self, fingerprint: str, state: str) -> None:
        job = self.job(fingerprint)
        self.ledger.move(job, state)  # type: ignore[arg-type]
        self._is(fingerprint, job, state)

    @rule(fingerprint=PRINTS)
    def cancel(self, fingerprint: str) -> None:
        job = self.job(fingerprint)
        self.ledger.cancel(job)
        self._is(fingerprint, job, "cancelled")

    @rule(fingerprint=PRINTS)
    def list_anew(self, fingerprint: str) -> None:
        job = self.job(fingerprint)
        self.ledger.drop_items(job)
        self.jobs[job] = {}

    def _is(self, fingerprint: str, job: str, state: str) -> None:
        self.states[job] = state
        if state not in OPEN_JOBS:
            del self.open[fingerprint]

    @invariant()
    def agrees(self) -> None:
        assert {job.id: job.state for job in self.ledger.jobs()} == self.states
        assert self.ledger.applied_as("s", ["a", "b", "c", "d"]) == self.applied
        for job, rows in self.jobs.items():
            totals = self.ledger.totals(job)
            states = Counter(row["state"] for row in rows.values())
            assert totals.items == {state: states[state] for state in ITEM_STATES}
            assert totals.n_waiting == sum(states[state] for state in WAITING)
            assert totals.n_partial == sum(
                row["state"] == "applied" and not row["whole"] for row in rows.values()
            )
            assert totals.n_passages == sum(row["n_passages"] for row in rows.values())  # type: ignore[misc]
            assert totals.spent.n_calls == sum(row["calls"] for row in rows.values())  # type: ignore[misc]
            dropped: Counter[str] = Counter()
            for row in rows.values():
                dropped.update(row["dropped"])  # type: ignore[call-overload]
            assert totals.dropped == dropped
            found = self.ledger.items(job, ITEM_STATES)
            assert [(i.n, i.key, i.state, i.attempts) for i in found] == [
                (n, row["key"], row["state"], row["attempts"]) for n, row in sorted(rows.items())
            ]


TestLedger = LedgerMachine.TestCase
TestLedger.settings = settings(stateful_step_count=20)
