"""A space read back from TriG or Turtle, with the same uids.

A file that `export_trig` wrote is read in parts, so that memory does not grow with it; one that
another tool wrote is read whole, at about 1.6 kB for each of its triples (40 a node with its
edges). rdflib reads some 25,000 triples a second: JSON Lines is the faster way.
"""

from __future__ import annotations

import tempfile
import warnings
from base64 import b64decode
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from rdflib import BNode, Dataset, Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import RDF
from rdflib.term import Node as Term

from graphmem.core.changes import Vector
from graphmem.core.property_graph import node_from, property_types
from graphmem.errors import InvalidInput
from graphmem.interop.files import look_for
from graphmem.interop.jsonl import Row, import_jsonl, write_rows
from graphmem.interop.rdf_terms import CLOSED, EDGE_CLASS, END, FORMAT, GM, uid_of
from graphmem.ports import GraphStore
from graphmem_schemas import Edge, Node

__all__ = ["import_rdf"]

PART_LINES = 2_000

_PARSE: dict[str, Callable[[str], Any]] = {
    "string": str, "integer": int, "float": float, "boolean": lambda text: text in ("true", "1"),
    "datetime": str,
}  # fmt: skip


class _Odd(Exception):
    """The file is not, or no more, as `export_trig` writes it."""


def import_rdf(
    store: GraphStore, space: str, path: Path, check_embedder: Callable[[str | None], None]
) -> int:
    """Read a TriG or Turtle file of graphmem into the space; return the number of rows.

    All of it is checked before anything is applied. Rows that are there already change nothing.

    Args:
        store: where to.
        space: the space that the rows go into; that of the export is not kept.
        path: the file.
        check_embedder: told the embedder of the vectors; raises if they do not fit.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is no RDF, holds nothing of graphmem or several spaces, or says
            something of a node or an edge that cannot be.
    """
    look_for(path)
    with tempfile.TemporaryDirectory(prefix="graphmem-") as folder:
        rows = Path(folder) / (path.name + ".jsonl")
        reader = _Reader(path)
        try:
            n_rows = write_rows(rows, reader.rows(_parts(path)), lambda: reader.embedder)
        except _Odd:
            reader = _Reader(path)
            n_rows = write_rows(rows, reader.rows([_whole(path)]), lambda: reader.embedder)
        if not (n_rows or reader.said_format):
            raise InvalidInput(f"{str(path)!r} says nothing about a node or a space of <{GM}>")
        return import_jsonl(store, space, rows, check_embedder)


def _parts(path: Path) -> Iterator[Graph]:
    """Yield the file's statements, some lines at a time, where each is on a line of its own."""
    _check_end(path)
    with path.open(encoding="utf-8", errors="strict") as file:
        if file.readline().rstrip("\n") != f"# {FORMAT}":
            raise _Odd
        prefixes, n_graphs = "", 0
        while lines := list(islice(file, PART_LINES)):
            prefixes += "".join(line for line in lines if line.startswith("@prefix "))
            n_graphs += sum(line.endswith("> {\n") for line in lines)
            if n_graphs > 1:
                raise _Odd
            body = [line for line in lines if not line.endswith("> {\n") and line != "}\n"]
            try:
                yield Graph().parse(data=prefixes + "".join(body), format="turtle")
            except Exception as error:  # the parser raises whatever its input leads it to
                raise _Odd from error


def _check_end(path: Path) -> None:
    """Refuse a file that we wrote and that was cut off, or that is no UTF-8.

    Raises:
        InvalidInput: It is such a one.
    """
    first, is_closed, has_graph, last = "", False, False, ""
    try:
        with path.open(encoding="utf-8", errors="strict") as file:
            first = file.readline().rstrip()
            for line in file:
                is_closed |= line.startswith(CLOSED)
                has_graph |= line.endswith("> {\n")
                last = line.strip() or last
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"{str(path)!r} is no UTF-8 ({error.reason}): it was damaged, or written by a tool "
            "that writes otherwise"
        ) from error
    if first != f"# {FORMAT}":
        return
    wanted = END if is_closed else "}"
    if (is_closed or has_graph) and last != wanted:
        raise InvalidInput(f"{str(path)!r} is cut off: its last line is missing; export again")


