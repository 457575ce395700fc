"""A whole space as RDF: TriG with the space as a named graph, or Turtle.

Every node says its properties under the names that they have everywhere. Beside them stand
PROV-O (where something is from, when it was recorded and retired) and OWL-Time (when a fact held,
when an event took place), for tools that know these and not us. An edge is a plain triple, and an
`rdf:Statement` that says what RDF has no room for: weight, what each source contributes, role
and span.

Every statement is on a line of its own, so that the file can be read in parts. The last line is a
comment, so that a file that was cut off is not taken for a whole one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TextIO

from graphmem.core.changes import Vector
from graphmem.core.property_graph import node_properties
from graphmem.interop.files import write_whole
from graphmem.interop.rdf_terms import (
    CLOSED,
    END,
    FORMAT,
    PREFIXES,
    PROV_ENTITIES,
    literal,
    node_term,
    space_iri,
)
from graphmem.interop.whole import edges_of, nodes_of, vectors_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Event, Node, Passage, Proposition, Source

__all__ = ["export_trig", "export_turtle"]

_HEAD = f"# {FORMAT}\n"


def export_trig(
    store: GraphStore, space: str, path: Path, embedder: str | None, *, vectors: bool = False
) -> int:
    """Write the space to a TriG file, as one named graph; return the number of rows.

    Args:
        store: where from.
        space: the space.
        path: the file.
        embedder: whose vectors the store holds.
        vectors: whether the vectors go along, as base64 of little-endian float32.

    Raises:
        InvalidInput: The path is no place for a file, or it cannot be written.
        StoreBusy: Others wrote to the space all the time.

    Complexity: a batch of the feed is held at a time, whatever the size of the space.
    """
    return _export(store, space, path, embedder, vectors, True)


def export_turtle(
    store: GraphStore, space: str, path: Path, embedder: str | None, *, vectors: bool = False
) -> int:
    """Write the space to a Turtle file, which has no named graphs; see `export_trig`."""
    return _export(store, space, path, embedder, vectors, False)


def _export(
    store: GraphStore, space: str, path: Path, embedder: str | None, vectors: bool, named: bool
) -> int:
    def write(file: TextIO) -> int:
        n_rows = 0
        file.write(f"{CLOSED}\n")
        file.writelines(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
        file.write(f"@prefix n: <{space_iri(space)}/> .\n")
        file.write(_about(space, embedder if vectors else None))
        file.write(f"<{space_iri(space)}> {{\n" if named else "")
        for line in _lines(store, space, vectors=vectors):
            file.write(line)
            n_rows += 1
        file.write("}\n" if named else "")
        file.write(f"{END}\n")
        return n_rows

    return write_whole(store, space, path, _HEAD, write)


def _about(space: str, embedder: str | None) -> str:
    of = f" ; gm:embedder {literal(embedder)}" if embedder else ""
    said = f"gm:format {literal(FORMAT)} ; gm:space {literal(space)}{of}"
    return f"<{space_iri(space)}> a gm:Space ; {said} .\n"


def _lines(store: GraphStore, space: str, *, vectors: bool) -> Iterator[str]:
    for node in nodes_of(store, space):
        yield f"{node_term(space, node.uid)} {' ; '.join(_said_of(node, space))} .\n"
    for vector in vectors_of(store, space) if vectors else ():
        yield _vector(vector, space)
    for edge in edges_of(store, space):
        yield _edge(edge, space)


def _said_of(node: Node, space: str) -> Iterator[str]:
    yield f"a gm:{node.label}" + (", prov:Entity" if node.label in PROV_ENTITIES else "")
    for name, value in node_properties(node).items():
        yield f"gm:{name} {literal(value)}"
    yield f"prov:generatedAtTime {literal(node.recorded_at)}"
    if isinstance(node, Passage):
        yield f"prov:wasQuotedFrom {node_term(space, node.source)}"
    if isinstance(node, Source) and node.at:
        yield f"time:hasTime {_instant(node.at)}"
    if isinstance(node, Event) and (node.happened_from or node.happened_to):
        yield f"time:hasTime {_interval(node.happened_from, node.happened_to)}"
    if isinstance(node, Proposition):
        if node.valid_from or node.valid_to:
            yield f"time:hasTime {_interval(node.valid_from, node.valid_to)}"
        if node.retired_at:
            yield f"prov:invalidatedAtTime {literal(node.retired_at)}"


def _interval(start: datetime | None, end: datetime | None) -> str:
    said = ["a time:Interval"]
    if start:
        said.append(f"time:hasBeginning {_instant(start)}")
    if end:
        said.append(f"time:hasEnd {_instant(end)}")
    return f"[ {' ; '.join(said)} ]"


def _instant(moment: datetime) -> str:
    stamp = f'"{moment.isoformat()}"^^xsd:dateTimeStamp'
    return f"[ a time:Instant ; time:inXSDDateTimeStamp {stamp} ]"


def _vector(vector: Vector, space: str) -> str:
    raw = b64encode(vector.values.astype("<f4").tobytes()).decode()
    return f'{node_term(space, vector.uid)} gm:vector "{raw}"^^xsd:base64Binary .\n'


def _edge(edge: Edge, space: str) -> str:
    start, end = node_term(space, edge.start), node_term(space, edge.end)
    derived = f" ; prov:wasDerivedFrom {end}" if edge.kind == "EVIDENCED_BY" else ""
    said = [
        f"rdf:subject {start}", f"rdf:predicate gm:{edge.kind}", f"rdf:object {end}",
        f"gm:weight {literal(edge.weight)}",
    ]  # fmt: skip
    said += [
        f"gm:contribution [ gm:from_source {literal(key)} ; gm:share {literal(share)} ]"
        for key, share in edge.sources.items()
    ]
    if edge.role is not None:
        said.append(f"gm:role {literal(edge.role)}")
    if edge.span is not None:
        said.append(f"gm:span {literal(list(edge.span))}")
    return f"{start} gm:{edge.kind} {end}{derived} . [] a gm:Edge ; {' ; '.join(said)} .\n"
