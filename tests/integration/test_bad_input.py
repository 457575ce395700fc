"""What cannot be used is refused in words that help, and the store is as it was before."""

from __future__ import annotations

import math
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import (
    DimensionMismatch,
    GraphMemError,
    InvalidInput,
    NotAStore,
    NotFound,
    SchemaTooNew,
    StoreCorrupt,
    StoreReadOnly,
    StoreUnavailable,
)
from graphmem.memory import Memory
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import Document, Passage, Source

START = datetime(2026, 1, 1, tzinfo=UTC)
NOBODY = 65534
QUESTION = "Where does Ann live?"


def open_memory(store: Path, space: Any = "default", dimension: int = 32) -> Memory:
    return Memory(
        store,
        space=space,
        embedder=FakeEmbedder(dimension),
        extractor=FakeExtractor(),
        clock=FixedClock(START),
    )


@pytest.fixture(scope="module")
def memory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Memory]:
    with open_memory(tmp_path_factory.mktemp("store") / "agent.db") as opened:
        opened.add("Ann lives in Rome. Bo likes Ann.", source="note", at="2023-05-01")
        opened.add([{"speaker": "Cy", "text": "I live in Oslo."}], source="chat")
        opened.search(QUESTION)
        yield opened


def state(memory: Memory, folder: Path) -> tuple[bytes, str, dict[str, bytes]]:
    """Everything that the space holds, its counts, and what lies beside the store."""
    path = folder / "state.jsonl"
    memory.export(path)
    kept = path.read_bytes()
    path.unlink()
    store = memory._store.path  # type: ignore[attr-defined]
    views = {str(f): f.read_bytes() for f in store.parent.glob("*.views/**/*") if f.is_file()}
    # The log may have grown by nothing, so the size of the file is no part of it.
    counts = memory.stats().model_copy(update={"store_bytes": 0})
    return kept, counts.model_dump_json(), views


@contextmanager
def refused(
    memory: Memory, folder: Path, kind: type[GraphMemError], says: str | None
) -> Iterator[None]:
    """Expect exactly this kind of error, with these words in its one line, and no change."""
    before = state(memory, folder)
    with pytest.raises(kind, match=says) as caught:
        yield
    assert caught.type is kind
    message = str(caught.value)
    assert 20 < len(message) < 500
    assert "\n" not in message
    assert state(memory, folder) == before
    assert memory._store.check() == []  # type: ignore[attr-defined]


