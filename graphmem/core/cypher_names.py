"""The names that a Cypher statement may use, for whoever named what is not there."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from graphmem.core.property_graph import EDGE_PROPERTIES, property_types
from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["known_properties", "known_tables", "knows_property", "knows_table"]

_WORD = re.compile(r"\w+")
_OF_ALL = ("uid", "space")
_OF_EDGES = ("space", *EDGE_PROPERTIES)


def knows_table(name: str) -> bool:
    """Whether it is a label or a relationship."""
    return name in Node.registry or name in EDGE_KINDS


def knows_property(name: str) -> bool:
    """Whether a node of any label, or a relationship, may have it."""
    return name in _properties((*Node.registry, *EDGE_KINDS))


def known_tables(name: str) -> str:
    """Say which labels and relationships there are, and which is nearest to a name."""
    labels, kinds = sorted(Node.registry), sorted(EDGE_KINDS)
    return (
        f"{_nearest(name, (*labels, *kinds))}there are the labels {', '.join(labels)}, and the "
        f"relationships {', '.join(kinds)}"
    )


def known_properties(name: str, variable: str, statement: str) -> str:
    """Say which properties there are of what a statement calls by a variable.

    Args:
        name: of the property that is not there.
        variable: "" where it is not known whose property it is.
        statement: which says what the variable stands for: (n:Entity), [e:CAUSES|NEXT].
    """
    tables = _stands_for(variable, statement) if variable else []
    known = _properties(tables or (*Node.registry, *EDGE_KINDS))
    whose = f"of {', '.join(tables)} " if tables else ""
    return f"{_nearest(name, known)}there are the properties {whose}{', '.join(known)}"


def _stands_for(variable: str, statement: str) -> list[str]:
    written = re.findall(rf"[(\[]\s*{re.escape(variable)}\s*:([^)\]{{*]+)", statement)
    words = [word for part in written for word in _WORD.findall(part)]
    return [word for word in dict.fromkeys(words) if knows_table(word)]


def _properties(tables: Iterable[str]) -> list[str]:
    names: set[str] = set()
    for table in tables:
        names.update((*_OF_ALL, *property_types(table)) if table in Node.registry else _OF_EDGES)
    return sorted(names)


def _nearest(name: str, known: Iterable[str]) -> str:
    by_key = {one.casefold(): one for one in known}
    near = difflib.get_close_matches(name.casefold(), by_key, n=1)
    return f"did you mean {by_key[near[0]]}? " if near else ""
