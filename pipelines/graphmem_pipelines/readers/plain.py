"""Plain text and Markdown → documents, verbatim."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import PurePosixPath

from graphmem_pipelines.readers.moments import read_moment
from graphmem_schemas import Document

__all__ = ["from_markdown", "from_text", "stem"]

_FRONT_MATTER = re.compile(
    r"\A---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*$\n?", re.DOTALL | re.MULTILINE
)
_FIELD = re.compile(r"^(title|date|created|published)[ \t]*:[ \t]*(.+?)[ \t]*$", re.I | re.M)
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"^ {0,3}#[ \t]+(.+?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r"^ {0,3}=+[ \t]*$")
_RST_LINE = re.compile(r"^([=\-~^\"'*#+`:.])\1{2,}[ \t]*$")
_MAX_TITLE_CHARS = 300
_MAX_FRONT_MATTER_CHARS = 20_000


def from_text(text: str, key: str) -> Document:
    """Return the text as it is, titled by its underlined first line, or else by its file."""
    lines = [line for line in text[:2_000].splitlines() if line.strip()][:3]
    if lines and _RST_LINE.match(lines[0]):
        lines = lines[1:]
    underlined = len(lines) > 1 and _RST_LINE.match(lines[1])
    return Document(text=text, title=_short(lines[0]) if underlined else stem(key))


def from_markdown(text: str, key: str) -> Document:
    """Return Markdown without its front matter, titled by that or by its first H1.

    Headings stay where they are: passages are titled by them.
    """
    fields: dict[str, str] = {}
    matter = _FRONT_MATTER.match(text, 0, _MAX_FRONT_MATTER_CHARS)
    if matter:
        text = text[matter.end() :]
        fields = {name.lower(): value.strip("'\"") for name, value in _FIELD.findall(matter[1])}
    title = fields.get("title") or _first_heading(text) or PurePosixPath(key).stem
    return Document(text=text, title=_short(title), at=_date(fields))


def stem(key: str) -> str | None:
    """Return the name of a file without its folders and suffix, for a title."""
    return _short(PurePosixPath(key).stem)


def _date(fields: dict[str, str]) -> datetime | None:
    said = (fields.get(name) for name in ("date", "published", "created"))
    return next((moment for moment in map(read_moment, said) if moment), None)


def _first_heading(text: str) -> str | None:
    fence, before = "", ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if fence:
            closes = mark and mark[1].startswith(fence) and not line.strip(" `~")
            fence = "" if closes else fence
            continue
        if mark:
            fence = mark[1]
            continue
        heading = _HEADING.match(line)
        if heading:
            return heading[1]
        if before.strip() and _UNDERLINE.match(line):
            return before.strip()
        before = line
    return None


def _short(title: str) -> str | None:
    return " ".join(title.split())[:_MAX_TITLE_CHARS] or None
