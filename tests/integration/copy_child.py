"""Copies a space in small batches and kills itself; run by `test_copy_killed.py`.

    python copy_child.py SOURCE TARGET WHERE NUMBER

WHERE is "applied" (a batch is in the target, not yet the note that it is) or "noted".
"""

from __future__ import annotations

import os
import signal
import sys

from graphmem.interop.copy import copy_space
from graphmem.ports import Plan
from graphmem.stores.sqlite import SqliteStore, feed


class Mortal(SqliteStore):
    """Kills the process after so many steps of a sort."""

    where, left = sys.argv[3], int(sys.argv[4])

    def _step(self, what: str) -> None:
        if what == self.where:
            Mortal.left -= 1
            if not self.left:
                os.kill(os.getpid(), signal.SIGKILL)

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        commit = super().apply(space, plan)
        self._step("applied")
        return commit

    def write_meta(self, key: str, value: str) -> None:
        super().write_meta(key, value)
        self._step("noted")


if __name__ == "__main__":
    feed.BATCH_ROWS = 50
    copy_space(SqliteStore(sys.argv[1]), "a", Mortal(sys.argv[2]), "b")
