import json
from base64 import b64encode
from pathlib import Path

import numpy as np
import pytest

from graphmem.errors import DimensionMismatch, InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder


def open_memory(dimension: int = 32) -> Memory:
    return Memory(MemoryStore(), embedder=FakeEmbedder(dimension), extractor=FakeExtractor())


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    path = tmp_path / "graph.jsonl"
    with open_memory() as memory:
        memory.add("Ann lives in Rome. Bo likes “Rome” – né?", source="a", at="2023-01-01")
        memory.add("Ann moved to Oslo.", source="b", at="2024-01-01")
        memory.export(path)
    return path


def test_a_space_comes_back_with_the_same_uids_counts_and_bytes(
    exported: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.jsonl"
    with open_memory() as memory:
        n_rows = memory.import_(exported)
        assert n_rows == len(exported.read_text("utf-8").splitlines()) - 1
        memory.export(again)
        assert sorted(again.read_text("utf-8").splitlines()) == sorted(
            exported.read_text("utf-8").splitlines()
        )
        assert memory.import_(exported) == n_rows
        assert memory.stats().nodes["Passage"] == 2


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "line 3"),
        ("[1]", "line 3 .*no JSON object"),
        ('{"node": "Martian", "uid": "x"}', "unknown node label 'Martian'"),
        ('{"node": "Entity", "uid": "x"}', "line 3"),
        ('{"edge": "LIKES", "start": "a", "end": "b", "sources": {"s": 1}}', "line 3"),
        ('{"vector": "x", "float32": "!!"}', "line 3"),
        ('{"colour": "red"}', "line 3"),
    ],
)
def test_one_bad_line_changes_nothing(exported: Path, line: str, says: str) -> None:
    lines = exported.read_text("utf-8").splitlines()
    exported.write_text("\n".join([*lines[:2], line, *lines[2:]]), "utf-8")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match=says):
            memory.import_(exported)
        assert memory.stats().seq == 0


def test_a_file_of_another_kind_or_embedder_is_refused(exported: Path, tmp_path: Path) -> None:
    with open_memory() as memory, pytest.raises(NotFound, match="no file"):
        memory.import_(tmp_path / "nowhere.jsonl")
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"hello": 1}) + "\n")
    with open_memory() as memory, pytest.raises(InvalidInput, match="header"):
        memory.import_(other)
    with open_memory(16) as memory:
        memory.add("Cy likes Bonn.")
        with pytest.raises(DimensionMismatch):
            memory.import_(exported)


def test_an_export_to_nowhere_says_so_and_leaves_no_part(tmp_path: Path) -> None:
    with open_memory() as memory, pytest.raises(InvalidInput, match="cannot write"):
        memory.export(tmp_path / "no" / "such" / "folder.jsonl")


def test_an_edge_without_its_end_is_refused_before_anything_goes_in(exported: Path) -> None:
    edge = {"edge": "NEXT", "start": "nowhere", "end": "nobody", "sources": {"s": 1.0}}
    with exported.open("a", encoding="utf-8") as file:
        file.write(json.dumps(edge) + "\n")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match=r"2 nodes .* the first is 'nowhere'"):
            memory.import_(exported)
        assert memory.stats().seq == 0


def test_vectors_of_nobody_knows_whom_are_refused(exported: Path) -> None:
    _, *rows = exported.read_text("utf-8").splitlines()
    header = json.dumps({"format": "graphmem-jsonl-1", "embedder": None})
    exported.write_text("\n".join([header, *rows]), "utf-8")
    with open_memory() as memory, pytest.raises(InvalidInput, match="which embedder"):
        memory.import_(exported)


def test_an_export_writes_over_nothing_but_an_export(exported: Path, tmp_path: Path) -> None:
    store = tmp_path / "agent.db"
    with Memory(store, embedder=FakeEmbedder(), extractor=FakeExtractor()) as memory:
        memory.add("Ann lives in Rome.")
        memory.export(exported)
        with pytest.raises(InvalidInput, match=r"ends in '\.db': use one of \.jsonl"):
            memory.export(store)
        for path in (tmp_path / "notes", tmp_path / "notes.jsonl"):
            path.write_text("mine")
            before = path.read_bytes()
            with pytest.raises(InvalidInput, match="no export of graphmem"):
                memory.export(path)
            assert path.read_bytes() == before


@pytest.mark.parametrize("values", [[0.0] * 32, [float("nan")] * 32, [1.0, 0.0, 0.0]])
def test_a_vector_that_cannot_be_compared_is_refused(exported: Path, values: list[float]) -> None:
    raw = b64encode(np.array(values, "<f4").tobytes()).decode()
    lines = exported.read_text("utf-8").splitlines()
    uid = next(json.loads(line)["vector"] for line in lines if '"vector"' in line)
    with exported.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"vector": uid, "float32": raw}) + "\n")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match="no unit vector"):
            memory.import_(exported)
        assert memory.stats().seq == 0
