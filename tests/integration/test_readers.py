"""Readers at work: in other processes, on hostile trees, with little memory, without the extra."""

from __future__ import annotations

import json
import multiprocessing
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import docx
import pytest

from graphmem.errors import GraphMemError, InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_pipelines.readers.content import Content, ReaderOptions
from graphmem_pipelines.readers.read import read
from graphmem_pipelines.readers.scan import scan
from graphmem_schemas import Source

CHILD = Path(__file__).with_name("readers_child.py")
OPTIONS = ReaderOptions()
TOOLS = [
    {"role": "user", "content": "Find a train to Rome."},
    {"role": "assistant", "content": None,
     "tool_calls": [{"id": "c", "function": {"name": "trains", "arguments": '{"to": "Rome"}'}}]},
    {"role": "tool", "tool_call_id": "c", "content": "At nine."},
]  # fmt: skip


@pytest.fixture
def memory() -> Iterator[Memory]:
    clock = FixedClock(datetime(2026, 1, 1, tzinfo=UTC), step=timedelta(seconds=1))
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(), clock=clock
    ) as opened:
        yield opened


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a folder of all sorts: nine sources, and as many ways to fail."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "a.md").write_text("# Trip\n\nAnn went to Rome.\n")
    (root / "b.txt").write_bytes("Ann mag Zürich und die schöne Limmat.".encode("cp1252"))
    (root / "c.html").write_text("<title>Bob</title><main><p>Bob lives in Oslo.</main>")
    document = docx.Document()
    document.add_paragraph("Cleo works at Acme.")
    document.save(str(root / "d.docx"))
    (root / "rows.csv").write_text("id,text\n1,Dan likes tea.\n2,Eve likes rice.\n")
    (root / "chat.json").write_text(json.dumps([{"role": "user", "content": "I am Flo."}]))
    (root / "run.json").write_text(json.dumps(TOOLS))
    (root / "sub" / "chat.txt").write_text("31/1/24, 10:00 - Gus: Hello\n")
    (root / "archive.zip").write_bytes(b"PK\x03\x04" + b"\0" * 30)
    (root / "broken.pdf").write_bytes(b"%PDF-1.4\nnothing")
    (root / "deep.json").write_text("[" * 100_000)
    (root / "empty.md").write_text("")
    (root / "nul.txt").write_bytes(b"a\0b")
    (root / "row.jsonl").write_text('{"text": "Hal likes figs."}\nbroken\n')
    (root / "link.txt").symlink_to("/etc/hostname")
    (root / "loop").symlink_to(root)
    return root


def outcome(found: Any) -> tuple[str, str | None, str | None]:
    """Read an item as a worker does; what cannot be read is told, and ends nothing."""
    try:
        return found.key, read(found, OPTIONS).to_json(), None
    except GraphMemError as error:
        return found.key, None, str(error)


def remember(memory: Memory, content: Content) -> None:
    """Add what was read, as a job does."""
    if content.run is not None:
        memory.add_run(**content.run)
    elif content.messages is not None:
        memory.add(content.messages, source=content.name, title=content.title, at=content.at)
    else:
        assert content.document is not None
        memory.add(content.document, source=content.name)


def test_what_other_processes_read_is_remembered_and_the_rest_is_told(
    tree: Path, memory: Memory
) -> None:
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context) as pool:
        outcomes = list(pool.map(outcome, scan([tree], OPTIONS)))
    failed = {key for key, _, problem in outcomes if problem is not None}
    assert failed == {
        "root/archive.zip", "root/broken.pdf", "root/deep.json#1", "root/empty.md",
        "root/link.txt", "root/nul.txt", "root/row.jsonl#2",
    }  # fmt: skip
    for _, line, _ in outcomes:
        if line is not None:
            remember(memory, Content.from_json(line))
    changes = memory._store.changes(memory.space, 0, labels=("Source",))
    sources = {node.name for batch in changes for node in batch.nodes if isinstance(node, Source)}
    assert sources == {key for key, _, problem in outcomes if problem is None}
    assert memory.search("Who went to Rome?").hits[0].text == "Ann went to Rome."
    assert memory.similar("Find a train to Oslo.").hits


def test_the_same_tree_gives_the_same_items(tree: Path) -> None:
    first, second = (list(map(outcome, scan([tree], OPTIONS))) for _ in range(2))
    assert first == second


def test_a_file_that_vanishes_is_a_failed_item(tree: Path) -> None:
    found = {item.key: item for item in scan([tree], OPTIONS)}
    (tree / "a.md").unlink()
    with pytest.raises(NotFound, match=r"a\.md': it is no longer there"):
        read(found["root/a.md"], OPTIONS)


