"""Time the embedded Cypher projection: made from a file, caught up, opened again, asked.

    python benchmarks/cypher_projection.py [--nodes 100000] [--edges 500000] [--new 1000]

Wall and processor seconds, so that a busy machine can be told from slow code. The processor time
of the process that reads a version (its start, and its log read once more) is not in it.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import TypeVar

from graphmem.core.changes import Changes
from graphmem.core.cypher import accept_cypher
from graphmem.stores.sqlite import SqliteStore
from graphmem.views.cypher.view import CypherView
from graphmem_schemas import Edge, EdgeKind, Entity, Event, Node, Passage, Proposition, Source

T = TypeVar("T")
MOMENT = datetime(2024, 2, 29, 12, 30, tzinfo=UTC)
N_SOURCES = 1_000
BATCH = 5_000


def uid(kind: str, number: int) -> str:
    return f"{kind}{number:031x}"


def nodes(n: int) -> Iterator[Node]:
    """Sources, and of the rest three tenths passages and entities, two tenths facts and events."""
    for at in range(N_SOURCES):
        yield Source(uid=uid("a", at), recorded_at=MOMENT, name=f"doc-{at}", kind="document")
    for at in range(n * 3 // 10):
        yield Passage(
            uid=uid("b", at), recorded_at=MOMENT, source=uid("a", at % N_SOURCES), speaker="Mara",
            position=at // N_SOURCES, at=MOMENT + timedelta(minutes=at),
            text=f'Passage "{at}" says, that\n' + "lorem ipsum dolor sit amet " * 8,
        )  # fmt: skip
        yield Entity(
            uid=uid("c", at), recorded_at=MOMENT, name=f"Name {at}", key=f"name {at}",
            aliases=(f"n{at}",),
        )  # fmt: skip
    for at in range(n * 2 // 10 - N_SOURCES // 2):
        yield Proposition(
            uid=uid("d", at), recorded_at=MOMENT, text=f"Name {at} likes name {at + 1}",
            predicate="like", subject=uid("c", at), object=uid("c", at + 1), valid_from=MOMENT,
        )  # fmt: skip
        yield Event(
            uid=uid("e", at), recorded_at=MOMENT, passage=uid("b", at), start=0, end=9,
            text=f"Name {at} said hi to people there",
        )  # fmt: skip


def edges(n_nodes: int, n: int) -> Iterator[Edge]:
    random, n_passages = Random(1), n_nodes * 3 // 10
    n_facts = n_nodes * 2 // 10 - N_SOURCES // 2
    for at in range(n_passages):
        yield edge("PART_OF", uid("b", at), uid("a", at % N_SOURCES), at)
    for at in range(n_facts):
        yield edge("SUBJECT", uid("d", at), uid("c", at), at)
        yield edge("OBJECT", uid("d", at), uid("c", at + 1), at)
        yield edge("EVIDENCED_BY", uid("d", at), uid("b", at), at, span=(0, 10))
        yield edge("EVIDENCED_BY", uid("e", at), uid("b", at), at, span=(0, 10))
        yield edge("ARGUMENT", uid("e", at), uid("c", at), at, role="agent")
    seen: set[tuple[int, int]] = set()
    while len(seen) < n - n_passages - 5 * n_facts:
        pair = random.randrange(n_passages), random.randrange(n_passages)
        if pair not in seen:
            seen.add(pair)
            yield edge("MENTIONS", uid("b", pair[0]), uid("c", pair[1]), pair[0])


def edge(
    kind: EdgeKind, start: str, end: str, at: int, role: str | None = None,
    span: tuple[int, int] | None = None,
) -> Edge:  # fmt: skip
    sources = {uid("a", at % N_SOURCES): 1.0}
    return Edge(kind=kind, start=start, end=end, sources=sources, role=role, span=span)


def apply(store: SqliteStore, changes: Changes) -> None:
    store.apply("default", lambda _: changes)


def fill(store: SqliteStore, n_nodes: int, n_edges: int) -> None:
    all_nodes, all_edges = nodes(n_nodes), edges(n_nodes, n_edges)
    while batch := tuple(islice(all_nodes, BATCH)):
        apply(store, Changes(nodes=batch))
    while links := tuple(islice(all_edges, BATCH)):
        apply(store, Changes(edges=links))


def add(store: SqliteStore, n: int, n_nodes: int, turn: int) -> None:
    """Put new passages with a source and four mentions each."""
    random, first = Random(turn), n_nodes * (turn + 2)
    new = tuple(
        Passage(uid=uid("b", first + at), recorded_at=MOMENT, source=uid("a", 1), position=at,
                text=f"New passage {at}")
        for at in range(n)
    )  # fmt: skip
    links = {
        (kind, one.uid, end): edge(kind, one.uid, end, 1)
        for one in new
        for kind, end in [
            ("PART_OF", uid("a", 1)),
            *[("MENTIONS", uid("c", random.randrange(n_nodes * 3 // 10))) for _ in range(4)],
        ]
    }
    apply(store, Changes(nodes=new, edges=tuple(links.values())))


def timed(what: str, work: Callable[[], T]) -> T:
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:<28} {wall:7.2f} s wall {cpu:7.2f} s processor (load {os.getloadavg()[0]:.1f})")
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, default=100_000)
    parser.add_argument("--edges", type=int, default=500_000)
    parser.add_argument("--new", type=int, default=1_000)
    given = parser.parse_args()
    count = accept_cypher(
        "MATCH (p:Passage)-[m:MENTIONS]->(:Entity) RETURN count(m)", {}, space="default",
        limit=1, timeout_s=60,
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as name:
        store, folder = SqliteStore(Path(name) / "m.db"), Path(name) / "views"
        fill(store, given.nodes, given.edges)
        view = CypherView(store, "default", folder)
        timed(f"made ({given.nodes:,}/{given.edges:,})", lambda: view.cypher(count))
        for turn in range(3):
            add(store, given.new, given.nodes, turn)
            timed(f"caught up ({given.new:,} nodes)", lambda: view.cypher(count))
        timed("asked again", lambda: view.cypher(count))
        view.close()
        view = CypherView(store, "default", folder)
        timed("opened again", lambda: view.cypher(count))
        view.close()
        size = sum(path.stat().st_size for path in folder.iterdir())
        store.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{size / 1e6:.1f} MB on disk, {peak} MB resident at most (with the filling)")


if __name__ == "__main__":
    main()
