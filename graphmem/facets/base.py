"""What every side of `Memory` stands on."""

from __future__ import annotations

from graphmem.ports import Clock, GraphStore, Models
from graphmem.wiring import HeldReader, ServedReader
from graphmem.writing.writer import Writer

__all__ = ["Facet"]


class Facet:
    """A side of `Memory`: it checks what comes in, calls the stages, and holds no rules.

    Attributes:
        space: whose memory it is; nothing that is written or read touches another.
    """

    space: str
    _store: GraphStore
    _models: Models
    _clock: Clock
    _writer: Writer
    _reader: HeldReader | ServedReader
