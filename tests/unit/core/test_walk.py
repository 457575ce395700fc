from __future__ import annotations

import numpy as np
import pytest

from graphmem.core.uid_index import UidIndex
from graphmem.core.walk import WALK_LABELS, Walk

PASSAGE, ENTITY = WALK_LABELS.index("Passage"), WALK_LABELS.index("Entity")


def _walk(mass: dict[str, float], unlinked: dict[str, float] | None = None) -> Walk:
    index = UidIndex()
    rows = index.add(list(mass)).astype(np.int32)
    labels = [PASSAGE if uid.startswith("p") else ENTITY for uid in mass]
    return Walk(
        index=index,
        rows=rows,
        mass=np.array(list(mass.values())),
        labels=np.array(labels, np.uint8),
        unlinked=tuple((unlinked or {}).items()),
        n_pushed=0,
        residue=0.0,
    )


def test_top_ranks_by_mass_then_uid_inside_a_label() -> None:
    walk = _walk({"pb": 0.2, "pa": 0.2, "e": 0.5, "pc": 0.1}, {"px": 0.3})
    assert [uid for uid, _ in walk.top(9)] == ["e", "px", "pa", "pb", "pc"]
    assert walk.top(2, label="Passage") == [("pa", 0.2), ("pb", 0.2)]
    assert walk.top(1, label="Passage") == [("pa", 0.2)]
    assert walk.top(5, label="Entity") == [("e", 0.5)]
    assert walk.top(0) == walk.top(3, label="Source") == walk.top(3, label="Event") == []


def test_rounding_does_not_decide() -> None:
    third = 1 / 3
    walk = _walk({"pb": np.nextafter(third, 1), "pa": third, "pc": np.nextafter(third, 0)})
    assert [uid for uid, _ in walk.top(1)] == ["pa"]
    assert len({mass for _, mass in walk.top(3)}) == 1


@pytest.mark.parametrize("n", [1, 3, 10, 200])
def test_top_is_the_head_of_the_whole_ranking(n: int) -> None:
    rng = np.random.default_rng(n)
    walk = _walk({f"p{i}": float(mass) for i, mass in enumerate(rng.integers(1, 9, 100) / 64)})
    assert walk.top(n) == walk.top(1_000)[:n]
    assert walk.top(1_000) == sorted(walk.top(1_000), key=lambda pair: (-pair[1], pair[0]))


def test_mass_of_uids() -> None:
    walk = _walk({"p": 0.5, "e": 0.25}, {"lost": 0.125})
    assert walk.of(["e", "nobody", "lost", "p"]).tolist() == [0.25, 0.0, 0.125, 0.5]
    assert _walk({}).of(["e"]).tolist() == [0.0]
    assert walk.of([]).tolist() == []
    assert _walk({}).top(3) == []
