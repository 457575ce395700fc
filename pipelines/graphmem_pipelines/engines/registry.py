"""Which engine a name stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass

from graphmem.errors import InvalidInput, MissingExtra
from graphmem_pipelines.engines.base import MAX_READ_S, Engine, Recipe

__all__ = ["ENGINES", "EngineChoice", "open_engine"]

ENGINES = ("local", "ray")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Who reads the items of a job.

    Attributes:
        name: "local" or "ray".
        n_workers: processes or actors; None is as many as there are cores.
        address: of a Ray cluster: "auto" finds the one of this machine; None starts one here.
        max_read_s: seconds that reading one file may take; it fails then. What follows, as
            embedding, takes as long as there is text, and is not counted.
    """

    name: str = "local"
    n_workers: int | None = None
    address: str | None = None
    max_read_s: float = MAX_READ_S


def open_engine(choice: EngineChoice, recipe: Recipe) -> Engine:
    """Open an engine; nothing is started before there is something to read.

    Raises:
        InvalidInput: There is none of that name, it cannot have so many workers, or the limit is
            no time.
        MissingExtra: Ray is not installed.
    """
    if not (math.isfinite(choice.max_read_s) and choice.max_read_s > 0):
        raise InvalidInput(f"{choice.max_read_s:g} seconds are no limit: give more than 0")
    if choice.name == "local":
        from graphmem_pipelines.engines.local import LocalEngine

        return LocalEngine(recipe, choice.n_workers, choice.max_read_s)
    if choice.name != "ray":
        raise InvalidInput(f"no engine is called {choice.name!r}: there are {', '.join(ENGINES)}")
    try:
        from graphmem_pipelines.engines.ray import RayEngine
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise MissingExtra("ray", "the engine 'ray'") from error
    return RayEngine(recipe, choice.n_workers, choice.address, choice.max_read_s)
