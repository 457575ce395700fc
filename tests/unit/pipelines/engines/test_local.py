"""Processes of this machine: whatever happens to them, each task has one outcome, in order."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from graphmem.errors import InvalidInput, ModelMissing
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.local import LocalEngine
from graphmem_pipelines.engines.registry import EngineChoice, open_engine
from graphmem_pipelines.ledger.rows import Item

Tasks = Callable[..., list[Item]]


def workers_of(engine: LocalEngine) -> list[int]:
    assert engine._pool is not None
    return list(engine._pool._processes)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_outcome_a_task_in_order(mortal: Recipe, tasks_of: Tasks) -> None:
    engine = LocalEngine(mortal, 2)
    texts = [f"Text {n} of Ann." * (1 + n % 7) for n in range(100)]
    found = list(engine.read(tasks_of(*texts, "")))
    assert [one.n for one in found] == list(range(1, 102))
    assert [one.error for one in found[:-1]] == [None] * 100
    assert found[-1].error is not None
    assert engine._pool is None


@pytest.mark.slow
def test_what_kills_its_worker_each_time_fails_alone(mortal: Recipe, tasks_of: Tasks) -> None:
    texts = [f"Text {n}." for n in range(40)]
    texts[11] = "the KILLER"
    engine = LocalEngine(mortal, 2)
    found = list(engine.read(tasks_of(*texts)))
    assert [one.n for one in found] == list(range(1, 41))
    (failed,) = [one for one in found if one.error is not None]
    assert failed.n == 12
    assert "k12 could not be read: 3 processes died over it" in str(failed.error)


@pytest.mark.slow
def test_what_a_lost_worker_had_goes_again(
    mortal: Recipe, tasks_of: Tasks, tmp_path: Path
) -> None:
    texts = [f"Text {n}." for n in range(20)]
    texts[5] = f"ONCE {tmp_path / 'died'}"
    found = list(LocalEngine(mortal, 2).read(tasks_of(*texts)))
    assert (tmp_path / "died").exists()
    assert [(one.n, one.error) for one in found] == [(n, None) for n in range(1, 21)]


@pytest.mark.slow
def test_a_worker_that_is_killed_between_two_tasks(mortal: Recipe, tasks_of: Tasks) -> None:
    engine = LocalEngine(mortal, 2)
    texts = [f"Text {n}. " + "More. " * 3_000 for n in range(30)]
    found: list[Outcome] = []
    for one in engine.read(tasks_of(*texts)):
        found.append(one)
        if one.n in (3, 15):
            os.kill(workers_of(engine)[0], signal.SIGKILL)
    assert [(one.n, one.error) for one in found] == [(n, None) for n in range(1, 31)]


def test_who_stops_listening_stops_the_workers(mortal: Recipe, tasks_of: Tasks) -> None:
    engine = LocalEngine(mortal, 2)
    outcomes = engine.read(tasks_of(*[f"Text {n}." for n in range(100)]))
    assert next(outcomes).n == 1
    pids = workers_of(engine)
    assert len(pids) == 2
    outcomes.close()
    assert not any(map(is_alive, pids))
    engine.close()


@pytest.mark.slow
def test_what_is_read_without_end_fails_alone(mortal: Recipe, slow_files: list[Item]) -> None:
    engine = open_engine(EngineChoice(n_workers=1, max_read_s=0.3), mortal)
    found = list(engine.read(slow_files))
    assert [one.n for one in found] == [1, 2, 3, 4, 5]
    assert [one.n for one in found if one.error is None] == [1, 3, 5]
    assert "'2.txt': reading it took more than 0.3 seconds" in str(found[1].error)
    assert "4.txt could not be read: 3 processes died over it" in str(found[3].error)
    assert "takes too long" in str(found[3].error)


def test_models_that_are_missing_are_no_items_fault(mortal: Recipe, tasks_of: Tasks) -> None:
    engine = LocalEngine(replace(mortal, embedder="sentence-transformers:none"), 1)
    with pytest.raises(ModelMissing, match="'none' cannot be loaded"):
        list(engine.read(tasks_of("Text.")))


def test_nothing_to_read_starts_nothing(mortal: Recipe) -> None:
    engine = LocalEngine(mortal, 2)
    assert list(engine.read([])) == []
    assert engine._pool is None


def test_choices_that_make_no_sense() -> None:
    with pytest.raises(InvalidInput, match="workers is 0: give 1 or more"):
        open_engine(EngineChoice(n_workers=0), Recipe())
    for seconds in (0, -1, float("nan")):
        with pytest.raises(InvalidInput, match="are no limit: give more than 0"):
            open_engine(EngineChoice(max_read_s=seconds), Recipe())
    with pytest.raises(InvalidInput, match="no engine is called 'dask': there are local, ray"):
        open_engine(EngineChoice("dask"), Recipe())
    assert 1 <= open_engine(EngineChoice(), Recipe()).n_workers <= 8
