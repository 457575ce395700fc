"""What cannot be added is refused, and strange text and names are kept as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem_schemas import Document, Passage
from tests.integration.bad_input.refusals import open_memory, refused

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
