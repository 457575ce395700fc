"""Brings a projection up to its store by what changed since: in the file's log, not in the file.

Putting a few thousand edges into large tables costs the engine seconds, noting them in its log
milliseconds; so they stay in the log, which every opener reads, until a new file is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphmem.core.changes import ChangeBatch, EdgeKey
from graphmem.ports import GraphStore
from graphmem.views.cypher.engine import Writing, writing
from graphmem.views.cypher.rows import (
    edge_row,
    edge_tail,
    edge_terms,
    node_line,
    node_row,
    quoted,
)
from graphmem.views.cypher.stage import Stage, stage_beside
from graphmem.views.cypher.tables import (
    EDGE_TYPES,
    LABELS,
    LINK_TYPES,
    Pair,
    node_types,
    ruled_pairs,
    table_name,
)
from graphmem_queries import embedded
from graphmem_schemas import EDGE_KINDS, Edge, Node

__all__ = ["News", "apply_news", "read_news"]

_Table = tuple[str, Pair]
_UID = {"uid": "STRING"}


@dataclass
class News:
    """What changed in a space since a watermark, each thing once, in its newest state.

    Attributes:
        removed_nodes: to take away first, with every edge at them; some are in `nodes` again.
        removed_edges: to take away first; some are in `edges` again.
    """

    seq: int
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[EdgeKey, Edge] = field(default_factory=dict)
    removed_nodes: set[str] = field(default_factory=set)
    removed_edges: set[EdgeKey] = field(default_factory=set)

    @property
    def n_rows(self) -> int:
        """How much there is to do."""
        n_removed = len(self.removed_nodes) + len(self.removed_edges)
        return len(self.nodes) + len(self.edges) + n_removed

    def add(self, batch: ChangeBatch) -> None:
        """Take in a later batch of the feed."""
        self.seq = batch.seq
        if gone := set(batch.removed_nodes):
            self.removed_nodes |= gone
            for uid in gone:
                self.nodes.pop(uid, None)
            self.edges = {
                key: edge for key, edge in self.edges.items() if gone.isdisjoint(key[1:])
            }
        for key in batch.removed_edges:
            self.edges.pop(key, None)
        self.removed_edges.update(batch.removed_edges)
        self.nodes.update((node.uid, node) for node in batch.nodes)
        self.edges.update(((edge.kind, edge.start, edge.end), edge) for edge in batch.edges)


def read_news(store: GraphStore, space: str, seq: int, max_rows: int) -> News | None:
    """Read what changed after the watermark; None where that is more than `max_rows`."""
    news = News(seq)
    for batch in store.changes(space, seq, labels=LABELS, kinds=EDGE_KINDS):
        news.add(batch)
        if news.n_rows > max_rows:
            return None
    return news


def apply_news(path: Path, news: News, space: str) -> bool:
    """Put what changed into the log of a file.

    Returns:
        Whether it could be done. Where it could not (a node got another label, an edge joins
        labels that no rule names), nothing was changed, and a new file is needed.
    """
    with stage_beside(path) as stage, writing(path) as engine:
        engine.run(embedded.plain("begin"))
        done = _Update(engine, stage, space, news).run()
        # What is not committed when the file is closed was never there.
        if done:
            engine.run(embedded.plain("commit"))
    return done


class _Update:
    def __init__(self, engine: Writing, stage: Stage, space: str, news: News) -> None:
        self._engine = engine
        self._stage = stage
        self._space = space
        self._news = news
        self._before = self._labels()

    def run(self) -> bool:
        news, before = self._news, self._before
        held = {uid: label for uid, label in before.items() if uid not in news.removed_nodes}
        after = {**held, **{uid: node.label for uid, node in news.nodes.items()}}
        edges = self._by_table(news.edges.values(), after)
        old = self._old_edges(held)
        # A label is a table: a node that got another one would have to move with its edges.
        moved = any(held.get(uid, node.label) != node.label for uid, node in news.nodes.items())
        if moved or not all(pair in ruled_pairs(kind) for kind, pair in (*edges, *old)):
            return False
        for (kind, pair), rows in old.items():
            self._engine.run_rows(embedded.delete_edges(kind, pair), rows)
        self._delete_nodes()
        self._put_nodes(held)
        for table, of_table in edges.items():
            self._put_edges(table, of_table)
        return True

    def _labels(self) -> dict[str, str]:
        """Return the labels of those nodes that are there and that anything is about."""
        news = self._news
        touched = set(news.nodes) | news.removed_nodes
        for _, start, end in (*news.edges, *news.removed_edges):
            touched |= {start, end}
        if not touched:
            return {}
        source = self._staged("touched", _UID, [f"{quoted(uid)}\n" for uid in sorted(touched)])
        return {
            uid: label
            for label in LABELS
            for (uid,) in self._engine.run(embedded.locate(label, source))
        }

    def _staged(self, name: str, types: Mapping[str, str], lines: Sequence[str]) -> str:
        """Write lines, and return how a statement on them begins."""
        self._stage.write(name, lines)
        return embedded.from_file(types, self._stage.path(name))

    def _by_table(self, edges: Iterable[Edge], labels: dict[str, str]) -> dict[_Table, list[Edge]]:
        tables: dict[_Table, list[Edge]] = defaultdict(list)
        for edge in edges:
            start, end = labels.get(edge.start), labels.get(edge.end)
            if start and end:
                tables[edge.kind, (start, end)].append(edge)
        return tables

    def _put_edges(self, table: _Table, edges: Iterable[Edge]) -> None:
        kind, pair = table
        lines: list[str] = []
        odd: list[dict[str, Any]] = []
        for edge in edges:
            terms = edge_terms(edge)
            if (tail := edge_tail(terms, quoted(self._space))) is None:
                odd.append(edge_row(edge.start, edge.end, terms, self._space))
            else:
                lines.append(f"{quoted(edge.start)},{quoted(edge.end)},{tail}")
        if lines:
            source = self._staged(table_name(*table), LINK_TYPES, lines)
            self._engine.run(embedded.create_edges(kind, pair, EDGE_TYPES, source))
        source = embedded.from_rows(LINK_TYPES)
        self._engine.run_rows(embedded.create_edges(kind, pair, EDGE_TYPES, source), odd)

    def _old_edges(self, held: dict[str, str]) -> dict[_Table, list[dict[str, Any]]]:
        """Return those that may be in the file and must not be, or not as they are."""
        tables: dict[_Table, list[dict[str, Any]]] = defaultdict(list)
        for kind, start, end in self._news.removed_edges | self._news.edges.keys():
            if start in held and end in held:
                pair = held[start], held[end]
                tables[kind, pair].append({"start": start, "stop": end})
        return tables

    def _delete_nodes(self) -> None:
        by_label: dict[str, list[str]] = defaultdict(list)
        for uid in sorted(self._news.removed_nodes & self._before.keys()):
            by_label[self._before[uid]].append(uid)
        for label, uids in by_label.items():
            self._engine.run(embedded.on_label("delete_nodes", label), uids=uids)

    def _put_nodes(self, held: dict[str, str]) -> None:
        tables: dict[tuple[str, bool], list[Node]] = defaultdict(list)
        for uid, node in self._news.nodes.items():
            tables[node.label, uid in held].append(node)
        for (label, there), nodes in tables.items():
            put = embedded.replace_nodes if there else embedded.create_nodes
            types = node_types(label)
            lines: list[str] = []
            odd: list[dict[str, Any]] = []
            for node in nodes:
                if (line := node_line(node, quoted(self._space))) is None:
                    odd.append(node_row(node, self._space))
                else:
                    lines.append(line)
            if lines:
                source = self._staged(f"{label}-{'old' if there else 'new'}", types, lines)
                self._engine.run(put(label, types, source))
            self._engine.run_rows(put(label, types, embedded.from_rows(types)), odd)
