"""How results reach stdout: one JSON object for machines, plain readable text for people."""

from __future__ import annotations

import json
import shlex
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graphmem.cli.escaped import escaped
from graphmem.cli.session import Session
from graphmem.core.origins import day_of, origin
from graphmem.core.uids import is_content_uid

if TYPE_CHECKING:
    from pydantic import BaseModel

    from graphmem_schemas import Citation, Hit, Node

__all__ = [
    "citation_line",
    "counted",
    "counts_table",
    "day",
    "emit",
    "hit_lines",
    "named",
    "node_payload",
    "program",
    "room",
    "told_parts",
    "wrapped",
]

WIDTH = 96
# Of a text that stands for its source.
MAX_WORDS = 40

_N_PARTS = 6
# What makes scores comparable says nothing of a hit.
_SCALE = "collection"
# What people said of a hit is told however little it is.
_TOLD = "credit"


def emit(
    session: Session,
    result: BaseModel | Mapping[str, Any],
    lines: Callable[[], Iterable[str]],
) -> None:
    """Print a result once: as one JSON object under `--json`, else as the given lines.

    Control characters of the lines are shown, not sent: what is stored may come from anybody.
    """
    if session.as_json:
        payload = result if isinstance(result, Mapping) else result.model_dump(mode="json")
        sys.stdout.write(json.dumps(payload, ensure_ascii=False, default=str) + "\n")
        return
    for line in lines():
        sys.stdout.write(escaped(line) + "\n")


def node_payload(node: Node) -> dict[str, Any]:
    """Return a node as JSON values, its label first."""
    return {"label": node.label, **node.model_dump(mode="json")}


def room(n_bytes: int) -> str:
    """Return ", 1.5 MB"; "" for a store that does not know what it takes."""
    return f", {n_bytes / 1e6:,.1f} MB" if n_bytes else ""


def counted(number: int, what: str, plural: str | None = None) -> str:
    """Return a number with its noun: "1 file", "2,000 files"."""
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def day(moment: datetime | None) -> str:
    """Return the date of a moment, or nothing where there is none."""
    return day_of(moment)


def wrapped(text: str, indent: str = "   ") -> list[str]:
    """Break a text into lines that fit a terminal."""
    return textwrap.wrap(
        " ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent
    )


def named(source: str | None, text: str) -> str:
    """Return the name of a source; the first words of a text whose source nobody named."""
    if source is None or not is_content_uid(source):
        return source or ""
    words = textwrap.shorten(text, MAX_WORDS, placeholder=" …")
    return f"“{words}” (source {source})"


def citation_line(citation: Citation, text: str) -> str:
    """Write what a citation stands for.

    Args:
        text: of its passage, whose words stand for a source that nobody named.
    """
    told = origin([named(citation.source, text), citation.ref], citation.at)
    return f"[{citation.number}] {' · '.join(told)}"


def told_parts(hit: Hit) -> str:
    """Return the largest parts of a hit's score, in their order, and how many more there are."""
    told = [part for part in hit.parts if part.value and part.name != _SCALE]
    ranked = sorted(
        range(len(told)), key=lambda at: (told[at].name != _TOLD, -abs(told[at].value))
    )
    kept = sorted(ranked[:_N_PARTS])
    words = " + ".join(f"{told[at].name} {told[at].value:.2f}" for at in kept)
    return words + (f", and {len(told) - len(kept)} more" if len(told) > len(kept) else "")


def hit_lines(number: int, hit: Hit, *, why: bool = False) -> list[str]:
    """Write one hit: where it is from, what it says, and on request how it came up."""
    source = named(hit.source, hit.text) or hit.kind
    told = " · ".join(origin([source, hit.ref, hit.speaker], hit.at))
    lines = [f"{number}. [{hit.score:.3f}] {told}", *wrapped(hit.text)]
    if hit.superseded_by:
        lines.append(f"   no longer so: superseded by {hit.superseded_by}")
    if why:
        lines.append(f"   why: {told_parts(hit) or 'no parts given'}")
        lines.extend(
            f"        {step.start} -{step.kind}- {step.end}  {step.text}" for step in hit.why
        )
    return lines


def counts_table(counts: Mapping[str, int], title: str) -> list[str]:
    """Write counts one a line, biggest first, names in one column."""
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [title, *(f"  {name:<16} {count:>10,}" for name, count in ranked if count)]


def program() -> str:
    """Return how this program can be called again from the working folder."""
    called = Path(sys.argv[0])
    if called.name != "graphmem":  # python -m graphmem
        return shlex.join([sys.executable, "-m", "graphmem"])
    if shutil.which("graphmem") == str(called):
        return "graphmem"
    here = Path.cwd()
    return shlex.quote(str(called.relative_to(here) if called.is_relative_to(here) else called))