TEXTS: dict[str, tuple[Any, str]] = {
    "empty": ("", "text is empty or blank"),
    "blank": (" \n\t\r\u3000 ", "text is empty or blank"),
    "zero-width alone": ("\u200b\u200d\u2060\ufeff", "text is empty or blank"),
    "bidi alone": ("\u202e\u2066\u2069\u202c", "text is empty or blank"),
    "control alone": ("\x01\x02\x7f", "text is empty or blank"),
    "NUL": ("Ann\x00lives", "NUL character at offset 3"),
    "lone high surrogate": ("Ann \ud83d", "half of a surrogate pair at offset 4"),
    "lone low surrogate": ("\udc00 Ann", "half of a surrogate pair at offset 0"),
    "50 MB on one line": ("x" * 50_000_000, "50,000,000 characters; at most 10,000,000.*split"),
    "bytes": (b"Ann lives in Rome.", "cannot add a bytes"),
    "nothing": (None, "cannot add a NoneType"),
    "number": (7, "cannot add a int"),
    "one message, no list": ({"text": "hi"}, "cannot add a dict.*list of messages"),
    "empty list": ([], "an empty list"),
    "empty iterator": (iter(()), "an empty list"),
    "strings": (["a", "b"], "item 0 is a str.*expected Message"),
    "nested": ([[{"text": "hi"}]], "item 0 is a list.*expected Message"),
    "message then string": ([{"text": "hi"}, "b"], "item 1 is a str"),
    "no text": ([{"speaker": "Ann"}], "item 0 is no Message: text is missing"),
    "text and content": ([{"text": "a", "content": "b"}], "item 0.*content: Extra inputs"),
    "unknown field": ([{"text": "a", "mood": "x"}], r"mood: Extra inputs.*'x'.*fields: text"),
    "text is a number": ([{"text": 5}], "text must be a valid string; it is 5"),
    "text is None": ([{"role": "assistant", "content": None}], "content must be .*; it is None"),
    "content parts": ([{"content": [{"type": "text", "text": "hi"}]}], "content must be .*string"),
    "blank second message": ([{"text": "hi"}, {"text": " "}], "text of message 1 is empty"),
    "NUL in a message": ([{"text": "hi"}, {"text": "a\x00"}], "text of message 1 holds a NUL"),
    "long message": ([{"text": "x" * 50_000_000}], "text of message 0 has 50,000,000"),
    "speaker of no name": ([{"text": "a", "speaker": "\u200b"}], "speaker of message 0 is empty"),
    "NUL in a speaker": ([{"text": "a", "speaker": "A\x00"}], "speaker of message 0 holds a NUL"),
    "NUL in a ref": ([{"text": "a", "ref": "r\x00"}], "ref of message 0 holds a NUL"),
    "number as speaker": ([{"text": "a", "speaker": 5}], "speaker must be .*string; it is 5"),
    "long speaker": ([{"text": "a", "speaker": "A" * 5_000}], "speaker: .*200 char"),
    "impossible date": ([{"text": "a", "at": "2023-02-30"}], "at: .*day .*'2023-02-30'"),
    "number as date": ([{"text": "a", "at": 1_700_000_000}], "at: .*ISO 8601.*1700000000"),
    "number text as date": ([{"text": "a", "at": "17"}], "at: .*'17'"),
    "truth as date": ([{"text": "a", "at": True}], "at: .*ISO 8601.*True"),
    "folder": (Path("/"), "'/' is not a text file"),
    "device": (Path("/dev/zero"), "'/dev/zero' is not a text file"),
    "long path": (Path("x" * 5_000), "path has 5,000 characters; at most 4,096"),
    "NUL in a path": (Path("a\x00b"), r"'a\\x00b' cannot be the path"),
    "surrogate in a path": (Path("a\ud800"), r"'a\\ud800' cannot be the path"),
    "NUL in a title": (Document(text="a", title="t\x00"), "title of the document holds a NUL"),
    "blank document": (Document(text=" "), "text is empty or blank"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_content_that_cannot_be_kept(memory: Memory, tmp_path: Path, case: str) -> None:
    content, says = TEXTS[case]
    with refused(memory, tmp_path, InvalidInput, says):
        memory.add(content)


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


@pytest.mark.parametrize("what", ["source", "title"])
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("", "is empty or blank"),
        ("\u200b\ufeff", "is empty or blank"),
        ("a\x00", "NUL character at offset 1"),
        ("\ud800", "half of a surrogate pair"),
        ("x" * 2_000, "2,000 characters; at most 1,000"),
        (5, "must be a string, not int"),
    ],
)
def test_names_that_are_none(
    memory: Memory, tmp_path: Path, what: str, name: Any, says: str
) -> None:
    with refused(memory, tmp_path, InvalidInput, f"{what} .*{says}"):
        memory.add("Eve lives in Kiel.", **{what: name})


MOMENTS: list[Any] = [
    "2023-02-30", "2023-13-01", "2023-05-01T25:00", "0000-01-01", "10000-01-01", "yesterday", "",
    "2023", "1" * 5_000, "\x00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00",
    5, 1.5, math.nan, True, b"2023-05-01",
]  # fmt: skip


@pytest.mark.parametrize("at", MOMENTS, ids=lambda at: ascii(at)[:30])
def test_dates_that_are_none(memory: Memory, tmp_path: Path, at: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "^at .*ISO 8601"):
        memory.add("Eve lives in Kiel.", at=at)
    with refused(memory, tmp_path, InvalidInput, "^as_of .*ISO 8601"):
        memory.search(QUESTION, as_of=at)


LIMITS: list[tuple[Any, str]] = [
    (0, "greater than or equal to 1; it is 0"),
    (-1, "greater than or equal to 1; it is -1"),
    (10**9, r"less than or equal to 1000(000)?; it is 1000000000"),
    (10**30, "less than or equal to"),
    (True, "valid integer; it is True"),
    ("5", "valid integer; it is '5'"),
    (1.5, "valid integer; it is 1.5"),
    (5.0, "valid integer; it is 5.0"),
    (math.nan, "valid integer; it is nan"),
    (math.inf, "valid integer; it is inf"),
    ([1], r"valid integer; it is \[1\]"),
]


