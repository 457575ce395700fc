from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core import adjacency as adjacency_module
from graphmem.core.adjacency import Adjacency
from graphmem.core.kernels.links import compact_links

Key = tuple[int, int, int]

N_NODES = 7
CHANGE = st.tuples(
    st.integers(0, N_NODES - 1),
    st.integers(0, N_NODES - 1),
    st.integers(0, 2),
    st.sampled_from([0.0, 1.0, 2.0, 0.5]),
)


def _put(adjacency: Adjacency, changes: list[tuple[int, int, int, float]]) -> None:
    starts, ends, slots = (np.array([row[i] for row in changes], np.int64) for i in range(3))
    weights = np.array([row[3] for row in changes], np.float64)
    adjacency.put(starts, ends, adjacency.codes.encode(slots, weights))


def _read(adjacency: Adjacency) -> dict[Key, float]:
    """Read every link from the list of its start, and check the mirror entry in the other."""
    table = adjacency.codes.table([1.0] * adjacency.codes.n_slots)
    found: dict[Key, float] = {}
    mirrored: dict[Key, float] = {}
    for row in range(adjacency.n_nodes):
        neighbours, codes = adjacency.neighbours(row)
        assert neighbours.tolist() == sorted(neighbours.tolist())
        slots, outgoing = adjacency.codes.slots(codes), adjacency.codes.outgoing(codes)
        for neighbour, slot, out, code in zip(neighbours, slots, outgoing, codes, strict=True):
            key = (row, int(neighbour), int(slot)) if out else (int(neighbour), row, int(slot))
            into = found if out else mirrored
            assert key not in into
            into[key] = float(table[code])
    assert found == mirrored
    return found


def _check(adjacency: Adjacency, oracle: dict[Key, float]) -> None:
    assert _read(adjacency) == oracle
    degrees = Counter(end for key in oracle for end in key[:2])
    assert adjacency.degrees.tolist() == [degrees[row] for row in range(adjacency.n_nodes)]
    counts = Counter(end for _, end, slot in oracle if slot == 1)
    assert adjacency.counts.tolist() == [counts[row] for row in range(adjacency.n_nodes)]
    assert adjacency.n_links == len(oracle)
    assert adjacency.widest >= max(degrees.values(), default=0)


@given(st.lists(st.lists(CHANGE, max_size=12), max_size=6), st.integers(0, 5), st.integers(0, 5))
def test_it_agrees_with_a_dict(
    batches: list[list[tuple[int, int, int, float]]], compact_at: int, save_at: int
) -> None:
    adjacency, oracle = Adjacency(3, counted=[1]), dict[Key, float]()
    adjacency.ensure_nodes(N_NODES)
    for at, batch in enumerate(batches):
        _put(adjacency, batch)
        for start, end, slot, weight in batch:
            if start != end and weight:
                oracle[start, end, slot] = weight
            else:
                oracle.pop((start, end, slot), None)
        if at == compact_at:
            adjacency.compact()
        if at == save_at:
            adjacency = Adjacency.from_arrays(adjacency.to_arrays(), 3, counted=[1])
        _check(adjacency, oracle)


def _random(seed: int, n: int) -> list[tuple[int, int, int, float]]:
    rng = np.random.default_rng(seed)
    columns = (
        rng.integers(0, 40, n).tolist(),
        rng.integers(0, 40, n).tolist(),
        rng.integers(0, 3, n).tolist(),
        rng.choice([0.0, 1.0, 2.0, 4.0], n).tolist(),
    )
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("share", [2, 10])
def test_many_at_once_is_the_same_as_one_by_one(
    share: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = _random(0, 3_000)
    slow = Adjacency(3, counted=[1])
    slow.ensure_nodes(40)
    _put(slow, changes)
    monkeypatch.setattr(adjacency_module, "_SLACK", 50)
    monkeypatch.setattr(adjacency_module, "_SHARE", share)
    built, merged = Adjacency(3, counted=[1]), Adjacency(3, counted=[1])
    built.ensure_nodes(40)
    _put(built, changes)
    for start in range(0, 3_000, 37):
        merged.ensure_nodes(40)
        _put(merged, changes[start : start + 37])
    oracle = _read(slow)
    assert len(oracle) > 1_000
    for other in (slow, built, merged):
        _check(other, oracle)


def test_nodes_may_come_after_links() -> None:
    adjacency = Adjacency(1)
    adjacency.ensure_nodes(2)
    _put(adjacency, [(0, 1, 0, 1.0)])
    adjacency.compact()
    adjacency.ensure_nodes(5_000)
    _put(adjacency, [(4_999, 1, 0, 2.0)])
    assert _read(adjacency) == {(0, 1, 0): 1.0, (4_999, 1, 0): 2.0}
    assert len(adjacency.degrees) == 5_000


def test_a_link_takes_twelve_bytes_and_a_node_sixteen() -> None:
    rng = np.random.default_rng(0)
    adjacency = Adjacency(2)
    adjacency.ensure_nodes(10_000)
    starts = np.arange(100_000) % 10_000
    adjacency.put(
        starts,
        (starts + rng.integers(1, 5_000, 100_000)) % 10_000,
        adjacency.codes.encode(np.zeros(100_000, np.int64), np.ones(100_000)),
    )
    assert adjacency.nbytes == 12 * adjacency.n_links + 16 * 10_000 + 4


@pytest.mark.parametrize("offsets", [[0, 1, 3, 3], [0, 0, 1, 2], [0, 2, 2, 2]])
def test_a_room_other_than_what_a_list_needs_is_refused(offsets: list[int]) -> None:
    adjacency = Adjacency(1)
    adjacency.ensure_nodes(3)
    _put(adjacency, [(0, 1, 0, 1.0)])
    links, bits = adjacency.links, adjacency.codes.level_bits
    assert compact_links(links, np.array([0, 1, 2, 2], np.int32), bits)[0].tolist() == [1, 0]
    with pytest.raises(ValueError, match="running sum"):
        compact_links(links, np.array(offsets, np.int32), bits)
