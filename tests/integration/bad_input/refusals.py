"""A memory to give what cannot be used, and how it is seen to refuse it and stay as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import GraphMemError
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock

__all__ = ["QUESTION", "open_memory", "refused", "state"]

START = datetime(2026, 1, 1, tzinfo=UTC)
QUESTION = "Where does Ann live?"


def open_memory(store: Path, space: Any = "default", dimension: int = 32) -> Memory:
    return Memory(
        store,
        space=space,
        embedder=FakeEmbedder(dimension),
        extractor=FakeExtractor(),
        clock=FixedClock(START),
    )


def state(memory: Memory, folder: Path) -> tuple[bytes, str, dict[str, bytes]]:
    """Everything that the space holds, its counts, and what lies beside the store."""
    path = folder / "state.jsonl"
    memory.export(path)
    kept = path.read_bytes()
    path.unlink()
    store = memory._store.path  # type: ignore[attr-defined]
    views = {str(f): f.read_bytes() for f in store.parent.glob("*.views/**/*") if f.is_file()}
    # The log may have grown by nothing, so the size of the file is no part of it.
    counts = memory.stats().model_copy(update={"store_bytes": 0})
    return kept, counts.model_dump_json(), views


@contextmanager
def refused(
    memory: Memory, folder: Path, kind: type[GraphMemError], says: str | None
) -> Iterator[None]:
    """Expect exactly this kind of error, with these words in its one line, and no change."""
    before = state(memory, folder)
    with pytest.raises(kind, match=says) as caught:
        yield
    assert caught.type is kind
    message = str(caught.value)
    assert 20 < len(message) < 500
    assert "\n" not in message
    assert state(memory, folder) == before
    assert memory._store.check() == []  # type: ignore[attr-defined]
