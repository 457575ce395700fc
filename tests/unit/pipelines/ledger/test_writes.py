"""Writes that a server keeps: their order, their keys, their turns, and what is left of them."""

from __future__ import annotations

import sqlite3
import time
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from graphmem_pipelines.ledger import schema
from graphmem_pipelines.ledger.rows import Item, ItemResult
from graphmem_pipelines.ledger.writes import (
    Kept,
    Settled,
    Taken,
    Waiting,
    Write,
    WriteLedger,
)

MANY = 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "agent.db.jobs"


@pytest.fixture
def ledger(path: Path):  # type: ignore[no-untyped-def]
    with closing(WriteLedger(path)) as opened:
        yield opened


def write(
    text: str, space: str = "s", *, key: str | None = None, alone: bool = False, n: int = 1
) -> Write:
    items = tuple(
        Item(at, f"{at}:{text}", None, "text", len(text), text) for at in range(1, n + 1)
    )
    return Write(space, items, alone, key, f"digest of {text}")


def keep(ledger: WriteLedger, *writes: Write, most: int = MANY, chars: int = MANY) -> list[Kept]:
    return ledger.keep(writes, Waiting(most, chars))


def take(ledger: WriteLedger, space: str = "s", most: int = 100, chars: int = MANY) -> list[Taken]:
    return ledger.take(space, most, chars)


def applied(taken: list[Taken], receipt: str | None = None) -> list[Settled]:
    return [Settled(one.job, ItemResult(one.n, "applied"), receipt) for one in taken]


def test_what_is_kept_is_taken_in_the_order_of_acceptance(ledger: WriteLedger) -> None:
    texts = [f"text {n}" for n in range(20)]
    for text in texts:
        keep(ledger, write(text))
    first = take(ledger, most=7)
    assert ledger.settle(applied(first)) == [one.job for one in first]
    assert [one.content for one in first + take(ledger)] == texts


def test_another_object_of_the_file_sees_what_was_kept(ledger: WriteLedger, path: Path) -> None:
    (kept,) = keep(ledger, write("a"))
    with closing(WriteLedger(path)) as other:
        assert other.waiting_spaces() == ["s"]
        assert other.is_waiting(kept.job)
        assert [one.job for one in take(other)] == [kept.job]


def test_a_key_names_one_write(ledger: WriteLedger) -> None:
    (first,) = keep(ledger, write("a", key="k"))
    again, other, elsewhere = keep(
        ledger, write("a", key="k"), write("b", key="k"), write("b", "t", key="k")
    )
    assert (again.as_, again.job) == ("again", first.job)
    assert (other.as_, other.job) == ("other", first.job)
    assert elsewhere.as_ == "new"
    ledger.settle(applied(take(ledger)))
    assert keep(ledger, write("a", key="k")) == [Kept(first.job, "again")]
    assert len(ledger.jobs()) == 2


def test_two_with_one_key_in_one_portion_are_one(ledger: WriteLedger) -> None:
    first, second = keep(ledger, write("a", key="k"), write("a", key="k"))
    assert (second.as_, second.job) == ("again", first.job)


def test_a_space_takes_no_more_than_may_wait(ledger: WriteLedger) -> None:
    kept = keep(ledger, *(write(str(n)) for n in range(4)), write("x", "t"), most=3)
    assert [one.as_ for one in kept] == ["new", "new", "new", "full", "new"]
    assert ledger.queue().by_space == {"s": 3, "t": 1}


def test_characters_that_wait_are_limited_too(ledger: WriteLedger) -> None:
    kept = keep(ledger, write("a" * 50), write("b" * 10), chars=40)
    assert [one.as_ for one in kept] == ["new", "full"]  # the first is alone, so it may
    assert [one.as_ for one in keep(ledger, write("c" * 20, "t"), chars=40)] == ["new"]


def test_what_a_key_names_is_found_though_the_space_is_full(ledger: WriteLedger) -> None:
    keep(ledger, write("a", key="k"))
    assert [one.as_ for one in keep(ledger, write("a", key="k"), most=1)] == ["again"]


def test_a_portion_has_so_many_characters_and_one_item_at_least(ledger: WriteLedger) -> None:
    keep(ledger, write("a" * 30), write("b" * 30), write("c" * 100))
    assert [len(one.content) for one in take(ledger, chars=70)] == [30, 30]
    with closing(WriteLedger(ledger._path)) as other:  # as after a death
        other.settle(applied(take(other, chars=1)))
        other.settle(applied(take(other, chars=1)))
        assert [len(one.content) for one in take(other, chars=70)] == [100]


