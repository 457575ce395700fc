"""`graphmem show`: files of each kind, and what it cannot draw."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from graphmem.cli.app import run

Capture = pytest.CaptureFixture[str]
QUESTION = "Where does Mara live?"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A memory of a fact that changed."""
    path = str(tmp_path_factory.mktemp("showing") / "agent.db")
    for text, source, at in (
        ("Mara lives in Port Ellery.", "note", "2025-03-16"),
        ("Mara lives in Lisbon now.", "letter", "2025-06-08"),
    ):
        words = ["--text", text, "--source", source, "--at", at]
        assert run(["--store", path, "add", *words]) == 0
    return path


@pytest.fixture(autouse=True)
def _in_a_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Capture) -> None:
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()


def said(capsys: Capture, *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("name", ["all.svg", "all.html"])
def test_the_memory_is_drawn(store: str, capsys: Capture, name: str) -> None:
    assert run(["show", "--out", name, "--store", store]) == 0
    assert "Lisbon" in Path(name).read_text("utf-8")
    assert capsys.readouterr().out == f"wrote {name}\n"


def test_a_layer_and_what_stands_around_a_node_are_drawn(store: str, capsys: Capture) -> None:
    drawn = said(capsys, "show", "-o", "facts.svg", "--layer", "facts", "--store", store)
    assert drawn == {"file": "facts.svg", "nodes": drawn["nodes"]}
    assert "SUPERSEDES" in Path("facts.svg").read_text("utf-8")
    uid = said(capsys, "search", QUESTION, "--store", store)["hits"][0]["uid"]
    for named in (uid, "mara"):
        assert run(["show", "-o", "facts.svg", "--around", named, "--store", store]) == 0
        svg = Path("facts.svg").read_text("utf-8")
        assert "MENTIONS" in svg
        assert f"What stands around {named}" in svg


def test_a_recall_is_drawn_with_what_it_cites(store: str, capsys: Capture) -> None:
    context = said(capsys, "context", QUESTION, "--store", store)
    drawn = said(capsys, "show", QUESTION, "--out", "recall.svg", "--store", store)
    n = len(context["citations"])
    assert drawn == {"file": "recall.svg", "citations": n, "abstained": None}
    root = ElementTree.fromstring(Path("recall.svg").read_text("utf-8"))
    uids = [uid for item in root.iter() if (uid := item.get("data-uid"))]
    assert uids == [citation["passage"] for citation in context["citations"]]
    texts = " ".join(text for item in root.iter() if (text := item.text))
    assert QUESTION in texts
    assert "Mara lives in Lisbon now." in texts
    assert context["recall"]["hits"][0]["parts"][0]["name"] in texts


def test_a_recall_that_abstains_says_so(store: str, capsys: Capture) -> None:
    drawn = said(capsys, "show", "What is Mara's blood type?", "--out", "no.svg", "--store", store)
    assert drawn["citations"] == 0
    assert drawn["abstained"]
    svg = Path("no.svg").read_text("utf-8")
    assert "The memory abstains" in svg
    assert "so nothing is packed" in svg or "left out" not in svg
    question = "What is Mara's blood type?"
    assert run(["show", question, "--out", "no.svg", "--store", store]) == 0
    assert "it shows why there is no answer" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [[QUESTION], [], ["--layer", "facts"]], ids=["recall", "memory", "layer"]
)
def test_a_png_has_two_pixels_a_unit(store: str, words: list[str]) -> None:
    pytest.importorskip("resvg_py", reason="the extra graphmem[png] is not installed")
    for name in ("it.png", "it.svg"):
        assert run(["show", *words, "--out", name, "--store", store]) == 0
    body = Path("it.png").read_bytes()
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    box = ElementTree.fromstring(Path("it.svg").read_text("utf-8")).get("viewBox", "").split()
    wide, tall = struct.unpack(">II", body[16:24])
    assert wide == pytest.approx(2 * float(box[2]), abs=2)
    assert tall == pytest.approx(2 * float(box[3]), abs=2)


def test_without_its_extra_a_png_says_what_to_install(
    store: str, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    assert run(["show", QUESTION, "--out", "x.png", "--store", store]) == 1
    assert "pip install 'graphmem[png]'" in capsys.readouterr().err
    assert not Path("x.png").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["-o", "x.gif"], "must end in .html or .svg or .png"),
        (["-o", "x.html", "--layer", "facts"], "a diagram is an .svg or .png file"),
        (["-o", "x.svg", "--layer", "runs"], "holds nothing of runs"),
        (["-o", "x.svg", "--around", "nobody"], "nobody"),
        (["-o", "x.svg", "--budget", "9"], "name a question"),
        (["-o", "x.svg", "--as-of", "2025-01-01"], "name a question"),
        ([QUESTION, "-o", "x.svg", "--layer", "facts"], "leave out the question"),
        (["", "-o", "x.svg"], "question"),
        ([QUESTION, "-o", "no/x.svg"], "No such file or directory: no/x.svg"),
        ([QUESTION], "--out"),
    ],
)
def test_it_says_what_it_cannot_draw(
    store: str, capsys: Capture, arguments: list[str], says: str
) -> None:
    assert run(["show", *arguments, "--store", store]) != 0
    assert says in capsys.readouterr().err
    assert not list(Path.cwd().iterdir())
