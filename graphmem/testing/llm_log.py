"""What a test server for LLMs has seen: counts that a test can hold a client to."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphmem.core.usage import Usage

__all__ = ["Served", "ServerLog", "content_key"]


def content_key(messages: Iterable[Mapping[str, Any]]) -> str:
    """Return the key of a conversation: the same messages have the same."""
    said = [[message.get("role"), message.get("content")] for message in messages]
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Served:
    """What a server has done so far.

    Attributes:
        n_requests: for a completion, whatever became of them.
        n_answered: that got an answer of the model's, good or bad: what would be billed.
        usage: of those.
        peak: how many were there at the same time, at most.
        statuses: how many responses of each status; 0 is a connection that was dropped.
        faults: how many of each kind.
        asked: requests of each content; see `content_key`.
        answered: answers to each content.
    """

    n_requests: int
    n_answered: int
    usage: Usage
    peak: int
    statuses: Mapping[int, int]
    faults: Mapping[str, int]
    asked: Mapping[str, int]
    answered: Mapping[str, int]

    @property
    def repeated(self) -> dict[str, int]:
        """How often each content was answered that was answered more than once."""
        return {key: n for key, n in self.answered.items() if n > 1}


class ServerLog:
    """Counts, from all threads of a server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running = self._peak = self._n_requests = 0
        self._usage = Usage()
        self._statuses: Counter[int] = Counter()
        self._faults: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()

    def came(self, key: str) -> int:
        """Count a request; return how many of the same content came before."""
        with self._lock:
            self._n_requests += 1
            self._running += 1
            self._peak = max(self._peak, self._running)
            self._asked[key] += 1
            return self._asked[key] - 1

    def faulted(self, fault: str) -> None:
        """Count what went wrong on demand."""
        with self._lock:
            self._faults[fault] += 1

    def answered(self, key: str, usage: Usage) -> None:
        """Count an answer of the model's."""
        with self._lock:
            self._answered[key] += 1
            self._usage += usage

    def went(self, status: int) -> None:
        """Count how a request ended."""
        with self._lock:
            self._running -= 1
            self._statuses[status] += 1

    def served(self) -> Served:
        """Return all counts as they are now."""
        with self._lock:
            return Served(
                self._n_requests,
                self._answered.total(),
                self._usage,
                self._peak,
                dict(self._statuses),
                dict(self._faults),
                dict(self._asked),
                dict(self._answered),
            )
