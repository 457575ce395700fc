from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.adjacency import Adjacency
from graphmem.core.kernels.push import _highest_left_out
from graphmem.core.push import Pushed, Steps, _work, push
from graphmem.errors import InvalidInput

Floats = npt.NDArray[np.float64]


@dataclass
class Case:
    """A random graph with isolated nodes, parallel links and unequal scales."""

    adjacency: Adjacency
    seeds: npt.NDArray[np.int64]
    mass: Floats
    steps: Steps


def _case(seed: int, n: int = 30, density: float = 1.5, epsilon: float = 1e-5) -> Case:
    rng = np.random.default_rng(seed)
    m = int(n * density)
    starts, ends = rng.integers(0, n, m), rng.integers(0, n, m)
    slots, weights = rng.integers(0, 2, m), rng.choice([0.5, 1.0, 2.0, 8.0], m)
    adjacency = Adjacency(2, counted=[0])
    adjacency.ensure_nodes(n)
    codes = adjacency.codes.encode(slots, weights)
    half = m // 2
    adjacency.put(starts[:half], ends[:half], codes[:half])
    adjacency.compact()
    adjacency.put(starts[half:], ends[half:], codes[half:])
    table = adjacency.codes.table([1.0, 0.5])
    scales = np.array([1.0, 0.9, 0.4, 0.1], np.float32)
    seeds = rng.choice(n, 4, replace=False)
    return Case(
        adjacency=adjacency,
        seeds=seeds,
        mass=rng.random(4) + 0.1,
        steps=Steps(table, scales, float(rng.choice([0.5, 0.85])), epsilon),
    )


def _matrix(
    adjacency: Adjacency, table: npt.NDArray[np.float32], scales: npt.NDArray[np.float32]
) -> Floats:
    """Return P with P[u, v] = w·s_v / Σ, rows of nodes without links all zero."""
    n = adjacency.n_nodes
    matrix = np.zeros((n, n))
    for row in range(n):
        neighbours, codes = adjacency.neighbours(row)
        scale = scales[np.minimum(adjacency.counts[neighbours], len(scales) - 1)]
        np.add.at(matrix[row], neighbours, table[codes].astype(float) * scale)
        if matrix[row].sum():
            matrix[row] /= matrix[row].sum()
    return matrix


def _power_iteration(case: Case) -> Floats:
    """Return PageRank as networkx and igraph define it: stuck mass goes back to the seeds."""
    matrix = _matrix(case.adjacency, case.steps.weights, case.steps.scales)
    restart = np.zeros(len(matrix))
    restart[case.seeds] = case.mass / case.mass.sum()
    stuck = matrix.sum(axis=1) == 0
    rank = restart
    for _ in range(400):
        onward = rank @ matrix + rank[stuck].sum() * restart
        rank = case.steps.damping * onward + (1 - case.steps.damping) * restart
    return rank


def _dense(pushed: Pushed, seeds: npt.NDArray[np.int64], n: int) -> Floats:
    dense = np.zeros(n)
    dense[pushed.rows] = pushed.mass
    dense[seeds] += pushed.stuck
    assert len(np.unique(pushed.rows)) == len(pushed.rows)
    return dense


def _run(case: Case) -> Pushed:
    return push(case.adjacency, case.seeds, case.mass, case.steps)


@given(
    st.integers(0, 10_000), st.sampled_from([0.3, 1.5, 4.0]), st.sampled_from([1e-2, 1e-4, 1e-9])
)
def test_it_agrees_with_power_iteration_within_its_bound(
    seed: int, density: float, epsilon: float
) -> None:
    case = _case(seed, density=density, epsilon=epsilon)
    pushed = _run(case)
    missing = _power_iteration(case) - _dense(pushed, case.seeds, 30)
    assert missing.min() > -1e-12  # a lower bound at every node
    assert missing.sum() == pytest.approx(pushed.residue, abs=1e-12)
    assert pushed.mass.sum() + pushed.stuck.sum() + pushed.residue == pytest.approx(1.0, abs=1e-12)
    # No node keeps more than epsilon a link, so neither can their sum.
    assert pushed.residue <= case.steps.damping * epsilon * case.adjacency.degrees.sum() + 1e-12


@given(st.integers(0, 10_000))
def test_numbering_does_not_matter(seed: int) -> None:
    case = _case(seed, epsilon=1e-3)
    n = case.adjacency.n_nodes
    names = np.random.default_rng(seed + 1).permutation(n)
    renamed = Adjacency(2, counted=[0])
    renamed.ensure_nodes(n)
    for row in range(n):
        neighbours, codes = case.adjacency.neighbours(row)
        out = case.adjacency.codes.outgoing(codes)
        renamed.put(np.full(out.sum(), names[row]), names[neighbours[out]], codes[out])
    one = _dense(_run(case), case.seeds, n)
    other = push(renamed, names[case.seeds], case.mass, case.steps)
    assert np.allclose(one, _dense(other, names[case.seeds], n)[names], rtol=1e-12, atol=0)
    assert other.n_pushed == _run(case).n_pushed


def test_the_same_call_gives_the_same_bits() -> None:
    case = _case(3)
    turned = case.seeds[::-1].copy()
    first = _dense(_run(case), case.seeds, 30)
    shuffled = push(case.adjacency, turned, case.mass[::-1], case.steps)
    assert np.array_equal(first, _dense(_run(case), case.seeds, 30))
    assert np.array_equal(first, _dense(shuffled, turned, 30))


