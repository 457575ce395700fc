"""What `add` makes of paths."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graphmem.cli.inputs import find_inputs, read_messages
from graphmem.errors import InvalidInput, NotFound

MESSAGES = [{"speaker": "Mara", "text": "Hello."}, {"speaker": "Devi", "text": "Hello, Mara."}]


def test_messages_come_as_a_list_an_object_or_lines() -> None:
    lines = "\n".join(json.dumps(message) for message in MESSAGES)
    for text in (json.dumps(MESSAGES), json.dumps({"messages": MESSAGES}), lines + "\n\n"):
        assert read_messages(text, "chat.json") == MESSAGES
    assert read_messages(json.dumps(MESSAGES[0]), "one.json") == MESSAGES[:1]


@pytest.mark.parametrize("text", ["", "no json", "3", '"text"', "[1, 2]", '{"messages": "none"}'])
def test_what_is_no_conversation_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"odd\.json"):
        read_messages(text, "odd.json")


def test_a_folder_gives_its_readable_files_in_order(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / ".git").mkdir()
    for name in ("b.md", "a.txt", "deep/c.md", ".git/d.md", "e.png", ".hidden.md"):
        (tmp_path / name).write_text("Text.")
    (tmp_path / "chat.json").write_text(json.dumps(MESSAGES))
    found = list(find_inputs([tmp_path]))
    names = [Path(item.source or "").relative_to(tmp_path).as_posix() for item in found]
    assert names == ["a.txt", "b.md", "chat.json", "deep/c.md"]
    assert found[2].read() == MESSAGES
    assert found[0].read() == tmp_path / "a.txt"


def test_an_empty_folder_and_a_missing_path_say_so(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no file of"):
        list(find_inputs([tmp_path]))
    with pytest.raises(NotFound, match="nowhere"):
        list(find_inputs([tmp_path / "nowhere"]))


def test_json_that_is_not_utf8_says_where(tmp_path: Path) -> None:
    path = tmp_path / "latin.json"
    path.write_bytes('[{"text": "Graça"}]'.encode("latin-1"))
    (found,) = find_inputs([path])
    with pytest.raises(InvalidInput, match=r"latin\.json.*byte 14"):
        found.read()
