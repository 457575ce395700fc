"""`graphmem ingest` and `graphmem jobs`: statuses, streams, one line an error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.app import run
from graphmem.cli.session import Session
from graphmem.core.usage import Usage
from graphmem.stores.sqlite import SqliteStore
from graphmem_pipelines.cli import telling
from graphmem_pipelines.cli.telling import preview_lines, report_lines
from graphmem_pipelines.jobs.preview import Preview
from graphmem_pipelines.jobs.report import Failure, JobProgress, JobReport
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.ledger.rows import Item, ItemResult, Spent

Said = pytest.CaptureFixture[str]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("GRAPHMEM_LEDGER", raising=False)
    path = tmp_path / "agent.db"
    SqliteStore(path).close()
    return path


@pytest.fixture
def ledger(store: Path) -> Ledger:
    return Ledger(store.with_name("agent.db.jobs"))


def failed_job(ledger: Ledger, kind: str = "verify") -> str:
    job = ledger.begin(kind, "default", {}, "f")
    found = [Item(n, f"k{n}", "/a", "text", 3, content='{"a": 1}') for n in (1, 2, 3)]
    ledger.add_items(job.id, found)
    ledger.record(
        job.id, [ItemResult(1, "applied", None, 2), ItemResult(2, "failed", "it is broken")]
    )
    ledger.move(job.id, "failed", "the disk is full")
    return job.id


def say(store: Path, *words: str, capsys: Said) -> tuple[int, str, str]:
    capsys.readouterr()
    status = run([*words, "--store", str(store)])
    told = capsys.readouterr()
    return status, told.out, told.err


def as_json(store: Path, *words: str, capsys: Said) -> tuple[int, dict[str, Any]]:
    status, out, err = say(store, *words, "--json", capsys=capsys)
    assert err == ""
    assert out.count("\n") == 1
    return status, json.loads(out)


def test_where_no_job_was_run(store: Path, capsys: Said) -> None:
    for words in (["list"], ["show"], ["retry"], ["cancel"], ["export-failed"], ["verify"]):
        status, out, err = say(store, "jobs", *words, capsys=capsys)
        assert (status, out) == (1, "")
        assert "no job has been run on this memory" in err
        assert len(err.splitlines()) == 1
    status, _, err = say(store.with_name("none.db"), "jobs", "list", capsys=capsys)
    assert status == 1
    assert "there is no store" in err


def test_what_failed_is_shown_exported_and_red(store: Path, ledger: Ledger, capsys: Said) -> None:
    job = failed_job(ledger)
    status, shown = as_json(store, "jobs", "show", capsys=capsys)
    assert status == 1
    assert (shown["job"], shown["state"], shown["ok"]) == (job, "failed", False)
    assert shown["failures"] == [{"key": "k2", "reason": "it is broken"}]
    status, out, _ = say(store, "jobs", "show", job[-8:], capsys=capsys)
    assert status == 1
    assert out.splitlines() == [
        f"job {job[-8:]}: verify failed: 1 pending, 1 applied, 1 failed; 2 passages",
        "the disk is full",
        "failed: k2: it is broken",
    ]
    status, listed = as_json(store, "jobs", "list", capsys=capsys)
    assert status == 0
    (row,) = listed["jobs"]
    assert (row["job"], row["items"], row["done"], row["failed"]) == (job, 3, 2, 1)
    status, out, _ = say(store, "jobs", "list", capsys=capsys)
    assert out.split()[0] == job[-8:]
    assert "2 of 3 items, 1 failed" in out
    status, out, _ = say(store, "jobs", "export-failed", capsys=capsys)
    assert status == 0
    assert json.loads(out) == {
        "key": "k2", "path": "/a", "kind": "text", "attempts": 0, "error": "it is broken",
        "content": {"a": 1},
    }  # fmt: skip
    file = store.with_name("failed.jsonl")
    status, out, _ = say(store, "jobs", "export-failed", "--out", str(file), capsys=capsys)
    assert (status, out) == (0, f"1 rows in {file}\n")
    assert json.loads(file.read_text())["key"] == "k2"
    ledger.close()


def test_jobs_are_cancelled_once(store: Path, ledger: Ledger, capsys: Said) -> None:
    job = failed_job(ledger)
    name = job[-8:]
    assert say(store, "jobs", "cancel", name, capsys=capsys)[:2] == (
        0,
        f"job {name} is cancelled\n",
    )
    status, told = as_json(store, "jobs", "cancel", capsys=capsys)
    assert (status, told) == (0, {"job": job, "state": "cancelled"})
    done = ledger.begin("verify", "default", {}, "g").id
    ledger.move(done, "done")
    _, out, _ = say(store, "jobs", "cancel", done, capsys=capsys)
    assert out == f"job {done[-8:]} is done already: nothing of it is left\n"
    running = ledger.begin("verify", "default", {}, "h").id
    ledger.move(running, "running")
    with ledger.held(running):
        _, out, _ = say(store, "jobs", "cancel", running, capsys=capsys)
        assert out == f"job {running[-8:]} is told to stop after what it is at\n"
        assert ledger.is_cancelling(running)
    status, _, err = say(store, "jobs", "cancel", "nobody", capsys=capsys)
    assert status == 1
    assert "there is no job 'nobody'" in err
    ledger.close()


def test_who_was_killed_is_not_called_running(store: Path, ledger: Ledger, capsys: Said) -> None:
    job = ledger.begin("ingest", "default", {}, "f").id
    ledger.move(job, "running")
    _, shown = as_json(store, "jobs", "show", capsys=capsys)
    assert shown["state"] == "stopped"
    assert "the process that worked on it is gone" in shown["error"]
    with ledger.held(job):
        assert as_json(store, "jobs", "list", capsys=capsys)[1]["jobs"][0]["state"] == "running"
    ledger.close()


def test_a_job_that_is_no_ingest_is_not_retried(store: Path, ledger: Ledger, capsys: Said) -> None:
    failed_job(ledger)
    ledger.close()
    status, _, err = say(store, "jobs", "retry", capsys=capsys)
    assert status == 1
    assert "begun anew and not tried again" in err


def test_a_ledger_of_ones_own(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said
) -> None:
    own = tmp_path / "own.jobs"
    status, _ = as_json(store, "jobs", "consolidate", "--ledger", str(own), capsys=capsys)
    assert status == 0
    assert not store.with_name("agent.db.jobs").exists()
    monkeypatch.setenv("GRAPHMEM_LEDGER", str(own))
    assert len(as_json(store, "jobs", "list", capsys=capsys)[1]["jobs"]) == 1


def test_a_folder_is_ingested_and_looked_at_first(tmp_path: Path, capsys: Said) -> None:
    tree, store = tmp_path / "notes", tmp_path / "new.db"
    tree.mkdir()
    (tree / "ann.txt").write_text("Ann lives in Rome.")
    words = ["ingest", str(tree), "--workers", "1"]
    status, seen = as_json(store, *words, "--dry-run", capsys=capsys)
    assert (status, seen["n_items"], seen["n_passages"], seen["n_calls"]) == (0, 1, 1, 0)
    assert not store.exists()
    status, out, _ = say(store, *words, "--dry-run", "--llm", "openai:gpt-4o-mini", capsys=capsys)
    assert status == 0
    assert out.splitlines()[0] == "1 item, 1 passage"
    assert "LLM: 1 call," in out
    status, report = as_json(store, *words, capsys=capsys)
    assert (status, report["ok"], report["items"]["applied"]) == (0, True, 1)
    extract = ["jobs", "extract", "--llm", "openai:gpt-4o-mini", "--dry-run"]
    status, seen = as_json(store, *extract, capsys=capsys)
    assert (status, seen["n_items"], seen["n_calls"]) == (0, 1, 1)
    assert len(as_json(store, "jobs", "list", capsys=capsys)[1]["jobs"]) == 1
    status, out, err = say(store, *words, capsys=capsys)
    assert (status, err) == (0, "")
    assert "ingest done: 1 skipped; 0 passages" in out
    assert as_json(store, "jobs", "verify", capsys=capsys)[1]["ok"]


def test_what_is_mistyped_is_refused(store: Path, capsys: Said) -> None:
    for words, told in [
        (["ingest"], "PATH"),
        (["ingest", ".", "--field", "text"], "role=column"),
        (["ingest", ".", "--engine", "dask"], "dask"),
        (["ingest", ".", "--workers", "0"], "--workers"),
        (["ingest", ".", "--trust", "2"], "--trust"),
        (["ingest", ".", "--max-cost", "-1", "--llm", "openai:m"], "--max-cost"),
    ]:
        status, _, err = say(store, *words, capsys=capsys)
        assert status == 2
        assert told in err
    status, _, err = say(store, "ingest", ".", "--llm", "claude", capsys=capsys)
    assert status == 1
    assert "no LLM is called 'claude'" in err
    assert not store.with_name("agent.db.jobs").exists()


def test_reports_are_told_in_words() -> None:
    items = {
        "pending": 0,
        "extracting": 0,
        "extracted": 0,
        "applied": 3,
        "failed": 25,
        "skipped": 0,
    }
    report = JobReport(
        "0" * 24 + "12345678", "ingest", "default", "done", None, items, 1, {"no quote": 2},  # type: ignore[arg-type]
        Spent(2, 1, 1000, 50, None), (Failure("a", "why"),), ("a note",),
    )  # fmt: skip
    assert report_lines(report) == [
        "job 12345678: ingest done: 3 applied, 25 failed; 1 passage",
        "LLM: 2 calls, 1 from the cache, 1,000 + 50 tokens, cost an unknown price",
        "left out: no quote (2)",
        "failed: a: why",
        "and 24 more: graphmem jobs export-failed 12345678",
        "a note",
    ]
    preview = Preview(2, 1, 3, 4, Usage(100, 20), None, "2026-01", (Failure("b", "gone"),))
    assert preview_lines(preview) == [
        "2 items, 3 passages",
        "LLM: 4 calls, 100 + 20 tokens by estimate: its price is not known",
        "prices of 2026-01; GRAPHMEM_PRICES names yours",
        "cannot be read: b: gone",
    ]


def test_progress_is_told_in_plain_lines(monkeypatch: pytest.MonkeyPatch, capsys: Said) -> None:
    monkeypatch.setattr(telling, "_LINE_S", 0.0)
    with telling.told(Session(), "ingesting") as hear:
        hear(JobProgress("j", "reading", 10, 5, 1, 7, 3.0, 65.0, 0.25))
        hear(JobProgress("j", "listing", 2, cost=None))
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "ingesting: reading, 5 of 10 items, 3 passages/s, 1 failed, cost 0.2500, 1:05 left",
        "ingesting: listing, 0 of 2 items, 0 passages/s, cost unknown",
    ]
    with telling.told(Session(as_json=True), "ingesting") as hear:
        hear(JobProgress("j", "reading", 10))
    assert capsys.readouterr().err == ""