def test_work_follows_epsilon_and_not_the_size() -> None:
    epsilon, damping = 1e-3, 0.5
    for n in (1_000, 30_000):
        case = _case(5, n=n, density=5.0)
        pushed = push(
            case.adjacency,
            case.seeds,
            case.mass,
            case.steps._replace(epsilon=epsilon, damping=damping),
        )
        assert 0 < pushed.n_pushed <= 1 / (epsilon * (1 - damping))
        assert len(pushed.rows) <= 1 / (epsilon * (1 - damping)) + 4


@given(st.integers(0, 10_000), st.integers(1, 12), st.sampled_from([1e-1, 1e-2, 1e-4]))
def test_refined_rows_take_one_step_of_power_iteration(
    seed: int, n_refined: int, epsilon: float
) -> None:
    case = _case(seed, epsilon=epsilon)
    plain = _run(case)
    refined = push(case.adjacency, case.seeds, case.mass, case.steps, n_refined)
    assert np.array_equal(plain.rows, refined.rows)
    stuck = np.zeros(30)
    stuck[case.seeds] = plain.stuck
    matrix = _matrix(case.adjacency, case.steps.weights, case.steps.scales)
    restart = np.zeros(30)
    restart[case.seeds] = case.mass / case.mass.sum()
    back = stuck.sum() * restart
    before = _dense(plain, case.seeds, 30)
    damping = case.steps.damping
    stepped = damping * (before @ matrix + back) + (1 - damping) * restart
    after = _dense(refined, case.seeds, 30)
    leaders = np.flatnonzero(after > before)
    assert len(leaders) <= n_refined
    assert after[leaders] == pytest.approx(stepped[leaders], abs=1e-12)
    # Whoever is left out holds no more than the least of those that could be chosen.
    others = np.setdiff1d(plain.rows, leaders)
    waiting = stepped[others] > before[others] + 1e-9
    if waiting.any() and len(leaders) == n_refined:
        assert before[others[waiting]].max() <= before[leaders].min() + 1e-12
    missing = _power_iteration(case) - after
    assert missing.min() > -1e-12
    assert missing.sum() == pytest.approx(refined.residue, abs=1e-12)


def test_refining_finds_more_of_the_true_top() -> None:
    agreed = {0: 0, 40: 0}
    for seed in range(12):
        case = _case(seed, n=400, density=8.0, epsilon=2e-4)
        top = set(np.argsort(-_power_iteration(case))[:20].tolist())
        for n_refined in agreed:
            pushed = push(case.adjacency, case.seeds, case.mass, case.steps, n_refined)
            found = np.argsort(-_dense(pushed, case.seeds, 400))[:20]
            agreed[n_refined] += len(top & set(found.tolist()))
    assert agreed[40] > agreed[0]


def test_seeds_without_links_send_their_walks_back() -> None:
    adjacency = Adjacency(1)
    adjacency.ensure_nodes(4)
    adjacency.put(np.array([0]), np.array([1]), adjacency.codes.encode(np.array([0]), np.ones(1)))
    steps = Steps(adjacency.codes.table([1.0]), np.ones(1, np.float32), 0.5, 1e-9)
    only = push(adjacency, np.array([3, -1]), np.ones(2), steps)
    assert (len(only.rows), only.stuck.tolist(), only.residue) == (0, [0.5, 0.5], 0.0)
    mixed = push(adjacency, np.array([-1, 0]), np.ones(2), steps)
    assert mixed.stuck.tolist() == pytest.approx([1 / 3, 0.0])
    assert dict(zip(mixed.rows.tolist(), mixed.mass, strict=True)) == pytest.approx(
        {0: 4 / 9, 1: 2 / 9}, abs=1e-6
    )


@pytest.mark.parametrize(
    ("mass", "damping", "epsilon"),
    [
        ([], 0.5, 1e-5),
        ([0.0], 0.5, 1e-5),
        ([-1.0], 0.5, 1e-5),
        ([float("nan")], 0.5, 1e-5),
        ([float("inf")], 0.5, 1e-5),
        ([1.0], 0.0, 1e-5),
        ([1.0], 1.0, 1e-5),
        ([1.0], 0.5, 0.0),
    ],
)
def test_arguments_out_of_range_are_refused(
    mass: list[float], damping: float, epsilon: float
) -> None:
    case = _case(0)
    steps = case.steps._replace(damping=damping, epsilon=epsilon)
    with pytest.raises(InvalidInput):
        push(case.adjacency, np.arange(len(mass)), np.array(mass), steps)


def test_work_arrays_are_never_shorter_than_a_graph_that_grows_by_one_node() -> None:
    def shortfalls() -> list[int]:
        # Not the arrays that this thread has from other tests.
        works = ((n, _work(n, 3)) for n in range(1, 600))
        return [n for n, work in works if min(map(len, work[:4])) < n or len(work.touched) <= n]

    with ThreadPoolExecutor(1) as fresh_thread:
        assert fresh_thread.submit(shortfalls).result() == []


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(0, 12))
def test_the_bar_is_the_highest_value_that_is_left_out(values: list[int], n_best: int) -> None:
    falling = np.sort(np.array(values, np.float64))[::-1]
    bar = falling[n_best] if n_best < len(values) else 0.0
    behind = np.array([*values, 99.0])  # values of an earlier call are none of this one
    assert _highest_left_out(behind, len(values), n_best) == bar
