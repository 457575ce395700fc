"""Which engine a name stands for."""

from __future__ import annotations

from dataclasses import dataclass

from graphmem.errors import InvalidInput, MissingExtra
from graphmem_pipelines.engines.base import Engine, Recipe

__all__ = ["ENGINES", "EngineChoice", "open_engine"]

ENGINES = ("local", "ray")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """Who reads the items of a job.

    Attributes:
        name: "local" or "ray".
        n_workers: processes or actors; None is as many as there are cores.
        address: of a Ray cluster: "auto" finds the one of this machine; None starts one here.
    """

    name: str = "local"
    n_workers: int | None = None
    address: str | None = None


def open_engine(choice: EngineChoice, recipe: Recipe) -> Engine:
    """Open an engine; nothing is started before there is something to read.

    Raises:
        InvalidInput: There is none of that name, or it cannot have so many workers.
        MissingExtra: Ray is not installed.
    """
    if choice.name == "local":
        from graphmem_pipelines.engines.local import LocalEngine

        return LocalEngine(recipe, choice.n_workers)
    if choice.name != "ray":
        raise InvalidInput(f"no engine is called {choice.name!r}: there are {', '.join(ENGINES)}")
    try:
        from graphmem_pipelines.engines.ray import RayEngine
    except ModuleNotFoundError as error:
        if error.name != "ray":
            raise
        raise MissingExtra("ray", "the engine 'ray'") from error
    return RayEngine(recipe, choice.n_workers, choice.address)
