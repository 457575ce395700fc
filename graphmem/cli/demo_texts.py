"""What the demo reads: the project's own documents, the example texts, and the user's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import metadata
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import graphmem
from graphmem.cli.inputs import Input, find_inputs
from graphmem_schemas import Document

__all__ = [
    "YOURS",
    "Asked",
    "ChangedFact",
    "DemoText",
    "Questions",
    "demo_texts",
    "read_questions",
]

YOURS = "yours"
# The command line's reference is a listing, not a text.
_NO_PROSE = ("cli.md",)


@dataclass(frozen=True, slots=True)
class DemoText:
    """One source of the demo.

    Attributes:
        group: "documents", "conversation", "articles" or YOURS.
    """

    group: str
    source: str
    content: Document | Input | list[dict[str, Any]]

    def read(self) -> Document | str | Path | list[dict[str, Any]]:
        """Return what a memory adds.

        Raises:
            InvalidInput: It is a file that cannot be read.
        """
        return self.content.read() if isinstance(self.content, Input) else self.content


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A fact of the examples that changes: whose, which, and from what to what."""

    subject: str
    predicate: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer stands in the example texts.

    Attributes:
        shows: what is to be seen in how it is answered.
        words: what a context must hold, to the letter, for the answer to be in it.
    """

    question: str
    answer: str
    shows: str
    words: tuple[str, ...]

    def found_in(self, context: str) -> tuple[int, ...]:
        """Return the numbers of the passages that hold the words; empty where one is missing."""
        blocks = re.split(r"^\[(\d+)\] ", context, flags=re.MULTILINE)
        cited = list(zip(map(int, blocks[1::2]), blocks[2::2], strict=True))
        places = [{n for n, text in cited if words in text} for words in self.words]
        return tuple(sorted(set().union(*places))) if all(places) else ()


@dataclass(frozen=True, slots=True)
class Questions:
    """What the demo asks.

    Attributes:
        declined: a question that nothing in the texts answers.
    """

    asked: tuple[Asked, ...]
    declined: str
    changed: ChangedFact


def demo_texts(own: Sequence[Path]) -> Iterator[DemoText]:
    """Yield what the demo adds, in the order in which it is added.

    Args:
        own: files or folders of the user's.

    Raises:
        NotFound: One of `own` does not exist.
        InvalidInput: A folder of `own` has nothing to read.
    """
    examples = files("graphmem_examples")
    for item in _sorted(examples / "articles"):
        text = item.read_text(encoding="utf-8")
        title = text.splitlines()[0].lstrip("# ")
        yield DemoText("articles", item.name, Document(text=text, title=title))
    for item in _sorted(examples / "conversation"):
        messages = json.loads(item.read_text(encoding="utf-8"))
        name = f"messages {item.name.removesuffix('.json')}"
        yield DemoText("conversation", name, messages)
    yield from _documents()
    for found in find_inputs(own):
        yield _yours(found)


def read_questions() -> Questions:
    """Return the questions that come with the example texts."""
    text = (files("graphmem_examples") / "questions.json").read_text(encoding="utf-8")
    rows = json.loads(text)
    changed = {name: rows["changed"][name] for name in ("subject", "predicate", "was", "now")}
    return Questions(
        asked=tuple(
            Asked(row["question"], row["answer"], row["shows"], tuple(row["in_the_words"]))
            for row in rows["questions"]
        ),
        declined=rows["declined"]["question"],
        changed=ChangedFact(**changed),
    )


def _documents() -> Iterator[DemoText]:
    """Yield the documents of the checkout; an installed wheel has its README only."""
    root = Path(graphmem.__file__).parent.parent
    if (root / "pyproject.toml").is_file():
        pages = [root / "README.md", *sorted((root / "docs").rglob("*.md"))]
        for path in pages:
            if path.name in _NO_PROSE:
                continue
            text = path.read_text(encoding="utf-8")
            if text.strip():
                name = path.relative_to(root).as_posix()
                yield DemoText("documents", name, Document(text=text, title=_title(text, name)))
        return
    readme = str(metadata("graphmem").get_payload() or "")  # type: ignore[attr-defined]  # an email
    if readme.strip():
        yield DemoText("documents", "README.md", Document(text=readme, title="graphmem"))


def _title(text: str, name: str) -> str:
    heading = next((line for line in text.splitlines() if line.startswith("# ")), "")
    return heading.lstrip("# ").strip() or name


def _yours(found: Input) -> DemoText:
    return DemoText(YOURS, found.source or YOURS, found)


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted((item for item in folder.iterdir() if item.is_file()), key=lambda i: i.name)