@pytest.mark.parametrize(("limit", "says"), LIMITS, ids=lambda one: ascii(one)[:20])
def test_limits_out_of_range(memory: Memory, tmp_path: Path, limit: Any, says: str) -> None:
    with refused(memory, tmp_path, InvalidInput, f"k must be .*{says}"):
        memory.search(QUESTION, k=limit)
    with refused(memory, tmp_path, InvalidInput, f"budget must be .*{says}"):
        memory.context(QUESTION, budget=limit)


@pytest.mark.parametrize("limit", [1, 1_000])
def test_limits_at_the_edge_of_the_range(memory: Memory, limit: int) -> None:
    assert 1 <= len(memory.search(QUESTION, k=limit).hits) <= limit
    assert memory.context(QUESTION, budget=limit * 1_000).n_tokens <= limit * 1_000


@pytest.mark.parametrize(
    "kinds", [[], "passage", ["x"], ["Passage"], ["passage", "cat"], [None], 5], ids=repr
)
def test_kinds_that_are_unknown(memory: Memory, tmp_path: Path, kinds: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "kinds"):
        memory.search(QUESTION, kinds=kinds)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("", "empty or blank"),
        (" \n ", "empty or blank"),
        ("\u200b\u202e", "empty or blank"),
        ("Where\x00", "NUL character at offset 5"),
        ("\udfff?", "half of a surrogate pair"),
        ("x" * 10_000_001, "10,000,001 characters"),
        (None, "must be a string, not NoneType"),
        (b"Where?", "must be a string, not bytes"),
    ],
    ids=lambda one: ascii(one)[:20],
)
def test_questions_that_ask_nothing(
    memory: Memory, tmp_path: Path, question: Any, says: str
) -> None:
    for ask in (memory.search, memory.context):
        with refused(memory, tmp_path, InvalidInput, f"question .*{says}"):
            ask(question)


@pytest.mark.parametrize(
    "question",
    [
        "Where does Ann live? " * 5_000,
        "the of and is to a",
        "?!... --- ((( ]]] \"'`",
        "アンはどこに住んでいますか",
        "أين تعيش آن؟",
        "🦊👩‍🚀🇮🇹",
        "e\u0301" * 2_000,
        "a" * 100_000,
        '"NEAR(ann OR * col:x AND NOT) ^ {',
        "' OR 1=1; DROP TABLE node; --",
        "MATCH (n) DETACH DELETE n",
        "on 31 February 0000, 99999 years from now",
    ],
    ids=lambda question: ascii(question)[:20],
)
def test_strange_questions_are_answered_or_declined(
    memory: Memory, tmp_path: Path, question: str
) -> None:
    before = state(memory, tmp_path)
    recall = memory.search(question, k=3)
    assert len(recall.hits) <= 3
    assert recall.question == question
    assert memory.context(question, budget=50).n_tokens <= 50
    assert state(memory, tmp_path) == before


@pytest.mark.parametrize(
    "space",
    [
        "", " ", " a", "a ", "a\nb", "a\tb", "a\x00b", "a\x7fb", "\ud800", "\u200b", "a\u200bb",
        "a\u202eb", "\ufeffa", ".", "..", "x" * 201, "x" * 1_000_000, 5, None, b"a", ["a"],
    ],
    ids=lambda space: ascii(space)[:20],
)  # fmt: skip
def test_spaces_that_are_none(memory: Memory, tmp_path: Path, space: Any) -> None:
    with refused(memory, tmp_path, InvalidInput, "space"):
        open_memory(memory._store.path, space=space)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "space",
    ["x" * 200, "🦊" * 200, "../../etc/passwd", "a/b\\c", "CON",
     "'; DROP TABLE node;--", "é", "%s{0}$HOME", "部屋"],
    ids=lambda space: ascii(space)[:20],
)  # fmt: skip
def test_strange_spaces_are_spaces(tmp_path: Path, space: str) -> None:
    folder = tmp_path / "stores"
    folder.mkdir()
    store = folder / "agent.db"
    for _ in range(2):
        with open_memory(store, space=space) as memory:
            memory.add("Ann lives in Rome.")
            assert memory.search(QUESTION).hits[0].text == "Ann lives in Rome."
            assert memory.stats().nodes["Passage"] == 1
            assert memory.stats().space == space
    assert [one.name for one in tmp_path.iterdir()] == ["stores"]
    assert {one.name for one in folder.iterdir()} == {"agent.db", "agent.db.views"}


