from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from graphmem.core.uids import content_uid
from graphmem.testing.llm import FakeLLM
from graphmem.testing.recordings import Recordings, read_recordings, recorded_rows
from graphmem.writing.accept import accept_passages
from graphmem.writing.llm.extract import extract_segment
from graphmem.writing.llm.messages import messages_of
from graphmem.writing.llm.segments import Segment, group
from graphmem.writing.segment import segment
from graphmem_schemas import GivenExtraction

TOWN = "Brill is a village. Ada Quill founded the old mill in Brill. It burnt down in 1911."
LONG = " ".join(f"Room {n} of the mill holds the wheel of Ada Quill." for n in range(40))
TEXTS = {"t": TOWN, "l": LONG}
ROWS = [
    GivenExtraction.model_validate(
        {"id": "t", "entities": ["Ada Quill", "mill of Brill"],
         "triples": [["Ada Quill", "founded", "the old mill"], ["Brill", "is", "village"]]}
    ),
    GivenExtraction.model_validate({"id": "l", "triples": [["Ada Quill", "owns", "the wheel"]]}),
]  # fmt: skip


def segments(**texts: str) -> list[Segment]:
    rows = [{"id": name, "text": text} for name, text in texts.items()]
    return [
        part
        for text in accept_passages(rows)
        for part in group(segment(text, content_uid("source", text.name)))
    ]


def test_rows_come_with_words_of_the_passage_that_ground_them() -> None:
    (part,) = segments(t=TOWN)
    recordings = Recordings(TEXTS, ROWS)
    answer = recordings.answer(messages_of(part))
    assert [(row["subject"], row["quote"]) for row in answer["facts"]] == [
        ("Ada Quill", "Ada Quill founded the old mill"), ("Brill", "Brill is a village"),
    ]  # fmt: skip
    out = extract_segment(FakeLLM(recordings.answer), part)
    assert not out.dropped
    (given,) = out.given.values()
    assert [(one.subject, one.predicate, one.object) for one in given.triples] == [
        (one.subject, one.predicate, one.object) for one in ROWS[0].triples
    ]
    assert {one.name for one in given.entities} == {"Ada Quill", "mill of Brill"}


def test_a_long_text_is_answered_for_in_pieces_and_an_unknown_one_with_nothing() -> None:
    parts = segments(l=LONG, t="Nobody has recorded this.")
    recordings = Recordings(TEXTS, ROWS, "passage")
    answers = [recordings.answer(messages_of(part)) for part in parts]
    n_pieces = [len(part.passages) for part in parts]
    assert sum(n_pieces) > 2
    assert [len(answer["facts"]) for answer in answers] == [*n_pieces[:-1], 0]
    quotes = [row["quote"] for answer in answers for row in answer["facts"]]
    assert quotes == [one.text for part in parts[:-1] for one in part.passages]


def test_files_are_read_and_what_is_no_triple_is_left_out(tmp_path: Path) -> None:
    def write(name: str, *rows: object) -> Path:
        path = tmp_path / name
        with gzip.open(path, "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
        return path

    corpus = write("corpus.jsonl.gz", {"id": "t", "text": TOWN}, {"id": "u", "text": "More."})
    said = write(
        "extraction.jsonl.gz",
        {"id": "t", "entities": ["Brill"], "triples": [["Brill", "is", "village"], ["a", "b"]]},
        {"sources": ["t", "u"], "statements": ["A mill burnt."]},
    )
    rows = recorded_rows(said)
    assert [(row.id, len(row.triples)) for row in rows] == [("t", 1), ("t", 0), ("u", 0)]
    answer = read_recordings(corpus, said).answer(messages_of(segments(t=TOWN)[0]))
    assert [row["text"] for row in answer["events"]] == ["A mill burnt."]
    with pytest.raises(FileNotFoundError):
        recorded_rows(tmp_path / "none.gz")
