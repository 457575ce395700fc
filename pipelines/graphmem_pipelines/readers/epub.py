"""EPUB → a document: its chapters in the order of reading."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from urllib.parse import unquote

from graphmem.errors import InvalidInput, MissingExtra
from graphmem_pipelines.readers.decoding import decode
from graphmem_pipelines.readers.html import read_page
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.packed import Packed
from graphmem_pipelines.readers.plain import stem
from graphmem_schemas import Document

__all__ = ["from_epub"]

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document"))
# In XHTML these may be closed as they open; as HTML they would swallow the rest of the page.
_CLOSED_AT_ONCE = re.compile(r"<(title|script|style|textarea|iframe|noscript)\b[^<>]*/>", re.I)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_MAX_TITLE_CHARS = 300


def from_epub(data: bytes, key: str, limit: int) -> Document:
    """Return the text of a book.

    Args:
        data: the file.
        key: names it where it has no title.
        limit: bytes that its text may have when it is unpacked.

    Raises:
        InvalidInput: It is damaged, protected, too large, or has no text.
        MissingExtra: lxml is not installed.
    """
    book = Packed(data, limit)
    root = _xml(book.read(_CONTAINER)).find(".//{*}rootfile")
    if root is None:
        raise InvalidInput("it is no EPUB: it does not say where its contents are")
    place = str(root.get("full-path"))
    package = _xml(book.read(place))
    texts = [_chapter(book, name) for name in _spine(package, posixpath.dirname(place))]
    text = "\n\n".join(filter(None, texts))
    if not text:
        protected = " and is protected (DRM)" if _ENCRYPTION in book.names else ""
        raise InvalidInput(f"it has {len(texts)} chapters, no text{protected}")
    title = " ".join((package.findtext(".//{*}title") or "").split())
    return Document(
        text=text,
        title=title[:_MAX_TITLE_CHARS] or stem(key),
        at=read_moment(package.findtext(".//{*}date")),
    )


def _spine(package: Any, folder: str) -> list[str]:
    """Return the names of the parts with text, in the order of reading."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    names = []
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        if item.get("properties") == "nav":
            continue
        names.append(posixpath.normpath(posixpath.join(folder, unquote(item.get("href", "")))))
    return names


def _chapter(book: Packed, name: str) -> str:
    text = _DECLARATION.sub("", decode(book.read(name)))
    return read_page(_CLOSED_AT_ONCE.sub("", text)).text()


def _xml(data: bytes) -> Any:
    """Parse a part; entities are left alone, so that none can grow or fetch."""
    try:
        from lxml import etree  # pyright: ignore[reportAttributeAccessIssue]
    except ImportError as error:
        raise MissingExtra("readers", "reading EPUB") from error
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise InvalidInput(f"it is damaged: {error}") from error
