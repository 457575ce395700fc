"""One item that was found → its content."""

from __future__ import annotations

from graphmem.errors import NotSupported
from graphmem_pipelines.readers.content import Content, Found, ReaderOptions

__all__ = ["read"]


def read(found: Found, options: ReaderOptions) -> Content:
    """Read an item; works in another process than the one that found it.

    Raises:
        InvalidInput: It cannot be read; the message says why.
        NotFound: It is no longer there.
        MissingExtra: Its reader needs `graphmem[readers]`.
    """
    raise NotSupported("readers are not there yet")
