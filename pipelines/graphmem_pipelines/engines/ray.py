"""Actors of a Ray cluster: each holds the models and reads items, on this machine or others.

Every node must see the files under the same paths, as on a shared disk.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterable
from typing import Any

import ray
from ray.exceptions import (
    ObjectLostError,
    OutOfMemoryError,
    RayActorError,
    RayError,
    WorkerCrashedError,
)

from graphmem.errors import EngineLost, InvalidInput
from graphmem_pipelines.engines.ahead import Portion, in_order
from graphmem_pipelines.engines.base import MAX_DEATHS, MAX_READ_S, Outcome, Recipe, given_up
from graphmem_pipelines.engines.worker import open_worker, read_packed, unpacked
from graphmem_pipelines.ledger.rows import Item

__all__ = ["RayEngine"]

_PORTIONS_AHEAD = 4
# Of an actor, its process, its node, or of what it had made.
_DEATHS = (RayActorError, WorkerCrashedError, OutOfMemoryError, ObjectLostError)


class RayEngine:
    """Actors, one a worker. What is under way is bounded, and a lost actor's items go again.

    Args:
        recipe: how sources are read.
        n_workers: actors, as many as the cluster has cores at most; None is one a core of the
            cluster, or of this machine.
        address: of a cluster, "auto" for the one that this machine belongs to; None starts Ray
            here for the length of the job.
        max_read_s: seconds that reading one file may take.

    Raises:
        InvalidInput: `n_workers` is below 1.
    """

    name = "ray"

    def __init__(
        self,
        recipe: Recipe,
        n_workers: int | None,
        address: str | None,
        max_read_s: float = MAX_READ_S,
    ) -> None:
        if n_workers is not None and n_workers < 1:
            raise InvalidInput(f"workers is {n_workers}: give 1 or more, or leave it out")
        self._recipe, self._address, self._max_read_s = recipe, address, max_read_s
        self.n_workers = n_workers or min(os.cpu_count() or 1, 8)
        self._wanted = n_workers
        self._actors: list[Any] = []
        self._next = 0
        self._owns = False

    def read(self, items: Iterable[Item]) -> Generator[Outcome]:
        """Yield one outcome a item, in order; see `engines.base.Engine`.

        Raises:
            EngineLost: The cluster cannot be reached, or was lost.
        """
        try:
            self._open()
            n_ahead = _PORTIONS_AHEAD * self.n_workers
            yield from in_order(items, n_ahead, self._start, self._finish)
        except (RayError, ConnectionError) as error:
            first = str(error).strip().splitlines()[:1]
            raise EngineLost(
                f"the Ray cluster was lost or cannot be reached ({' '.join(first)}); the same "
                "command goes on from here"
            ) from error
        finally:
            self.close()

    def close(self) -> None:
        """Stop the actors, and Ray where it was started here; closing twice is fine."""
        actors, self._actors = self._actors, []
        for actor in actors:
            ray.kill(actor)
        if self._owns:
            self._owns = False
            ray.shutdown()

    def _open(self) -> None:
        here = self._address is None and not ray.is_initialized()
        if not ray.is_initialized():
            # Nothing about a user's jobs leaves the machine.
            os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
            try:
                ray.init(
                    # "local" starts one, also where another runs already.
                    address=self._address or "local",
                    num_cpus=self.n_workers if here else None,
                    include_dashboard=False if here else None,
                    log_to_driver=False,
                    logging_level=logging.ERROR,
                )
            except (ValueError, RuntimeError, ImportError) as error:
                first = str(error).strip().splitlines()[:1]
                raise EngineLost(
                    f"no Ray cluster is joined at {self._address!r} ({' '.join(first)}): start "
                    "one here and give --address auto, or leave the address out"
                ) from error
            self._owns = True
        if not here:
            # An actor for which there is no core would be waited for without end.
            resources: dict[str, float] = ray.cluster_resources()  # type: ignore[no-untyped-call]
            n_cores = max(1, int(resources.get("CPU", 1)))
            self.n_workers = min(self._wanted or n_cores, n_cores)
        self._actors = [self._actor() for _ in range(self.n_workers)]

    def _actor(self) -> Any:
        made = ray.remote(_Reader).options(num_cpus=1, max_restarts=0)
        return made.remote(self._recipe, self._max_read_s)

    def _start(self, portion: Portion) -> tuple[int, Any, Any]:
        at, self._next = self._next, (self._next + 1) % len(self._actors)
        actor = self._actors[at]
        return at, actor, actor.read.remote(portion)

    def _finish(self, portion: Portion, flight: tuple[int, Any, Any]) -> list[Outcome]:
        at, actor, reference = flight
        try:
            return unpacked(ray.get(reference))
        except _DEATHS:
            self._replace(at, actor)
            return [self._again(item, at) for item in portion]

    def _again(self, item: Item, at: int) -> Outcome:
        """Read an item that an actor died over, or that waited behind such a one."""
        for _ in range(MAX_DEATHS):
            actor = self._actors[at]
            try:
                return unpacked(ray.get(actor.read.remote((item,))))[0]
            except _DEATHS:
                self._replace(at, actor)
        return given_up(item)

    def _replace(self, at: int, dead: Any) -> None:
        if self._actors[at] is dead:
            self._actors[at] = self._actor()


class _Reader:
    """An actor."""

    def __init__(self, recipe: Recipe, max_read_s: float) -> None:
        self._worker = open_worker(recipe, max_read_s)

    def read(self, portion: Portion) -> bytes:
        """Return the outcomes of a portion, packed once."""
        return read_packed(self._worker, portion)
