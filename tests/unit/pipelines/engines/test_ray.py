"""Actors of Ray: the same outcomes as processes give, bit for bit, whatever dies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from graphmem.errors import EngineLost, InvalidInput, ModelMissing
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.local import LocalEngine
from graphmem_pipelines.engines.registry import EngineChoice, open_engine
from graphmem_pipelines.ledger.rows import Item

ray = pytest.importorskip("ray")

pytestmark = pytest.mark.slow

Tasks = Callable[..., list[Item]]
Plain = Callable[[list[Outcome]], list[object]]


@pytest.fixture
def cluster(mortal: Recipe) -> Iterator[None]:
    """A cluster that several engines share: an engine ends only what it began."""
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    yield
    ray.shutdown()


def test_the_same_outcomes_whatever_dies(
    cluster: None,
    mortal: Recipe,
    tasks_of: Tasks,
    told: Plain,
    slow_files: list[Item],
    tmp_path: Path,
) -> None:
    texts = [f"Text {n} of Ann." * (1 + n % 7) for n in range(60)]
    texts[20] = ""
    tasks = tasks_of(*texts)
    engine = open_engine(EngineChoice("ray", 2), mortal)
    assert told(list(engine.read(tasks))) == told(list(LocalEngine(mortal, 2).read(tasks)))
    assert ray.is_initialized()

    texts[5], texts[40] = "the KILLER", f"ONCE {tmp_path / 'died'}"
    found = list(open_engine(EngineChoice("ray", 2), mortal).read(tasks_of(*texts)))
    assert [one.n for one in found] == list(range(1, 61))
    assert [one.n for one in found if one.error is not None] == [6, 21]
    assert "3 processes died over it" in str(found[5].error)
    assert (tmp_path / "died").exists()

    slow = list(open_engine(EngineChoice("ray", 1, max_read_s=0.3), mortal).read(slow_files))
    assert [one.n for one in slow if one.error is None] == [1, 3, 5]
    assert "'2.txt': reading it took more than 0.3 seconds" in str(slow[1].error)
    assert "4.txt could not be read: 3 processes died over it" in str(slow[3].error)

    broken = replace(mortal, embedder="sentence-transformers:none")
    with pytest.raises(ModelMissing, match="'none' cannot be loaded"):
        list(open_engine(EngineChoice("ray", 1), broken).read(tasks))


def test_a_cluster_that_is_begun_for_a_job_ends_with_it(mortal: Recipe, tasks_of: Tasks) -> None:
    engine = open_engine(EngineChoice("ray", 1), mortal)
    assert [one.n for one in engine.read(tasks_of("One.", "Two."))] == [1, 2]
    assert not ray.is_initialized()
    engine.close()


def test_a_cluster_that_is_not_there(mortal: Recipe, tasks_of: Tasks) -> None:
    # Not "auto": that finds whatever another test has started on this machine.
    engine = open_engine(EngineChoice("ray", 1, "ray://127.0.0.1:9"), mortal)
    with pytest.raises(EngineLost, match=r"no Ray cluster is joined at 'ray://127\.0\.0\.1:9'"):
        list(engine.read(tasks_of("One.")))
    assert not ray.is_initialized()
    with pytest.raises(InvalidInput, match="workers is 0"):
        open_engine(EngineChoice("ray", 0), mortal)
