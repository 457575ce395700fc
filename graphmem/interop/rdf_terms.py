"""How the graph's names and values are written in RDF; the ontology says what they mean.

Classes and properties have the names of labels, fields and edge kinds. A node's IRI holds its
space and its uid, percent-encoded, so that exports of two spaces can be put together.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

__all__ = [
    "CLOSED", "EDGE_CLASS", "END", "FORMAT", "GM", "PREFIXES", "PROV_ENTITIES", "XSD_TYPES",
    "literal", "node_iri", "node_term", "space_iri", "uid_of",
]  # fmt: skip

FORMAT = "graphmem-trig-1"
CLOSED, END = "# closed by its last line", "# end"
"""What the second line of a file says that has such a last line: comments, to other tools."""
GM = "urn:graphmem:ontology#"
"""No domain is ours, so the ontology has a name and no address."""

PREFIXES = {
    "gm": GM,
    "prov": "http://www.w3.org/ns/prov#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "time": "http://www.w3.org/2006/time#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
EDGE_CLASS = "Edge"
PROV_ENTITIES = frozenset(
    ("Source", "Passage", "Event", "Proposition", "Prescription", "Hyperedge", "Insight")
)
"""What evidence is, and what may rest on it."""
XSD_TYPES = {
    "string": "string", "integer": "integer", "float": "double", "boolean": "boolean",
    "datetime": "dateTime",
}  # fmt: skip
_PLAIN = re.compile(r"[0-9A-Za-z_]+")


def space_iri(space: str) -> str:
    """Return the IRI of a space, which is also that of its named graph."""
    return f"urn:graphmem:space/{_quoted(space)}"


def node_iri(space: str, uid: str) -> str:
    """Return the IRI of a node."""
    return f"{space_iri(space)}/{_quoted(uid)}"


def node_term(space: str, uid: str) -> str:
    """Return the IRI of a node as Turtle writes it, where `n:` stands for the space."""
    return f"n:{uid}" if _PLAIN.fullmatch(uid) else f"<{node_iri(space, uid)}>"


def uid_of(iri: str) -> str:
    """Return the uid that a node's IRI holds."""
    return unquote(iri.rpartition("/")[2], errors="surrogatepass")


def literal(value: Any) -> str:
    """Return a value as Turtle writes it, on one line.

    A string is written with the escapes of JSON, all of which Turtle has too.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f'"{value!r}"^^xsd:double'
    if isinstance(value, datetime):
        return f'"{value.isoformat()}"^^xsd:dateTime'
    if isinstance(value, list):
        return f"({' '.join(map(literal, value))})" if value else "()"
    return json.dumps(value, ensure_ascii=False)


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="surrogatepass")
