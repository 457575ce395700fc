import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from graphmem.bench.measures import all_found, auroc, interval, percentiles, share_found
from graphmem.bench.quality import run_quality
from graphmem.bench.sets import read_extractions, read_set
from graphmem.errors import InvalidInput, NotFound

CORPUS = [
    {"id": "d1", "group": "g", "text": "Night Ferry is a film by Ada Lund.",
     "title": "Night Ferry"},
    {"id": "d2", "group": "g", "text": "Ada Lund was born in Bergen.", "title": "Ada Lund"},
    {"id": "d3", "group": "g", "text": "Ships rest in a harbour.", "title": "Harbour"},
    {"id": "t1", "group": "h", "text": "I live in Oslo.", "speaker": "user", "session": "1"},
    {"id": "t0", "group": "h", "text": "\u200b", "speaker": "user", "session": "1"},
    {"id": "t2", "group": "h", "text": "I moved to Rome. " * 200, "speaker": "user",
     "session": "2"},
]  # fmt: skip
QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "group": "g", "question": "Where was the director of Night Ferry born?",
     "gold": ["d1", "d2"], "type": "bridge", "answer": "Bergen"},
    {"id": "q2", "group": "h", "question": "Where do I live?", "gold": ["t2", "t1"],
     "type": "update", "roles": {"original_info": ["t1"], "updated_info": ["t2"]}},
    {"id": "q3", "group": "h", "question": "What is my cat called?", "type": "abstention"},
]  # fmt: skip
EXTRACTIONS = [
    {"id": "d1", "entities": ["Night Ferry", "Ada Lund"], "triples": []},
    {"sources": ["d2"], "entities": [{"name": "Ada Lund", "kind": "person"}, "Bergen"]},
]


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "tiny"
    place.mkdir()
    write(place / "corpus.jsonl.gz", CORPUS)
    write(place / "queries.jsonl.gz", QUESTIONS)
    return place


def test_a_report_has_what_the_design_asks_for(folder: Path, tmp_path: Path) -> None:
    given = write(tmp_path / "given.jsonl.gz", EXTRACTIONS)
    said: list[str] = []
    report = run_quality(folder, str(given), ks=(1, 5), report=said.append)
    found = json.loads(report.to_json())
    assert found["set"] == "tiny"
    assert (found["n_queries"], found["extraction"]) == (3, "given.jsonl.gz")
    assert list(found["systems"]) == ["bm25", "dense", "flat", "graphmem"]
    for system in found["systems"].values():
        assert {
            "recall", "all_gold", "by_type", "roles", "abstention", "latency_ms", "context_tokens",
        } <= system.keys()  # fmt: skip
        assert system["recall"]["5"] == 1.0
        assert system["recall"]["1"] == 0.5
        assert system["all_gold"] == {"1": 0.0, "5": 1.0}
        assert system["by_type"]["bridge"]["n"] == 1
        assert system["roles"]["update_order"]["n"] == 1
        assert system["abstention"]["n_unanswerable"] == 1
    assert found["systems"]["graphmem"]["context_tokens"]["p95"] <= 1_500
    assert "| graphmem | 50.0 |" in report.table()
    assert [line.rpartition(": ")[0] for line in said] == [
        "tiny: filling group 1 of 2", "tiny: filling group 2 of 2", "h",
        "tiny: group 1 of 2", "tiny: group 2 of 2",
    ]  # fmt: skip


def test_gold_types_and_roles_do_not_change_what_is_found(folder: Path, tmp_path: Path) -> None:
    given = str(write(tmp_path / "given.jsonl.gz", EXTRACTIONS))
    one = run_quality(folder, given, systems=("graphmem",), ks=(5,))
    bare = [{k: q[k] for k in ("id", "group", "question")} for q in QUESTIONS]
    write(folder / "queries.jsonl.gz", [{**q, "gold": ["d3"]} for q in bare])
    other = run_quality(folder, given, systems=("graphmem",), ks=(5,))
    tokens = [r.systems["graphmem"]["context_tokens"]["p50"] for r in (one, other)]
    assert tokens[0] == tokens[1]


def test_unknown_systems_and_missing_files_are_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"unknown system 'magic': there are bm25"):
        run_quality(folder, str(write(tmp_path / "x.gz", [])), systems=("magic",))
    with pytest.raises(NotFound, match="corpus"):
        read_set(tmp_path / "nowhere")


def test_a_bad_line_is_named(folder: Path) -> None:
    write(folder / "queries.jsonl.gz", [QUESTIONS[0], {"id": "q"}])
    with pytest.raises(InvalidInput, match=r"queries.jsonl.gz, line 2: .*group|question"):
        read_set(folder)
    (folder / "queries.jsonl.gz").write_bytes(b"not gzip")
    with pytest.raises(InvalidInput, match="not gzip JSON Lines"):
        read_set(folder)


def test_a_question_of_no_group_is_refused(folder: Path) -> None:
    write(folder / "queries.jsonl.gz", [{**QUESTIONS[0], "group": "none"}])
    with pytest.raises(InvalidInput, match="ask group 'none'"):
        read_set(folder)


def test_an_extraction_counts_for_each_of_its_passages(tmp_path: Path) -> None:
    rows = [{"sources": ["a", "b"], "statements": ["x"], "more": 1}]
    found = read_extractions(write(tmp_path / "e.gz", rows))
    assert [row.id for row in found] == ["a", "b"]


def test_shares() -> None:
    assert share_found(["a", "b", "c"], ["c", "a"], 2) == 0.5
    assert all_found(["a", "b", "c"], ["c", "a"], 2) == 0.0
    assert all_found(["a", "b", "c"], ["c", "a"], 3) == 1.0


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert auroc([3.0, 1.0], [2.0, 1.0]) == pytest.approx((1 + 1 + 0 + 0.5) / 4)
    assert auroc([1.0], []) is None


def test_an_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0, 1.0] * 50
    low, high = interval(values) or (0.0, 0.0)
    assert 0.35 < low < 0.5 < high < 0.65
    assert interval(values) == (low, high)
    assert interval([]) is None


def test_percentiles_of_nothing_are_zero() -> None:
    assert percentiles([]) == {"p50": 0.0, "p95": 0.0}
    assert percentiles([1.0, 2.0, 3.0])["p50"] == 2.0
