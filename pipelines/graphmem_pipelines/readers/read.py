"""One item that was found → its content."""

from __future__ import annotations

from collections.abc import Callable

from graphmem.errors import GraphMemError, InvalidInput, NotFound
from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.decoding import decode
from graphmem_pipelines.readers.odd import ODD, not_built_so
from graphmem_pipelines.readers.opening import read_bytes
from graphmem_schemas import Document

__all__ = ["read", "read_data"]

Reader = Callable[[bytes, Found, ReaderOptions], Content]


def read(found: Found, options: ReaderOptions) -> Content:
    """Read an item; works in another process than the one that found it.

    Raises:
        InvalidInput: It cannot be read; the message says why.
        NotFound: It is no longer there.
        MissingExtra: Its reader needs `graphmem[readers]`.
    """
    if found.problem is not None:
        raise InvalidInput(f"{found.key!r}: {found.problem}")
    if found.content is not None:
        return found.content
    if found.path is None:
        raise InvalidInput(f"{found.key!r} has neither a path nor a content")
    try:
        return read_data(read_bytes(found.path, options.max_bytes), found, options)
    except (InvalidInput, NotFound) as error:
        raise type(error)(f"{found.key!r}: {error}") from error


def read_data(data: bytes, found: Found, options: ReaderOptions) -> Content:
    """Read what a file of one source holds.

    Raises:
        InvalidInput: It cannot be read; the message says why.
        MissingExtra: Its reader needs `graphmem[readers]`.
    """
    if len(data) > options.max_bytes:
        raise InvalidInput(f"it has more than {options.max_bytes:,} bytes: split it")
    if not data.strip():
        raise InvalidInput("it is empty")
    if found.kind not in _READERS:
        raise InvalidInput(f"there is no reader {found.kind!r} for a file")
    try:
        return _READERS[found.kind](data, found, options)
    except GraphMemError:
        raise
    except ODD as error:
        raise not_built_so(error, found.kind) from error


def _document(document: Document, found: Found) -> Content:
    return Content(found.key, document=document)


def _text(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.plain import from_text

    return _document(from_text(decode(data, options.encoding), found.key), found)


def _markdown(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.plain import from_markdown

    return _document(from_markdown(decode(data, options.encoding), found.key), found)


def _html(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.html import from_html

    return _document(from_html(data, found.key, options.encoding), found)


def _pdf(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.pdf import from_pdf

    return _document(from_pdf(data, found.key), found)


def _docx(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.docx import from_docx

    return _document(from_docx(data, found.key, options.max_bytes), found)


def _epub(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.epub import from_epub

    return _document(from_epub(data, found.key, options.max_bytes), found)


def _whatsapp(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.whatsapp import from_whatsapp

    text = decode(data, options.encoding)
    return from_whatsapp(text, found.key, day_first=options.day_first)


def _slack(data: bytes, found: Found, options: ReaderOptions) -> Content:
    from graphmem_pipelines.readers.slack import from_slack_day

    return from_slack_day(data, found.key, found.path)


_READERS: dict[str, Reader] = {
    "text": _text,
    "markdown": _markdown,
    "html": _html,
    "pdf": _pdf,
    "docx": _docx,
    "epub": _epub,
    "slack": _slack,
    "whatsapp": _whatsapp,
}
