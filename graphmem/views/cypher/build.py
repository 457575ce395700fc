"""Makes the projection of a space from nothing: one file of lines a table, each loaded at once.

Loading into a table that has rows already costs the engine ten times as much, so every table gets
exactly one load. What is written while this goes on is left to the catching up afterwards: rows
that moved to a later commit come again there.
"""

from __future__ import annotations

import gc
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from graphmem.ports import GraphStore
from graphmem.views.cypher.engine import Writing, writing
from graphmem.views.cypher.rows import edge_line, edge_row, node_line, node_row, quoted
from graphmem.views.cypher.tables import EDGE_TYPES, LABELS, Pair, edge_ddl, node_ddl, node_types
from graphmem_queries import embedded
from graphmem_schemas import EDGE_KINDS, EdgeKind

__all__ = ["build"]

# The engine takes a path for a pattern.
_PATTERN = re.compile(r"[*?\[\]{}]")


def build(path: Path, store: GraphStore, space: str) -> int:
    """Make the projection in a new file.

    The engine loads on a thread of its own while the next tables are read; it alone uses its
    connection meanwhile.

    Returns:
        The watermark: what was committed later may be in the file or not.

    Complexity: reads the space once; holds the label of every node and a batch of the feed.
    """
    seq = store.seq(space)
    with (
        _stage(path) as stage, writing(path) as engine, ThreadPoolExecutor(1) as loader,
        _uncollected(),
    ):  # fmt: skip
        nodes = _Nodes(space, stage)
        nodes.read(store)
        loads = [loader.submit(nodes.load, engine)]
        for kinds in _parts(store.count(space).edges):
            edges = _Edges(space, stage, nodes.labels, kinds)
            edges.read(store)
            loads.append(loader.submit(edges.load, engine))
        for load in loads:
            load.result()
        engine.run(embedded.plain("checkpoint"))
    return seq


def _parts(counts: Mapping[str, int]) -> list[tuple[EdgeKind, ...]]:
    """Return the kinds that are read together: the most frequent one before all others."""
    first = max(EDGE_KINDS, key=lambda kind: counts.get(kind, 0))
    return [(first,), tuple(kind for kind in EDGE_KINDS if kind != first)]


@dataclass
class _Nodes:
    space: str
    stage: Path
    labels: dict[str, str] = field(default_factory=dict)
    odd: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, store: GraphStore) -> None:
        """Write a file for each label."""
        quoted_space = quoted(self.space)
        with ExitStack() as stack:
            files = {
                label: stack.enter_context(_lines(_file(self.stage, label))) for label in LABELS
            }
            for batch in store.changes(self.space, 0, labels=LABELS):
                for node in batch.nodes:
                    if node.uid in self.labels:
                        continue  # it changed meanwhile and comes again when we catch up
                    self.labels[node.uid] = node.label
                    line = node_line(node, quoted_space)
                    if line is None:
                        self.odd[node.label].append(node_row(node, self.space))
                    else:
                        files[node.label].write(line)

    def load(self, engine: Writing) -> None:
        """Make the tables and fill each."""
        for statement in (*embedded.plain("macros").splitlines(), *node_ddl()):
            engine.run(statement)
        for label in LABELS:
            path = _file(self.stage, label)
            if path.stat().st_size:
                engine.run(embedded.copy_nodes(label, path))
        for label, rows in self.odd.items():
            engine.run_rows(embedded.create_nodes(label, node_types(label)), rows)


@dataclass
class _Edges:
    space: str
    stage: Path
    labels: dict[str, str]
    kinds: tuple[EdgeKind, ...]
    odd: dict[tuple[str, Pair], list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    paths: dict[tuple[str, Pair], Path] = field(default_factory=dict)
    multiline: set[tuple[str, Pair]] = field(default_factory=set)

    def read(self, store: GraphStore) -> None:
        """Write a file for each kind and pair of labels."""
        quoted_space = quoted(self.space)
        files: dict[tuple[str, Pair], IO[str]] = {}
        with ExitStack() as stack:
            for batch in store.changes(self.space, 0, kinds=self.kinds):
                for edge in batch.edges:
                    start, end = self.labels.get(edge.start), self.labels.get(edge.end)
                    if start is None or end is None:
                        continue  # its node came meanwhile, and both come when we catch up
                    key = edge.kind, (start, end)
                    line = edge_line(edge, quoted_space)
                    if line is None:
                        self.odd[key].append(edge_row(edge, self.space))
                        continue
                    file = files.get(key)
                    if file is None:
                        self.paths[key] = _file(self.stage, f"{edge.kind}-{start}-{end}")
                        file = files[key] = stack.enter_context(_lines(self.paths[key]))
                    if line.find("\n") != len(line) - 1 or "\r" in line:
                        self.multiline.add(key)
                    file.write(line)

    def load(self, engine: Writing) -> None:
        """Make the tables and fill each."""
        pairs: dict[str, set[Pair]] = defaultdict(set)
        for kind, pair in (*self.paths, *self.odd):
            pairs[kind].add(pair)
        for statement in edge_ddl(self.kinds, pairs):
            engine.run(statement)
        for (kind, pair), path in self.paths.items():
            parallel = (kind, pair) not in self.multiline
            engine.run(embedded.copy_edges(kind, pair, path, parallel=parallel))
        for (kind, pair), rows in self.odd.items():
            engine.run_rows(embedded.create_edges(kind, pair, EDGE_TYPES), rows)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector from looking at rows that go by themselves; it takes a sixth of it."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _stage(path: Path) -> Iterator[Path]:
    """Lend the beginning of names for files of lines.

    They lie beside the projection, and go with it when a space is deleted; elsewhere where the
    engine could not read them there.
    """
    if _PATTERN.search(str(path)):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            yield Path(folder) / "lines"
        return
    try:
        yield path
    finally:
        for file in path.parent.glob(f"{path.name}.*.csv"):
            file.unlink(missing_ok=True)


def _file(stage: Path, table: str) -> Path:
    return stage.with_name(f"{stage.name}.{table}.csv")


def _lines(path: Path) -> IO[str]:
    return open(path, "w", encoding="utf-8", newline="", buffering=1 << 20)
