"""Control characters of what is stored: shown to people as text, and never sent to a terminal."""

from __future__ import annotations

import json

import pytest

from graphmem.cli.app import run
from graphmem.cli.demo_show import Show
from graphmem.cli.escaped import escaped
from graphmem.cli.session import Session
from graphmem_schemas import Recall

Capture = pytest.CaptureFixture[str]

SEQUENCE = "\x1b[31mred\x1b[0m\x07\x9b2J\x7f"
TEXT = f"Mara {SEQUENCE} lives in Lisbon."
SOURCE = f"note{SEQUENCE}"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("escaped") / "agent.db")
    for text in (TEXT, "Mara lives in Oslo."):
        assert run(["--store", path, "add", "--text", text, "--source", SOURCE]) == 0
    return path


def raw(text: str) -> set[str]:
    """Return the characters of a text that a terminal would obey."""
    return {one for one in text if one != "\n" and (ord(one) < 32 or 127 <= ord(one) < 160)}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"), ("\x00\x07\x08\x7f\x9b", r"\x00\x07\x08\x7f\x9b"),
        ("a\tb\nc\r\nd", "a\tb\nc\r\nd"), ("over\rwritten", r"over\x0dwritten"), ("é “x” 🦊",) * 2,
    ],
)  # fmt: skip
def test_control_characters_are_written_out(text: str, shown: str) -> None:
    assert escaped(text) == escaped(shown) == shown


@pytest.mark.parametrize(
    "command",
    [
        ["search", "Where does Mara live?"], ["search", "Where does Mara live?", "--why"],
        ["context", "Where does Mara live?"], ["recall", "--entity", "Mara"],
        ["cypher", "MATCH (p:Passage) RETURN p.text, p"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_people_see_what_a_text_has_and_machines_get_it(
    store: str, capsys: Capture, command: list[str]
) -> None:
    assert run([*command, "--store", store]) == 0
    out, err = capsys.readouterr()
    assert r"\x1b[31m" in out
    assert not raw(out + err)
    assert run([*command, "--store", store, "--json"]) == 0
    assert "\x1b[31m" in json.dumps(json.loads(capsys.readouterr().out)).replace("\\u001b", "\x1b")


@pytest.mark.parametrize(
    "command", [["current", "Mara"], ["history", "--entity", "Mara"]], ids=str
)
def test_no_command_sends_any(store: str, capsys: Capture, command: list[str]) -> None:
    assert run([*command, "--store", store]) == 0
    assert not raw("".join(capsys.readouterr()))


def test_errors_and_talk_have_none(store: str, capsys: Capture) -> None:
    assert run(["current", SOURCE, "--store", store]) == 1
    Session(store=store, space="default", as_json=False, store_from="flag").say(TEXT)
    said = capsys.readouterr().err
    assert r"Mara \x1b[31mred" in said
    assert not raw(said)


def test_the_demo_has_none_of_the_texts_it_was_given(capsys: Capture) -> None:
    show = Show(Session(store="m.db", space="default", as_json=False, store_from="flag"))
    show.declined(Recall(id="r", question=TEXT, abstained=TEXT))
    assert not raw(capsys.readouterr().out)
