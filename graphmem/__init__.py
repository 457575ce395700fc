"""Long-term memory for LLM agents, kept as a graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphmem.aio import AsyncMemory
    from graphmem.errors import GraphMemError
    from graphmem.memory import Memory

__all__ = ["AsyncMemory", "GraphMemError", "Memory"]


def __getattr__(name: str) -> object:
    # Loaded when asked for, so that `import graphmem` and the command line start at once.
    if name == "Memory":
        from graphmem.memory import Memory

        return Memory
    if name == "AsyncMemory":
        from graphmem.aio import AsyncMemory

        return AsyncMemory
    if name == "GraphMemError":
        from graphmem.errors import GraphMemError

        return GraphMemError
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