def test_over_whatever_a_process_died_comes_alone_afterwards(ledger: WriteLedger) -> None:
    keep(ledger, write("a"), write("b"), write("c"))
    assert [one.n_deaths for one in take(ledger, most=2)] == [0, 0]
    # It died: whoever comes next finds them begun.
    (first,) = take(ledger)
    assert (first.content, first.n_deaths) == ("a", 1)
    (again,) = take(ledger)
    assert (again.content, again.n_deaths) == ("a", 2)
    ledger.settle(applied([again]))
    (second,) = take(ledger)
    assert (second.content, second.n_deaths) == ("b", 1)
    ledger.settle(applied([second]))
    assert [(one.content, one.n_deaths) for one in take(ledger)] == [("c", 0)]


def test_what_is_given_back_counts_as_no_death(ledger: WriteLedger) -> None:
    keep(ledger, write("a"), write("b"))
    for _ in range(9):
        taken = take(ledger)
        assert [one.n_deaths for one in taken] == [0, 0]
        ledger.give_back(taken)


def test_a_job_is_through_when_its_last_item_is(ledger: WriteLedger) -> None:
    (kept,) = keep(ledger, write("a", n=3))
    first = take(ledger, most=2)
    assert ledger.settle(applied(first, '{"seq":1}')) == []
    assert ledger.is_waiting(kept.job)
    (last,) = take(ledger)
    failed = Settled(last.job, ItemResult(last.n, "failed", "no good"))
    assert ledger.settle([failed]) == [kept.job]
    job = ledger.find(kept.job)
    assert job is not None
    assert (job.state, job.finished_at is not None) == ("done", True)
    assert not ledger.is_waiting(kept.job)
    assert ledger.receipts(kept.job) == ['{"seq":1}', '{"seq":1}']
    assert ledger.queue().n_failed == 1


def test_content_goes_when_it_is_applied_and_stays_when_it_failed(
    ledger: WriteLedger, path: Path
) -> None:
    keep(ledger, write("what was applied"), write("what failed"))
    first, second = take(ledger)
    failed = Settled(second.job, ItemResult(second.n, "failed", "no good"))
    ledger.settle([*applied([first]), failed])
    ledger.tidy()
    with closing(sqlite3.connect(path)) as rows:
        assert rows.execute("SELECT count(content) FROM item").fetchone() == (1,)
    assert path.with_name(path.name + "-wal").stat().st_size == 0


def test_failed_items_are_tried_again_in_their_old_place(ledger: WriteLedger) -> None:
    (kept,) = keep(ledger, write("a"))
    (taken,) = take(ledger)
    ledger.settle([Settled(taken.job, ItemResult(taken.n, "failed", "no good"))])
    keep(ledger, write("b"))
    assert ledger.try_again(kept.job) == 1
    assert [one.content for one in take(ledger)] == ["a", "b"]
    assert ledger.queue().n_failed == 0
    ledger.settle(applied([taken]))
    assert ledger.try_again(kept.job) == 0


def test_what_waits_can_be_given_up_and_what_is_at_hand_cannot(ledger: WriteLedger) -> None:
    first, second = keep(ledger, write("a"), write("b"))
    taken = take(ledger, most=1)
    assert not ledger.withdraw(first.job)
    assert ledger.withdraw(second.job)
    ledger.settle(applied(taken))
    assert not ledger.withdraw(first.job)
    assert take(ledger) == []
    states = {job.id: job.state for job in ledger.jobs()}
    assert states == {first.job: "done", second.job: "cancelled"}


def test_the_commands_of_jobs_know_writes(ledger: WriteLedger) -> None:
    first, second = keep(ledger, write("a"), write("b"))
    ledger.cancel(first.job)
    (taken,) = take(ledger)
    assert taken.job == second.job
    ledger.settle([Settled(taken.job, ItemResult(1, "failed", "no good"))])
    assert [job.id for job in ledger.unwell()] == [second.job]
    assert ledger.retry(second.job) == 1
    assert [one.job for one in take(ledger)] == [second.job]


def test_one_process_has_the_turn_of_a_space(ledger: WriteLedger, path: Path) -> None:
    with closing(WriteLedger(path)) as other, ledger.turn("s") as mine:
        assert mine
        with other.turn("s") as theirs:
            assert not theirs
    with closing(WriteLedger(path)) as other, other.turn("s") as theirs:
        assert theirs


