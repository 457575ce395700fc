"""What the demo reads: the project's own documents, the example texts, and the user's own."""

from __future__ import annotations

import json
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

__all__ = ["ChangedFact", "DemoText", "Questions", "demo_texts", "read_questions"]

# The command line's reference is a listing, not a text.
_NO_PROSE = ("cli.md",)


@dataclass(frozen=True, slots=True)
class DemoText:
    """One source of the demo.

    Attributes:
        group: "documents", "conversation", "articles" or "yours".
    """

    group: str
    source: str
    content: Document | str | Path | list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A fact of the examples that changes: whose, which, and from what to what."""

    subject: str
    predicate: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Questions:
    """What the demo asks.

    Attributes:
        asked: (question, what it shows) pairs.
        declined: a question that nothing in the texts answers.
    """

    asked: tuple[tuple[str, str], ...]
    declined: str
    changed: ChangedFact


def demo_texts(own: Sequence[Path]) -> Iterator[DemoText]:
    """Yield what the demo adds, in the order in which it is added.

    Args:
        own: files or folders of the user's.

    Raises:
        NotFound: One of `own` does not exist.
        InvalidInput: One of `own` cannot be read.
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
        asked=tuple((row["question"], row["shows"]) for row in rows["questions"]),
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
    return DemoText("yours", found.source or "yours", found.content)


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted((item for item in folder.iterdir() if item.is_file()), key=lambda i: i.name)
