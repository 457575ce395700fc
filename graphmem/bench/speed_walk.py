"""The walk against igraph's PRPACK, on one graph, with the same seeds and damping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from time import process_time
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt

from graphmem.bench.timing import milliseconds
from graphmem.core.adjacency import Adjacency
from graphmem.core.push import Steps, push
from graphmem.core.uid_index import UidIndex
from graphmem.core.uids import content_uid

__all__ = ["WalkFigures", "measure_walk"]

Rows = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

DAMPING = 0.5
# With the refined rows, fine enough for the same 20 nodes at the top; searches do with less.
EPSILON = 5e-6
N_TOP = 20
N_REFINED = 2 * N_TOP
_N_SEEDS = 10
_N_ROUNDS = 11
# A search does not find the caches as a pass over the whole graph leaves them.
_N_PUSHES = 11
_SEED = 20_240_501


@dataclass(frozen=True, slots=True)
class WalkFigures:
    """What was measured on one graph.

    Attributes:
        push_ms: median processor time of a push with its top 20.
        prpack_ms: median processor time of igraph's PageRank with its top 20; None without igraph.
        top20_overlap: mean share of PRPACK's top 20 that the push finds.
        bytes_per_edge: memory of the adjacency by its edges.
        uid_bytes_per_edge: what the names of the nodes take on top.
    """

    n_nodes: int
    n_edges: int
    push_ms: float
    prpack_ms: float | None
    top20_overlap: float | None
    bytes_per_edge: float
    uid_bytes_per_edge: float

    @property
    def push_vs_prpack(self) -> float | None:
        """How many times as fast as PRPACK the push is."""
        return None if self.prpack_ms is None else self.prpack_ms / self.push_ms


class _Ranked(Protocol):
    """igraph's graph, as far as it is used here."""

    def personalized_pagerank(self, **options: Any) -> list[float]: ...


def measure_walk(n_nodes: int, n_edges: int, report: Callable[[str], None]) -> WalkFigures:
    """Build a random graph whose degrees follow a power law, and walk it in both ways.

    Args:
        n_nodes: 100 or more.
        n_edges: about so many: pairs that come twice are left out.
        report: hears what is being done.
    """
    report(f"walk: a graph of {n_nodes:,} nodes and {n_edges:,} edges")
    rng = np.random.default_rng(_SEED)
    starts, ends, weights = _edges(rng, n_nodes, n_edges)
    adjacency = Adjacency(2)
    adjacency.ensure_nodes(n_nodes)
    slots = np.zeros(len(starts), np.int64)
    adjacency.put(starts, ends, adjacency.codes.encode(slots, weights))
    adjacency.compact()
    index = UidIndex()
    index.add([content_uid("node", str(number)) for number in range(n_nodes)])
    uid_bytes = sum(array.nbytes for array in index.to_arrays().values())
    seeds = [rng.choice(n_nodes, _N_SEEDS, replace=False) for _ in range(_N_ROUNDS * _N_PUSHES)]
    steps = Steps(adjacency.codes.table([1.0, 1.0]), np.ones(1, np.float32), DAMPING, EPSILON)

    def walk(number: int) -> set[int]:
        pushed = push(adjacency, seeds[number], np.ones(_N_SEEDS), steps, N_REFINED)
        return _top(pushed.rows, pushed.mass)

    walk(0)  # compiles, and takes the work arrays
    push_ms, prpack_ms, overlap = _against_prpack(walk, seeds, (starts, ends, weights), n_nodes)
    return WalkFigures(
        n_nodes=n_nodes,
        n_edges=adjacency.n_links,
        push_ms=push_ms,
        prpack_ms=prpack_ms,
        top20_overlap=overlap,
        bytes_per_edge=adjacency.nbytes / adjacency.n_links,
        uid_bytes_per_edge=uid_bytes / adjacency.n_links,
    )


def _edges(rng: np.random.Generator, n_nodes: int, n_edges: int) -> tuple[Rows, Rows, Floats]:
    """Return starts, ends and weights: one end anywhere, one where the crowd is."""
    starts = rng.integers(0, n_nodes, n_edges)
    ends = (n_nodes * rng.random(n_edges) ** 2).astype(np.int64)
    low, high = np.minimum(starts, ends), np.maximum(starts, ends)
    pairs = np.unique((low * n_nodes + high)[low != high])
    weights = rng.integers(1, 5, len(pairs)).astype(np.float64)
    return pairs // n_nodes, pairs % n_nodes, weights


def _against_prpack(
    walk: Callable[[int], set[int]],
    seeds: list[Rows],
    edges: tuple[Rows, Rows, Floats],
    n_nodes: int,
) -> tuple[float, float | None, float | None]:
    """Return both medians and the mean overlap; only the first without igraph.

    Both run in one thread, so processor time is measured: what other programs do to the machine
    counts less. They take turns: several pushes, from seeds that are new each time, one PRPACK.
    """
    graph = _igraph(edges, n_nodes)
    push_ms: list[float] = []
    prpack_ms: list[float] = []
    shares: list[float] = []
    for first in range(0, len(seeds), _N_PUSHES):
        walks = range(first, first + _N_PUSHES)
        push_ms += [milliseconds(partial(walk, number), process_time) for number in walks]
        if graph is not None:
            restart = np.bincount(seeds[first], minlength=n_nodes).tolist()
            tops: list[set[int]] = []
            rank = partial(_rank, graph, restart, tops)
            prpack_ms.append(milliseconds(rank, process_time))
            shares.append(len(walk(first) & tops[0]) / N_TOP)
    if graph is None:
        return median(push_ms), None, None
    return median(push_ms), median(prpack_ms), sum(shares) / len(shares)


def _rank(graph: _Ranked, restart: list[int], tops: list[set[int]]) -> None:
    ranks = graph.personalized_pagerank(
        damping=DAMPING, directed=False, weights="weight", reset=restart, implementation="prpack"
    )
    tops.append(_top(np.arange(len(ranks)), np.asarray(ranks)))


def _igraph(edges: tuple[Rows, Rows, Floats], n_nodes: int) -> _Ranked | None:
    try:
        import igraph
    except ImportError:  # GPL, so it is an extra and nothing of ours needs it
        return None
    graph = igraph.Graph(n=n_nodes, edges=np.column_stack(edges[:2]))
    graph.es["weight"] = edges[2]
    return cast("_Ranked", graph)


def _top(rows: npt.NDArray[np.integer[Any]], mass: Floats) -> set[int]:
    n = min(N_TOP, len(rows))
    return set(rows[np.argpartition(mass, len(mass) - n)[len(mass) - n :]].tolist())
