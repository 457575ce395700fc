"""One item that was found → its content."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from graphmem.errors import GraphMemError, InvalidInput, NotFound
from graphmem_pipelines.readers.content import Content, Found, ReaderOptions
from graphmem_pipelines.readers.decoding import decode
from graphmem_pipelines.readers.odd import ODD, not_built_so
from graphmem_pipelines.readers.opening import digest_of, read_bytes, read_head
from graphmem_pipelines.readers.sniff import HEAD_BYTES, SPLIT_KINDS, UNKNOWN, sniff
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
    path = found.path
    if path is None:
        raise InvalidInput(
            f"{found.key!r} is one of many in its file: mend that, and add it again"
        )
    try:
        if found.kind == UNKNOWN:  # it was refused when it was found, and may have been mended
            found = replace(found, kind=options.format or _told(path))
        data = read_bytes(path, options.max_bytes)
        return replace(read_data(data, found, options), digest=digest_of((data,)))
    except (InvalidInput, NotFound) as error:
        raise type(error)(f"{found.key!r}: {error}") from error


def _told(path: str) -> str:
    kind = sniff(path, read_head(path, HEAD_BYTES), named=True) or UNKNOWN
    if kind in SPLIT_KINDS:
        raise InvalidInput("it holds many sources: add it again, so that they are found")
    return kind


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