def test_old_writes_are_forgotten_unless_they_failed_or_wait(ledger: WriteLedger) -> None:
    done, failed, waiting = keep(ledger, write("a", key="k"), write("b"), write("c"))
    first, second = take(ledger, most=2)
    ledger.settle([*applied([first]), Settled(second.job, ItemResult(1, "failed", "no good"))])
    early, late = time.time() - 3600, time.time() + 1
    assert ledger.prune(early, early) == 0
    assert ledger.prune(late, early) == 1
    assert {job.id for job in ledger.jobs()} == {failed.job, waiting.job}
    assert ledger.find(done.job) is None
    assert keep(ledger, write("other", key="k"))[0].as_ == "new"
    assert ledger.prune(late, late) == 1
    assert ledger.find(failed.job) is None
    assert ledger.find(waiting.job) is not None


def test_what_ended_late_is_kept_as_long_as_what_came_late(ledger: WriteLedger) -> None:
    (kept,) = keep(ledger, write("a"))
    time.sleep(0.01)
    accepted_by = time.time()
    ledger.settle(applied(take(ledger)))
    assert ledger.prune(accepted_by, accepted_by) == 0
    assert ledger.find(kept.job) is not None


def test_a_turn_of_a_long_write_costs_what_one_of_a_short_write_does(tmp_path: Path) -> None:
    def cost_of_last_turn(n: int) -> int:
        with closing(WriteLedger(tmp_path / f"{n}.jobs")) as ledger:
            keep(ledger, write("a", n=n))
            for _ in range(n // 20 - 1):
                ledger.settle(applied(take(ledger, most=20), "{}"))
            steps = [0]

            def step() -> None:
                steps[0] += 1

            ledger._connection.set_progress_handler(step, 1)
            ledger.settle(applied(take(ledger, most=20), "{}"))
            return steps[0]

    assert cost_of_last_turn(2_000) < 2 * cost_of_last_turn(100)


def test_pages_hold_jobs_of_the_named_spaces_alone(ledger: WriteLedger) -> None:
    for n in range(5):
        keep(ledger, write(str(n), "mine"), write(str(n), "theirs"))
        time.sleep(0.002)  # ids sort by the millisecond
    ledger.begin("re-embed", "", {}, "f")
    seen: list[str] = []
    cursor = None
    while page := ledger.page(frozenset({"mine"}), cursor, 2):
        seen += [job.space for job in page]
        cursor = page[-1].id
    assert seen == ["mine"] * 5
    assert len(ledger.page(None, None, 100)) == 11
    assert ledger.page(frozenset(), None, 100) == []
    assert ledger.page(frozenset({'"; --'}), None, 100) == []


def test_a_job_is_found_by_all_of_its_id(ledger: WriteLedger) -> None:
    (kept,) = keep(ledger, write("a"))
    assert ledger.find(kept.job) is not None
    assert ledger.find(kept.job[-8:]) is None
    assert ledger.find("last") is None


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_ledger_of_an_older_version_gains_what_it_lacks(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as old:
        old.executescript(
            "".join((schema._TABLES, schema._ADDED_IN_2, schema._ADDED_IN_3)[:version])
        )
        old.execute(f"PRAGMA application_id = {schema._APPLICATION_ID}")
        old.execute(f"PRAGMA user_version = {version}")
        old.execute(
            "INSERT INTO job (id, kind, space, state, settings, fingerprint, created_at, "
            "updated_at) VALUES ('1', 'add', 's', 'running', '{}', 'f', 1, 1)"
        )
        if version > 1:
            parts = zlib.compress(b'["first"]')
            old.execute(
                "INSERT INTO accepted (job, space, alone, size, digest, created_at, receipt) "
                "VALUES ('1', 's', 0, 1, 'd', 1, ?)",
                (parts,),
            )
            old.execute(
                "INSERT INTO item (job, n, key, kind, size, content, state) "
                "VALUES ('1', 2, '2:a', 'text', 1, ?, 'pending')",
                (zlib.compress(b"old"),),
            )
        old.commit()
    with closing(WriteLedger(path)) as ledger:
        assert [one.as_ for one in keep(ledger, write("new"))] == ["new"]
        taken = take(ledger)
        assert [one.content for one in taken] == ["old", "new"][version == 1 :]
        ledger.settle(applied(taken, "second"))
        assert ledger.receipts("1") == ([] if version == 1 else ["first", "second"])


def test_no_space_hides_behind_another(ledger: WriteLedger) -> None:
    names = ["b", "a", "ä", "a b", "z"]
    keep(ledger, *(write("x", name) for name in names), *(write("y", name) for name in names))
    assert ledger.waiting_spaces() == sorted(names, key=str.encode)
    assert ledger.queue().n_waiting == 10
