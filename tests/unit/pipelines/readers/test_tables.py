"""Tables and rows of JSON: which field says what, and what becomes of rows that say nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import ReaderOptions
from graphmem_pipelines.readers.scan import scan


def test_rows_of_a_table_are_documents_named_by_their_ids(tree: Any) -> None:
    tree.write("a.csv", 'id,Subject,BODY,Date\n7,Hi,"one, two\nthree",2024-01-02\n8,,bye,\n')
    first, second = tree.contents()
    assert (first.name, first.document.text) == ("root/a.csv#7", "one, two\nthree")
    assert first.document.title == "Hi"
    assert first.document.at == datetime(2024, 1, 2, tzinfo=UTC)
    assert (second.document.title, second.document.at) == (None, None)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found_out(tree: Any, separator: str) -> None:
    tree.write("a.csv", f"id{separator}text\n1{separator}words and more\n")
    assert tree.content().document.text == "words and more"


def test_the_separator_that_excel_names_is_used(tree: Any) -> None:
    tree.write("a.csv", "sep=;\r\nid;text\r\n1;words, and, more\r\n")
    assert tree.content().document.text == "words, and, more"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_of_a_table_is_found_out(tree: Any, encoding: str) -> None:
    rows = "text;id\nZürich grüßt die schöne Welt;1\nÜbermut tut selten gut;2\n"
    tree.write("a.csv", rows.encode(encoding))
    assert [content.document.text for content in tree.contents()] == [
        "Zürich grüßt die schöne Welt", "Übermut tut selten gut",
    ]  # fmt: skip


def test_a_field_map_names_columns_and_paths(tree: Any) -> None:
    rows = [{"data": {"said": "words", "when": "2024-05-06"}, "text": "not this"}]
    tree.lines("a.jsonl", rows)
    content = tree.content(fields={"text": "data.said", "at": "data.when"})
    assert content.document.text == "words"
    assert content.document.at == datetime(2024, 5, 6, tzinfo=UTC)


def test_a_field_that_no_row_has_a_use_for_is_refused(tree: Any) -> None:
    tree.lines("a.jsonl", [{"text": "words"}])
    (item,) = tree.found(fields={"colour": "red"})
    assert "no field 'colour' to map: text, title" in item.problem


def test_a_mapped_date_that_is_none_fails_and_one_by_chance_does_not(tree: Any) -> None:
    tree.lines("a.jsonl", [{"text": "words", "date": "soon"}])
    assert tree.content().document.at is None
    (item,) = tree.found(fields={"at": "date"})
    assert "'soon' is no date" in item.problem


def test_rows_with_speaker_and_session_are_gathered_however_they_lie(tree: Any) -> None:
    tree.lines("a.jsonl", [
        {"session": "s1", "speaker": "Ann", "text": "one", "at": "2024-01-01T10:00:00"},
        {"session": "s2", "speaker": "Bob", "text": "two"},
        {"session": "s1", "speaker": "Bob", "text": "three", "id": "m3"},
        {"text": "a document", "id": "d"},
    ])  # fmt: skip
    by_name = {content.name: content for content in tree.contents()}
    assert list(by_name) == ["root/a.jsonl#d", "root/a.jsonl#s1", "root/a.jsonl#s2"]
    first = by_name["root/a.jsonl#s1"]
    assert [(m.speaker, m.text, m.ref) for m in first.messages] == [
        ("Ann", "one", None), ("Bob", "three", "m3"),
    ]  # fmt: skip
    assert first.at == datetime(2024, 1, 1, 10, tzinfo=UTC)


def test_speakers_without_a_session_are_one_conversation_but_authors_are_not(tree: Any) -> None:
    tree.write("chat.csv", "speaker,text\nAnn,hello\nBob,bye\n")
    tree.write("posts.csv", "author,text\nAnn,hello\nBob,bye\n")
    names = [content.name for content in tree.contents()]
    assert names == ["root/chat.csv", "root/posts.csv#2", "root/posts.csv#3"]


def test_names_that_come_again_are_told_apart(tree: Any) -> None:
    tree.lines("a.jsonl", [{"id": "x", "text": "one"}, {"id": "x", "text": "two"}])
    assert [c.name for c in tree.contents()] == ["root/a.jsonl#x", "root/a.jsonl#x~2"]


def test_a_bad_row_is_a_failed_item_and_the_good_ones_stay(tree: Any) -> None:
    tree.write("a.jsonl", '{"text": "one"}\nbroken\n[1, 2]\n{"other": 1}\n"x"\n{"text": "two"}\n')
    problems = tree.problems()
    assert [key for key, problem in problems.items() if problem is None] == [
        "root/a.jsonl#1", "root/a.jsonl#6",
    ]  # fmt: skip
    assert "line 2 is no JSON" in problems["root/a.jsonl#2"]
    assert "no message" in problems["root/a.jsonl#3"]
    assert "has no text" in problems["root/a.jsonl#4"]
    assert "is a str" in problems["root/a.jsonl#5"]


def test_a_file_of_rows_without_any_text_is_one_failed_item(tree: Any) -> None:
    tree.lines("a.jsonl", [{"number": at} for at in range(1_000)])
    ((key, problem),) = tree.problems().items()
    assert key == "root/a.jsonl"
    assert "none of its first 100 rows" in problem
    assert "number" in problem


def test_cells_that_no_column_names_fail_the_row(tree: Any) -> None:
    tree.write("a.csv", "id,text\n1,words, more\n2,fine\n")
    problems = tree.problems()
    assert "3 cells for 2 columns" in problems["root/a.csv#2"]
    assert problems["root/a.csv#2~2"] is None


def test_a_quote_that_is_never_closed_ends_the_table(tree: Any) -> None:
    rows = 'text\nfine\n"open\n' + "more\n" * 1_000
    tree.write("a.csv", rows)
    problems = tree.problems(max_line_bytes=500)
    assert problems["root/a.csv#2"] is None
    assert "never closed" in problems["root/a.csv#3"]
    assert len(problems) == 2


def test_a_row_that_is_too_long_is_left_out_and_the_next_one_is_read(tree: Any) -> None:
    tree.write("a.csv", "text\n" + "x" * 2_000 + "\nfine\n")
    problems = tree.problems(max_line_bytes=500)
    assert "more than 500 characters" in problems["root/a.csv#2"]
    assert problems["root/a.csv#3"] is None


def test_a_table_without_names_or_rows_fails(tree: Any) -> None:
    tree.write("a.csv", "\n" * 10_000)
    tree.write("b.csv", "text\n")
    tree.write("c.csv", "x" * 1_000)
    problems = tree.problems(max_line_bytes=500)
    assert "no first row" in problems["root/a.csv"]
    assert "holds no text" in problems["root/b.csv"]
    assert "first row has more than 500" in problems["root/c.csv"]


def test_cells_with_nuls_and_lone_surrogates_do_not_stop_the_file(tree: Any) -> None:
    tree.write("a.jsonl", b'{"text": "\\ud800 half"}\n{"text": "caf\xe9"}\n{"text": "fine"}\n')
    problems = list(tree.problems().values())
    assert problems[2] is None
    assert problems[0] is not None
    assert problems[1] is not None


def test_an_unknown_format_is_refused_at_once() -> None:
    with pytest.raises(InvalidInput, match="no format 'xml'"):
        scan(["."], ReaderOptions(format="xml"))
