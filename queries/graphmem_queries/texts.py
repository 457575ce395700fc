"""Reads Cypher texts from their files and fills in labels and kinds.

Values are always parameters. A text has holes (`<LABEL>`, `<KIND>`) only where Cypher takes no
parameter, and only words of the schemas' own vocabulary go in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import LiteralString, cast

from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["each", "text"]

_HOLE = re.compile(r"<([A-Z]+)>")


@cache
def _read(name: str) -> str:
    """Return the text of a file without its head of comments."""
    lines = files("graphmem_queries").joinpath(f"{name}.cypher").read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("//"))


@cache
def text(
    name: str, *, label: str = "", labels: tuple[str, ...] = (), kinds: tuple[str, ...] = ()
) -> LiteralString:
    """Return a text; its hole SAID is filled with `store/said`.

    Args:
        name: its file, as "store/seq".
        label: a label of the schemas, for the hole LABEL.
        labels: some of them, any of which will do, for the hole LABELS.
        kinds: edge kinds, for the hole KIND, or for KINDS, where none means any.

    Raises:
        KeyError: A label or kind is not of the schemas, or the text has a hole for which there is
            none.
    """
    for word in filter(None, (label, *labels)):
        if word not in Node.registry:
            raise KeyError(word)
    for word in kinds:
        if word not in EDGE_KINDS:
            raise KeyError(word)
    given = {"LABEL": label, "LABELS": "|".join(labels), "KIND": "|".join(kinds)}
    words = {hole: word for hole, word in given.items() if word}
    words |= {"KINDS": f":{words['KIND']}" if kinds else "", "SAID": _read("store/said")}
    filled = _HOLE.sub(lambda hole: words[hole[1]], _read(name))
    return cast(LiteralString, filled)  # type: ignore[redundant-cast]


def each(texts: Iterable[LiteralString]) -> LiteralString:
    """Join the branches of one statement."""
    return "\nUNION ALL\n".join(texts)
