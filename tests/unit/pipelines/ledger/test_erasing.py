"""What is deleted goes from the ledger: nothing of it waits, can be tried again, or be read."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.ledger.rows import Item, ItemResult
from graphmem_pipelines.ledger.writes import Kept, Settled, Taken, Waiting, Write, WriteLedger

MANY = Waiting(10**9, 10**9)
SECRET = "the secret"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db.jobs"


@pytest.fixture
def ledger(path: Path) -> Iterator[WriteLedger]:
    with closing(WriteLedger(path)) as opened:
        yield opened


def text(source: str, said: str = SECRET) -> Item:
    return item_of(1, "text", {"text": said, "source": source})


def keep(ledger: WriteLedger, *items: Item, space: str = "s", **given: Any) -> Kept:
    (kept,) = ledger.keep([Write(space, items, False, None, "d", **given)], MANY)
    return kept


def delete(ledger: WriteLedger, source: str = "") -> Kept:
    named = {"source": source} if source else {"space": "s"}
    return keep(ledger, item_of(1, "delete", named), kind="delete", erases=source)


def take(ledger: WriteLedger, space: str = "s") -> list[Taken]:
    return ledger.take(space, 100, 10**9)


def fail(ledger: WriteLedger, taken: Taken) -> None:
    ledger.settle([Settled(taken.job, ItemResult(taken.n, "failed", f"no {SECRET}"))])


def held(path: Path) -> list[str]:
    """Return whatever can be read in the ledger's items."""
    with closing(sqlite3.connect(path)) as rows:
        found = rows.execute("SELECT content, key, coalesce(error, ''), kind FROM item").fetchall()
    return [
        f"{zlib.decompress(content).decode() if content else ''} {key} {error}"
        for content, key, error, kind in found
        if kind != "delete"
    ]


def state(ledger: WriteLedger, kept: Kept) -> tuple[str, str | None]:
    job = ledger.find(kept.job)
    assert job is not None
    return job.state, job.error


@pytest.mark.parametrize("source", ["note", ""])
def test_what_waits_of_it_is_not_applied_any_more(
    ledger: WriteLedger, path: Path, source: str
) -> None:
    waits = keep(ledger, text("note"))
    delete(ledger, source)
    (left,) = take(ledger)
    assert left.kind == "delete"
    assert json.loads(left.content)["n_erased"] == 1
    assert state(ledger, waits) == ("cancelled", "deleted by the user")
    assert SECRET not in str(held(path))
    assert "note" not in str(held(path))


def test_what_came_later_or_is_of_others_stays(ledger: WriteLedger) -> None:
    keep(ledger, text("other"))
    keep(ledger, text("note"), space="t")
    keep(ledger, text("my:note"), text("note"))
    delete(ledger, "note")
    keep(ledger, text("note"))
    assert [one.key for one in take(ledger)] == ["1:other", "1:my:note", "1:", "1:note"]
    assert [one.key for one in take(ledger, "t")] == ["1:note"]


def test_what_failed_or_was_given_up_can_be_read_and_tried_no_more(
    ledger: WriteLedger, path: Path
) -> None:
    failed, given_up = keep(ledger, text("note")), keep(ledger, text("note"))
    ledger.withdraw(given_up.job)
    fail(ledger, take(ledger)[0])
    assert ledger.queue().n_failed == 1
    delete(ledger, "note")
    assert ledger.queue().n_failed == 0
    assert ledger.try_again(failed.job) == 0
    assert state(ledger, failed)[0] == "done"
    assert SECRET not in str(held(path))


def test_one_document_of_many_goes_alone(ledger: WriteLedger) -> None:
    documents = [
        item_of(n, "document", {"text": f"Text {n}.", "ref": f"doc {n}"}) for n in (1, 2, 3)
    ]
    kept = keep(ledger, *documents)
    delete(ledger, "doc 2")
    assert [one.key for one in take(ledger)][:2] == ["1:doc 1", "3:doc 3"]
    assert ledger.is_waiting(kept.job)


def test_passages_of_other_sources_in_one_item_stay(ledger: WriteLedger, path: Path) -> None:
    passages = [
        {"id": "p1", "text": SECRET, "session": "gone"},
        {"id": "p2", "text": "What stays.", "session": "kept"},
    ]
    extractions = [{"id": "p1", "triples": [[SECRET, "is", "out"]]}, {"id": "p2", "triples": []}]
    keep(ledger, item_of(1, "extracted", {"passages": passages, "extractions": extractions}))
    keep(ledger, item_of(1, "extracted", {"passages": passages[:1], "extractions": []}))
    delete(ledger, "gone")
    assert SECRET not in str(held(path))
    first, last = take(ledger)
    said = json.loads(first.content)
    assert [one["id"] for one in said["passages"] + said["extractions"]] == ["p2", "p2"]
    assert last.kind == "delete"


def test_what_is_at_hand_goes_on_and_leaves_nothing(ledger: WriteLedger, path: Path) -> None:
    keep(ledger, text("note"))
    (taken,) = take(ledger)
    delete(ledger, "note")
    assert SECRET not in str(held(path))
    fail(ledger, taken)
    assert ledger.queue().n_failed == 0
    assert SECRET not in str(held(path))
    assert [one.kind for one in take(ledger)] == ["delete"]


def test_what_was_at_hand_when_its_process_died_is_not_begun_again(ledger: WriteLedger) -> None:
    kept = keep(ledger, text("note"))
    take(ledger)
    delete(ledger, "note")
    assert [one.kind for one in take(ledger)] == ["delete"]
    assert not ledger.is_waiting(kept.job)


