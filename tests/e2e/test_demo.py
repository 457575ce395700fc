"""The demo, run as a user runs it: the real texts, models, store and picture."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from graphmem.cli.demo_texts import Asked

Result = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def demo(folder: Path) -> Result:
    own = folder / "yours"
    own.mkdir()
    (own / "mine.md").write_text("# My note\n\nHenrik Aalto repairs accordions in Turku.\n")
    (own / "odd.txt").write_bytes("Graça".encode("latin-1"))
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


def test_every_context_holds_the_answer_and_the_demo_says_where(demo: Result) -> None:
    for question, answer in zip(_asked(), demo["questions"], strict=True):
        missing = [words for words in question["in_the_words"] if words not in answer["text"]]
        assert missing == [], question["question"]
        assert answer["answer_in"], question["question"]


def test_words_that_are_not_in_the_context_are_said_to_be_missing() -> None:
    asked = Asked("Who?", "both", "", ("Greta", "Paul"))
    assert asked.found_in("[1] (a) Greta\n\nand more\n\n[2] (b) Paul and Greta") == (1, 2)
    assert asked.found_in("[1] (a) Greta") == ()
    assert asked.found_in("") == ()


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


def test_it_asks_about_what_the_users_own_texts_name(demo: Result) -> None:
    assert "Tell me about Henrik Aalto." in [one["question"] for one in demo["yours"]]
    for one in demo["yours"]:
        assert any(source.endswith("mine.md") for source in one["sources"]), one["question"]


def test_an_odd_file_of_the_users_is_left_out_and_named(demo: Result) -> None:
    (left_out,) = demo["left_out"]
    assert left_out["name"].endswith("odd.txt")
    assert "UTF-8" in left_out["reason"]


@pytest.mark.slow
def test_for_people_it_ends_with_a_command_that_works_here(demo: Result, folder: Path) -> None:
    own = folder / "yours" / "mine.md"
    done = subprocess.run(
        [str(Path(sys.executable).with_name("graphmem")), "demo", "--text", str(own),
         "--out", "again here"],
        capture_output=True, text=True, timeout=300, check=True, cwd=folder,
    )  # fmt: skip
    shown = subprocess.run(
        shlex.split(done.stdout.splitlines()[-1]),
        capture_output=True, text=True, timeout=240, check=False, cwd=folder,
    )  # fmt: skip
    assert shown.returncode == 0, shown.stderr
    assert "Henrik Aalto" in shown.stdout
    assert done.stdout.count("the answer (") == len(_asked())


def test_the_users_own_text_can_be_asked(demo: Result, folder: Path) -> None:
    store = str(folder / "out" / "demo.db")
    done = subprocess.run(
        [sys.executable, "-m", "graphmem", "search", "Who repairs accordions?",
         "--store", store, "--json", "-k", "3"],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    hits = json.loads(done.stdout)["hits"]
    assert "Henrik Aalto" in hits[0]["text"]