KEPT = [
    "Ann \u202elives in\u202c Rome.",
    "Ann\u200b lives\u200d in\ufeff Rome.",
    "👩‍🚀 Ann 🧑🏽‍🚀 lives in Rome 🇮🇹.",
    "Ann lives in\x85 Rome.\x0c Bo\u2028likes\u2029Ann.\x01",
    "Ann lives in Rome.\r\nBo likes Ann.",
    "Z" + "\u0300" * 500 + " lives in Rome.",
    "e\u0301 is not é",
    "\ue000\ufffe private",
    "'; DROP TABLE node; -- {0} %s $1",
]


@pytest.mark.parametrize("text", KEPT, ids=lambda text: ascii(text)[:25])
def test_strange_text_is_kept_verbatim(tmp_path: Path, text: str) -> None:
    with open_memory(tmp_path / "agent.db") as memory:
        receipt = memory.add(text, source=f"from {text}"[:900])
        (uid,) = receipt.added["Passage"]
        passage = memory.get(uid)
        assert isinstance(passage, Passage)
        assert passage.text == text
        assert memory.search(text).hits[0].text == text
        memory.export(tmp_path / "out.jsonl")
    with open_memory(tmp_path / "other.db") as other:
        other.import_(tmp_path / "out.jsonl")
        assert other.get(uid) == passage


def test_names_of_emoji_are_names(tmp_path: Path) -> None:
    with open_memory(tmp_path / "agent.db") as memory:
        memory.add([{"speaker": "🦊", "text": "I like Rome."}], source="🎉", title="👩‍🚀")
        hit = memory.search("Who likes Rome?").hits[0]
        assert (hit.speaker, hit.source, hit.title) == ("🦊", "🎉", "👩‍🚀")
        assert memory.delete(source="🎉").nodes["Passage"] == 1
        assert memory.stats().nodes == {}


@pytest.mark.parametrize(
    "at",
    [datetime(2023, 5, 1, 10), "2023-05-01T10:00", "2023-05-01 10:00", "2023-05-01T12:00+02:00"],
    ids=str,
)
def test_naive_dates_are_utc(tmp_path: Path, at: datetime | str) -> None:
    moment = datetime(2023, 5, 1, 10, tzinfo=UTC)
    with open_memory(tmp_path / "agent.db") as memory:
        memory.add("Ann lives in Rome.", source="a", at=at)
        memory.add([{"text": "Bo likes Ann.", "at": at}], source="b")
        hits = memory.search("Ann").hits
        assert [hit.at for hit in hits] == [moment, moment]
        uids = memory._store.find("default", "Source", ["a", "b"])
        sources = [memory.get(uid) for (uid,) in uids.values()]
        assert [one.at for one in sources if isinstance(one, Source)] == [moment, moment]


@pytest.mark.parametrize("at", [datetime.min, datetime.max], ids=str)
def test_the_first_and_the_last_date_are_dates(tmp_path: Path, at: datetime) -> None:
    with open_memory(tmp_path / "agent.db") as memory:
        memory.add("Ann lives in Rome. Ann moved to Oslo.", at=at)
        assert memory.search(QUESTION, as_of=at).hits
        memory.export(tmp_path / "out.jsonl")


GIVEN: list[tuple[Any, Any, str]] = [
    (5, [], "passages must be a list"),
    (None, [], "passages must be a list"),
    ({"id": "a", "text": "x"}, [], "passages must be a list"),
    (["x"], [], "item 0 is a str"),
    ([{"id": "a"}], [], "text is missing"),
    ([{"id": "", "text": "x"}], [], "id: .*at least 1 character"),
    ([{"id": "a\x00", "text": "x"}], [], "id of passage 0 holds a NUL"),
    ([{"id": "a", "text": "x"}, {"id": "b", "text": " "}], [], "text of passage 1 is empty"),
    ([{"id": "a", "text": "x", "at": 5}], [], "at: .*ISO 8601"),
    ([{"id": "a", "text": "x"}], 5, "extractions must be a list"),
    ([{"id": "a", "text": "x"}], {"id": "a"}, "extractions must be a list"),
]


