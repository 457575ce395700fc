"""The statements that keep the embedded projection (Ladybug), filled in for labels and kinds.

Values are parameters wherever the engine takes any; what is filled in are words of the schemas'
own vocabulary, types, and the path of a file that graphmem itself wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from graphmem_schemas import EDGE_KINDS, Node

__all__ = [
    "copy_edges",
    "copy_nodes",
    "counts",
    "create_edges",
    "create_nodes",
    "delete_edges",
    "edge_table",
    "from_file",
    "from_rows",
    "locate",
    "node_table",
    "on_label",
    "plain",
    "replace_nodes",
]

_HOLE = re.compile(r"<([A-Z]+)>")
_NAME = re.compile(r"[A-Za-z_]+")

Pair = tuple[str, str]


@cache
def plain(name: str) -> str:
    """Return a text that has no holes, or whose holes the caller fills."""
    path = files("graphmem_queries").joinpath(f"embedded/{name}.cypher")
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


def _filled(name: str, /, **words: str) -> str:
    return _HOLE.sub(lambda hole: words[hole[1].lower()], plain(name))


def _known(word: str, vocabulary: Iterable[str]) -> str:
    if word not in vocabulary:
        raise KeyError(word)
    return word


def _label(label: str) -> str:
    return _known(label, Node.registry)


def _ends(kind: str, pair: Pair) -> dict[str, str]:
    start, end = pair
    return {"kind": _known(kind, EDGE_KINDS), "start": _label(start), "end": _label(end)}


def _each(part: str, types: Mapping[str, str]) -> str:
    for name in types:
        if not _NAME.fullmatch(name):
            raise KeyError(name)
    return ", ".join(_filled(part, name=name, type=type_) for name, type_ in types.items())


def node_table(label: str, types: Mapping[str, str]) -> str:
    """Make the table of a label.

    Args:
        types: the engine's type of each property, by name.
    """
    return _filled("node_table", label=_label(label), columns=_each("column", types))


def edge_table(kind: str, pairs: Iterable[Pair], types: Mapping[str, str]) -> str:
    """Make the tables of a kind, one for each pair of labels."""
    ends = [_ends(kind, pair) for pair in pairs]
    between = ", ".join(_filled("pair", **words) for words in ends)
    return _filled("edge_table", kind=kind, pairs=between, columns=_each("column", types))


def copy_nodes(label: str, path: Path) -> str:
    """Load a file of nodes."""
    return _filled("copy_nodes", label=_label(label), path=_quoted(path))


def copy_edges(kind: str, pair: Pair, path: Path, *, parallel: bool) -> str:
    """Load a file of edges; not in parallel where a value may hold a line's end."""
    threads = "true" if parallel else "false"
    return _filled("copy_edges", path=_quoted(path), parallel=threads, **_ends(kind, pair))


def on_label(name: str, label: str) -> str:
    """Return a text that is about one label: delete_nodes."""
    return _filled(name, label=_label(label))


def from_rows(types: Mapping[str, str]) -> str:
    """Begin a statement on $rows, whose values it names.

    Args:
        types: the engine's type of each value, by name.
    """
    return _filled("from_rows", values=_each("cast", types))


def from_file(types: Mapping[str, str], path: Path) -> str:
    """Begin a statement on the lines of a file, whose fields it names, in the order of types."""
    return _filled("from_file", columns=_each("column", types), path=_quoted(path))


def create_nodes(label: str, types: Mapping[str, str], source: str) -> str:
    """Make nodes of a source; see `from_rows` and `from_file`."""
    values = _each("value", types)
    return _filled("create_nodes", source=source, label=_label(label), values=values)


def replace_nodes(label: str, types: Mapping[str, str], source: str) -> str:
    """Put nodes that are there into the state that a source says."""
    changes = _each("change", {name: type_ for name, type_ in types.items() if name != "uid"})
    return _filled("replace_nodes", source=source, label=_label(label), changes=changes)


def create_edges(kind: str, pair: Pair, types: Mapping[str, str], source: str) -> str:
    """Make edges of a source, which also names `start` and `stop`."""
    values = _each("value", types)
    return _filled("create_edges", source=source, values=values, **_ends(kind, pair))


def locate(label: str, source: str) -> str:
    """Find which of the uids of a source are nodes of a label."""
    return _filled("locate", source=source, label=_label(label))


def delete_edges(kind: str, pair: Pair) -> str:
    """Remove the edges of $rows."""
    return _filled("delete_edges", **_ends(kind, pair))


def counts(labels: Iterable[str], kinds: Iterable[str]) -> str:
    """Count the nodes of some labels and the edges of some kinds: name, n."""
    nodes = [_filled("count_nodes", label=_label(label)) for label in labels]
    edges = [_filled("count_edges", kind=_known(kind, EDGE_KINDS)) for kind in kinds]
    return "\nUNION ALL\n".join(nodes + edges)


def _quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
