"""Last step of the picture: an SVG file, or a page that one can ask, without outside requests."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from graphmem.interop.picture.draw import Drawing, draw, read_part
from graphmem.interop.picture.palette import settled
from graphmem.interop.picture.select import Graph, Limits, select
from graphmem_schemas import Edge, Entity, Event, Node, Passage, Proposition, Source

__all__ = ["picture_html", "picture_svg"]

_MAX_TEXT = 600
_MAX_EVIDENCE = 6


def picture_svg(nodes: Iterable[Node], edges: Sequence[Edge], limits: Limits) -> str:
    """Draw a graph as one SVG file that is legible on light and on dark paper."""
    drawing = draw(select(nodes, edges, limits))
    left, top, width, height = drawing.box
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" '
        'role="img" aria-label="A memory as a graph">\n'
        f"<style>\n{settled(read_part('theme.css'))}</style>\n"
        f'<rect class="paper" x="{left}" y="{top}" width="{width}" height="{height}"/>\n'
        f"{drawing.svg}\n</svg>\n"
    )


def picture_html(
    nodes: Iterable[Node], edges: Sequence[Edge], title: str, limits: Limits | None = None
) -> str:
    """Make one self-contained page: the graph, what each node says, and what it rests on.

    Args:
        nodes: all nodes of a space.
        edges: all edges of a space.
        title: shown above the graph.
        limits: room for each layer; None is about 350 nodes in all.
    """
    by_uid = {node.uid: node for node in nodes}
    graph = select(by_uid.values(), edges, limits or Limits())
    drawing = draw(graph)
    left, top, width, height = drawing.box
    evidence = _evidence(by_uid, edges)
    facts = [_card(by_uid[uid], by_uid, evidence) for uid in drawing.uids]
    labels = Counter(node.label for node in by_uid.values())
    filled = {
        "title": escape(title),
        "theme": read_part("theme.css"),
        "style": read_part("page.css"),
        "script": read_part("page.js"),
        "box": f"{left} {top} {width} {height}",
        "graph": drawing.svg,
        "cards": _embed({"cards": facts, "links": _links(graph, drawing)}),
        "counts": escape(_counts(labels, len(edges), graph)),
    }
    page = read_part("page.html")
    # One pass over the template, so that a text that holds a mark is left as it is.
    pieces = page.split("@@")
    return "".join(piece if n % 2 == 0 else filled[piece] for n, piece in enumerate(pieces))


def _card(
    node: Node, by_uid: Mapping[str, Node], evidence: Mapping[str, list[str]]
) -> dict[str, Any]:
    """Say about a node what the page shows when one points at it."""
    spoken = [by_uid[uid] for uid in evidence.get(node.uid, ())[:_MAX_EVIDENCE] if uid in by_uid]
    return {
        "kind": node.label,
        "text": _text_of(node)[:_MAX_TEXT],
        "facts": _details(node, by_uid),
        "said": [_quote(passage, by_uid) for passage in spoken],
        "more": max(0, len(evidence.get(node.uid, ())) - _MAX_EVIDENCE),
    }


def _text_of(node: Node) -> str:
    if isinstance(node, Source):
        return node.title or node.name
    return str(getattr(node, "text", None) or getattr(node, "name", None) or node.uid)


def _details(node: Node, by_uid: Mapping[str, Node]) -> list[list[str]]:
    rows: list[tuple[str, object]] = []
    if isinstance(node, Source):
        rows = [("kind", node.kind), ("name", node.name), ("date", node.at)]
    elif isinstance(node, Passage):
        source = by_uid.get(node.source)
        where = source.name if isinstance(source, Source) else None
        rows = [("speaker", node.speaker), ("source", where), ("date", node.at)]
    elif isinstance(node, Entity):
        rows = [("kind", node.kind), ("also", ", ".join(node.aliases))]
    elif isinstance(node, Event):
        rows = [("speaker", node.speaker), ("from", node.happened_from)]
    elif isinstance(node, Proposition):
        rows = [
            ("status", node.status),
            ("from", node.valid_from),
            ("to", node.valid_to),
            ("confidence", f"{node.confidence:.2f}"),
        ]
    return [[name, _plain(value)] for name, value in rows if value]


def _plain(value: object) -> str:
    # Moments are shown to the day: the hour of a message tells a reader little.
    return str(value)[:10] if hasattr(value, "isoformat") else str(value)


def _quote(node: Node, by_uid: Mapping[str, Node]) -> list[str]:
    if not isinstance(node, Passage):
        return [_text_of(node)[:_MAX_TEXT], ""]
    rows = dict(_details(node, by_uid))
    origin = " · ".join(rows[name] for name in ("speaker", "source", "date") if name in rows)
    return [node.text[:_MAX_TEXT], origin]


def _evidence(by_uid: Mapping[str, Node], edges: Sequence[Edge]) -> dict[str, list[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.kind == "EVIDENCED_BY":
            found[edge.start].add(edge.end)
        elif edge.kind == "MENTIONS":
            found[edge.end].add(edge.start)

    def order(uid: str) -> tuple[str, str]:
        at = getattr(by_uid.get(uid), "at", None)
        return (at.isoformat() if at else "undated", uid)  # dates sort before letters

    return {uid: sorted(passages, key=order) for uid, passages in found.items()}


def _links(graph: Graph, drawing: Drawing) -> list[list[Any]]:
    row_of = {uid: row for row, uid in enumerate(drawing.uids)}
    return [[edge.kind, row_of[edge.start], row_of[edge.end]] for edge in graph.edges]


def _embed(value: object) -> str:
    """Return JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _counts(labels: Mapping[str, int], n_edges: int, graph: Graph) -> str:
    n_nodes = sum(labels.values())
    return (
        f"{n_nodes:,} nodes and {n_edges:,} edges in the memory; "
        f"{len(graph.nodes):,} and {len(graph.edges):,} of them are drawn"
    )
