"""A whole space as GraphML, as Gephi, yEd, NetworkX and igraph read it.

GraphML has no lists, no dates and no nulls: lists are joined by "; ", dates are ISO 8601 in UTC,
what is not said has no element. A node shows `label` (what it says, shortened: Gephi's word for
the text beside it) and `labels` (what it is: "Passage"); an edge shows its kind as `label`.
Characters that XML cannot hold are left out of texts and percent-encoded in ids. Vectors are
left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote
from xml.sax.saxutils import escape

from graphmem.core.property_graph import edge_properties, node_properties, property_types
from graphmem.errors import InvalidInput
from graphmem.interop.files import write_whole
from graphmem.interop.whole import edges_of, nodes_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Node

__all__ = ["export_graphml"]

SEPARATOR = "; "
MAX_CAPTION_CHARS = 60

_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!-- graphmem-graphml-1 -->\n'
_OPEN = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns'
    ' http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">\n'
)
_TYPES = {"integer": "long", "float": "double", "boolean": "boolean"}
_EDGE_KEYS = {
    "label": "string", "weight": "double", "sources": "string", "shares": "string",
    "role": "string", "span": "string",
}  # fmt: skip
_NOT_XML = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
)
# A parser would read a bare carriage return as a line feed.
_ENTITIES = {"\r": "&#13;", '"': "&quot;"}
_ID_CHARS = "!#$&'()*+,/:;=?@[]"


def export_graphml(
    store: GraphStore, space: str, path: Path, embedder: str | None, *, vectors: bool = False
) -> int:
    """Write the space to a file and return the number of nodes and edges.

    Raises:
        InvalidInput: Vectors are wanted, or the path is no place for a file, or it cannot be
            written.
        StoreBusy: Others wrote to the space all the time.

    Complexity: a batch of the feed is held at a time, whatever the size of the space.
    """
    if vectors:
        raise InvalidInput("GraphML has no place for vectors: export .jsonl or .trig for them")

    def write(file: TextIO) -> int:
        n_rows = 0
        file.write(_OPEN)
        file.writelines(_keys())
        file.write('<graph id="space" edgedefault="directed">\n')
        for node in nodes_of(store, space):
            file.write(_node(node))
            n_rows += 1
        for number, edge in enumerate(edges_of(store, space)):
            file.write(_edge(number, edge))
            n_rows += 1
        file.write("</graph>\n</graphml>\n")
        return n_rows

    return write_whole(store, space, path, _HEAD, write)


def _keys() -> Iterator[str]:
    """Declare every attribute that a node or an edge may have, with its type."""
    kinds: dict[str, str] = {"label": "string", "labels": "string"}
    for label in sorted(Node.registry):
        for name, kind in property_types(label).items():
            wanted = _TYPES.get(kind, "string")
            # One name may be a number here and a text there: then it is a text everywhere.
            kinds[name] = wanted if kinds.get(name, wanted) == wanted else "string"
    for of, keys in (("node", kinds), ("edge", _EDGE_KEYS)):
        for name, wanted in keys.items():
            yield f'<key id="{of}-{name}" for="{of}" attr.name="{name}" attr.type="{wanted}"/>\n'


def _node(node: Node) -> str:
    said = {"label": _caption(node), "labels": node.label, **node_properties(node)}
    return f'<node id="{_id(node.uid)}">{_data("node", said)}</node>\n'


def _edge(number: int, edge: Edge) -> str:
    said = {"label": edge.kind, **edge_properties(edge)}
    ends = f'source="{_id(edge.start)}" target="{_id(edge.end)}"'
    return f'<edge id="e{number}" {ends}>{_data("edge", said)}</edge>\n'


def _data(of: str, properties: Mapping[str, Any]) -> str:
    return "".join(
        f'<data key="{of}-{name}">{_text(value)}</data>' for name, value in properties.items()
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        value = SEPARATOR.join(str(one) for one in value)
    return escape(str(value).translate(_NOT_XML), _ENTITIES)


def _caption(node: Node) -> str:
    text = " ".join(str(getattr(node, "name", None) or getattr(node, "text", node.uid)).split())
    return text if len(text) <= MAX_CAPTION_CHARS else text[: MAX_CAPTION_CHARS - 1] + "…"


def _id(uid: str) -> str:
    """Return the uid as an attribute's value; no two uids give the same."""
    return escape(quote(uid, safe=_ID_CHARS, errors="surrogatepass"), _ENTITIES)
