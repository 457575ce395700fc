"""The nearest vectors of what had been said by a moment, however many came later."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from graphmem.core.changes import Changes, Vector
from graphmem.core.uid_index import to_keys
from graphmem.reading.analyse import analyse
from graphmem.reading.in_time import NearestInTime
from graphmem.stores.memory import MemoryStore
from graphmem.views.text import TextView
from graphmem.views.vectors import VectorView
from graphmem_schemas import Entity, Passage

UNTIL = datetime(2022, 1, 1, tzinfo=UTC)
SPACE = "s"
N_EARLY, N_LATE = 5, 900


@pytest.fixture(scope="module")
def views() -> tuple[TextView, VectorView]:
    """A few old passages, and far more later ones that are nearer to (1, 0); some have none."""
    passages, vectors = [], []
    for number in range(N_EARLY + N_LATE):
        is_late = number >= N_EARLY
        cosine = 0.9 if is_late else 0.8 - number / 100
        at = UNTIL + timedelta(days=1 if is_late else -1)
        uid = f"{number:032x}"
        passages.append(
            Passage(uid=uid, recorded_at=UNTIL, source="a", position=number, text="so", at=at)
        )
        values = np.array([cosine, np.sqrt(1 - cosine**2)], np.float32)
        vectors.append(Vector(uid, values))
    other = Entity(uid="f" * 32, recorded_at=UNTIL, name="so", key="so")
    vectors.append(Vector(other.uid, np.array([1.0, 0.0], np.float32)))
    store = MemoryStore()
    store.apply(SPACE, lambda _: Changes(nodes=(*passages, other), vectors=tuple(vectors)))
    text, near = TextView(SPACE, None), VectorView(SPACE, 2, None)
    text.refresh(store)
    near.refresh(store)
    return text, near


@pytest.mark.parametrize("k", [1, 3, N_EARLY, 80])
def test_what_had_been_said_is_found_behind_all_that_came_later(
    views: tuple[TextView, VectorView], k: int
) -> None:
    text, vectors = views
    query = np.array([1.0, 0.0], np.float32)
    with text.match(analyse("anything", UNTIL).query) as match:
        near = NearestInTime(vectors, match)
        ((keys, cosines),) = near.nearest_each(query[None], [k])
        n = min(k, N_EARLY)
        assert keys.tolist() == to_keys([f"{number:032x}" for number in range(n)]).tolist()
        assert cosines == pytest.approx([0.8 - number / 100 for number in range(n)], abs=1e-3)
        assert len(near) == len(vectors)
