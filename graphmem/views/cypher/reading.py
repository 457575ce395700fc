"""Runs statements of users on a file, and says what became of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphmem.core.cypher_names import known_properties, known_tables
from graphmem.errors import GraphMemError, InvalidInput, StatementTimedOut, StoreError
from graphmem.views.cypher.engines import Engines
from graphmem.views.cypher.process import Engine

__all__ = ["Answer", "Reading"]

# Until then the engine should have stopped by itself, which costs no new process.
_GRACE_S = 0.5
# As the engine words it.
_NO_TABLE = re.compile(r"Table (\w+) does not exist")
_NO_PROPERTY = re.compile(r"Cannot find property (\w+) for (\w+)")

Answer = tuple[list[str], list[list[Any]], bool]
"""The columns, rows in the engine's values, and whether there were more."""


class Reading:
    """An intact file that statements are run on; for many threads at once."""

    def __init__(self, path: Path, engines: Engines) -> None:
        """Open the file.

        Raises:
            StoreError: The engine cannot open it.
        """
        self._path, self._engines = path, engines
        with engines.lent(path, None):
            pass

    def run(
        self, statement: str, parameters: Mapping[str, Any], *, limit: int, timeout_s: float
    ) -> Answer:
        """Run one statement that was checked.

        Raises:
            InvalidInput: The engine does not understand it, or it needs too much memory.
            StatementTimedOut: It took longer than it may.
            StoreBusy: Others kept all engines for as long.
            StoreError: It broke the engine.
        """
        request = {
            "statement": statement, "parameters": dict(parameters), "limit": limit,
            "timeout_s": timeout_s,
        }  # fmt: skip
        with self._engines.lent(self._path, timeout_s) as engine:
            answer = engine.ask(request, timeout_s + _GRACE_S)
            if answer is None:
                raise _ended(engine, timeout_s)
            if "large" in answer:
                raise _too_large(answer["large"])
        if "refused" in answer:
            raise _refused(answer["refused"], statement, timeout_s)
        return answer["columns"], answer["rows"], answer["cut"]

    def close(self) -> None:
        """Let go of the file; closing twice is fine."""
        self._engines.let_go(self._path)


def _ended(engine: Engine, timeout_s: float) -> GraphMemError:
    if engine.was_late:
        return _timed_out(timeout_s)
    return StoreError(
        f"the statement broke the engine ({engine.end()}); nothing is lost, and others go on. It "
        "may have met a moment outside of the years 1 to 9999 or needed too much memory: write it "
        "in another way"
    )


def _timed_out(timeout_s: float) -> StatementTimedOut:
    return StatementTimedOut(
        f"the statement took longer than {timeout_s:g} s and was stopped; narrow it with "
        "WHERE or LIMIT, or allow it more time"
    )


def _too_large(why: str) -> InvalidInput:
    return InvalidInput(
        f"the statement needs more MiB than one may take ({why}); count or limit instead of "
        "collecting"
    )


def _refused(why: str, statement: str, timeout_s: float) -> GraphMemError:
    if why.startswith("Interrupted"):
        return _timed_out(timeout_s)
    if "Unable to allocate memory" in why or "bad_alloc" in why:
        return _too_large("the engine's memory is used up")
    return InvalidInput(f"the statement cannot be run ({why}){_known(why, statement)}")


def _known(why: str, statement: str) -> str:
    """Say which names there are, where the engine misses one."""
    if found := _NO_TABLE.search(why):
        return f"; {known_tables(found[1])}"
    if found := _NO_PROPERTY.search(why):
        return f"; {known_properties(found[1], found[2], statement)}"
    return ""
