"""Durable batch jobs over graphmem: ingest files, extract with an LLM, keep a memory in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmem_pipelines.ingestion import ingest
    from graphmem_pipelines.readers.content import ReaderOptions

__all__ = ["ReaderOptions", "ingest"]


def __getattr__(name: str) -> object:
    # Loaded when asked for, as in graphmem.
    if name == "ingest":
        from graphmem_pipelines.ingestion import ingest

        return ingest
    if name == "ReaderOptions":
        from graphmem_pipelines.readers.content import ReaderOptions

        return ReaderOptions
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
