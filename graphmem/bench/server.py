"""`graphmem bench server`: what a Neo4j costs, next to a bare driver and to a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from uuid import uuid4

from graphmem.bench.server_load import BareLoader, linked_changes, made_changes
from graphmem.bench.speed_load import load_passages
from graphmem.bench.speed_texts import make_passages, question_about
from graphmem.bench.timing import PEAK_MB, in_turns, milliseconds, run_fresh
from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.models.registry import open_embedder
from graphmem.models.seal import check_seal, describe
from graphmem.ports import Capability, Embedder, GraphStore
from graphmem.stores.registry import open_store

__all__ = ["SERVER_TARGETS", "ServerReport", "run_server"]

Figures = dict[str, float]
Say = Callable[[str], None]

SERVER_TARGETS: Mapping[str, tuple[str, str]] = {
    "load_vs_driver": ("rate of loading nodes with vectors by a bare driver's", "≥ 0.8"),
    "load_linked_vs_driver": ("the same with entities and edges, a quarter of it", ""),
    "search_vs_sqlite": ("search with a warm view by that on a file, 15 k passages", "≤ 1.3"),
    "walk_share_touched": ("share of the nodes that a walk learns of", "< 0.05"),
    "walk_rss_mb": ("MB of a process that walks without holding the graph", "< 300"),
    "walk_p50_ms": ("ms of such a walk, nothing known before, median", ""),
    "walk_p95_ms": ("the same, 95th percentile", ""),
}

_N_SEARCHED, _N_QUESTIONS = 15_000, 61
_N_WARMING = 8
_BATCH = 2_000
_WARM = 2
_LEAST = 4 * _BATCH
_LINKS_A_PASSAGE = 14

_WALK = (
    PEAK_MB
    + """
import json, sys, time
import numpy as np
from graphmem.stores.registry import open_store
from graphmem.views.paged_walk import PagedWalk
from graphmem.views.space import WALK_KINDS
target, space, n_walks, uids = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4].split()
store = open_store(target)
rng = np.random.default_rng(1)
times, fetched, seen = [], [], []
for number in range(n_walks + 1):
    walk = PagedWalk(store, space, WALK_KINDS)
    walk.refresh(store)
    seeds = {uid: 1.0 for uid in rng.choice(uids, 10, replace=False)}
    start = time.perf_counter()
    found = walk.push(seeds, damping=0.85, epsilon=5e-4)
    if number:
        times.append((time.perf_counter() - start) * 1e3)
        fetched.append(walk.n_fetched)
        seen.append(len(found.rows))