def test_what_was_refused_can_be_mended_and_read(tree: Path) -> None:
    found = {item.key: item for item in scan([tree], OPTIONS)}
    refused = replace(found["root/archive.zip"], problem=None)
    with pytest.raises(InvalidInput, match="archive"):
        read(refused, OPTIONS)
    (tree / "archive.zip").write_text("now a text")
    with pytest.raises(InvalidInput, match="archive"):  # by its name still
        read(refused, OPTIONS)
    nul = replace(found["root/nul.txt"], kind="unknown", problem=None)
    (tree / "nul.txt").write_text("now a text")
    document = read(nul, OPTIONS).document
    assert document is not None
    assert document.text == "now a text"
    with pytest.raises(InvalidInput, match="one of many in its file"):
        read(replace(found["root/row.jsonl#2"], problem=None), OPTIONS)


def test_a_file_that_becomes_a_link_is_not_followed(tree: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    found = {item.key: item for item in scan([tree], OPTIONS)}
    (tree / "a.md").unlink()
    (tree / "a.md").symlink_to(tmp_path / "secret.txt")
    (tree / "sub").rename(tmp_path / "moved")
    (tree / "sub").symlink_to(tmp_path / "moved")
    for key in ("root/a.md", "root/sub/chat.txt"):
        with pytest.raises(InvalidInput, match="links are not followed"):
            read(found[key], OPTIONS)


def child(what: str, path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(CHILD), what, str(path)],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize("suffix", ["txt", "jsonl", "json", "csv", "md", "html"])
def test_100_mb_on_one_line_are_one_failed_item_and_little_memory(
    tmp_path: Path, suffix: str
) -> None:
    with open(tmp_path / f"long.{suffix}", "w") as file:
        file.write("text\n" if suffix == "csv" else '["' if suffix == "json" else "")
        for _ in range(100):
            file.write("x" * 1_000_000)
    (tmp_path / "short.txt").write_text("words")
    said = child("read", tmp_path)
    assert said["read"] == 1
    (problem,) = said["failed"].values()
    assert "more than" in problem or "at most 50,000,000" in problem
    # One member of a list may have 50 MB, and is tried while it comes.
    assert said["grown_kb"] < (250_000 if suffix == "json" else 40_000)


def test_rows_are_streamed(tmp_path: Path) -> None:
    row = json.dumps({"text": "words " * 200})
    with open(tmp_path / "rows.jsonl", "w") as file:
        file.writelines(f"{row}\n" for _ in range(50_000))
    said = child("read", tmp_path)
    assert (tmp_path / "rows.jsonl").stat().st_size > 60_000_000
    assert said["read"] == 50_000
    assert said["grown_kb"] < 20_000


def test_without_the_extra_texts_and_chats_are_read_and_the_rest_names_it(tree: Path) -> None:
    (tree / "broken.pdf").unlink()
    said = child("without", tree)
    missing = {key for key, problem in said["failed"].items() if "MissingExtra" in problem}
    assert missing == {"root/b.txt", "root/c.html", "root/d.docx"}
    assert all("pip install 'graphmem[readers]'" in said["failed"][key] for key in missing)


def test_finding_files_loads_no_library_of_a_format(tree: Path) -> None:
    assert child("read", tree / "a.md")["loaded"] == []


def test_stdin_is_read_by_what_it_holds() -> None:
    def found(text: str, source: str | None = "s", **options: Any) -> list[Any]:
        stdin = StringIO(text)
        return list(scan(["-"], ReaderOptions(**options), stdin=stdin, source=source))

    (text,) = found("# Hi\nwords")
    assert (text.key, text.kind, text.content.document.text) == ("s", "text", "# Hi\nwords")
    rows = found('{"text": "one"}\n{"text": "two"}\n')
    assert [row.key for row in rows] == ["s#1", "s#2"]
    (chat,) = found('[{"role": "user", "content": "Hi"}]')
    assert (chat.key, chat.content.messages[0].text) == ("s", "Hi")
    (one,), (again,), (other,) = (found(said, None) for said in ("Hi.", "Hi.", "Ho."))
    assert one.key == again.key != other.key
    assert one.key.startswith("stdin-")
    assert (one.content.document.title, text.content.document.title) == (None, "s")
    (markdown,) = found("# Hi\nwords", format="markdown")
    assert markdown.content.document.title == "Hi"
    assert "empty" in found("")[0].nothing
    assert "more than 10 bytes" in found("x" * 100, max_bytes=10)[0].problem


def test_a_scan_that_is_left_in_the_middle_leaves_nothing_open(tree: Path) -> None:
    (tree / "rows.jsonl").write_text('{"speaker": "a", "session": "s", "text": "hi"}\n' * 1_000)
    for stop in (1, 5, 10):
        items = scan([tree], OPTIONS)
        for _ in range(stop):
            next(items)
        items.close()  # type: ignore[attr-defined]


@pytest.mark.slow
@pytest.mark.parametrize("tag", ["<div>", "<p><b>x</b></p>", "<li>"])
def test_a_page_of_3_mb_of_tags_is_read(tmp_path: Path, tag: str) -> None:
    page = tag * (3_000_000 // len(tag)) + "<p>words</p>"
    (tmp_path / "tags.html").write_text(page)
    (item,) = scan([tmp_path], OPTIONS)
    document = read(item, OPTIONS).document
    assert document is not None
    assert document.text.endswith("words")
