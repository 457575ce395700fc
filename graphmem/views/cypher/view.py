"""The Cypher view of one space: made when it is first asked, caught up before each answer."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import sys
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from graphmem.core.cypher import CypherRequest, CypherResult
from graphmem.errors import StoreError, StoreFull
from graphmem.ports import GraphStore
from graphmem.views.cypher.build import build
from graphmem.views.cypher.catch_up import apply_news, read_news
from graphmem.views.cypher.engines import Engines
from graphmem.views.cypher.opening import engine_version
from graphmem.views.cypher.process import Unopened
from graphmem.views.cypher.reading import Reading
from graphmem.views.cypher.values import plain_row
from graphmem.views.cypher.versions import Version, Versions
from graphmem.views.history import is_history, removed_since, token_at
from graphmem_queries import embedded

__all__ = ["CypherView"]

_log = logging.getLogger("graphmem")

# A log of so many rows is read in a fifth of a second at each opening.
_NEWS_ROWS = 20_000
_NEWS_SHARE = 50
_N_ATTEMPTS = 3
_COUNT_S = 60.0


class CypherView:
    """Runs statements on a projection of one space. Safe to use from many threads, and in forks.

    Other processes that share the folder share the projection; writers of the store never wait.
    """

    def __init__(self, store: GraphStore, space: str, folder: Path | None) -> None:
        """Make a view that has not looked at anything yet.

        Args:
            store: the truth.
            space: whose graph; no other is in the projection.
            folder: where the projection is kept; None keeps it in a temporary folder.
        """
        self._store, self._space, self._folder = store, space, folder
        self._start_over()
        _VIEWS.add(self)

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        self._engines = Engines()
        self._drop_temporary: weakref.finalize[..., CypherView] | None = None
        self._versions: Versions | None = None
        self._opened: _Opened | None = None

    def cypher(self, request: CypherRequest) -> CypherResult:
        """Run a statement on the newest state of the space.

        Raises:
            InvalidInput: The engine does not understand it, or it needs too much memory.
            MissingExtra: The engine is not installed.
            StatementTimedOut: It took longer than it may; making the projection does not count.
            StoreError: The store cannot be read, the projection cannot be made, or the statement
                broke the engine.
        """
        for _ in range(_N_ATTEMPTS - 1):
            try:
                return self._run(request)
            except Unopened as error:  # by an engine that was started after the file was replaced
                _log.debug("the Cypher projection is opened again: %s", error)
                with self._lock:
                    self._let_go()
        return self._run(request)

    def _run(self, request: CypherRequest) -> CypherResult:
        with self._borrowed() as opened:
            columns, rows, cut = opened.reading.run(
                request.statement,
                request.parameters,
                limit=request.limit,
                timeout_s=request.timeout_s,
            )
            return CypherResult(tuple(columns), tuple(map(plain_row, rows)), cut)

    def close(self) -> None:
        """Let go of the files; closing twice is fine. The projection stays for the next start."""
        with self._lock:
            self._let_go()
            self._engines.let_go()
            if self._drop_temporary is not None:
                self._drop_temporary()
            self._drop_temporary = self._versions = None

    def leave_to_parent(self) -> None:
        """Begin anew, after a fork: what is open belongs to the parent."""
        self._start_over()

    @contextmanager
    def _borrowed(self) -> Iterator[_Opened]:
        """Lend the newest state; it stays open while anyone has it."""
        with self._lock:
            opened = self._current()
            opened.n_users += 1
        try:
            yield opened
        finally:
            with self._lock:
                opened.n_users -= 1
                if opened is not self._opened and not opened.n_users:
                    opened.reading.close()

    def _current(self) -> _Opened:
        opened = self._opened
        if opened is not None and self._fits(opened.version):
            return opened
        opened = self._open()
        self._let_go()
        self._opened = opened
        return opened

    def _let_go(self) -> None:
        if self._opened is not None and not self._opened.n_users:
            self._opened.reading.close()
        self._opened = None

    def _fits(self, version: Version) -> bool:
        """Whether a version is of the store's newest state."""
        newest = self._store.seq(self._space)
        return version.seq == newest and self._is_history(version)

    def _is_history(self, version: Version) -> bool:
        return is_history(self._store, self._space, version.seq, version.token)

    def _open(self) -> _Opened:
        """Open the newest state, made where it is not there; anew where it is damaged."""
        problem: Exception | None = None
        for _ in range(_N_ATTEMPTS):
            versions = self._home()
            self._engines.start()
            try:
                return self._found(versions) or self._made(versions)
            except StoreError as error:  # a file that another process has just replaced
                problem = error
                versions.forget()
            except OSError as error:
                problem = error
                self._move(error)
        raise StoreError(
            f"the Cypher projection of space {self._space!r} cannot be made: {problem}"
        ) from problem

    def _home(self) -> Versions:
        if self._versions is None:
            folder = self._folder
            if folder is None:
                folder = Path(tempfile.mkdtemp(prefix="graphmem-cypher-"))
                self._drop_temporary = weakref.finalize(self, _remove, folder, os.getpid())
            engine = engine_version()
            self._versions = Versions(folder, f"{engine}/{self._store.identity}/{self._space}")
        return self._versions

    def _move(self, error: OSError) -> None:
        """Go on in a temporary folder where the store's own cannot be written."""
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StoreFull(
                f"no room for the Cypher projection ({error.strerror}); free some"
            ) from error
        _log.warning("the Cypher projection is not kept: %s", error)
        self._folder = self._versions = None

    def _found(self, versions: Versions) -> _Opened | None:
        """Open the version that the note names, where nothing is wrong with it."""
        version = versions.newest()
        if version is None or not self._fits(version) or not versions.is_whole(version):
            return None
        return _Opened(version, Reading(versions.path(version), self._engines))

    def _made(self, versions: Versions) -> _Opened:
        with versions.turn():
            for attempt in range(_N_ATTEMPTS):
                # Who had the turn before may have made it.
                opened = self._found(versions) or self._caught_up(versions)
                if opened is None:
                    opened = self._built(versions)
                seq = opened.version.seq
                last = attempt == _N_ATTEMPTS - 1
                if last or not removed_since(self._store, self._space, seq):
                    return opened
                # What is deleted from the store must not be put on the disk again.
                opened.reading.close()
                versions.remove(versions.path(opened.version))
            raise AssertionError("the last attempt returns")

    def _caught_up(self, versions: Versions) -> _Opened | None:
        """Make the next version of the last one; None where a new file is better or needed."""
        last = versions.newest()
        if last is None or not self._is_history(last) or not versions.is_whole(last):
            return None
        room = max(_NEWS_ROWS, last.n_rows // _NEWS_SHARE) - last.n_news
        news = read_news(self._store, self._space, last.seq, room)
        if news is None:
            return None
        path = versions.share(last, news.seq)
        try:
            if apply_news(path, news, self._space):
                reading = Reading(path, self._engines)
                if self._agrees(reading, news.seq):
                    version = versions.publish(
                        path, last, seq=news.seq, token=self._token(news.seq),
                        n_rows=last.n_rows, n_news=last.n_news + news.n_rows,
                    )  # fmt: skip
                    return _Opened(version, reading)
                reading.close()
        except StoreError as error:
            _log.warning("the Cypher projection is made anew: %s", error)
        versions.remove(path)
        return None

    def _built(self, versions: Versions) -> _Opened:
        path = versions.fresh_path(self._store.seq(self._space))
        try:
            seq, n_news = build(path, self._store, self._space), 0
            # What was written meanwhile, so that nothing in the file is of a later state.
            news = read_news(self._store, self._space, seq, sys.maxsize)
            if news is not None and news.n_rows and apply_news(path, news, self._space):
                seq, n_news = news.seq, news.n_rows
            reading = Reading(path, self._engines)
            if not self._agrees(reading, seq):
                _log.warning("the Cypher projection %s is not of the store's size", path)
            counts = self._store.count(self._space)
            n_rows = sum(counts.nodes.values()) + sum(counts.edges.values())
            version = versions.publish(
                path, None, seq=seq, token=self._token(seq), n_rows=n_rows, n_news=n_news
            )
        except BaseException:
            versions.remove(path)
            raise
        return _Opened(version, reading)

    def _agrees(self, reading: Reading, seq: int) -> bool:
        """Whether a file has as many of everything as the store had at a commit.

        The engine forgets some kinds of loads when it reads its log; this notices.
        """
        counts = self._store.count(self._space)
        if counts.seq != seq:
            return True
        nodes, edges = (
            {name: n for name, n in of.items() if n} for of in (counts.nodes, counts.edges)
        )
        if not nodes:
            return True
        statement = embedded.counts(sorted(nodes), sorted(edges))
        _, rows, _ = reading.run(statement, {}, limit=1_000, timeout_s=_COUNT_S)
        return {name: n for name, n in rows} == {**nodes, **edges}

    def _token(self, seq: int) -> str:
        return token_at(self._store, self._space, seq)


class _Opened:
    """A version that is open, and how many threads read it now."""

    def __init__(self, version: Version, reading: Reading) -> None:
        self.version = version
        self.reading = reading
        self.n_users = 0


_VIEWS: weakref.WeakSet[CypherView] = weakref.WeakSet()


def _remove(folder: Path, owner: int) -> None:
    if os.getpid() == owner:  # a fork leaves it to its parent
        shutil.rmtree(folder, ignore_errors=True)


def _leave_all_to_parent() -> None:
    for view in _VIEWS:
        view.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)
