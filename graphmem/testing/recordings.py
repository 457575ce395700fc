"""An LLM's part played from what another one once extracted: for tests and benches.

    recordings = read_recordings(Path("corpus.jsonl.gz"), Path("extraction-gpt.jsonl.gz"))
    with LLMServer(recordings.answer) as server: …

It answers the question of `graphmem.writing.llm` with the rows that were recorded for the passages
in it, each with words of the passage as its quote. It makes nothing up: for a passage that nobody
has recorded there are no rows.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from graphmem.language.sentences import surface_sentences
from graphmem_schemas import GivenExtraction

__all__ = ["Recordings", "read_recordings", "recorded_rows"]

Quotes = Literal["words", "passage"]

_PASSAGE = re.compile(r"^<passage [^>]*>\n(.*?)\n</passage>$", re.DOTALL | re.MULTILINE)
_NO_END, _END = "<\u2060/passage", "</passage"
_A_TRIPLE = 3
# Words that a quote has at least, and where one name alone says where to quote.
_FEWEST, _USUAL = 3, 6
_Row = dict[str, Any]


class Recordings:
    """Answers from recorded extractions.

    Args:
        texts: of the recorded passages, by their ids; a long one may be asked for in pieces.
        extractions: their rows.
        quotes: "words": a row's quote goes from the first to the last name of it in a sentence,
            as an LLM would quote; "passage": it is the whole passage, so that a row rests on just
            what it rests on in `Memory.add_extracted`.
    """

    def __init__(
        self,
        texts: Mapping[str, str],
        extractions: Iterable[GivenExtraction],
        quotes: Quotes = "words",
    ) -> None:
        self._quotes: Quotes = quotes
        self._rows: dict[str, list[GivenExtraction]] = {}
        for row in extractions:
            if row.id in texts:
                self._rows.setdefault(texts[row.id].strip(), []).append(row)
        self._wholes = list(self._rows)

    def answer(self, messages: Sequence[Any]) -> dict[str, Any]:
        """Return what was recorded for the passages of a question.

        Args:
            messages: as a server gets them, {"role", "content"}, or `ChatMessage`s.
        """
        asked = "\n".join(map(_content, messages))
        lists: dict[str, list[_Row]] = {
            "entities": [], "facts": [], "events": [], "prescriptions": [],
        }  # fmt: skip
        passages = [text.replace(_NO_END, _END) for text in _PASSAGE.findall(asked)]
        for passage in passages:
            for row in self._recorded(passage, passages):
                for name, rows in self._told(row, passage):
                    lists[name] += rows
        return lists

    def _recorded(self, passage: str, around: Sequence[str]) -> Sequence[GivenExtraction]:
        known = self._rows.get(passage.strip())
        if known is not None:
            return known
        # Some pieces stand in several texts: the one that holds their neighbours, too, is meant.
        wholes = [text for text in self._wholes if passage in text]
        held = [sum(other in text for other in around) for text in wholes]
        return self._rows[wholes[held.index(max(held))]] if wholes else ()

    def _told(self, row: GivenExtraction, passage: str) -> Iterator[tuple[str, list[_Row]]]:
        said = _Quoting(passage, self._quotes)
        yield (
            "entities",
            [
                {"name": one.name, "kind": one.kind or "unknown", "quote": quote}
                for one in row.entities
                if (quote := said.naming(one.name)) is not None
            ],
        )
        yield "facts", [
            {
                "quote": quote, "subject": one.subject, "predicate": one.predicate,
                "object": one.object, "negated": one.negated, "over": one.over,
                "valid_from": "", "valid_to": "",
            }
            for one in row.triples
            if (quote := said.about(one.subject, one.object)) is not None
        ]  # fmt: skip
        yield "events", [
            {"quote": said.first, "text": one, "participants": [], "happened_from": "",
             "happened_to": ""}
            for one in row.statements
        ]  # fmt: skip


class _Quoting:
    """Finds in a passage what to quote for a row; None where there is nothing to quote."""

    def __init__(self, passage: str, quotes: Quotes) -> None:
        self._whole = passage if quotes == "passage" else None
        self._sentences = [passage[start:end] for start, end in surface_sentences(passage)]
        self._text = passage.casefold()

    @property
    def first(self) -> str:
        return self._whole or (self._sentences[0] if self._sentences else "")

    def naming(self, name: str) -> str | None:
        """Return a quote for a name; "" where it stands in the passage as it is."""
        if self._whole:
            return self._whole
        return "" if name.casefold() in self._text else _first_words(self.first)

    def about(self, *names: str) -> str | None:
        """Return words of the first sentence that holds most of the names."""
        if self._whole or not self._sentences:
            return self._whole
        spans = [_spans(sentence, names) for sentence in self._sentences]
        n_held = [len(held) for held in spans]
        at = n_held.index(max(n_held))
        if not spans[at]:
            return _first_words(self.first)
        start, end = min(s for s, _ in spans[at]), max(e for _, e in spans[at])
        words = self._sentences[at][start:end]
        return words if words.count(" ") >= _FEWEST - 1 else _around(self._sentences[at], start)


def _spans(sentence: str, names: Sequence[str]) -> list[tuple[int, int]]:
    folded = sentence.casefold()
    places = [(folded.find(name.casefold()), len(name)) for name in names]
    # Where folding changes lengths the words would be others.
    same = len(folded) == len(sentence)
    return [(at, at + length) for at, length in places if at >= 0 and same]


def _first_words(sentence: str) -> str:
    return " ".join(sentence.split()[:_USUAL])


def _around(sentence: str, start: int) -> str:
    """Return some words of a sentence with what begins at a place among them."""
    after = sentence[start:].split()[:_USUAL]
    before = sentence[:start].split()[len(after) - _USUAL :] if len(after) < _USUAL else []
    return " ".join([*before, *after])


def read_recordings(corpus: Path, extraction: Path, quotes: Quotes = "words") -> Recordings:
    """Read a corpus and what somebody extracted from it: gzip JSON Lines by ids.

    Raises:
        OSError: A file cannot be read.
        ValueError: A line is not what it should be.
    """
    texts = {str(row["id"]): str(row["text"]) for row in _lines(corpus)}
    return Recordings(texts, recorded_rows(extraction), quotes)


def recorded_rows(extraction: Path) -> list[GivenExtraction]:
    """Read what somebody extracted, as `Memory.add_extracted` takes it.

    A recorded triple that is none, as models make them, is left out.

    Raises:
        OSError: The file cannot be read.
        ValueError: A line is not what it should be.
    """
    found = []
    for row in _lines(extraction):
        triples = [one for one in row.get("triples", ()) if len(one) == _A_TRIPLE]
        rows = {name: row[name] for name in ("entities", "statements") if name in row}
        for uid in row.get("sources") or (row["id"],):
            found.append(GivenExtraction.model_validate({"id": uid, **rows, "triples": triples}))
    return found


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _content(message: Any) -> str:
    return str(message["content"] if isinstance(message, Mapping) else message.content)
