"""The audit log: who wrote, deleted or was turned away, where and when; never what was said."""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from graphmem_api.access.rates import Rates

__all__ = ["Audit"]

_LOG = logging.getLogger("graphmem.audit")
_DENIED_PER_MINUTE = 600


class Audit:
    """One JSON object a line, appended. Safe for many threads and processes.

    The file is opened for each line, so that it can be moved away at any time. Of calls that were
    turned away not more than some hundred a minute are written, and then how many were not: who
    has no key cannot fill the disk.

    Args:
        path: the file; None keeps no log.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._denied = Rates(_DENIED_PER_MINUTE)
        self._n_left_out = 0

    def write(self, what: Mapping[str, object], *, denied: bool = False) -> None:
        """Append one line: who, what, where, and the request's id."""
        if self.path is None:
            return
        extra: dict[str, object] = {}
        if denied:
            with self._lock:
                if self._denied.take(""):
                    self._n_left_out += 1
                    return
                if self._n_left_out:
                    extra["left_out"], self._n_left_out = self._n_left_out, 0
        line = {"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **what, **extra}
        data = (json.dumps(line, default=str) + "\n").encode()
        try:
            # One write to a file that is opened for appending stays in one piece.
            opened = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(opened, data)
            finally:
                os.close(opened)
        except OSError as error:
            _LOG.error("the audit log %s cannot be written: %s", self.path, error.strerror)
