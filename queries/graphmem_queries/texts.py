"""Reads Cypher texts from their files and fills in labels and kinds.

Values are always parameters. A text has holes (`<LABEL>`, `<KIND>`) only where Cypher takes no
parameter, and only words of the schemas' own vocabulary go in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["columns", "each", "text"]

_HOLE = re.compile(r"<([A-Z]+)>")
_NAME = re.compile(r"[a-z_]+")


@cache
def _read(name: str) -> str:
    """Return the text of a file without its head of comments."""
    lines = files("graphmem_queries").joinpath(f"{name}.cypher").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


@cache
def text(
    name: str, *, label: str = "", kinds: tuple[str, ...] = (), columns: str = ""
) -> LiteralString:
    """Return a text.

    Args:
        name: its file, as "store/seq".
        label: a label of the schemas, for the hole LABEL.
        kinds: edge kinds, for the hole KIND, or for KINDS, where none means any.
        columns: what the function `columns` made, for the hole VALUES.

    Raises:
        KeyError: A label or kind is not of the schemas.
    """
    for word, known in ((label, Node.registry), *((kind, EDGE_KINDS) for kind in kinds)):
        if word and word not in known:
            raise KeyError(word)
    words = {
        "LABEL": label,
        "KIND": "|".join(kinds),
        "KINDS": f":{'|'.join(kinds)}" if kinds else "",
        "VALUES": columns,
    }
    filled = _HOLE.sub(lambda hole: words[hole[1]], _read(name))
    return cast(LiteralString, filled)  # type: ignore[redundant-cast]


def each(texts: Iterable[LiteralString]) -> LiteralString:
    """Join the branches of one statement."""
    return "\nUNION ALL\n".join(texts)


def columns(types: Mapping[str, str]) -> str:
    """Return the list of a node's properties as they are read.

    Args:
        types: the type of each property by name, in the order of the columns.

    Raises:
        KeyError: A name cannot be one of a property.
    """
    parts = []
    for name, kind in types.items():
        if not _NAME.fullmatch(name):
            raise KeyError(name)
        part = _read("store/moment" if kind == "datetime" else "store/value")
        parts.append(part.replace("<NAME>", name))
    return ", ".join(parts)
