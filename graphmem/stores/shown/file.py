"""What was shown lately, in a file beside the store, for all processes that serve it.

Who searches does not wait for it: a thread writes what has come in a tenth of a second, since a
commit for each recall would cost more than it keeps. So a process that is asked for a recall that
another has only just shown looks once more, a moment later.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from sqlite3 import Connection

from graphmem.errors import StoreError
from graphmem.ports import GraphStore, ShownRecall
from graphmem.stores.beside import SHOWN, beside
from graphmem.stores.shown import rows
from graphmem.stores.shown.rows import Key, Waiting
from graphmem_schemas import Recall

__all__ = ["SharedShown", "ShownFile", "forget_shown", "shown_beside"]

_GATHERED_S = 0.1
_LOOKED_AGAIN_S = (0.15, 0.45)
"""After so long each: a process that is busy may take half a second to write."""
_TRIM_EVERY = 64

_log = logging.getLogger("graphmem")


class ShownFile:
    """The last 10,000 recalls of each space, for a day. Safe to use from threads.

    Args:
        path: of the file; it is made where there is none, for the user alone (mode 0600).
        clock: tells the seconds since 1970.

    Raises:
        StoreError: It cannot be made.
    """

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        self._come = threading.Condition()
        # Held while anything moves from here to the file.
        self._turn = threading.Lock()
        self._waiting: dict[Key, Waiting] = {}
        self._closed = threading.Event()
        self._writer: threading.Thread | None = None
        self._n_put = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes it by the umask.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise StoreError(f"{path} cannot be made ({error.strerror})") from error
        rows.make(path)

    def of(self, space: str) -> SharedShown:
        """Return what is shown of a space."""
        return SharedShown(self, space)

    def put(self, space: str, recall_id: str, shown: ShownRecall) -> None:
        """Have a recall written soon; one that is there gets more hits."""
        with self._come:
            before = self._waiting.get((space, recall_id))
            since = before.since if before else self._clock()
            whole = shown.and_also(before.shown) if before else shown
            self._waiting[space, recall_id] = Waiting(whole, since)
            if self._writer is None and not self._closed.is_set():
                self._writer = threading.Thread(target=self._write, daemon=True, name="shown")
                self._writer.start()
            if len(self._waiting) == 1:
                self._come.notify()

    def find(self, space: str, recall_id: str) -> ShownRecall | None:
        """Return a recall; one that is not there yet is looked for again, for most of a second.

        Raises:
            StoreError: The file cannot be read.
        """
        for pause in (0.0, *_LOOKED_AGAIN_S):
            time.sleep(pause)
            if found := self._look(space, recall_id):
                return found
        return None

    def _look(self, space: str, recall_id: str) -> ShownRecall | None:
        with self._come:
            waiting = self._waiting.get((space, recall_id))
        with rows.opened(self._path) as connection:
            found = rows.find(connection, space, recall_id)
        if waiting is None:
            return found
        return waiting.shown.and_also(found) if found else waiting.shown

    def forget(self, space: str, gone: Collection[str] | None) -> None:
        """Let go of what waits to be written, after `forget_shown` has cleared the file."""
        with self._turn, self._come:
            now = self._clock()
            for key, one in [*self._waiting.items()]:
                if key[0] == space and gone is None:
                    del self._waiting[key]
                elif key[0] == space and gone is not None:
                    self._waiting[key] = Waiting(one.shown.without(gone), now)

    def close(self) -> None:
        """Write what waits; closing twice is fine."""
        with self._come:
            self._closed.set()
            self._come.notify()
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.join()

    def _write(self) -> None:
        """Write what comes, a batch at a time, until no more will."""
        while self._has_come():
            try:
                with rows.opened(self._path) as connection:
                    while self._has_come():
                        self._closed.wait(_GATHERED_S)
                        self._put_waiting(connection)
            except StoreError as error:
                _log.warning("some recalls will take no feedback: %s", error)
                with self._turn, self._come:
                    self._waiting.clear()
                self._closed.wait(_GATHERED_S)

    def _has_come(self) -> bool:
        with self._come:
            self._come.wait_for(lambda: self._waiting or self._closed.is_set())
            return bool(self._waiting)

    def _put_waiting(self, connection: Connection) -> None:
        with self._turn:
            with self._come:
                batch = dict(self._waiting)
            try:
                rows.put(connection, batch, self._clock())
                self._n_put += len(batch)
                if self._n_put >= _TRIM_EVERY:
                    self._n_put = 0
                    for space in {space for space, _ in batch}:
                        rows.trim(connection, space)
            finally:
                with self._come:
                    for key, one in batch.items():
                        if self._waiting.get(key) is one:
                            del self._waiting[key]


def shown_beside(store: GraphStore) -> ShownFile | None:
    """Return what the processes that serve a store share; None where it keeps no files.

    Where the file cannot be used that is logged: each process then knows what it showed itself.
    """
    path = beside(store, SHOWN)
    try:
        return ShownFile(path) if path else None
    except StoreError as error:
        _log.warning("feedback is taken by the process that showed a recall: %s", error)
        return None


class SharedShown:
    """What all processes show of one space."""

    def __init__(self, file: ShownFile, space: str) -> None:
        self._file, self._space = file, space

    def note(self, recall: Recall, cited: Iterable[str] = ()) -> Recall:
        """Remember what a recall shows; return it. One without hits takes no feedback."""
        uids = frozenset((*(hit.uid for hit in recall.hits), *cited))
        if uids:
            self._file.put(self._space, recall.id, ShownRecall(recall.question, uids))
        return recall

    def forget(self, gone: Collection[str] | None) -> None:
        """Let go of uids that are deleted; None lets go of all recalls."""
        self._file.forget(self._space, gone)

    def find(self, recall_id: str) -> ShownRecall | None:
        """Return what was shown under the id, where that is known."""
        return self._file.find(self._space, recall_id)


def forget_shown(path: Path | None, space: str, gone: Collection[str] | None) -> None:
    """Remove from a file what was deleted of a space; nothing is done where there is no file.

    Args:
        path: of the file.
        space: the space.
        gone: uids of what was deleted; None removes all recalls of the space.

    Raises:
        StoreError: The file cannot be written.

    Complexity: reads what was shown of the space.
    """
    if path is not None and path.exists():
        rows.forget(path, space, gone, time.time())
