from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.writing.accept import accept
from graphmem.writing.checks import MAX_CHARS, check_moment, check_space, check_text
from graphmem_schemas import Conversation, Document, Message


def accept_one(content: object, **more: object) -> object:
    options = {"source": None, "at": None, "title": None, **more}
    (text,) = accept(content, **options)  # type: ignore[arg-type]
    return text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty or blank"),
        (" \n\t ", "empty or blank"),
        ("\u200b\u2060\ufeff", "empty or blank"),
        ("\u202e\u202c", "empty or blank"),
        ("a\x00b", "NUL character at offset 1"),
        ("ok \ud800", "half of a surrogate pair at offset 3"),
        ("x" * (MAX_CHARS + 1), "10,000,001 characters; at most 10,000,000"),
        (7, "must be a string, not int"),
        (b"bytes", "must be a string, not bytes"),
    ],
)
def test_text_that_cannot_be_kept_is_refused_with_its_reason(text: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_text(text, "text")


@pytest.mark.parametrize("text", ["👩‍🚀 went to space", "עברית \u200fand English", "a\u200bb"])
def test_unusual_characters_that_say_something_are_kept_verbatim(text: str) -> None:
    assert check_text(text, "text") == text


@pytest.mark.parametrize(
    "space",
    [
        "",
        "a" * 201,
        " a",
        "a\n",
        "a\x00",
        "a\u200bb",
        "\u202eabc",
        None,
        3,
        "a\ud800",
        "..",
        "\ufffd",
    ],
)
def test_a_space_that_could_look_like_another_is_refused(space: object) -> None:
    with pytest.raises(InvalidInput, match="space"):
        check_space(space)


@pytest.mark.parametrize("space", ["user-42", "Zoë's notes", "部屋", "a/../b", "'; DROP TABLE --"])
def test_strange_but_visible_spaces_are_taken(space: str) -> None:
    assert check_space(space) == space


@pytest.mark.parametrize(
    "at", ["2023-02-30", "yesterday", "", "2023-13-01", 12, 1.5, "10000-01-01"]
)
def test_a_date_that_does_not_exist_is_refused(at: object) -> None:
    with pytest.raises(InvalidInput, match="at "):
        check_moment(at)


def test_a_refused_date_is_named_and_shown_how_to_write() -> None:
    says = r"as_of 'yesterday' is not a date in ISO 8601.+: write 2024-05-03, or 2024-05-03T10"
    with pytest.raises(InvalidInput, match=says):
        check_moment("yesterday", "as_of")


def test_a_naive_date_is_utc() -> None:
    assert check_moment("2023-05-01") == datetime(2023, 5, 1, tzinfo=UTC)
    assert check_moment(date(2023, 5, 1)) == datetime(2023, 5, 1, tzinfo=UTC)
    assert check_moment("2023-05-01T12:00+02:00") == datetime(2023, 5, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot add a NoneType"),
        (b"bytes", "cannot add a bytes"),
        ({"text": "one message"}, "cannot add a dict"),
        ([], "empty list"),
        (["a", "b"], "item 0 is a str"),
        ([{"speaker": "Ann"}], "item 0 is no Message: text is missing"),
        ([{"text": "hi", "colour": "red"}], "item 0 is no Message: colour"),
        ([{"text": "hi"}, {"text": " "}], "text of message 1 is empty or blank"),
        ([{"text": "hi", "at": "2023-02-30"}], "item 0 is no Message: at"),
        ([{"text": "hi", "speaker": "\ud800"}], "speaker of message 0|item 0"),
    ],
)
def test_an_unknown_shape_is_refused_with_its_place(content: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        accept_one(content)


def test_messages_are_read_in_the_shapes_of_the_peers() -> None:
    text = accept_one([{"role": "user", "content": "hi"}, {"speaker": "Ann", "text": "yo"}])
    assert [(t.speaker, t.text) for t in text.turns] == [("user", "hi"), ("Ann", "yo")]  # type: ignore[attr-defined]


def test_a_path_is_read_and_named_by_its_heading(tmp_path: Path) -> None:
    file = tmp_path / "guide.md"
    file.write_text("# The guide\n\nBe kind.", encoding="utf-8")
    text = accept_one(file)
    assert (text.name, text.title) == (file.as_posix(), "The guide")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "source", "title"),
    [
        ("# The guide\n\nBe kind.\n\n## Food\n\nEat.", "guide.md", "The guide"),
        ("Be kind.\n\n## Food\n\nEat.", "guide.md", "guide.md"),
        ("Be kind.\n\n## Food\n\nEat.", None, None),
        ("Be kind. # 1 rule", "guide.md", None),
    ],
)
def test_a_text_with_headings_is_called_by_its_first_or_its_name(
    text: str, source: str | None, title: str | None
) -> None:
    """Else its passages would be cited by headings that say nothing alone."""
    accepted = accept_one(text, source=source)
    assert accepted.title == title  # type: ignore[attr-defined]
    assert accepted.turns[0].title == title  # type: ignore[attr-defined]


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"no file .*nowhere"):
        accept_one(tmp_path / "nowhere.md")
    with pytest.raises(InvalidInput, match="not a text file"):
        accept_one(tmp_path)
    latin = tmp_path / "latin.txt"
    latin.write_bytes("café".encode("latin-1"))
    with pytest.raises(InvalidInput, match="not UTF-8"):
        accept_one(latin)


