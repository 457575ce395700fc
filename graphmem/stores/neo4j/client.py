"""The driver of one store: made when it is needed, again after a fork, patient with a server."""

from __future__ import annotations

import logging
import os
import random
import re
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import version
from itertools import islice
from threading import Lock
from typing import Any, LiteralString, Protocol, TypeVar, cast

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    Driver,
    GraphDatabase,
    NotificationMinimumSeverity,
    Session,
    Transaction,
)
from neo4j.api import BookmarkManager
from neo4j.exceptions import DriverError, Neo4jError

from graphmem.errors import InvalidInput, StoreCorrupt, StoreUnavailable
from graphmem.stores.neo4j.address import Address, driver_options
from graphmem.stores.neo4j.mapping import is_lost, is_transient, to_store_error
from graphmem_queries.texts import text

__all__ = ["PATIENCE_S", "Client", "Missed", "Rows", "Run", "Tracer", "Write"]

PATIENCE_S = 60.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 2.0
# Also what a writer waits for others at most; the server ends what takes longer.
_WRITE_LIMIT_S = 300.0
_N_LOOKS = 3
_REMARK = re.compile(r"The (label|relationship type|property) `(.+?)` does not exist")
_WARNING = NotificationMinimumSeverity.WARNING
_ALL_ROWS = -1
_SOME_ROWS = 1_000

# What went wrong is raised; the driver's log is for who asks for it.
logging.getLogger("neo4j").addHandler(logging.NullHandler())
# What a server remarks on a statement has the statement in it, which is for no log.
logging.getLogger("neo4j.notifications").setLevel(logging.ERROR)

_T = TypeVar("_T")
Rows = list[list[Any]]
Missed = tuple[str, str]
"""A name that the database has not, behind what it is of: "label", "relationship", "property"."""
Tracer = Callable[[str, Mapping[str, Any]], None]


class Run(Protocol):
    """Runs one statement and returns all of its rows."""

    def __call__(self, statement: LiteralString, **parameters: Any) -> Rows:
        """Raise what the driver raises, or InvalidInput for a value that cannot be sent."""
        ...


