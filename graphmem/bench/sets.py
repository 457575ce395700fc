"""Retrieval sets with gold evidence, as files: corpus and questions, gzip JSON Lines."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphmem.errors import InvalidInput, NotFound
from graphmem_schemas import Document, ExtractedPassage, GivenExtraction, Message, Timestamp

__all__ = [
    "Article",
    "BenchQuestion",
    "BenchSet",
    "Row",
    "articles",
    "documents",
    "extracted",
    "read_extractions",
    "read_set",
    "sessions",
    "with_gold",
]

# A question of these types has no answer in the memory, whatever evidence it lists: the turns
# that an adversarial question lists are about somebody else.
UNANSWERABLE_TYPES = frozenset(("abstention", "adversarial"))


# So many rows in a row under one title are the parts of one text. Passages that only happen to
# come from one text, in the order of their questions, are not: of those there are seven at most.
_MIN_PARTS = 12


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Row(_Line):
    """One passage or turn of a corpus, in reading order."""

    id: str
    group: str = "all"
    text: str
    title: str | None = None
    at: Timestamp | None = None
    speaker: str | None = None
    session: str | None = None


class BenchQuestion(_Line):
    """A question, and what only the judge may see: gold, type and roles."""

    id: str
    group: str = "all"
    question: str
    gold: tuple[str, ...] = ()
    type: str = "any"
    roles: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @property
    def answerable(self) -> bool:
        """Whether the memory holds an answer."""
        return bool(self.gold) and self.type not in UNANSWERABLE_TYPES


class _Extraction(GivenExtraction):
    model_config = ConfigDict(frozen=True, extra="ignore")
    id: str = ""
    sources: tuple[str, ...] = ()


class BenchSet(_Line):
    """One set; each group is a memory of its own."""

    name: str
    groups: dict[str, tuple[Row, ...]]
    questions: tuple[BenchQuestion, ...]


class Article(NamedTuple):
    """A text that the corpus gives in parts.

    Attributes:
        source: the id of its first row.
        title: that all have.
        parts: in reading order, each with the id of its row.
    """

    source: str
    title: str
    parts: list[Message]


_Model = TypeVar("_Model", bound=BaseModel)


def read_set(folder: Path) -> BenchSet:
    """Read `corpus.jsonl.gz` and `queries.jsonl.gz` of a folder.

    Raises:
        NotFound: One of the files is missing.
        InvalidInput: A line is not what it should be; the message says which.
    """
    groups: dict[str, list[Row]] = {}
    for row in _read(folder / "corpus.jsonl.gz", Row):
        groups.setdefault(row.group, []).append(row)
    questions = tuple(_read(folder / "queries.jsonl.gz", BenchQuestion))
    strays = sorted({q.group for q in questions} - groups.keys())
    if strays:
        raise InvalidInput(f"{folder}: questions ask group {strays[0]!r}, which has no corpus")
    return BenchSet(
        name=folder.name,
        groups={name: tuple(rows) for name, rows in groups.items()},
        questions=questions,
    )


def with_gold(bench: BenchSet, at_most: int | None = None) -> list[BenchQuestion]:
    """Return the questions with gold, group by group: so many of them, evenly spread, or all.

    Raises:
        InvalidInput: There are none, or none are wanted.
    """
    if at_most is not None and at_most < 1:
        raise InvalidInput(f"at least 1 question of a set must be asked, not {at_most}")
    places = {group: at for at, group in enumerate(bench.groups)}
    known = sorted((q for q in bench.questions if q.gold), key=lambda q: places[q.group])
    if not known:
        raise InvalidInput(
            f"set {bench.name!r} has no question with gold: nothing can be measured on it"
        )
    if at_most is None or len(known) <= at_most:
        return known
    return [known[at * len(known) // at_most] for at in range(at_most)]


def read_extractions(path: Path) -> list[GivenExtraction]:
    """Read what someone else extracted; a row about several passages counts for each of them.

    Raises:
        NotFound: There is no such file.
        InvalidInput: A line is not what it should be.
    """
    found = []
    for row in _read(path, _Extraction):
        for uid in row.sources or (row.id,):
            fields = {"entities": row.entities, "triples": row.triples}
            found.append(GivenExtraction(id=uid, **fields, statements=row.statements))
    return found


def sessions(rows: tuple[Row, ...]) -> dict[str, list[Message]]:
    """Return the turns of each session; a turn without a session is in the group's only one."""
    found: dict[str, list[Message]] = {}
    for row in rows:
        if row.speaker:
            message = Message.model_validate(
                {"text": row.text, "speaker": row.speaker, "at": row.at, "ref": row.id}
            )
            found.setdefault(row.session or "conversation", []).append(message)
    return found


def articles(rows: tuple[Row, ...]) -> tuple[list[Article], tuple[Row, ...]]:
    """Return the texts that rows are parts of, and the rows that are of none."""
    found: list[Article] = []
    rest: list[Row] = []
    for (title, speaker), run in groupby(rows, key=lambda row: (row.title, row.speaker)):
        parts = list(run)
        if speaker or not title or len(parts) < _MIN_PARTS:
            rest += parts
            continue
        messages = [
            Message.model_validate({"text": row.text, "at": row.at, "ref": row.id})
            for row in parts
        ]
        found.append(Article(parts[0].id, title, messages))
    return found, tuple(rest)


def documents(rows: tuple[Row, ...]) -> list[Document]:
    """Return the rows that nobody says, each a document of its own."""
    return [
        Document(text=row.text, title=row.title, uri=row.id, at=row.at, ref=row.id)
        for row in rows
        if not row.speaker
    ]


def extracted(rows: tuple[Row, ...]) -> list[ExtractedPassage]:
    """Return all rows as passages that somebody else has cut."""
    whole = {part.ref: article.source for article in articles(rows)[0] for part in article.parts}
    return [
        ExtractedPassage(
            id=row.id, text=row.text, title=row.title, speaker=row.speaker,
            session=row.session if row.speaker else whole.get(row.id), at=row.at,
        )
        for row in rows
    ]  # fmt: skip


def _read(path: Path, model: type[_Model]) -> Iterator[_Model]:
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                yield model.model_validate_json(line)
    except FileNotFoundError as error:
        raise NotFound(f"there is no {path}: a set has corpus and queries") from error
    except ValidationError as error:
        problem = error.errors()[0]
        raise InvalidInput(f"{path}, line {number}: {problem['loc']}: {problem['msg']}") from error
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise InvalidInput(f"{path} is not gzip JSON Lines: {error}") from error