def test_one_source_name_for_many_documents_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2 documents"):
        accept([Document(text="a"), Document(text="b")], source="x", at=None, title=None)


def test_several_conversations_are_a_source_each() -> None:
    one = Conversation(messages=(Message(speaker="Ann", text="Hi."),), source="a", at="2024-01-02")
    other = {"messages": [{"role": "user", "content": "Ho."}], "title": "greetings"}
    note = Document(text="A note.", ref="n")
    first, second, third = accept([one, other, note], source=None, at="2024-05-06", title=None)
    assert (first.name, first.kind, first.turns[0].speaker) == ("a", "conversation", "Ann")
    assert [text.at and text.at.isoformat()[:10] for text in (first, second, third)] == [
        "2024-01-02", "2024-05-06", "2024-05-06",
    ]  # fmt: skip
    assert (second.title, second.turns[0].title, third.kind) == (*["greetings"] * 2, "document")
    assert accept_one(one) == first
    alone = {"messages": [{"speaker": "Ann", "text": "Hi."}], "source": "a", "at": "2024-01-02"}
    assert accept_one(alone) == first


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ([{"messages": []}], "item 0 is no Conversation"),
        ([{"messages": [{"text": "a"}], "where": "x"}], "item 0 is no Conversation"),
        ([{"messages": [{"text": "a"}]}, {"text": "b"}], "messages cannot be mixed"),
        ([{"messages": [{"text": "a"}], "source": "n"}, Document(text="b", ref="n")], "both"),
        ([Document(text="b", ref="n"), {"messages": [{"text": "a"}], "source": "n"}], "both"),
        ([{"messages": [{"text": "a"}], "source": ""}], "item 0 is no Conversation"),
        ([{"messages": [{"text": "a"}], "source": "c"}] * 2, "both called 'c'"),
        ([{"messages": [{"text": "a"}], "source": "a\x00"}], "NUL"),
        ([{"messages": [{"text": " "}]}], "text of message 0 is empty"),
    ],
)
def test_conversations_that_cannot_be_used_are_refused(content: object, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        accept_one(content)


def test_files_of_one_name_in_two_folders_are_two_sources(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "notes.md").write_text(f"Notes of {folder}.", encoding="utf-8")
    paths = [tmp_path / folder / "notes.md" for folder in ("a", "b")]
    texts = accept(paths, source=None, at=None, title=None)
    assert [text.name for text in texts] == [path.as_posix() for path in paths]


def test_the_name_of_a_file_is_not_taken_for_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("notes.md").write_text("Mara lives in Lisbon.")
    with pytest.raises(InvalidInput, match=r"name of a file: give Path\("):
        accept("notes.md", source=None, at=None, title=None)
    Path("notes").mkdir()
    with pytest.raises(InvalidInput, match=r"'notes' is the name of a folder: give Path\("):
        accept("notes", source=None, at=None, title=None)
    texts = ("Read notes.md first", "notes of mine", "no/y.md", "other.md", "a." + "b" * 3_000)
    for text in texts:
        (source,) = accept(text, source=None, at=None, title=None)
        assert source.turns[0].text == text
