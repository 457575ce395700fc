"""The ledger: a SQLite file in which every job, and every item of a job, is a row.

What a method changed is on disk when it returns. Any number of processes may read and write it;
the items of one job are worked on by one process at a time, the one that holds its lock.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from secrets import token_hex
from typing import Any

from filelock import Timeout

from graphmem.errors import InvalidInput, NotFound, StoreBusy
from graphmem.stores.sqlite.mapping import mapped
from graphmem.stores.sqlite.pool import begin_write, connect, keep_log
from graphmem_pipelines.ledger import items
from graphmem_pipelines.ledger.locks import lock_beside
from graphmem_pipelines.ledger.rows import (
    OPEN_JOBS,
    Item,
    ItemResult,
    ItemState,
    Job,
    JobState,
    Spent,
    Totals,
)
from graphmem_pipelines.ledger.schema import check, create

__all__ = ["Ledger", "new_id"]

_COLUMNS = (
    "id, kind, space, state, settings, fingerprint, error, spent, cancelling, created_at, "
    "updated_at, finished_at"
)
_HAS_LEFT = (
    "EXISTS (SELECT 1 FROM item WHERE item.job = job.id "
    "AND (state NOT IN ('applied', 'skipped') OR NOT whole))"
)


class Ledger:
    """Jobs and their items. One object serves one thread.

    Args:
        path: of the file, which is made where it is not there; None keeps it in memory, for a
            store that is there as well.

    Raises:
        NotAStore: The file is of another program.
        StoreError: It cannot be opened.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._shown = path or Path(":memory:")
        with mapped(self._shown):
            self._connection = (
                connect(path) if path else sqlite3.connect(":memory:", isolation_level=None)
            )
            try:
                check(self._connection, self._shown)
                if path:
                    _keep_private(path)
                    keep_log(self._connection)
                self._connection.execute("PRAGMA foreign_keys = ON")
                # Rows are written in order and seldom read again: a store's cache is 8 times this.
                self._connection.execute("PRAGMA cache_size = -2048")
                with self._writing():
                    create(self._connection, self._shown)
            except BaseException:
                self._connection.close()
                raise

    def close(self) -> None:
        """Release the file; closing twice is fine."""
        self._connection.close()

    # Jobs

    def begin(self, kind: str, space: str, settings: Mapping[str, Any], fingerprint: str) -> Job:
        """Return the job that was asked the same and is not through, or a new one."""
        with mapped(self._shown), self._writing():
            known = self.find_open(fingerprint)
            now, words = time.time(), json.dumps(settings)
            if known:
                # What is no part of the fingerprint, as a limit, may be another one this time.
                self._connection.execute(
                    "UPDATE job SET settings = ?, updated_at = ? WHERE id = ?",
                    (words, now, known.id),
                )
                return replace(known, settings=json.loads(words), updated_at=now)
            uid = new_id(now)
            self._connection.execute(
                "INSERT INTO job (id, kind, space, state, settings, fingerprint, created_at, "
                "updated_at) VALUES (?, ?, ?, 'scanning', ?, ?, ?, ?)",
                (uid, kind, space, words, fingerprint, now, now),
            )
        return self.job(uid)

    def find_open(self, fingerprint: str) -> Job | None:
        """Return the newest job that was asked the same and is not through."""
        marks = ", ".join("?" * len(OPEN_JOBS))
        found = self._select(f"fingerprint = ? AND state IN ({marks})", fingerprint, *OPEN_JOBS)
        return found[0] if found else None

    def job(self, name: str) -> Job:
        """Return a job by its id, a part of it that no other has, "last", or "left".

        "left" is the last job of which something is left to be tried again, else the last one.

        Raises:
            NotFound: There is none.
            InvalidInput: There are several, or the name is empty.
        """
        if not name:
            raise InvalidInput('the name of the job is empty: give a part of its id, or "last"')
        if name == "left":
            found = self._select(_HAS_LEFT) or self.jobs()
        elif name == "last":
            found = self.jobs()
        else:
            found = self._select("instr(id, ?)", name)
        if not found:
            raise NotFound(f"there is no job {name!r}: `graphmem jobs list` tells which there are")
        if name not in ("last", "left") and len(found) > 1:
            raise InvalidInput(f"{len(found)} jobs have {name!r} in their ids: give more of it")
        return found[0]

    def jobs(self) -> list[Job]:
        """Return all jobs, newest first."""
        return self._select("true")

    def latest(self, kind: str, space: str) -> Job | None:
        """Return the newest job of a kind in a space."""
        found = self._select("kind = ? AND space = ?", kind, space, limit=1)
        return found[0] if found else None

    def old_jobs(self, before: float, keep: int) -> list[Job]:
        """Return jobs that were done before a moment, oldest first, but the newest so many.

        Writes that a server acknowledged are not among them.
        """
        found = self._select(
            "kind NOT IN ('add', 'delete') AND state = 'done' AND finished_at < ? AND id NOT IN "
            "(SELECT id FROM job WHERE kind NOT IN ('add', 'delete') ORDER BY id DESC LIMIT ?)",
            before,
            keep,
        )
        return found[::-1]

    def unwell(self) -> list[Job]:
        """Return jobs that are not through, or have items that failed or lack answers."""
        return self._select(
            "state IN ('scanning', 'running', 'failed', 'stopped') OR state != 'cancelled' AND "
            "EXISTS (SELECT 1 FROM item WHERE item.job = job.id AND (state = 'failed' OR "
            "NOT whole))"
        )

    def _select(self, where: str, *values: str | float, limit: int = -1) -> list[Job]:
        """Return the jobs of which a condition holds, newest first."""
        with mapped(self._shown):
            rows = self._connection.execute(
                f"SELECT {_COLUMNS} FROM job WHERE {where} ORDER BY id DESC LIMIT {limit:d}",
                values,
            )
            return [_job(row) for row in rows]

    def move(self, job: str, state: JobState, error: str | None = None) -> None:
        """Put a job into a state."""
        now = time.time()
        ended = None if state in ("scanning", "running") else now
        with mapped(self._shown), self._writing():
            self._connection.execute(
                # Who begins may have been asked to stop while he listed.
                "UPDATE job SET state = ?1, error = ?2, updated_at = ?3, finished_at = ?4, "
                "cancelling = cancelling AND ?1 = 'running' WHERE id = ?5",
                (state, error, now, ended, job),
            )

    def forget(self, job: str) -> None:
        """Remove a job and its items from the ledger; what they put into the memory stays."""
        with mapped(self._shown), self._writing():
            self._connection.execute("DELETE FROM job WHERE id = ?", (job,))

    def cancel(self, job: str) -> None:
        """Ask whoever works on a job to give it up; one that nobody works on is given up now.

        One that is through has only failed items to be given up; without any it stays as it is.
        """
        if not self._mark_cancelling(job):
            return
        try:
            with self.held(job):
                # Who held it a moment ago may have ended it.
                if self._mark_cancelling(job):
                    self.move(job, "cancelled", "cancelled by the user")
        except StoreBusy:
            # Who holds it looks at the mark; who took it a moment ago wiped the first one off.
            self._mark_cancelling(job)

    def _mark_cancelling(self, job: str) -> bool:
        """Mark a job that something is left of; return whether there was one."""
        marks = ", ".join("?" * len(OPEN_JOBS))
        with mapped(self._shown), self._writing():
            changed = self._connection.execute(
                f"UPDATE job SET cancelling = 1 WHERE id = ? AND (state IN ({marks}) OR "
                "state = 'done' AND EXISTS (SELECT 1 FROM item WHERE item.job = job.id "
                "AND item.state = 'failed'))",
                (job, *OPEN_JOBS),
            ).rowcount
        return bool(changed)

    def spend(self, job: str, spent: Spent) -> None:
        """Write down what a job has spent in all."""
        with mapped(self._shown), self._writing():
            self._connection.execute(
                "UPDATE job SET spent = ? WHERE id = ?", (json.dumps(asdict(spent)), job)
            )

    def is_cancelling(self, job: str) -> bool:
        """Whether the user asked for an end."""
        with mapped(self._shown):
            row = self._connection.execute(
                "SELECT cancelling FROM job WHERE id = ?", (job,)
            ).fetchone()
        return bool(row and row[0])

    def is_held(self, job: str) -> bool:
        """Whether a process works on a job now; one that was killed is held by nobody."""
        try:
            with self.held(job):
                return False
        except StoreBusy:
            return True

    @contextmanager
    def held(self, job: str) -> Iterator[None]:
        """Be the only one that works on a job; the lock goes with the process that holds it.

        Raises:
            StoreBusy: Another process works on it.
        """
        if self._path is None:
            yield
            return
        lock = lock_beside(self._path, job)
        try:
            lock.acquire()
        except Timeout:
            raise StoreBusy(
                f"another process works on the job {job[-8:]}: `graphmem jobs show {job[-8:]}` "
                "tells how far it is, `graphmem jobs cancel` stops it"
            ) from None
        try:
            # Meant for one who was killed before he saw it.
            with mapped(self._shown), self._writing():
                self._connection.execute("UPDATE job SET cancelling = 0 WHERE id = ?", (job,))
            yield
        finally:
            # While it is held, so that nobody locks a file that is gone the moment after.
            Path(lock.lock_file).unlink(missing_ok=True)
            lock.release()

    # Items

    def add_items(self, job: str, found: Sequence[Item]) -> None:
        """Add items to a job that is being listed; a key that is there already is left out."""
        with mapped(self._shown), self._writing():
            items.insert(self._connection, job, found)

    def drop_items(self, job: str) -> None:
        """Forget what was listed, so that it can be listed anew."""
        with mapped(self._shown), self._writing():
            self._connection.execute("DELETE FROM item WHERE job = ?", (job,))

    def items(
        self, job: str, states: Sequence[ItemState], *, after: int = 0, limit: int = 100
    ) -> list[Item]:
        """Return items in some states in order, beginning behind the `after`-th."""
        with mapped(self._shown):
            return items.select(self._connection, job, states, after, limit)

    def record(self, job: str, results: Sequence[ItemResult], recipe: str | None = None) -> None:
        """Write down what came of items, all or nothing.

        Args:
            job: theirs.
            results: one an item at most.
            recipe: how what was applied was made; the same source with the same content and
                recipe can be skipped from then on. None keeps no such note.
        """
        with mapped(self._shown), self._writing():
            items.update(self._connection, job, results)
            if recipe is not None:
                items.note_applied(self._connection, job, results, recipe)

    def applied_as(self, space: str, keys: Sequence[str]) -> dict[str, tuple[str, str]]:
        """Return digest and recipe with which each source was last applied, where it was."""
        with mapped(self._shown):
            return items.select_applied(self._connection, space, keys)

    def applied_keys(self, space: str, after: str, limit: int) -> list[str]:
        """Return names of sources that were applied, sorted, beginning behind `after`."""
        with mapped(self._shown):
            rows = self._connection.execute(
                "SELECT key FROM applied WHERE space = ? AND key > ? ORDER BY key LIMIT ?",
                (space, after, limit),
            )
            return [key for (key,) in rows]

    def n_still_failed(self, job: Job) -> int:
        """Count items that failed or lack answers, and no later job of the space dealt with."""
        with mapped(self._shown):
            (n,) = self._connection.execute(
                "SELECT count(*) FROM item WHERE job = ?1 AND (state = 'failed' OR NOT whole) "
                "AND NOT EXISTS ("
                "SELECT 1 FROM item AS later JOIN job ON job.id = later.job "
                "WHERE later.key = item.key AND later.job > ?1 AND job.space = ?2 "
                "AND job.kind = ?3 AND later.whole AND later.state IN ('applied', 'skipped'))",
                (job.id, job.space, job.kind),
            ).fetchone()
        return int(n)

    def retry(self, job: str) -> int:
        """Have failed items tried again, and those that lack answers; return how many."""
        with mapped(self._shown), self._writing():
            changed = self._connection.execute(
                # What was one of many in a file that could not be split is not there to be read.
                "UPDATE item SET state = 'pending', error = NULL WHERE job = ? AND "
                "(path IS NOT NULL OR content IS NOT NULL) AND "
                "(state = 'failed' OR (state = 'applied' AND NOT whole))",
                (job,),
            ).rowcount
            if changed:
                self._connection.execute("UPDATE job SET state = 'stopped' WHERE id = ?", (job,))
        return int(changed)

    def counts(self, job: str) -> dict[ItemState, int]:
        """Count the items of a job in each state."""
        with mapped(self._shown):
            return items.counts(self._connection, job)

    def totals(self, job: str) -> Totals:
        """Count what a job has done."""
        with mapped(self._shown):
            return items.totals(self._connection, job)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        begin_write(self._connection)
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()


def new_id(now: float) -> str:
    """Return an id for a job; the time is in front, as in UUIDv7, so that ids sort by it."""
    return f"{int(now * 1000):012x}{token_hex(10)}"


def _keep_private(path: Path) -> None:
    """Let nobody else read a new ledger: failed items hold what was to be read."""
    if path.stat().st_size == 0:
        with suppress(OSError):  # a file system without modes
            path.chmod(0o600)


def _job(row: Sequence[Any]) -> Job:
    uid, kind, space, state, settings, fingerprint, error, spent, cancelling, *times = row
    return Job(
        uid, kind, space, state, json.loads(settings), fingerprint, error,
        Spent(**json.loads(spent)), bool(cancelling), *times,
    )  # fmt: skip
