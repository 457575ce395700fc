"""The demo, run as a user runs it: the real texts, models, store and picture."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

Result = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(folder: Path) -> Result:
    own = folder / "mine.md"
    own.write_text("# My note\n\nHenrik Aalto repairs accordions in Turku.\n")
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "demo", "--json",
         "--text", str(own), "--out", str(folder / "out")],
        capture_output=True, text=True, timeout=300, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result: Result = json.loads(done.stdout)
    return result


def _asked() -> list[Result]:
    text = (files("graphmem_examples") / "questions.json").read_text(encoding="utf-8")
    rows: list[Result] = json.loads(text)["questions"]
    return rows


def test_every_layer_of_the_graph_is_there(demo: Result) -> None:
    assert demo["nodes"]["Passage"] >= 200
    assert {"Source", "Passage", "Event", "Entity", "Proposition"} <= demo["nodes"].keys()
    assert {"PART_OF", "MENTIONS", "SUBJECT", "SUPERSEDES"} <= demo["edges"].keys()


def test_most_contexts_hold_the_answer_in_so_many_words(demo: Result) -> None:
    held = [
        all(words in answer["text"] for words in question["in_the_words"])
        for question, answer in zip(_asked(), demo["questions"], strict=True)
    ]
    assert sum(held) >= 6, held


def test_every_context_cites_evidence(demo: Result) -> None:
    cited = [
        any(ref in answer["refs"] for ref in question["evidence"])
        for question, answer in zip(_asked(), demo["questions"], strict=True)
    ]
    assert all(cited), cited


def test_both_sides_of_the_contradiction_are_told(demo: Result) -> None:
    (storm,) = [a for a in demo["questions"] if "1978" in a["question"]]
    assert "4.6 metres" in storm["text"]
    assert "4.2" in storm["text"]


def test_it_declines_what_no_text_says(demo: Result) -> None:
    assert demo["declined"]["abstained"]


def test_it_declines_no_question_that_the_texts_answer(demo: Result) -> None:
    assert [answer["question"] for answer in demo["questions"] if answer["abstained"]] == []


def test_it_saw_the_fact_that_changed(demo: Result) -> None:
    assert demo["changed"] is not None
    assert "Port Ellery" in demo["changed"]["old"]
    assert "Lisbon" in demo["changed"]["new"]
    assert demo["changed"]["since"].startswith("2025-06-08")
    assert any("Lisbon" in text for text in demo["changed"]["evidence"])


def test_the_picture_is_there_and_holds_the_people(demo: Result, folder: Path) -> None:
    page = (folder / "out" / "graph.html").read_text(encoding="utf-8")
    assert Path(demo["picture"]).name == "graph.html"
    for name in ("Mara", "Devi", "Tomas", "Northlight Instruments"):
        assert f">{name}</text>" in page


def test_the_users_own_text_can_be_asked(demo: Result, folder: Path) -> None:
    store = str(folder / "out" / "demo.db")
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "search", "Who repairs accordions?",
         "--store", store, "--json", "-k", "3"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    hits = json.loads(done.stdout)["hits"]
    assert "Henrik Aalto" in hits[0]["text"]
