"""Makes the projection of a space from nothing: one file of lines a table, each loaded at once.

Loading into a table that has rows already costs the engine ten times as much, so every table gets
exactly one load. What is written while this goes on is left to the catching up afterwards: rows
that moved to a later commit come again there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphmem.core.changes import EdgeRow
from graphmem.core.collector import collector_paused
from graphmem.ports import GraphStore
from graphmem.views.cypher.engine import Writing, writing
from graphmem.views.cypher.rows import edge_row, edge_rows, edge_tail, node_line, node_row, quoted
from graphmem.views.cypher.stage import Stage, stage_beside
from graphmem.views.cypher.tables import (
    EDGE_TYPES,
    LABELS,
    LINK_TYPES,
    Pair,
    edge_ddl,
    node_ddl,
    node_types,
    table_name,
)
from graphmem_queries import embedded
from graphmem_schemas import EDGE_KINDS, EdgeKind

__all__ = ["build"]


def build(path: Path, store: GraphStore, space: str) -> int:
    """Make the projection in a new file.

    The engine loads on a thread of its own while the next tables are read; it alone uses its
    connection meanwhile.

    Returns:
        The watermark: what was committed later may be in the file or not.

    Complexity: reads the space once; holds the label of every node and a batch of rows.
    """
    seq = store.seq(space)
    with (
        stage_beside(path) as stage, writing(path) as engine, ThreadPoolExecutor(1) as loader,
        collector_paused(),
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
    stage: Stage
    labels: dict[str, str] = field(default_factory=dict)
    odd: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def read(self, store: GraphStore) -> None:
        """Write a file for each label."""
        quoted_space = quoted(self.space)
        for batch in store.changes(self.space, 0, labels=LABELS):
            lines: dict[str, list[str]] = defaultdict(list)
            for node in batch.nodes:
                if node.uid in self.labels:
                    continue  # it changed meanwhile and comes again when we catch up
                self.labels[node.uid] = node.label
                line = node_line(node, quoted_space)
                if line is None:
                    self.odd[node.label].append(node_row(node, self.space))
                else:
                    lines[node.label].append(line)
            for label, of_label in lines.items():
                self.stage.write(label, of_label)

    def load(self, engine: Writing) -> None:
        """Make the tables and fill each."""
        for statement in (*embedded.plain("macros").splitlines(), *node_ddl()):
            engine.run(statement)
        for label in LABELS:
            if self.stage.has(label):
                engine.run(embedded.copy_nodes(label, self.stage.path(label)))
        for label, rows in self.odd.items():
            types = node_types(label)
            engine.run_rows(embedded.create_nodes(label, types, embedded.from_rows(types)), rows)


_Table = tuple[str, Pair]


@dataclass
class _Edges:
    space: str
    stage: Stage
    labels: dict[str, str]
    kinds: tuple[EdgeKind, ...]
    odd: dict[_Table, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[_Table, str] = field(default_factory=dict)

    def read(self, store: GraphStore) -> None:
        """Write a file for each kind and pair of labels."""
        for rows in edge_rows(store, self.space, self.kinds):
            for table, lines in self._lines(rows).items():
                name = self.tables.setdefault(table, table_name(*table))
                self.stage.write(name, lines)

    def _lines(self, rows: list[EdgeRow]) -> dict[_Table, list[str]]:
        """Return rows as lines by table; half a million of them, hence the short ways."""
        lines: dict[_Table, list[str]] = defaultdict(list)
        labels, quoted_space = self.labels, quoted(self.space)
        tails: dict[int, str | None] = {}
        for kind, start, end, terms in rows:
            ends = labels.get(start), labels.get(end)
            if ends[0] is None or ends[1] is None:
                continue  # its node came meanwhile, and both come when we catch up
            table = kind, (ends[0], ends[1])
            if id(terms) not in tails:
                tails[id(terms)] = edge_tail(terms, quoted_space)
            tail = tails[id(terms)]
            if tail is None:
                self.odd[table].append(edge_row(start, end, terms, self.space))
            else:
                lines[table].append(f"{quoted(start)},{quoted(end)},{tail}")
        return lines

    def load(self, engine: Writing) -> None:
        """Make the tables and fill each."""
        pairs: dict[str, set[Pair]] = defaultdict(set)
        for kind, pair in (*self.tables, *self.odd):
            pairs[kind].add(pair)
        for statement in edge_ddl(self.kinds, pairs):
            engine.run(statement)
        for (kind, pair), name in self.tables.items():
            path, parallel = self.stage.path(name), not self.stage.is_multiline(name)
            engine.run(embedded.copy_edges(kind, pair, path, parallel=parallel))
        for (kind, pair), rows in self.odd.items():
            source = embedded.from_rows(LINK_TYPES)
            engine.run_rows(embedded.create_edges(kind, pair, EDGE_TYPES, source), rows)
