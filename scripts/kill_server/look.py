"""What is there in the end, beside what was acknowledged."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_pipelines.jobs.stored import stored_source
from scripts.kill_jobs.state import differences, graph_at
from scripts.kill_server.clients import Told
from scripts.kill_server.writes import replay

__all__ = ["compared", "looked", "n_waiting"]


def n_waiting(store: Path) -> int:
    """Count the writes that are acknowledged and not applied."""
    return len(_rows(store, "SELECT 1 FROM accepted WHERE waiting"))


def looked(store: Path, told: Told, spaces: tuple[str, ...]) -> list[str]:
    """Say what of the acknowledged is not there exactly once; nothing where all is well."""
    problems = list(told.problems)
    states = dict(_rows(store, "SELECT id, state FROM job"))
    odd = Counter(states.get(job, "gone") for job in told.acknowledged.values())
    del odd["done"]
    problems += [f"{n} acknowledged jobs are {state}" for state, n in odd.items()]
    left = Counter(state for state in states.values() if state != "done")
    problems += [f"{n} jobs are {state}" for state, n in left.items()]
    items = Counter(_rows(store, "SELECT state, error FROM item"))
    problems += [f"{n} items are {row}" for row, n in items.items() if row[0] != "applied"]
    # Each name is one write's; without a key nobody sends it twice, and with one it is kept once.
    names = Counter(key for (key,) in _rows(store, "SELECT key FROM item"))
    problems += [f"{key} was kept {n} times" for key, n in names.items() if n > 1]
    with closing(open_store(store)) as opened:
        for first in told.acknowledged:
            sent = told.sent[first]
            for name in sent.names:
                if not stored_source(opened, sent.space, name)[1]:
                    problems.append(f"{name} was acknowledged and is not there")
        known = {name for sent in told.sent.values() for name in sent.names}
        n_sources = sum(opened.count(space).nodes.get("Source", 0) for space in spaces)
        if not len(told.acknowledged) <= n_sources <= len(known):
            problems.append(f"there are {n_sources} sources")
    return problems


def compared(store: Path, told: Told, spaces: tuple[str, ...], folder: Path) -> list[str]:
    """Add the same in the same order to a new memory; say how the graphs differ."""
    peace, models = folder / "peace.db", LazyModels()
    order = _rows(
        store,
        "SELECT DISTINCT accepted.space, item.key FROM accepted JOIN item ON item.job = "
        "accepted.job WHERE item.n = 1 ORDER BY accepted.n",
    )
    with closing(open_store(peace)) as opened:
        memories = {
            space: Memory(
                opened, space=space, embedder=models.embedder, extractor=models.extractor
            )
            for space in spaces
        }
        for space, key in order:
            replay(memories[space], told.sent[key.partition(":")[2]])
    return [
        f"{space}: {said}"
        for space in spaces
        for said in differences(graph_at(peace, space), graph_at(store, space))
    ]


def _rows(store: Path, query: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(store.with_name(store.name + ".jobs"), timeout=30)) as connection:
        return connection.execute(query).fetchall()