def test_a_delete_is_taken_though_no_more_may_wait(ledger: WriteLedger) -> None:
    few = Waiting(1, 10**9)
    add = Write("s", (text("note"),), False, None, "d")
    item = item_of(1, "delete", {"source": "else"})
    gone = Write("s", (item,), True, None, "d", kind="delete", erases="else")
    assert [one.as_ for one in ledger.keep([add, add, gone, gone], few)] == [
        "new", "full", "new", "full",
    ]  # fmt: skip


def test_a_delete_is_taken_though_no_more_characters_may_wait(ledger: WriteLedger) -> None:
    item = item_of(1, "delete", {"source": "else"})
    gone = Write("s", (item,), True, None, "d", kind="delete", erases="else")
    add = Write("s", (text("note"),), False, None, "d")
    assert [one.as_ for one in ledger.keep([add, add, gone], Waiting(10, 1))] == [
        "new", "full", "new",
    ]  # fmt: skip


def test_failed_items_of_commands_go_too_and_their_work_goes_on(
    ledger: WriteLedger, path: Path
) -> None:
    job = ledger.begin("ingest", "s", {}, "f")
    there = [Item(n, name, None, "text", 1, SECRET) for n, name in enumerate(("a", "b"), 1)]
    ledger.add_items(job.id, there)
    ledger.move(job.id, "running")
    ledger.record(job.id, [ItemResult(1, "failed", "no")])
    with closing(WriteLedger(path)) as worker, worker.held(job.id):
        delete(ledger)
    assert [said for said in held(path) if SECRET in said] == [f"{SECRET} b "]
    ledger.move(job.id, "stopped")
    delete(ledger)
    assert SECRET not in str(held(path))


@pytest.mark.parametrize("source", ["note", ""])
def test_what_a_killed_command_left_goes_too(ledger: WriteLedger, path: Path, source: str) -> None:
    job = ledger.begin("ingest", "s", {}, "f")
    ledger.add_items(job.id, [Item(1, "note", None, "text", 1, SECRET)])
    ledger.move(job.id, "running")
    delete(ledger, source)
    assert SECRET not in str(held(path))


def test_it_is_not_taken_for_unchanged_when_it_comes_again(ledger: WriteLedger) -> None:
    job = ledger.begin("ingest", "s", {}, "f")
    ledger.add_items(job.id, [Item(1, "a", "/a", "text", 1, digest="d")])
    ledger.record(job.id, [ItemResult(1, "applied")], recipe="r")
    assert ledger.applied_as("s", ["a"])
    delete(ledger, "a")
    assert not ledger.applied_as("s", ["a"])


def test_a_document_is_not_taken_for_one_whose_name_ends_like_it(ledger: WriteLedger) -> None:
    keep(ledger, text("note"))
    job = ledger.begin("ingest", "s", {}, "f")
    ledger.add_items(job.id, [Item(1, "my:note", None, "text", 1, SECRET)])
    delete(ledger, "1:note")
    assert take(ledger)[0].key == "1:note"
    delete(ledger, "note")
    assert ledger.items(job.id, ("pending",))[0].content == SECRET


def test_what_is_left_of_a_write_of_which_a_part_is_erased(ledger: WriteLedger) -> None:
    documents = [item_of(n, "document", {"text": "Text.", "ref": f"doc {n}"}) for n in (1, 2)]
    kept = keep(ledger, *documents)
    ledger.take("s", 1, 10**9)
    ledger.settle([Settled(kept.job, ItemResult(1, "applied"), '"receipt"')])
    delete(ledger, "doc 2")
    assert state(ledger, kept) == ("done", None)
    assert ledger.receipts(kept.job) == ['"receipt"']


def test_the_receipt_of_what_is_erased_goes(ledger: WriteLedger) -> None:
    kept, at_hand = keep(ledger, text("note")), keep(ledger, text("note"))
    first, second = take(ledger)
    ledger.settle([Settled(kept.job, ItemResult(first.n, "applied"), '"receipt"')])
    delete(ledger, "note")
    ledger.settle([Settled(at_hand.job, ItemResult(second.n, "applied"), '"receipt"')])
    assert ledger.receipts(kept.job) == ledger.receipts(at_hand.job) == []


def test_a_failed_write_of_which_the_rest_is_erased_can_be_tried_again(
    ledger: WriteLedger,
) -> None:
    documents = [item_of(n, "document", {"text": "Text.", "ref": f"doc {n}"}) for n in (1, 2)]
    kept = keep(ledger, *documents)
    fail(ledger, *ledger.take("s", 1, 10**9))
    delete(ledger, "doc 2")
    assert state(ledger, kept) == ("done", None)
    assert ledger.try_again(kept.job) == 1


def test_a_delete_does_not_look_at_all_that_was_ever_written(
    ledger: WriteLedger, path: Path
) -> None:
    said: list[str] = []
    ledger._connection.set_trace_callback(said.append)
    delete(ledger, "note")
    ledger._connection.set_trace_callback(None)
    with closing(sqlite3.connect(path)) as rows:
        plans = {
            step[3]
            for statement in said
            if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE"))
            for step in rows.execute(f"EXPLAIN QUERY PLAN {statement}")
        }
    by_space = {plan for plan in plans if "job_space (space=?)" in plan}
    scanned = {plan for plan in plans if plan.startswith("SCAN item") or "SCAN job" in plan}
    assert not by_space
    assert scanned == {"SCAN item USING INDEX item_extracted"}
