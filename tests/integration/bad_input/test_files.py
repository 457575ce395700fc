"""Files that cannot be read, written or imported are refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import GraphMemError, InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem_schemas import Document
from tests.integration.bad_input.refusals import open_memory, refused


def test_files_that_cannot_be_read(memory: Memory, tmp_path: Path) -> None:
    with refused(memory, tmp_path, NotFound, "there is no file .*missing.md"):
        memory.add(tmp_path / "missing.md")
    binary = tmp_path / "binary.txt"
    binary.write_bytes(b"caf\xe9 \xff")
    with refused(memory, tmp_path, InvalidInput, r"not UTF-8 \(byte 3\): convert it"):
        memory.add(binary)
    huge = tmp_path / "huge.md"
    with huge.open("wb") as file:
        file.truncate(50_000_000)
    with refused(memory, tmp_path, InvalidInput, "50,000,000 bytes: split it"):
        memory.add(huge)
    with refused(memory, tmp_path, InvalidInput, "source 's' was given for 2 documents"):
        memory.add([Document(text="a"), Document(text="b")], source="s")
    good = tmp_path / "good.md"
    good.write_text("Dee lives in Bonn.")
    with refused(memory, tmp_path, NotFound, "missing.md"):
        memory.add([good, tmp_path / "missing.md"])


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("", "cannot be the path of a file"),
        ("a\x00b", "cannot be the path of a file"),
        ("\ud800", "cannot be the path of a file"),
        (5, "must be a string or a Path, not int"),
        (None, "must be a string or a Path, not NoneType"),
        ("x" * 5_000, "path has 5,000 characters"),
        ("x" * 300, "File name too long"),
        ("/dev/null", "a folder or a device"),
        ("/usr", "a folder or a device"),
        ("/no such folder/x.jsonl", "cannot write.*No such file or directory; give another"),
    ],
    ids=lambda one: ascii(one)[:20],
)
def test_exports_that_have_no_place(memory: Memory, tmp_path: Path, path: Any, says: str) -> None:
    if str(path) == "/dev/null" and not Path(path).is_char_device():
        pytest.skip("no device to spare on this machine")
    with refused(memory, tmp_path, InvalidInput, says):
        memory.export(path)
    assert str(path) != "/dev/null" or Path(path).is_char_device()


@pytest.mark.parametrize(
    ("path", "kind", "says"),
    [
        ("a\x00b", InvalidInput, "cannot be the path of a file"),
        (None, InvalidInput, "must be a string or a Path"),
        ("x" * 5_000, InvalidInput, "path has 5,000 characters"),
        ("x" * 300, InvalidInput, "File name too long"),
        ("/", NotFound, "there is no file '/'"),
        ("/no such folder/x.jsonl", NotFound, "there is no file"),
    ],
    ids=lambda one: ascii(one)[:20],
)
def test_imports_of_nothing(
    memory: Memory, tmp_path: Path, path: Any, kind: type[GraphMemError], says: str
) -> None:
    with refused(memory, tmp_path, kind, says):
        memory.import_(path)


HEADER = '{"format": "graphmem-jsonl-1", "embedder": null}\n'


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b"notes\n", b"[1]\n", b"{}\n", b'{"format": "other"}\n', b"\xff\xfe\n",
        HEADER.encode() + b"{\n",
        HEADER.encode() + b"[]\n",
        HEADER.encode() + b"{}\n",
        HEADER.encode() + b'{"node": "Cat", "uid": "x"}\n',
        HEADER.encode() + b'{"node": "Passage", "uid": "x"}\n',
        HEADER.encode() + b'{"node": ["Passage"], "uid": "x"}\n',
        HEADER.encode() + b'{"vector": "x", "float32": "AAA"}\n',
        HEADER.encode() + b'{"vector": "x", "float32": 5}\n',
        HEADER.encode() + b'{"edge": "NEXT", "start": "x", "end": "y", "sources": {"s": 1}}\n',
        HEADER.encode() + b"\xff\n",
        HEADER.encode() + b"[" * 100_000 + b"\n",
        b"x" * 1_000_000,
    ],
    ids=lambda content: ascii(content[len(HEADER):] or content)[:30],
)  # fmt: skip
def test_files_that_are_no_export(memory: Memory, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(content)
    with refused(memory, tmp_path, InvalidInput, None):
        memory.import_(path)


def test_an_export_that_was_cut_changes_nothing(memory: Memory, tmp_path: Path) -> None:
    whole = tmp_path / "whole.jsonl"
    memory.export(whole)
    raw = whole.read_bytes()
    cut = tmp_path / "cut.jsonl"
    with open_memory(tmp_path / "other.db") as other:
        for size in (len(raw) // 3, len(raw) // 2, len(raw) - 5):
            cut.write_bytes(raw[:size])
            with refused(other, tmp_path, InvalidInput, "cut.jsonl.* seems cut off: line [0-9]+"):
                other.import_(cut)
