"""The ledger as a server keeps it: writes that were acknowledged, in the order of acceptance.

Each is a job of kind "add" or "delete". What `keep` returned is on disk; `take` hands out what
waits, and `settle` writes down what came of it. Who dies in between leaves items that are taken
again.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from hashlib import blake2b

from filelock import Timeout

from graphmem.errors import StoreBusy
from graphmem.stores.sqlite.mapping import mapped
from graphmem.stores.sqlite.pool import empty_log
from graphmem_pipelines.ledger import items
from graphmem_pipelines.ledger.erasing import DELETED, erase
from graphmem_pipelines.ledger.kept import Kept, Queue, Settled, Taken, Waiting, Write
from graphmem_pipelines.ledger.ledger import Ledger, new_id
from graphmem_pipelines.ledger.locks import lock_beside
from graphmem_pipelines.ledger.rows import DELETE, Item, ItemResult, Job

__all__ = ["Kept", "Queue", "Settled", "Taken", "Waiting", "Write", "WriteLedger"]

_WAITING = "('pending', 'extracting', 'extracted')"
# Several spaces may share a lock: a few files are enough, and none is ever removed, since whoever
# waits for a file that is gone would lock nothing.
_N_LOCKS = 64
_PRUNED_AT_ONCE = 500


class WriteLedger(Ledger):
    """A ledger with jobs that a server applies: those of `WRITES`."""

    def keep(self, writes: Sequence[Write], limits: Waiting) -> list[Kept]:
        """Keep writes, in the order of acceptance, all of them on disk at once."""
        erasing = {write.space for write in writes if write.erases is not None}
        with mapped(self._shown), self._at_work(erasing) as at_work, self._writing():
            return [self._keep(write, limits, at_work) for write in writes]

    @contextmanager
    def _at_work(self, spaces: Set[str]) -> Iterator[list[str]]:
        """Tell which commands are at work in spaces; a killed one cannot go on meanwhile."""
        at_work: list[str] = []
        with ExitStack() as stack:
            for space in sorted(spaces):
                rows = self._connection.execute(
                    "SELECT id FROM job WHERE space = ? AND kind NOT IN ('add', 'delete') "
                    "AND state IN ('scanning', 'running')",
                    (space,),
                )
                for (job,) in rows.fetchall():
                    try:
                        stack.enter_context(self.held(job))
                    except StoreBusy:
                        at_work.append(job)
            yield at_work

    def _keep(self, write: Write, limits: Waiting, at_work: Sequence[str]) -> Kept:
        if write.name is not None and (known := self._named(write)):
            return known
        n, chars = self._connection.execute(
            "SELECT count(*), coalesce(sum(size), 0) FROM accepted WHERE space = ? AND waiting",
            (write.space,),
        ).fetchone()
        # Deletes are short, and may leave less that waits. They have room of their own.
        most = limits.most * (2 if write.kind == DELETE else 1)
        # What alone is more than may wait is taken where nothing waits, or it never would be.
        is_much = n and chars + write.size > limits.most_chars and write.kind != DELETE
        if n >= most or is_much:
            return Kept("", "full")
        now = time.time()
        job = new_id(now)
        found = write.items
        if write.erases is not None:
            n_erased = erase(self._connection, write.space, write.erases or None, at_work)
            # Whoever deletes what only waited has deleted something.
            found = tuple(_with_content(item, n_erased=n_erased) for item in found)
        self._connection.execute(
            "INSERT INTO job (id, kind, space, state, settings, fingerprint, created_at, "
            "updated_at) VALUES (?1, ?5, ?2, 'running', ?3, ?1, ?4, ?4)",
            (job, write.space, json.dumps(dict(limits.settings)), now, write.kind),
        )
        items.insert(self._connection, job, found)
        self._connection.execute(
            "INSERT INTO accepted (job, space, alone, size, name, digest, created_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (job, write.space, write.alone, write.size, write.name, write.digest, now),
        )
        return Kept(job, "new")

    def _named(self, write: Write) -> Kept | None:
        row = self._connection.execute(
            "SELECT job, digest FROM accepted WHERE space = ? AND name = ?",
            (write.space, write.name),
        ).fetchone()
        if row is None:
            return None
        return Kept(row[0], "again" if row[1] == write.digest else "other")

    # Applying

    @contextmanager
    def turn(self, space: str) -> Iterator[bool]:
        """Be the only process that applies writes of a space; False where another one is.

        The lock goes with its process, also with one that is killed.
        """
        if self._path is None:
            yield True
            return
        place = int.from_bytes(blake2b(space.encode(), digest_size=4).digest(), "big") % _N_LOCKS
        lock = lock_beside(self._path, f"adds-{place:02}")
        try:
            lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def waiting_spaces(self) -> list[str]:
        """Return the spaces of which something waits. A look into an index for each."""
        with mapped(self._shown):
            rows = self._connection.execute(
                "WITH RECURSIVE one (space) AS (SELECT min(space) FROM accepted WHERE waiting "
                "UNION ALL SELECT (SELECT min(space) FROM accepted WHERE waiting "
                "AND space > one.space) FROM one WHERE one.space IS NOT NULL) "
                "SELECT space FROM one WHERE space IS NOT NULL"
            )
            return [space for (space,) in rows]

    def take(self, space: str, most: int, most_chars: int) -> list[Taken]:
        """Take what waits of a space, in order; call it inside `turn`.

        An item over which a process died comes by itself, so that another death is its own doing.

        Args:
            space: whose.
            most: items at most.
            most_chars: of them together; the first may have more.
        """
        found: list[Taken] = []
        erased: list[Settled] = []
        n_chars = 0
        with mapped(self._shown), self._writing():
            rows = self._connection.execute(
                "SELECT accepted.job, item.n, item.kind, item.key, item.content, item.size, "
                "alone, item.attempts * (item.state = 'extracting'), item.attempts > 0 "
                "FROM accepted CROSS JOIN item INDEXED BY item_waiting "
                "ON item.job = accepted.job "
                f"WHERE accepted.space = ? AND waiting AND item.state IN {_WAITING} "
                "ORDER BY accepted.n, item.n LIMIT ?",
                (space, most),
            )
            for job, n, kind, key, content, size, alone, n_deaths, begun in rows:
                if content is None:  # deleted while somebody was at it who then died
                    erased.append(Settled(job, ItemResult(n, "skipped", DELETED)))
                    continue
                if found and (n_deaths or n_chars + size > most_chars):
                    break
                text = zlib.decompress(content).decode()
                found.append(
                    Taken(job, n, kind, key, text, size, bool(alone), n_deaths, bool(begun))
                )
                n_chars += size
                if n_deaths:
                    break
            rows.close()
            self._settle_all(erased)
            for job, numbers in _by_job((one.job, one.n) for one in found).items():
                begun = [ItemResult(n, "extracting") for n in numbers]
                items.update(self._connection, job, begun)
        return found

    def give_back(self, taken: Sequence[Taken]) -> None:
        """Have items wait again that were not applied, through no fault of theirs."""
        with mapped(self._shown), self._writing():
            self._connection.executemany(
                "UPDATE item SET state = 'pending', attempts = max(attempts - 1, ?) "
                "WHERE job = ? AND n = ? AND state = 'extracting'",
                [(one.begun, one.job, one.n) for one in taken],
            )

    def settle(self, settled: Sequence[Settled]) -> list[str]:
        """Write down what came of items; return the jobs that are through now."""
        with mapped(self._shown), self._writing():
            return self._settle_all(settled)

    def _settle_all(self, settled: Sequence[Settled]) -> list[str]:
        by_job: dict[str, list[Settled]] = {}
        for one in settled:
            by_job.setdefault(one.job, []).append(one)
        return [job for job, some in by_job.items() if self._settle(job, some)]

    def _settle(self, job: str, settled: Sequence[Settled]) -> bool:
        now = time.time()
        self._connection.executemany(
            # Of what was deleted meanwhile nothing is told.
            "UPDATE item SET receipt = ? WHERE job = ? AND n = ? AND content IS NOT NULL",
            [(one.receipt, job, one.result.n) for one in settled if one.receipt is not None],
        )
        items.update(self._connection, job, [one.result for one in settled])
        failed = [(job, one.result.n) for one in settled if one.result.state == "failed"]
        # Of what was deleted meanwhile nothing is left to be tried again.
        n_deleted = self._connection.executemany(
            f"UPDATE item SET state = 'skipped', error = '{DELETED}', code = NULL "
            "WHERE job = ? AND n = ? AND content IS NULL",
            failed,
        ).rowcount
        self._connection.executemany(
            # Of what is not there, or cannot go, the code says enough, and a name would stay.
            "UPDATE item SET content = NULL WHERE job = ? AND n = ? AND kind = 'delete' "
            "AND code IS NOT NULL",
            failed,
        )
        (is_waiting,) = self._connection.execute(
            f"SELECT EXISTS (SELECT 1 FROM item WHERE job = ? AND state IN {_WAITING})", (job,)
        ).fetchone()
        self._connection.execute(
            "UPDATE accepted SET n_failed = n_failed + ?, waiting = ? WHERE job = ?",
            (len(failed) - max(0, n_deleted), is_waiting, job),
        )
        self._connection.execute(
            "UPDATE job SET updated_at = ?1, state = iif(?2, state, 'done'), "
            "finished_at = iif(?2, NULL, ?1) WHERE id = ?3",
            (now, is_waiting, job),
        )
        return not is_waiting

    # Looking

    def queue(self) -> Queue:
        """Count what waits and what failed; it reads an index that holds nothing else."""
        with mapped(self._shown):
            rows = self._connection.execute(
                "SELECT space, count(*), min(created_at) FROM accepted WHERE waiting "
                "GROUP BY space"
            ).fetchall()
            (failed,) = self._connection.execute(
                "SELECT coalesce(sum(n_failed), 0) FROM accepted WHERE n_failed > 0"
            ).fetchone()
        oldest = min((at for _, _, at in rows), default=None)
        return Queue(sum(n for _, n, _ in rows), oldest, failed, {s: n for s, n, _ in rows})

    def find(self, job: str) -> Job | None:
        """Return the job of an id, all of it; None where there is none."""
        found = self._select("id = ?", job)
        return found[0] if found else None

    def page(self, spaces: frozenset[str] | None, before: str | None, limit: int) -> list[Job]:
        """Return jobs of some spaces, newest first.

        Args:
            spaces: whose; None is all.
            before: id of a job; those that are older come. None begins with the newest.
            limit: how many at most.
        """
        where, values = ["true"], []
        if before is not None:
            where, values = ["id < ?"], [before]
        if spaces is not None:
            # As one value, so that their number has no limit.
            where.append("space IN (SELECT value FROM json_each(?))")
            values.append(json.dumps(sorted(spaces)))
        return self._select(" AND ".join(where), *values, limit=limit)

    def receipts(self, job: str) -> list[str]:
        """Return the receipts of a write's items so far, in order, as JSON."""
        with mapped(self._shown):
            row = self._connection.execute(
                # An older graphmem kept them together.
                "SELECT receipt FROM accepted WHERE job = ?",
                (job,),
            ).fetchone()
            each = self._connection.execute(
                "SELECT receipt FROM item WHERE job = ? AND receipt IS NOT NULL ORDER BY n", (job,)
            ).fetchall()
        found: list[str] = json.loads(zlib.decompress(row[0])) if row and row[0] else []
        return [*found, *(receipt for (receipt,) in each)]

    def is_waiting(self, job: str) -> bool:
        """Whether something of a write is still to be applied."""
        with mapped(self._shown):
            row = self._connection.execute(
                "SELECT waiting FROM accepted WHERE job = ?", (job,)
            ).fetchone()
        return bool(row and row[0])

    # What users do

    def erase(self, space: str, source: str, before: str) -> None:
        """Erase what is kept of a source, as `keep` does; what came after a write stays."""
        with mapped(self._shown), self._at_work({space}) as at_work, self._writing():
            erase(self._connection, space, source, at_work, before)

    def cancel(self, job: str) -> None:
        """Give a job up: see `Ledger`; of a write also what is not at hand."""
        if not self._is_write(job):
            super().cancel(job)
            return
        self.withdraw(job)

    def retry(self, job: str) -> int:
        """Have failed items tried again; see `Ledger`."""
        return self.try_again(job) if self._is_write(job) else super().retry(job)

    def _is_write(self, job: str) -> bool:
        with mapped(self._shown):
            found = self._connection.execute("SELECT 1 FROM accepted WHERE job = ?", (job,))
            return found.fetchone() is not None

    def withdraw(self, job: str) -> bool:
        """Give up what waits or failed of a write; False where that is nothing, or is at hand."""
        with mapped(self._shown), self._writing():
            changed = self._connection.execute(
                "UPDATE accepted SET waiting = 0, n_failed = 0 WHERE job = ? AND (waiting OR "
                "n_failed > 0) AND NOT EXISTS (SELECT 1 FROM item WHERE item.job = accepted.job "
                "AND item.state = 'extracting')",
                (job,),
            ).rowcount
            if changed:
                now = time.time()
                self._connection.execute(
                    "UPDATE job SET state = 'cancelled', error = 'cancelled by the user', "
                    "updated_at = ?1, finished_at = ?1 WHERE id = ?2",
                    (now, job),
                )
        return bool(changed)

    def try_again(self, job: str) -> int:
        """Have the failed items of a write wait again, in its old place; return how many."""
        with mapped(self._shown), self._writing():
            n = self._connection.execute(
                "UPDATE item SET state = 'pending', error = NULL, code = NULL, attempts = 0 "
                "WHERE job = ? AND state = 'failed' AND content IS NOT NULL "
                "AND EXISTS (SELECT 1 FROM accepted WHERE job = item.job)",
                (job,),
            ).rowcount
            if n:
                self._connection.execute(
                    "UPDATE accepted SET waiting = 1, n_failed = 0 WHERE job = ?", (job,)
                )
                self._connection.execute(
                    "UPDATE job SET state = 'running', error = NULL, finished_at = NULL, "
                    "updated_at = ? WHERE id = ?",
                    (time.time(), job),
                )
        return int(n)

    def tidy(self) -> None:
        """Leave nothing of what was applied in the file's log, where no other process reads it."""
        with mapped(self._shown):
            empty_log(self._connection)

    def prune(self, before: float, failed_before: float) -> int:
        """Forget writes that are through and old, some at a time; return how many.

        With them go their keys and receipts, and what is kept of items that failed; what they put
        into the memory stays.

        Args:
            before: when they ended, in seconds since 1970.
            failed_before: the same of those of which something failed.
        """
        with mapped(self._shown), self._writing():
            return self._connection.execute(
                "DELETE FROM job WHERE id IN (SELECT job.id FROM accepted "
                "JOIN job ON job.id = accepted.job WHERE NOT waiting "
                "AND job.finished_at < iif(n_failed, ?, ?) ORDER BY accepted.n LIMIT ?)",
                (failed_before, before, _PRUNED_AT_ONCE),
            ).rowcount


def _with_content(item: Item, **more: object) -> Item:
    return replace(item, content=json.dumps({**json.loads(item.content or "{}"), **more}))


def _by_job(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for job, n in pairs:
        found.setdefault(job, []).append(n)
    return found
