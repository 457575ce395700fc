"""DOCX → a document: headings, paragraphs, items and rows of tables, in order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from graphmem.errors import GraphMemError, InvalidInput, MissingExtra
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.packed import Packed
from graphmem_pipelines.readers.plain import stem
from graphmem_schemas import Document

__all__ = ["from_docx"]

# Pictures are unpacked, too, before anything of the text can be read.
_GROWTH = 4
_MAX_TITLE_CHARS = 300
_LEVEL = re.compile(r"^heading ([1-6])$", re.I)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
# Documents made from the template of python-docx carry its date.
_TEMPLATE_DATE = datetime(2013, 12, 23, 23, 15, tzinfo=UTC)
_BREAKS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def from_docx(data: bytes, key: str, limit: int) -> Document:
    """Return the text of a Word document; what was deleted under review is gone.

    Args:
        data: the file.
        key: names it where it has no title.
        limit: bytes that its text may have when it is unpacked.

    Raises:
        InvalidInput: It is damaged, too large, or has no text.
        MissingExtra: python-docx is not installed.
    """
    try:
        import docx
    except ImportError as error:
        raise MissingExtra("readers", "reading DOCX") from error
    Packed(data, _GROWTH * limit).check_size()
    try:
        document = docx.Document(BytesIO(data))
        lines = list(_lines(document.element.body, _styles(document)))
        facts = document.core_properties
        title, created = facts.title, facts.created
    except GraphMemError:
        raise
    except Exception as error:  # the library lets through whatever its parts raise
        raise InvalidInput(f"it is damaged, or no DOCX: {_said(error)}") from error
    text = "".join(lines).strip()
    if not text:
        raise InvalidInput("it has no text")
    return Document(text=text, title=_title(title, lines) or stem(key), at=_written(created))


def _lines(body: Any, styles: dict[str, str]) -> Iterator[str]:
    """Yield paragraphs with what goes before each; content controls are looked into."""
    for child in body.iterchildren():
        if child.tag == f"{_W}p":
            text = _text(child).strip()
            if text:
                yield _prefix(child, styles) + text
        elif child.tag == f"{_W}tbl":
            yield "\n"
            for row in child.iterchildren(f"{_W}tr"):
                cells = [" ".join(_text(cell).split()) for cell in row.iterchildren(f"{_W}tc")]
                yield "\n" + " | ".join(cells)
        elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins"):
            yield from _lines(child, styles)


def _prefix(paragraph: Any, styles: dict[str, str]) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    name = styles.get(style.get(f"{_W}val"), "") if style is not None else ""
    level = _LEVEL.match(name)
    if level or name.lower() == "title":
        return "\n\n" + "#" * (int(level[1]) if level else 1) + " "
    is_item = paragraph.find(f"{_W}pPr/{_W}numPr") is not None or name.lower().startswith("list")
    return "\n- " if is_item else "\n\n"


def _text(element: Any) -> str:
    """Return what is written in an element, also what was inserted under review."""
    said: list[str] = []
    for node in element.iter():
        if node.tag == f"{_W}t":
            if not _is_double(node, element):
                said.append(node.text or "")
        elif node.tag in _BREAKS and node.getparent().tag == f"{_W}r":
            said.append(_BREAKS[node.tag])
        elif node.tag == f"{_W}p" and node is not element and said:
            said.append("\n")
    return "".join(said)


def _is_double(node: Any, within: Any) -> bool:
    """Whether it says again, for old programs, what is written beside it."""
    return any(above.tag == _MC_FALLBACK for above in node.iterancestors() if above is not within)


def _styles(document: Any) -> dict[str, str]:
    """Return the name of each style, or of the heading that it is based on."""
    names = {}
    for style in document.styles:
        base, name = style, style.name or ""
        for _ in range(10):
            base = getattr(base, "base_style", None)
            if base is None or _LEVEL.match(name):
                break
            name = base.name if _LEVEL.match(base.name or "") else name
        names[style.style_id] = name
    return names


def _title(title: str, lines: list[str]) -> str | None:
    heading = next((line.strip()[2:] for line in lines if line.startswith("\n\n# ")), "")
    return " ".join((title or heading).split())[:_MAX_TITLE_CHARS] or None


def _written(created: datetime | None) -> datetime | None:
    moment = read_moment(created)
    return None if moment == _TEMPLATE_DATE else moment


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {str(error)[:200]}"