@pytest.mark.parametrize(
    ("passages", "extractions", "says"), GIVEN, ids=lambda one: ascii(one)[:30]
)
def test_given_passages_that_cannot_be_used(
    memory: Memory, tmp_path: Path, passages: Any, extractions: Any, says: str
) -> None:
    with refused(memory, tmp_path, InvalidInput, says):
        memory.add_extracted(passages, extractions)


def test_given_extractions_that_cannot_be_used_are_listed(tmp_path: Path) -> None:
    rows = [
        7,
        {"id": "zz"},
        {"id": "a", "triples": [["Ann", "lives in"]]},
        {"id": "a", "entities": ["\ud800"]},
        {"id": "a", "entities": ["Bo\x00"]},
        {"id": "a", "statements": ["Ann lives\x00"]},
        {
            "id": "a",
            "entities": ["\u200b", ""],
            "statements": ["", " "],
            "triples": [["", "", ""]],
        },
        {"id": "a", "triples": [["Ann", "lives in", "Rome"]]},
    ]
    with open_memory(tmp_path / "agent.db") as memory:
        receipt = memory.add_extracted([{"id": "a", "text": "Ann lives in Rome."}], rows)
        assert [row.index for row in receipt.rejected] == [0, 1, 2, 3, 4, 5]
        assert "no passage has the id 'zz'" in receipt.rejected[1].reason
        assert {label: len(uids) for label, uids in receipt.added.items()} == {
            "Source": 1, "Passage": 1, "Entity": 2, "Proposition": 1,
        }  # fmt: skip


@pytest.mark.parametrize("uid", ["", "nope", "\x00", "x" * 1_000, "f" * 32])
def test_nodes_and_sources_that_are_not_there(memory: Memory, tmp_path: Path, uid: str) -> None:
    for call in (memory.get, memory.history, memory.delete):
        with pytest.raises(NotFound, match="there is no node"):
            call(uid)
    with (
        refused(memory, tmp_path, NotFound, "there is no source")
        if len(uid) < 99
        else (pytest.raises(NotFound))
    ):
        memory.delete(source=uid)


def test_deletes_that_say_too_little_or_too_much(memory: Memory, tmp_path: Path) -> None:
    calls: list[Callable[[], object]] = [
        lambda: memory.delete(),
        lambda: memory.delete("x", source="y"),
        lambda: memory.delete(space="another"),
        lambda: memory.delete(space=""),
        lambda: memory.delete("\ud800"),
        lambda: memory.rebuild("everything"),
    ]
    for call in calls:
        with refused(memory, tmp_path, InvalidInput, None):
            call()


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