print(json.dumps({"times": times, "fetched": fetched, "seen": seen, "rss": peak_mb()}))
"""
)
_N_WALKS = 40


@dataclass(frozen=True, slots=True)
class ServerReport:
    """What was measured: `figures` by the names of `SERVER_TARGETS`, and what they are made of."""

    figures: Mapping[str, float]
    details: Mapping[str, float]

    def to_json(self) -> str:
        """Return one JSON object: the figures, then `details`."""
        fields = {name: float(f"{value:.4g}") for name, value in self.figures.items()}
        details = {name: float(f"{value:.4g}") for name, value in self.details.items()}
        return json.dumps({**fields, "details": details})

    def table(self) -> str:
        """Return the figures with their targets, for people."""
        lines = [f"{'':<20}{'measured':>10}  {'target':<8} what"]
        for name, (meaning, target) in SERVER_TARGETS.items():
            lines.append(f"{name:<20}{self.figures[name]:>10.4g}  {target:<8} {meaning}")
        return "\n".join([*lines, "", *(f"{n:<20}{v:>10.4g}" for n, v in self.details.items())])


def run_server(target: str, report: Say, *, n_loaded: int, n_nodes: int) -> ServerReport:
    """Measure on a server, in spaces of its own that are removed at the end.

    Args:
        target: of the server, as for `open_store`.
        report: hears what is being done.
        n_loaded: passages with vectors that are loaded in both ways.
        n_nodes: of the graph that is walked; it has ten times as many links.

    Raises:
        InvalidInput: The store cannot be searched where it lies.
        StoreError: The server failed.
    """
    store = open_store(target)
    if Capability.SERVED not in store.capabilities:
        raise InvalidInput(f"{target.partition('://')[0]} is no server; give neo4j://…")
    spaces = {
        name: f"bench-{name}-{uuid4().hex[:8]}"
        for name in ("ours", "bare", "linked", "bare-linked", "search", "walk")
    }
    embedder = open_embedder(None)
    # Not held to it from now on: nobody but the measurement has put anything yet, perhaps.
    check_seal(store, describe(embedder))
    try:
        parts = [
            _loading(store, target, spaces, embedder, max(n_loaded, _LEAST), report),
            _loading_linked(store, target, spaces, embedder, max(n_loaded // 4, _LEAST), report),
            _searching(store, spaces["search"], embedder, report),
            _walking(store, target, spaces["walk"], n_nodes, report),
        ]
    finally:
        report("removing what was loaded")
        for space in spaces.values():
            with BareLoader(target, space) as bare:
                bare.remove()
        store.close()
    return ServerReport(
        {name: value for figures, _ in parts for name, value in figures.items()},
        {name: value for _, details in parts for name, value in details.items()},
    )


def _loading(
    store: GraphStore,
    target: str,
    spaces: Mapping[str, str],
    embedder: Embedder,
    n: int,
    report: Say,
) -> tuple[Figures, Figures]:
    report(f"loading: {n:,} passages with vectors, ours and bare in turns")
    batches = (
        Changes(nodes=changes.nodes, vectors=changes.vectors)
        for changes in made_changes(n, embedder, _BATCH)
    )
    with BareLoader(target, spaces["bare"]) as bare:
        ours_ms, bare_ms = _by_turns(store, spaces["ours"], bare, batches)
    counted = n - _WARM * _BATCH
    return (
        {"load_vs_driver": bare_ms / ours_ms},
        {
            "load_passages_per_s": 1_000 * counted / ours_ms,
            "driver_passages_per_s": 1_000 * counted / bare_ms,
        },
    )


def _loading_linked(
    store: GraphStore,
    target: str,
    spaces: Mapping[str, str],
    embedder: Embedder,
    n: int,
    report: Say,
) -> tuple[Figures, Figures]:
    report(f"loading: {n:,} passages with entities and edges, ours and bare in turns")
    with BareLoader(target, spaces["bare-linked"]) as bare:
        batches = made_changes(n, embedder, _BATCH)
        ours_ms, bare_ms = _by_turns(store, spaces["linked"], bare, batches)
    counted = n - _WARM * _BATCH
    return (
        {"load_linked_vs_driver": bare_ms / ours_ms},
        {
            "linked_passages_per_s": 1_000 * counted / ours_ms,
            "driver_linked_per_s": 1_000 * counted / bare_ms,
        },
    )


def _by_turns(
    store: GraphStore, space: str, bare: BareLoader, batches: Iterable[Changes]
) -> tuple[float, float]:
    """Load every batch in both ways, who is first by turns; return the milliseconds of each.

    The first ones are not counted: plans are made, and the vector index.
    """
    times: dict[str, list[float]] = {"ours": [], "bare": []}
    for number, changes in enumerate(batches):
        rows = bare.rows(changes)
        work: dict[str, Callable[[], object]] = {
            "ours": lambda changes=changes: _apply(store, space, changes),  # type: ignore[misc]
            "bare": lambda rows=rows: bare.load(rows),  # type: ignore[misc]
        }
        for name in ("ours", "bare") if number % 2 else ("bare", "ours"):
            took = milliseconds(work[name])
            if number >= _WARM:
                times[name].append(took)
    return sum(times["ours"]), sum(times["bare"])


def _apply(store: GraphStore, space: str, changes: Changes) -> None:
    store.apply(space, lambda _: changes)


def _searching(
    store: GraphStore, space: str, embedder: Embedder, report: Say
) -> tuple[Figures, Figures]:
    report(f"search: {_N_SEARCHED:,} passages on the server and in a file")
    for changes in made_changes(_N_SEARCHED, embedder, _BATCH):
        _apply(store, space, changes)
    step = _N_SEARCHED // _N_QUESTIONS
    questions = [question_about(p) for p in list(make_passages(_N_SEARCHED))[::step]]
    with TemporaryDirectory(prefix="graphmem-bench-") as folder:
        file = open_store(Path(folder) / "file.db")
        load_passages(file, space, make_passages(_N_SEARCHED), embedder)
        with (
            Memory(store, space=space, embedder=embedder) as served,
            Memory(file, space=space, embedder=embedder) as held,
        ):
            # Opens the views; and a server compiles what it is asked a few hundred times.
            for question in questions * _N_WARMING:
                served.search(question)
                held.search(question)
            server_ms, file_ms = in_turns(
                lambda number: served.search(questions[number]),
                lambda number: held.search(questions[number]),
                _N_QUESTIONS,
            )
        file.close()
    return (
        {"search_vs_sqlite": server_ms / file_ms},
        {"search_ms": server_ms, "search_sqlite_ms": file_ms},
    )


def _walking(
    store: GraphStore, target: str, space: str, n_nodes: int, report: Say
) -> tuple[Figures, Figures]:
    report(f"walk: a graph of {n_nodes:,} nodes and {10 * n_nodes:,} links on the server")
    uids: list[str] = []
    for changes in linked_changes(n_nodes, _LINKS_A_PASSAGE, _BATCH):
        _apply(store, space, changes)
        uids += [node.uid for node in changes.nodes if node.label == "Passage"]
    chosen = " ".join(uids[:: max(1, len(uids) // 400)])
    told = json.loads(run_fresh(["-c", _WALK, target, space, str(_N_WALKS), chosen]))
    times = sorted(told["times"])
    counts = store.count(space)
    n_held = sum(counts.nodes.values())
    return (
        {
            "walk_share_touched": median(told["seen"]) / n_held,
            "walk_rss_mb": told["rss"],
            "walk_p50_ms": median(times),
            "walk_p95_ms": times[int(0.95 * len(times))],
        },
        {
            "walk_nodes": n_held,
            "walk_links": counts.edges.get("MENTIONS", 0),
            "walk_lists_fetched": median(told["fetched"]),
            "walk_nodes_seen": median(told["seen"]),
        },
    )
