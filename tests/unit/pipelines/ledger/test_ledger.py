"""The ledger: what was written down is there, for every process, and nothing else is believed."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graphmem.errors import (
    InvalidInput,
    NotAStore,
    NotFound,
    SchemaTooNew,
    StoreBusy,
    StoreCorrupt,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.stores.memory import MemoryStore
from graphmem_pipelines.jobs.health import unfinished
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, ItemResult, Job, Spent
from graphmem_pipelines.ledger.where import open_ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db.jobs"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path)
    yield opened
    opened.close()


def begin(ledger: Ledger, fingerprint: str = "f", space: str = "default") -> Job:
    return ledger.begin("ingest", space, {"paths": ["a"]}, fingerprint)


def item(n: int, key: str | None = None, **more: object) -> Item:
    values = {"n": n, "key": key or f"k{n}", "path": "/f", "kind": "text", "size": 3}
    return Item(**{**values, "digest": f"d{n}", **more})  # type: ignore[arg-type]


def test_a_job_is_found_again_until_it_is_through(ledger: Ledger, path: Path) -> None:
    job = begin(ledger)
    assert (job.state, job.settings, job.finished_at) == ("scanning", {"paths": ["a"]}, None)
    ledger.close()
    again = Ledger(path)
    found = begin(again)
    assert replace(found, updated_at=job.updated_at) == job
    assert begin(again, "other").id != job.id
    for state in ("running", "failed", "stopped"):
        again.move(job.id, state, "why")
        assert (begin(again).id, begin(again).state) == (job.id, state)
    again.move(job.id, "done")
    assert again.job(job.id).finished_at is not None
    assert begin(again).id != job.id
    again.close()


def test_settings_of_a_job_are_those_it_last_had(ledger: Ledger) -> None:
    job = begin(ledger)
    more = ledger.begin("ingest", "default", {"paths": ["a"], "max_cost": 2}, "f")
    assert more.id == job.id
    assert ledger.job(job.id).settings == more.settings == {"paths": ["a"], "max_cost": 2}


def test_a_cancelled_job_is_not_gone_on_with(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.cancel(job.id)
    assert ledger.job(job.id).state == "cancelled"
    assert begin(ledger).id != job.id


def test_who_is_done_cannot_be_cancelled(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.move(job.id, "done")
    ledger.cancel(job.id)
    found = ledger.job(job.id)
    assert (found.state, found.error, found.cancelling) == ("done", None, False)


def test_what_failed_in_a_job_that_is_through_can_be_given_up(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1)])
    ledger.record(job.id, [ItemResult(1, "failed", "why")])
    ledger.move(job.id, "done")
    assert [one.n_failed for one in unfinished(ledger)] == [1]
    ledger.cancel(job.id)
    assert ledger.job(job.id).state == "cancelled"
    assert unfinished(ledger) == []


def test_who_works_on_a_job_is_asked_to_stop(ledger: Ledger, path: Path) -> None:
    job = begin(ledger)
    ledger.move(job.id, "running")
    other = Ledger(path)
    with ledger.held(job.id):
        other.cancel(job.id)
        assert other.job(job.id).state == "running"
        assert ledger.is_cancelling(job.id)
        ledger.move(job.id, "cancelled", "cancelled by the user")
    assert not ledger.is_cancelling(job.id)
    other.close()


def test_one_at_a_time_works_on_a_job(ledger: Ledger, path: Path) -> None:
    job, free = begin(ledger), begin(ledger, "other")
    other = Ledger(path)
    assert not other.is_held(job.id)
    with ledger.held(job.id):
        assert other.is_held(job.id)
        with pytest.raises(StoreBusy, match=f"another process works on the job {job.id[-8:]}"):
            other.held(job.id).__enter__()
        with other.held(free.id):
            pass
    with other.held(job.id):
        assert ledger.is_held(job.id)
    assert not list(path.parent.glob("*.lock"))
    other.close()


def test_a_lock_goes_with_the_process_that_held_it(ledger: Ledger) -> None:
    job = begin(ledger)
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        with ledger.held(job.id):
            os.write(writing, b"!")
            signal.pause()
    try:
        os.read(reading, 1)
        assert ledger.is_held(job.id)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)
        os.close(writing)
    assert not ledger.is_held(job.id)


def test_jobs_are_called_by_parts_of_their_ids(ledger: Ledger) -> None:
    with pytest.raises(NotFound, match="there is no job 'last'"):
        ledger.job("last")
    one = begin(ledger)
    two = begin(ledger, "other")
    assert [job.id for job in ledger.jobs()] == sorted([one.id, two.id], reverse=True)
    assert ledger.job("last").id == max(one.id, two.id)
    assert ledger.job(one.id) == one
    assert ledger.job(two.id[-8:]) == two
    with pytest.raises(InvalidInput, match="2 jobs have '0' in their ids"):
        ledger.job("0")
    with pytest.raises(NotFound, match="there is no job 'nobody': `graphmem jobs list`"):
        ledger.job("nobody")
    with pytest.raises(InvalidInput, match="is empty"):
        ledger.job("")


def test_items_keep_all_that_is_known_of_them(ledger: Ledger) -> None:
    job = begin(ledger)
    whole = item(1, content='{"name": "é"}', path="/a/b")
    broken = item(2, state="failed", error="it is empty", digest=None)
    ledger.add_items(job.id, [whole, broken])
    assert ledger.items(job.id, ("pending", "failed")) == [whole, broken]
    assert ledger.items(job.id, ("failed",)) == [broken]
    assert ledger.items(job.id, ("pending", "failed"), after=1) == [broken]
    assert ledger.items(job.id, ("pending", "failed"), limit=1) == [whole]


def test_the_first_of_two_items_with_one_key_stays(ledger: Ledger) -> None:
    job, other = begin(ledger), begin(ledger, "other")
    ledger.add_items(job.id, [item(1, "a"), item(2, "a"), item(3, "b")])
    ledger.add_items(other.id, [item(1, "a")])
    assert [one.n for one in ledger.items(job.id, ("pending",))] == [1, 3]
    assert ledger.totals(other.id).n_items == 1


def test_what_came_of_items_is_counted(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(n, content="{}") for n in range(1, 5)])
    ledger.record(job.id, [ItemResult(n, "extracting") for n in (1, 2, 3)])
    ledger.record(
        job.id,
        [
            ItemResult(1, "applied", None, 4, {"why": 2}, Spent(3, 1, 100, 20, 0.5)),
            ItemResult(2, "failed", "it is broken", 0, {"why": 1}, Spent(1, 0, 50, 0, 0.25)),
        ],
    )
    totals = ledger.totals(job.id)
    assert totals.items == {
        "pending": 1, "extracting": 1, "extracted": 0, "applied": 1, "failed": 1, "skipped": 0,
    }  # fmt: skip
    assert (totals.n_items, totals.n_waiting, totals.n_passages) == (4, 2, 4)
    assert totals.dropped == {"why": 3}
    assert totals.spent == Spent(4, 1, 150, 20, 0.75)
    applied, failed = ledger.items(job.id, ("applied", "failed"))
    assert (applied.attempts, applied.content) == (1, None)
    assert (failed.attempts, failed.content, failed.error) == (1, "{}", "it is broken")


def test_costs_that_nobody_knows_stay_unknown(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1), item(2)])
    ledger.record(job.id, [ItemResult(1, "failed", "why", spent=Spent(1, 0, 5, 5, None))])
    ledger.record(job.id, [ItemResult(2, "applied", spent=Spent(1, 0, 5, 5, 1.0))])
    assert ledger.totals(job.id).spent == Spent(2, 0, 10, 10, None)
    ledger.record(job.id, [ItemResult(1, "applied", spent=Spent(1, 0, 5, 5, 1.0))])
    assert ledger.totals(job.id).spent.cost is None


def test_a_second_attempt_says_what_is_left_out_now(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1)])
    ledger.record(job.id, [ItemResult(1, "failed", "why", dropped={"no answer": 3})])
    ledger.record(job.id, [ItemResult(1, "extracting")])
    assert ledger.totals(job.id).dropped == {"no answer": 3}
    ledger.record(job.id, [ItemResult(1, "applied")])
    assert ledger.totals(job.id).dropped == {}


def test_failed_items_are_tried_again(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(n) for n in range(1, 4)])
    ledger.record(job.id, [ItemResult(1, "applied"), ItemResult(2, "failed", "why")])
    ledger.move(job.id, "done")
    assert ledger.retry(job.id) == 1
    assert ledger.job(job.id).state == "stopped"
    assert [(one.n, one.error) for one in ledger.items(job.id, ("pending",))] == [
        (2, None), (3, None),
    ]  # fmt: skip
    ledger.record(job.id, [ItemResult(2, "applied"), ItemResult(3, "skipped")])
    ledger.move(job.id, "done")
    assert ledger.retry(job.id) == 0
    assert ledger.job(job.id).state == "done"


def test_what_lacks_answers_is_tried_again_and_what_is_not_there_is_not(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1), item(2, path=None), item(3, path=None, content="{}")])
    ledger.record(
        job.id,
        [
            ItemResult(1, "applied", whole=False),
            ItemResult(2, "failed", "a row that is too long"),
            ItemResult(3, "failed", "why"),
        ],
    )
    ledger.move(job.id, "done")
    assert ledger.totals(job.id).n_partial == 1
    assert ledger.n_still_failed(job) == 3
    assert ledger.retry(job.id) == 2
    assert [one.n for one in ledger.items(job.id, ("pending",))] == [1, 3]


def test_what_was_applied_is_known_by_space_and_recipe(ledger: Ledger) -> None:
    job, other = begin(ledger), begin(ledger, "other", space="other")
    ledger.add_items(job.id, [item(n) for n in range(1, 6)])
    ledger.add_items(other.id, [item(1, digest="else")])
    ledger.record(
        job.id,
        [
            ItemResult(1, "applied"),
            ItemResult(2, "failed", "why"),
            ItemResult(3, "skipped"),
            ItemResult(4, "applied", whole=False),
        ],
        "recipe",
    )
    ledger.record(job.id, [ItemResult(5, "applied")])
    ledger.record(other.id, [ItemResult(1, "applied")], "recipe")
    known = ledger.applied_as("default", [f"k{n}" for n in range(1, 1200)])
    assert known["k1"] == ("d1", "recipe")
    assert known.keys() == {"k1", "k4"}
    # What lacks something is there, and is never taken for unchanged.
    assert known["k4"] != ("d4", "recipe")
    assert ledger.applied_as("other", ["k1"]) == {"k1": ("else", "recipe")}
    assert ledger.applied_keys("default", "", 10) == ["k1", "k4"]
    assert ledger.applied_keys("default", "k1", 1) == ["k4"]
    ledger.forget(job.id)
    assert ledger.applied_keys("default", "", 10) == ["k1", "k4"]


def test_listing_anew_and_forgetting(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1)])
    ledger.drop_items(job.id)
    assert ledger.totals(job.id).n_items == 0
    ledger.add_items(job.id, [item(1, "other")])
    ledger.forget(job.id)
    assert ledger.jobs() == []
    assert ledger.totals(job.id).n_items == 0


def test_what_a_job_spent_is_kept(ledger: Ledger) -> None:
    job = begin(ledger)
    assert job.spent == Spent()
    ledger.spend(job.id, Spent(3, 1, 100, 20, None))
    assert ledger.job(job.id).spent == Spent(3, 1, 100, 20, None)


def test_a_portion_is_written_down_whole_or_not_at_all(ledger: Ledger) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(1), item(2)])
    with pytest.raises(InvalidInput, match="not valid Unicode"):
        ledger.record(job.id, [ItemResult(1, "applied"), ItemResult(2, "failed", "\ud800")], "r")
    assert ledger.totals(job.id).n_waiting == 2
    assert ledger.applied_keys("default", "", 10) == []


def test_a_file_of_another_program_is_left_alone(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE t (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotAStore, match=re.escape(f"{path} is no ledger of graphmem")):
        Ledger(path)
    assert path.read_bytes() == before
    path.write_text("notes of mine, long enough to be no database at all\n" * 20)
    with pytest.raises(NotAStore):
        Ledger(path)
    assert path.read_text().startswith("notes of mine")


def test_a_ledger_of_a_newer_version_is_left_alone(ledger: Ledger, path: Path) -> None:
    ledger.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaTooNew, match="version 99, and this graphmem knows 4"):
        Ledger(path)


def test_a_damaged_ledger_is_told(ledger: Ledger, path: Path) -> None:
    job = begin(ledger)
    ledger.add_items(job.id, [item(n) for n in range(1, 400)])
    ledger.close()
    raw = bytearray(path.read_bytes())
    raw[4096:-4096] = os.urandom(len(raw) - 8192)
    path.write_bytes(raw)
    with pytest.raises(StoreCorrupt, match="is damaged"):
        Ledger(path).jobs()


def test_a_folder_that_is_not_there_or_may_not_be_written(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="there is no folder"):
        Ledger(tmp_path / "none" / "jobs")
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    folder = tmp_path / "shut"
    folder.mkdir(mode=stat.S_IRUSR | stat.S_IXUSR)
    with pytest.raises(StoreReadOnly, match="check the mode"):
        Ledger(folder / "jobs")


def test_the_ledger_of_a_store_in_memory_is_in_memory(tmp_path: Path) -> None:
    ledger = open_ledger(MemoryStore(), create=False)
    job = begin(ledger)
    with ledger.held(job.id):
        assert ledger.job("last") == job
    ledger.close()
    ledger.close()
    chosen = tmp_path / "of" / "mine.jobs"
    with pytest.raises(NotFound, match="no job has been run"):
        open_ledger(MemoryStore(), chosen, create=False)
    open_ledger(MemoryStore(), chosen).close()
    assert chosen.exists()


def test_spent_adds_up() -> None:
    one = Spent(1, 2, 3, 4, 0.5)
    assert one + one == Spent(2, 4, 6, 8, 1.0)
    assert (one + replace(one, cost=None)).cost is None
