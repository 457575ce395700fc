"""Asks only what is not known yet."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from graphmem.core.chat import read_json
from graphmem.models.llm.cache import Kept, ResponseCache
from graphmem.models.llm.calls import Answering, Call, Completion
from graphmem.models.llm.meter import Meter

__all__ = ["CachedAnswers", "cache_key"]


def cache_key(identity: str, call: Call) -> bytes:
    """Return the key of a call: whatever its answer depends on.

    The version of a prompt is in its messages, so that a changed prompt has another key.
    """
    said = [[message.role, message.content] for message in call.messages]
    text = json.dumps([identity, said, call.schema], sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


class CachedAnswers:
    """Answers from a cache, and keeps there what it had to ask.

    Who asks the same while it is being asked waits for that answer. What no reader can use (no
    JSON in it, or the schema itself) is not kept, so that it can be asked again.

    Args:
        inner: asks.
        identity: what else than the call an answer depends on.
        cache: holds the answers.
        meter: counts those that were known.
    """

    def __init__(
        self, inner: Answering, identity: str, cache: ResponseCache, meter: Meter
    ) -> None:
        self._inner, self._identity, self._cache, self._meter = inner, identity, cache, meter
        self._lock = threading.Lock()
        self._asking: dict[bytes, tuple[threading.Lock, int]] = {}

    def answer(self, call: Call) -> Completion:
        """Return the answer; see `Answering`.

        Raises:
            CallFailed: It had to be asked, and there is none.
        """
        key = cache_key(self._identity, call)
        kept = self._cache.get(key)
        if kept is None:
            with self._alone(key):
                kept = self._cache.get(key)
                if kept is None:
                    return self._asked(key, call)
        if call.tags:
            self._cache.tag(key, call.tags)
        for meter in (self._meter, *call.meters):
            meter.cached(kept.usage)
        return Completion(kept.text, kept.usage, kept.counted)

    def _asked(self, key: bytes, call: Call) -> Completion:
        said = self._inner.answer(call)
        if _is_usable(said.text, call.schema):
            self._cache.put(key, Kept(said.text, said.usage, said.counted), call.tags)
        return said

    @contextmanager
    def _alone(self, key: bytes) -> Iterator[None]:
        with self._lock:
            lock, n_waiting = self._asking.get(key, (threading.Lock(), 0))
            self._asking[key] = (lock, n_waiting + 1)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                n_waiting = self._asking[key][1] - 1
                if n_waiting:
                    self._asking[key] = (lock, n_waiting)
                else:
                    del self._asking[key]


def _is_usable(text: str, schema: Mapping[str, Any]) -> bool:
    try:
        value = read_json(text)
    except ValueError:
        return False
    echoed = isinstance(value, dict) and "properties" in value and "properties" in schema
    return not echoed
