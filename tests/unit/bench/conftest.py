"""A set of two kinds of memories, and a store that is filled with it."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.bench.filling import fill_group
from graphmem.bench.sets import read_set
from graphmem.models.loading import LazyModels
from graphmem.stores.registry import open_store
from graphmem_schemas import GivenExtraction

ROWS = [
    {"id": "d1", "group": "films", "title": "Night Ferry",
     "text": "Night Ferry is a film that Ada Lund directed."},
    {"id": "d2", "group": "films", "title": "Ada Lund",
     "text": "Ada Lund was born in Bergen, a town on the coast."},
    {"id": "d3", "group": "films", "title": "Harbour", "text": "Ships rest in a harbour."},
    {"id": "t1", "group": "talk", "text": "I have a grey cat.", "speaker": "Tom", "session": "1"},
    {"id": "t2", "group": "talk", "text": "What is its name?", "speaker": "Eva", "session": "1"},
    {"id": "t3", "group": "talk", "text": "It is called Moss.", "speaker": "Tom", "session": "1"},
    {"id": "t4", "group": "talk", "title": "Harbour", "text": "Ships rest in a harbour."},
]  # fmt: skip
ASKED: list[dict[str, Any]] = [
    {"id": "q1", "group": "films", "question": "Where was the director of Night Ferry born?",
     "gold": ["d1", "d2"]},
    {"id": "q2", "group": "talk", "question": "What is the cat of Tom called?", "gold": ["t3"]},
    {"id": "q3", "group": "talk", "question": "Who rests in a harbour?", "gold": ["t4"]},
    {"id": "q4", "group": "talk", "question": "Who is the king?", "type": "abstention"},
]  # fmt: skip
GIVEN = [
    GivenExtraction(id="d1", entities=("Night Ferry", "Ada Lund")),
    GivenExtraction(id="d2", entities=("Ada Lund", "Bergen")),
]


@pytest.fixture(scope="session")
def two_memories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one set, named "two", of two groups."""
    folder = tmp_path_factory.mktemp("sets")
    return _written(folder / "two", ASKED).parent


@pytest.fixture
def without_gold(tmp_path: Path) -> Path:
    """A set, named "none", whose questions have no gold."""
    return _written(tmp_path / "none", [one for one in ASKED if "gold" not in one])


def _written(folder: Path, asked: list[dict[str, Any]]) -> Path:
    folder.mkdir()
    for name, rows in (("corpus", ROWS), ("queries", asked)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


@pytest.fixture(scope="session")
def stores(two_memories: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of that set."""
    folder = tmp_path_factory.mktemp("stores")
    bench = read_set(two_memories / "two")
    store = open_store(folder / "two.db")
    models = LazyModels()
    for group, rows in bench.groups.items():
        fill_group(store, group, rows, models, GIVEN)
    store.close()
    return folder