class Client:
    """Runs statements on one server.

    All sessions share their bookmarks. Neo4j shows a commit to readers while it is still being
    put into the indexes; a later statement that has the bookmark of the one that saw a part of
    it waits until all of it is there. So whoever has read that the newest commit is 7 finds all
    of commit 7 from then on, on every server of a cluster.
    """

    def __init__(self, address: Address) -> None:
        self.address = address
        self.tracer: Tracer | None = None
        self._closed = False
        self._reached = False
        self._lock = Lock()
        self._driver: Driver | None = None
        self._bookmarks: BookmarkManager = GraphDatabase.bookmark_manager()
        self._n_used = 0
        _CLIENTS.add(self)

    def server_agent(self) -> str:
        """Return what the server calls itself, as "Neo4j/5.26.30"."""
        with self._session(READ_ACCESS) as session:
            return session.run(text("schema/version")).consume().server.agent

    def read(self, statement: LiteralString, **parameters: Any) -> Rows:
        """Run one statement in a transaction of its own, which cannot write; tried once."""
        with self._session(READ_ACCESS) as session:
            return self._run(session, statement, parameters)

    def read_some(
        self, statement: str, parameters: dict[str, Any], *, limit: int, timeout_s: float
    ) -> tuple[list[str], Rows, list[Missed]]:
        """Run a statement of a user, which cannot write; tried once.

        Returns:
            The columns and the first rows; of EXPLAIN and PROFILE, the plan as a text. Then the
            names that the statement has and the database has not.
        """
        # It was checked before, and the server holds this transaction to reading.
        checked = cast(LiteralString, statement)  # type: ignore[redundant-cast]
        with (
            self._session(
                READ_ACCESS, fetch_size=min(limit, _SOME_ROWS), told=_WARNING
            ) as session,
            session.begin_transaction(timeout=timeout_s) as transaction,
        ):
            if self.tracer is not None:
                self.tracer(statement, parameters)
            result = transaction.run(checked, parameters)
            columns = list(result.keys())
            rows = [record.values() for record in islice(result, limit)]
            summary = result.consume()
            missed = _missed(summary.metadata.get("statuses") or ())
            if plan := summary.profile or summary.plan:
                columns = ["plan"]
                rows = [[plan.get("args", {}).get("string-representation", str(plan))]]
            return columns, rows, missed

    def write(self, statement: LiteralString, **parameters: Any) -> Rows:
        """Run one statement in a transaction of its own; tried once."""
        with self._session(WRITE_ACCESS) as session:
            return self._run(session, statement, parameters)

    @contextmanager
    def transaction(self) -> Iterator[Write]:
        """Lend a transaction; what is not committed when it comes back is rolled back."""
        with self._session(WRITE_ACCESS) as session:
            transaction = session.begin_transaction(timeout=_WRITE_LIMIT_S)
            try:
                yield Write(self, transaction)
            finally:
                # Where the connection is gone, the server rolls back by itself.
                with suppress(DriverError, Neo4jError):
                    transaction.close()

    def patiently(self, work: Callable[[], _T]) -> _T:
        """Do the work, again and again while the server has trouble that passes.

        Until the server was reached once, one that does not answer is no passing trouble. A row
        that cannot be read is looked at again: it may be that it was just being changed.

        Raises:
            StoreBusy, StoreUnavailable: The trouble did not pass for a minute.
            GraphMemError: What the server said, in our words.
        """
        patience = _Patience()
        while True:
            try:
                result = work()
            except (DriverError, Neo4jError, StoreCorrupt) as error:
                self._bear(error, patience)
                patience.wait()
            else:
                self._reached = True
                return result

    def _bear(self, error: Exception, patience: _Patience) -> None:
        """Raise what will not pass, or has not passed for too long."""
        if isinstance(error, DriverError | Neo4jError):
            may_pass = is_transient(error) and (self._reached or not is_lost(error))
            if not may_pass or patience.is_over:
                raise to_store_error(error, self.address) from error
            if "Bookmark" in str(getattr(error, "code", "")):
                self._forget_bookmarks()
        elif patience.n_waits + 1 >= _N_LOOKS:
            raise error

    def close(self) -> None:
        """Refuse new work, and close the connections as soon as what is under way is done."""
        with self._lock:
            self._closed = True
        self._close_unless_used()

    def after_fork(self) -> None:
        """Leave the connections to the parent, whose they are, and make new ones here."""
        if self._driver is not None:
            # Kept, so that nothing says good-bye to the server over the parent's sockets.
            _LEFT_TO_PARENT.append(self._driver)
        self._driver = None
        self._n_used = 0
        self._lock = Lock()

    @contextmanager
    def _session(
        self,
        mode: str,
        *,
        fetch_size: int = _ALL_ROWS,
        told: NotificationMinimumSeverity = NotificationMinimumSeverity.OFF,
    ) -> Iterator[Session]:
        driver, bookmarks = self._take()
        try:
            with driver.session(
                database=self.address.database,
                default_access_mode=mode,
                bookmark_manager=bookmarks,
                fetch_size=fetch_size,
                notifications_min_severity=told,
            ) as session:
                yield session
        finally:
            with self._lock:
                self._n_used -= 1
            self._close_unless_used()

    def _take(self) -> tuple[Driver, BookmarkManager]:
        with self._lock:
            if self._closed:
                msg = f"the store {self.address} has been closed; open it again"
                raise StoreUnavailable(msg)
            if self._driver is None:
                self._driver = _make_driver(self.address)
            self._n_used += 1
            return self._driver, self._bookmarks

    def _close_unless_used(self) -> None:
        """The driver's connections must not be closed in the midst of another thread's work."""
        with self._lock:
            if not self._closed or self._n_used > 0:
                return
            driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _forget_bookmarks(self) -> None:
        """The database was put back to an older copy, so it will never get there."""
        with self._lock:
            self._bookmarks = GraphDatabase.bookmark_manager()

    def _run(
        self, on: Session | Transaction, statement: LiteralString, parameters: dict[str, Any]
    ) -> Rows:
        if self.tracer is not None:
            self.tracer(statement, parameters)
        try:
            return on.run(statement, parameters).values()
        except UnicodeEncodeError as error:
            msg = f"{error.object[:80]!a} is not valid Unicode (a lone surrogate); remove it"
            raise InvalidInput(msg) from error
        except (OverflowError, TypeError, ValueError) as error:
            msg = f"a value cannot be sent to {self.address}: {error}"
            raise InvalidInput(msg) from error


class _Patience:
    """Counts the pauses of one piece of work, each longer than the one before."""

    def __init__(self) -> None:
        self.n_waits = 0
        self._end = 0.0
        self._pause_s = _FIRST_PAUSE_S

    @property
    def is_over(self) -> bool:
        """Whether the next pause would end too late after the first trouble."""
        self._end = self._end or time.monotonic() + PATIENCE_S
        return time.monotonic() + self._pause_s > self._end

    def wait(self) -> None:
        """Pause; by chance, so that those who met at once do not meet again."""
        time.sleep(self._pause_s * random.uniform(0.5, 1.0))
        self._pause_s = min(2 * self._pause_s, _LONGEST_PAUSE_S)
        self.n_waits += 1


class Write:
    """One write transaction."""

    def __init__(self, client: Client, transaction: Transaction) -> None:
        self._client = client
        self._transaction = transaction

    def run(self, statement: LiteralString, **parameters: Any) -> Rows:
        """Run one statement."""
        return self._client._run(self._transaction, statement, parameters)

    def commit(self) -> None:
        """End the transaction; what it did is on the server's disk."""
        self._transaction.commit()


def _missed(statuses: Iterable[Mapping[str, Any]]) -> list[Missed]:
    """Read what a server remarks: "The label `Entty` does not exist."."""
    found = (_REMARK.search(str(one.get("status_description"))) for one in statuses)
    return [(one[1].partition(" ")[0], one[2]) for one in found if one]


def _make_driver(address: Address) -> Driver:
    return GraphDatabase.driver(
        address.uri,
        auth=address.auth,
        user_agent=f"graphmem/{version('graphmem')}",
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        telemetry_disabled=True,
        # A minute after its server was killed, a connection that nobody used is looked at.
        liveness_check_timeout=60.0,
        **driver_options(address),
    )


_CLIENTS: weakref.WeakSet[Client] = weakref.WeakSet()
_LEFT_TO_PARENT: list[Driver] = []


def _after_fork() -> None:
    for client in list(_CLIENTS):
        client.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