class TestStores:
    @pytest.fixture
    def sound(self, memory: Memory, tmp_path: Path) -> Path:
        """A copy of a store, closed."""
        memory.export(tmp_path / "whole.jsonl")
        store = tmp_path / "sound.db"
        with open_memory(store) as copy:
            copy.import_(tmp_path / "whole.jsonl")
            for number in range(20):
                copy.add(f"Ann{number} lives in Rome. " * 20)
        return store

    @staticmethod
    def refuse(path: Path, kind: type[GraphMemError], says: str) -> None:
        """Opening, and if that works reading, says what is wrong."""
        before = path.read_bytes() if path.is_file() else None
        with pytest.raises(kind, match=says) as caught, open_memory(path) as memory:
            memory.add("Zoe lives in Kiel.")
        assert caught.type is kind
        assert not isinstance(caught.value, sqlite3.Error)
        assert str(path) in str(caught.value)
        assert before is None or path.read_bytes() == before

    def test_a_folder(self, tmp_path: Path) -> None:
        self.refuse(tmp_path, NotAStore, "is a folder; give the path of a file")
        assert list(tmp_path.iterdir()) == []

    def test_a_text_file(self, tmp_path: Path) -> None:
        path = tmp_path / "notes.txt"
        path.write_text("Caroline moved to Lisbon in May.\n" * 100)
        self.refuse(path, NotAStore, "nothing was changed. Give another path")

    def test_another_programs_database(self, tmp_path: Path) -> None:
        path = tmp_path / "photos.db"
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE photo (id INTEGER PRIMARY KEY, name TEXT)")
        connection.commit()
        connection.close()
        self.refuse(path, NotAStore, "another program's database; nothing was changed")

    def test_a_folder_that_does_not_exist(self, tmp_path: Path) -> None:
        path = tmp_path / "missing" / "agent.db"
        self.refuse(path, StoreUnavailable, "no folder .*missing; create it")
        assert not path.parent.exists()

    @pytest.mark.parametrize("path", ["", " ", "a\x00b.db", "a\ud800.db", "x" * 5_000, ":memory:"])
    def test_a_path_that_is_none(
        self, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises((InvalidInput, StoreUnavailable)):
            Memory(path, embedder=FakeEmbedder())
        assert list(tmp_path.iterdir()) == []

    def test_a_scheme_that_nobody_knows(self) -> None:
        with pytest.raises(InvalidInput, match="no store is known for nosql://"):
            Memory("nosql://somewhere")

    def test_a_newer_schema(self, sound: Path) -> None:
        connection = sqlite3.connect(sound)
        connection.execute("PRAGMA user_version = 999")
        connection.close()
        self.refuse(sound, SchemaTooNew, "schema version 999.*upgrade graphmem")

    @pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.5, 0.8, 0.999])
    def test_a_truncated_store(self, sound: Path, share: float) -> None:
        os.truncate(sound, int(sound.stat().st_size * share))
        self.refuse(sound, StoreCorrupt, "graphmem doctor")

    def test_a_store_cut_between_pages(self, sound: Path) -> None:
        os.truncate(sound, sound.stat().st_size // 4096 // 2 * 4096)
        with pytest.raises(StoreCorrupt, match="graphmem doctor"), open_memory(sound) as memory:
            memory.export(sound.with_name("out.jsonl"))

    def test_another_embedder(self, sound: Path, tmp_path: Path) -> None:
        with open_memory(sound) as memory:
            before = state(memory, tmp_path)
        with open_memory(sound, dimension=16) as memory:
            calls: list[Callable[[], object]] = [
                lambda: memory.add("Zoe lives in Kiel."),
                lambda: memory.add_extracted([{"id": "a", "text": "Zoe."}], []),
                lambda: memory.search(QUESTION),
                lambda: memory.context(QUESTION),
            ]
            for call in calls:
                with pytest.raises(DimensionMismatch, match=r"fake-32.*fake-16.*rebuild vectors"):
                    call()
            assert memory.stats().nodes["Passage"] > 0
        with open_memory(sound) as memory:
            assert state(memory, tmp_path) == before

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user without rights")
    @pytest.mark.parametrize("closed", ["file", "folder", "both"])
    def test_a_store_that_cannot_be_written(self, sound: Path, closed: str) -> None:
        folder = Path("/var/tmp") / f"graphmem-test-{os.getpid()}-{closed}"
        folder.mkdir()
        try:
            store = folder / "agent.db"
            shutil.copy(sound, store)
            store.chmod(0o644 if closed == "folder" else 0o444)
            folder.chmod(0o777 if closed == "file" else 0o555)
            as_nobody(lambda: read_only(store))
            assert store.read_bytes() == sound.read_bytes()
        finally:
            shutil.rmtree(folder)


def read_only(store: Path) -> None:
    with open_memory(store) as memory:
        for write in (
            lambda: memory.add("Zoe lives in Kiel."),
            lambda: memory.delete(source="note"),
            lambda: memory.delete(space="default"),
        ):
            with pytest.raises(StoreReadOnly, match=r"cannot be written.*check the mode"):
                write()
        assert memory.search(QUESTION).hits
        assert memory.context(QUESTION).text
        assert memory.stats().nodes["Source"] == 22


def as_nobody(work: Callable[[], None]) -> None:
    """Run the work in a child without rights; root does not notice modes."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            work()
            os._exit(0)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode()[:4_000])
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as said:
        words = said.read()
    assert (os.waitpid(pid, 0)[1], words) == (0, "")
