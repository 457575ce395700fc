"""A setting of the whole process that is another one for as long as anybody wants it so."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["WhileWanted"]


class WhileWanted:
    """Changes a setting for the first who wants it, and changes it back after the last.

    Threads may come and go in any order. A forked child, where most of those who wanted it are
    not, has the setting as it was before.

    Args:
        change: makes the change, and returns what takes it back.
    """

    def __init__(self, change: Callable[[], Callable[[], object]]) -> None:
        self._change = change
        self._lock = threading.Lock()
        self._n_wanting = 0
        self._take_back: Callable[[], object] = change
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._start_over)

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Have the setting changed until the block is left."""
        with self._lock:
            if self._n_wanting == 0:
                self._take_back = self._change()
            self._n_wanting += 1
        try:
            yield
        finally:
            self._leave()

    def _leave(self) -> None:
        with self._lock:
            if self._n_wanting == 0:  # a block that the parent of this process had entered
                return
            self._n_wanting -= 1
            if self._n_wanting == 0:
                self._take_back()

    def _start_over(self) -> None:
        self._lock = threading.Lock()
        if self._n_wanting:
            self._n_wanting = 0
            self._take_back()