def _whole(path: Path) -> Graph:
    dataset = Dataset()
    try:
        # rdflib leaves files open that it opened itself, and its parser warns of its own calls.
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            dataset.parse(file, format="trig")
    except Exception as error:
        why = " ".join(str(error).split())[:300]
        raise InvalidInput(f"{str(path)!r} is no TriG or Turtle: {why}") from error
    uid = URIRef(GM + "uid")
    spaces = [graph for graph in dataset.graphs() if (None, uid, None) in graph]
    if len(spaces) > 1:
        names = ", ".join(sorted(str(graph.identifier) for graph in spaces)[:5])
        raise InvalidInput(
            f"{str(path)!r} holds {len(spaces)} spaces ({names}): split it, a graph a file"
        )
    whole = spaces[0] if spaces else dataset.default_graph
    for triple in dataset.default_graph:
        whole.add(triple)
    return whole


class _Reader:
    """Turns graphs into rows.

    Attributes:
        said_format: whether it has met a space.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.embedder: str | None = None
        self.said_format = False
        # Only of nodes whose IRI does not tell: another tool may have renamed them.
        self._uids: dict[Term, str] = {}

    def rows(self, graphs: Iterator[Graph] | list[Graph]) -> Iterator[Row]:
        for graph in graphs:
            self._read_space(graph)
            for label in Node.registry:
                yield from self._each(graph, RDF.type, URIRef(GM + label), self._node)
            yield from self._each(graph, URIRef(GM + "vector"), None, self._vector)
            yield from self._each(graph, RDF.type, URIRef(GM + EDGE_CLASS), self._edge)

    def _each(
        self,
        graph: Graph,
        predicate: URIRef,
        value: URIRef | None,
        make: Callable[[Graph, Term], Row],
    ) -> Iterator[Row]:
        for subject in graph.subjects(predicate, value):
            try:
                yield make(graph, subject)
            except (ValueError, KeyError, TypeError, StopIteration) as error:
                what = "an edge" if isinstance(subject, BNode) else f"<{str(subject)[:120]}>"
                why = str(error).splitlines()[0] if str(error) else type(error).__name__
                raise InvalidInput(
                    f"what {self._path.name} says of {what} is not of graphmem: {why}"
                ) from error

    def _read_space(self, graph: Graph) -> None:
        for space in graph.subjects(RDF.type, URIRef(GM + "Space")):
            self.said_format = True
            embedder = graph.value(space, URIRef(GM + "embedder"))
            self.embedder = self.embedder or (str(embedder) if embedder else None)

    def _node(self, graph: Graph, subject: Term) -> Node:
        classes = {str(value).removeprefix(GM) for value in graph.objects(subject, RDF.type)}
        (label,) = classes & Node.registry.keys()
        types = property_types(label)
        said: dict[str, Any] = {}
        for predicate, value in graph.predicate_objects(subject):
            name = str(predicate).removeprefix(GM)
            kind = types.get(name)
            if kind is None or not str(predicate).startswith(GM):
                continue
            if name in said:
                raise ValueError(f"it has more than one {name}")
            said[name] = _strings(graph, value) if kind == "strings" else _PARSE[kind](str(value))
        node = node_from(label, said)
        if uid_of(str(subject)) != node.uid:
            self._uids[subject] = node.uid
        return node

    def _vector(self, graph: Graph, subject: Term) -> Vector:
        raw = b64decode(str(graph.value(subject, URIRef(GM + "vector"))), validate=True)
        return Vector(self._uid(subject), np.frombuffer(raw, dtype="<f4").astype(np.float32))

    def _edge(self, graph: Graph, subject: Term) -> Edge:
        def one(predicate: URIRef) -> Term:
            values = list(graph.objects(subject, predicate))
            if len(values) != 1:
                name = str(predicate).rpartition("#")[2]
                raise ValueError(f"{len(values)} times {name}, not once")
            return values[0]

        sources: dict[str, float] = {}
        for part in graph.objects(subject, URIRef(GM + "contribution")):
            key = graph.value(part, URIRef(GM + "from_source"), any=False)
            share = graph.value(part, URIRef(GM + "share"), any=False)
            sources[str(key)] = float(str(share))
        role = graph.value(subject, URIRef(GM + "role"))
        span = graph.value(subject, URIRef(GM + "span"))
        return Edge.model_validate(
            {
                "kind": str(one(RDF.predicate)).removeprefix(GM),
                "start": self._uid(one(RDF.subject)),
                "end": self._uid(one(RDF.object)),
                "sources": dict(sorted(sources.items())),
                "role": None if role is None else str(role),
                "span": None if span is None else tuple(map(int, _strings(graph, span))),
            }
        )

    def _uid(self, node: Term) -> str:
        return self._uids.get(node) or uid_of(str(node))


def _strings(graph: Graph, head: Term) -> list[str]:
    return [str(value) for value in Collection(graph, head)]
