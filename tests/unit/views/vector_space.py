"""A space of vectors in the reference store, and what its view and plain numpy find in it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from graphmem.core.changes import Changes, Vector
from graphmem.core.uid_index import to_keys
from graphmem.ports import Float32
from graphmem.stores.memory import MemoryStore
from graphmem.views.vectors import VectorView
from graphmem_schemas import Passage

__all__ = [
    "DIMENSION", "SPACE", "TEXTS", "Counting", "cosines_of", "expected", "names", "nearest",
    "opened", "put", "remove", "unit",
]  # fmt: skip

NOW = datetime(2024, 1, 1, tzinfo=UTC)
SPACE, DIMENSION = "s", 24
TEXTS = ("any text, né?", "text uid")


def unit(seed: int, size: int, dimension: int = DIMENSION, n_groups: int = 0) -> Float32:
    """Rows of unit length; with groups, gathered around that many directions as texts are."""
    random = np.random.default_rng(seed)
    rows = random.standard_normal((size, dimension))
    if n_groups:
        rows = (
            2 * random.standard_normal((n_groups, dimension))[rows.argsort()[:, 0] % n_groups]
            + rows
        )
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows.astype(np.float32)


def names(size: int, start: int = 0) -> list[str]:
    return [f"{number:032x}" for number in range(start, start + size)]


def put(store: MemoryStore, uids: list[str], rows: Float32, space: str = SPACE) -> None:
    nodes = tuple(
        Passage(uid=uid, recorded_at=NOW, source="source", position=0, text=uid) for uid in uids
    )
    vectors = tuple(Vector(uid, row) for uid, row in zip(uids, rows, strict=True))
    store.apply(space, lambda _: Changes(nodes=nodes, vectors=vectors))


def remove(store: MemoryStore, uids: Iterable[str]) -> None:
    store.apply(SPACE, lambda _: Changes(remove_nodes=tuple(uids)))


def opened(store: MemoryStore, folder: Path | None = None) -> VectorView:
    view = VectorView(SPACE, DIMENSION, folder)
    view.refresh(store)
    return view


def nearest(view: VectorView, query: Float32, k: int) -> tuple[list[str], Float32]:
    """What is nearest, by uid; those of the texts that these tests use are known by their keys."""
    keys, cosines = view.nearest(query, k)
    texts = {to_keys([text]).tobytes(): text for text in TEXTS}
    raw = [keys[at : at + 1].tobytes() for at in range(len(keys))]
    return [texts.get(key, key.hex()) for key in raw], cosines


def cosines_of(view: VectorView, query: Float32, uids: list[str]) -> Float32:
    """The cosine of each, NaN for none, from where the view says that its vector is."""
    base, tail, slots = view.placed(to_keys(uids))
    rows = np.concatenate([base, tail, np.full((1, DIMENSION), np.nan, np.float32)])
    found: Float32 = rows[slots] @ query
    return found


def expected(held: dict[str, Float32], query: Float32, k: int) -> list[str]:
    return sorted(held, key=lambda uid: (-float(held[uid] @ query), uid))[:k]


class Counting(MemoryStore):
    """Counts how often the changes are read."""

    n_reads = 0

    def changes(self, *args: object, **options: object):  # type: ignore[no-untyped-def,override]
        self.n_reads += 1
        return super().changes(*args, **options)  # type: ignore[arg-type]
