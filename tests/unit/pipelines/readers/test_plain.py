"""Plain text and Markdown: verbatim, titled, dated; and all encodings that people use."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.decoding import decode, is_text
from graphmem_pipelines.readers.plain import from_markdown, from_text
from graphmem_pipelines.readers.read import read

SENTENCE = "Zürich grüßt — “café”, naïve Šárka."


def test_text_is_kept_as_it_is() -> None:
    document = from_text("  a\n\n\tb  \n", "x/my notes.txt")
    assert document.text == "  a\n\n\tb  \n"
    assert document.title == "my notes"


def test_an_underlined_first_line_titles_a_text() -> None:
    assert from_text("=====\nTitle\n=====\n\nwords", "a.rst").title == "Title"
    assert from_text("Title\n-----\nwords", "a.rst").title == "Title"
    assert from_text("words\nand more", "a.rst").title == "a"


def test_the_first_h1_titles_markdown_and_headings_stay() -> None:
    text = "## Small\n\n```\n# no heading\n```\n\n# The *Title* #\n\nwords\n"
    document = from_markdown(text, "a.md")
    assert document.title == "The *Title*"
    assert document.text == text


def test_an_underlined_heading_titles_markdown() -> None:
    assert from_markdown("The Title\n=========\n\nwords", "a.md").title == "The Title"


def test_a_fence_is_closed_by_one_as_long() -> None:
    text = "````\n```\n# no\n````\n# yes\n"
    assert from_markdown(text, "a.md").title == "yes"


def test_front_matter_gives_title_and_date_and_is_no_text() -> None:
    text = '---\ntitle: "My day"\ndate: 2024-05-03\ntags: [a]\n---\n# Other\nwords\n'
    document = from_markdown(text, "a.md")
    assert document.title == "My day"
    assert document.at == datetime(2024, 5, 3, tzinfo=UTC)
    assert document.text == "# Other\nwords\n"


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert from_markdown("---\nwords\n", "a.md").text == "---\nwords\n"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_encodings_are_found_out(encoding: str) -> None:
    sentence = SENTENCE.replace("Šárka", "Sarka") if encoding == "cp1252" else SENTENCE
    assert decode(sentence.encode(encoding)) == sentence


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Привет, как дела сегодня? Вчера мы были в Москве."),
        ("shift_jis", "日本語のテキストです。今日は天気がいい。"),
        ("cp1253", "Γειά σου Κόσμε, τι κάνεις σήμερα;"),
    ],
)
def test_encodings_of_other_scripts_are_found_out(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text


def test_a_named_encoding_alone_is_tried() -> None:
    assert decode("é".encode("cp850"), "cp850") == "é"
    with pytest.raises(InvalidInput, match=r"utf-8 \(byte 0\)"):
        decode(b"\xff", "utf-8")
    with pytest.raises(InvalidInput, match="no encoding 'klingon'"):
        decode(b"a", "klingon")


def test_line_ends_are_made_one() -> None:
    assert decode(b"a\r\nb\rc\n") == "a\nb\nc\n"


def test_nuls_are_no_text_and_the_message_says_what_was_tried() -> None:
    with pytest.raises(InvalidInput, match="NUL at character 5"):
        decode(b"hello\x00world, this is long enough")


def test_binary_heads_are_no_text() -> None:
    assert not is_text(b"\x89PNG\r\n\x1a\n\x00")
    assert not is_text(bytes(range(1, 32)) * 4)
    assert is_text("Grüße\n\tx".encode("cp1252"))
    assert is_text(b"")


def test_an_empty_file_is_an_item_that_holds_nothing(tree: Any) -> None:
    tree.write("a.txt", "")
    tree.write("b.md", " \n\n")
    for item in tree.found():
        assert (item.problem, item.nothing) == (None, "it is empty")
        with pytest.raises(InvalidInput, match="is empty"):
            read(item, ReaderOptions())


def test_a_file_above_the_limit_fails_with_its_size(tree: Any) -> None:
    tree.write("a.txt", "x" * 2_000)
    with pytest.raises(InvalidInput, match=r"2,000 bytes; at most 1,000"):
        tree.content(max_bytes=1_000)
