import json
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
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


def unclosed(path: Path) -> list[str]:
    """Rewrite a file as it was before files had a last line; return its lines."""
    first, *lines, last = path.read_text("utf-8").splitlines()
    assert "blake2b" in last
    lines = [first.replace(', "closed": true', ""), *lines]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return lines


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
        assert n_rows == len(exported.read_text("utf-8").splitlines()) - 2
        memory.export(again)
        for path in (exported, again):
            unclosed(path)  # the checksum is of an order
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
    lines = unclosed(exported)
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
    unclosed(exported)
    edge = {"edge": "NEXT", "start": "nowhere", "end": "nobody", "sources": {"s": 1.0}}
    with exported.open("a", encoding="utf-8") as file:
        file.write(json.dumps(edge) + "\n")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match=r"2 nodes .* the first is 'nowhere'"):
            memory.import_(exported)
        assert memory.stats().seq == 0


def test_vectors_of_nobody_knows_whom_are_refused(exported: Path) -> None:
    _, *rows = unclosed(exported)
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


def test_an_export_touches_nothing_beside_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a file that has the name of a part, nor what a link of such a name leads to."""
    place, part, mine = (tmp_path / name for name in ("g.jsonl", "g.jsonl.part", "mine"))
    mine.write_text("mine")
    part.symlink_to(mine)
    with open_memory() as memory:
        memory.add("Ann lives in Rome.")
        memory.export(place)
        assert mine.read_text() == "mine"
        assert {path.name for path in tmp_path.iterdir()} == {place.name, part.name, mine.name}
        before = place.read_bytes()
        monkeypatch.setattr("graphmem.interop.jsonl._line", interrupt)
        with pytest.raises(KeyboardInterrupt):
            memory.export(place)
        assert place.read_bytes() == before
        assert {path.name for path in tmp_path.iterdir()} == {place.name, part.name, mine.name}


def interrupt(row: object) -> str:
    raise KeyboardInterrupt


def test_exports_to_one_place_at_once_do_not_disturb_each_other(tmp_path: Path) -> None:
    place = tmp_path / "g.jsonl"
    with open_memory() as memory, ThreadPoolExecutor(4) as pool:
        for i in range(20):
            memory.add(f"Ann lives in Rome {i}.")
        n_rows = {*pool.map(lambda _: memory.export(place), range(12))}
        assert len(n_rows) == 1
    with open_memory() as memory:
        assert memory.import_(place) == n_rows.pop()


@pytest.mark.parametrize("values", [[0.0] * 32, [float("nan")] * 32, [1.0, 0.0, 0.0]])
def test_a_vector_that_cannot_be_compared_is_refused(exported: Path, values: list[float]) -> None:
    raw = b64encode(np.array(values, "<f4").tobytes()).decode()
    lines = unclosed(exported)
    uid = next(json.loads(line)["vector"] for line in lines if '"vector"' in line)
    with exported.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"vector": uid, "float32": raw}) + "\n")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match="no unit vector"):
            memory.import_(exported)
        assert memory.stats().seq == 0


def test_a_file_that_was_cut_off_or_changed_is_refused(exported: Path) -> None:
    whole = exported.read_text("utf-8").splitlines(keepends=True)
    changed = [line.replace("lives", "loves") for line in whole]
    assert changed != whole
    for lines, says in (
        (whole[:-1], "cut off: its last line is missing"),
        (whole[: len(whole) // 2], "cut off"),
        (whole[:1], "cut off"),
        ([*whole[:2], *whole[3:]], "not as it was written"),
        (changed, "not as it was written"),
        ([*whole, whole[1]], "stands behind the last one"),
    ):
        exported.write_text("".join(lines), "utf-8")
        with open_memory() as memory:
            with pytest.raises(InvalidInput, match=says):
                memory.import_(exported)
            assert memory.stats().seq == 0
    exported.write_text("".join(whole), "utf-8", newline="\r\n")
    with open_memory() as memory:
        assert memory.import_(exported) == len(whole) - 2
    unclosed(exported)
    with open_memory() as memory:
        assert memory.import_(exported) == len(whole) - 2


@pytest.mark.parametrize("embedder", [5, 1.5, ["a"], {"a": 1}, True])
def test_a_header_that_names_no_embedder_is_refused(exported: Path, embedder: object) -> None:
    _, *rows = unclosed(exported)
    header = json.dumps({"format": "graphmem-jsonl-1", "embedder": embedder})
    exported.write_text("\n".join([header, *rows]), "utf-8")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match="names no embedder"):
            memory.import_(exported)
        assert memory.stats().seq == 0


PASSAGE = '{"node": "Passage", "uid": "p", "recorded_at": "2024-01-01T00:00:00Z", "source": "s", '
ENTITY = (
    '{"node": "Entity", "uid": "%s", "recorded_at": "2024-01-01T00:00:00Z", "name": "%s", '
    '"key": "x"}'
)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([ENTITY % ("a", "x"), ENTITY % ("a", "y")], "two nodes of the uid 'a'"),
        ([ENTITY % ("p", "x"), f'{PASSAGE}"position": 0, "text": "x"}}'], "two nodes"),
        (
            [ENTITY % ("a", "x"), ENTITY % ("b", "y"),
             '{"edge": "PART_OF", "start": "a", "end": "b", "sources": {"s": 1}}'],
            "PART_OF joins Entity 'a' to Entity 'b'",
        ),
        (
            ['{"edge": "PART_OF", "start": "a", "end": "b", "sources": {"s": 1}}',
             ENTITY % ("a", "x"), ENTITY % ("b", "y")],
            "PART_OF joins",
        ),
        *(
            (
                [ENTITY % ("a", "x"), ENTITY % ("b", "y"),
                 f'{{"edge": "SIMILAR", "start": "a", "end": "b", "sources": {shares}}}'],
                "is not a graphmem row",
            )
            for shares in ('{"s": -1}', '{"s": 1e308, "t": 1e308}')
        ),
    ],
)  # fmt: skip
def test_rows_that_do_not_fit_together_are_refused(
    exported: Path, lines: list[str], says: str
) -> None:
    exported.write_text("\n".join([*unclosed(exported), *lines]), "utf-8")
    with open_memory() as memory:
        with pytest.raises(InvalidInput, match=says):
            memory.import_(exported)
        assert memory.stats().seq == 0


def test_a_file_that_breaks_off_within_a_row_is_said_to_be_cut_off(exported: Path) -> None:
    text = exported.read_text("utf-8")
    for kept in (text[: len(text) // 2], text[:-3]):
        exported.write_text(kept, "utf-8")
        with open_memory() as memory, pytest.raises(InvalidInput, match="seems cut off: line "):
            memory.import_(exported)


@pytest.mark.parametrize(("what", "name"), [("Passage", "text"), ("Source", "name")])
def test_what_was_said_is_not_changed_by_an_import(exported: Path, what: str, name: str) -> None:
    with open_memory() as memory:
        memory.import_(exported)
        seq = memory.stats().seq
        lines = unclosed(exported)
        at = next(i for i, line in enumerate(lines) if f'"node": "{what}"' in line)
        lines[at] = json.dumps({**json.loads(lines[at]), name: "forged"})
        exported.write_text("\n".join(lines), "utf-8")
        with pytest.raises(InvalidInput, match=f"is a {what} of space"):
            memory.import_(exported)
        assert memory.stats().seq == seq
