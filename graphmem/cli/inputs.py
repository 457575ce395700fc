"""What `add` finds at a path: text files as documents, JSON files as conversations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphmem.errors import GraphMemError, InvalidInput, NotFound

__all__ = [
    "CONVERSATION_SUFFIXES",
    "TEXT_SUFFIXES",
    "Input",
    "LeftOut",
    "find_inputs",
    "read_messages",
]

TEXT_SUFFIXES = frozenset((".md", ".markdown", ".txt", ".rst", ".text"))
CONVERSATION_SUFFIXES = frozenset((".json", ".jsonl"))


@dataclass(frozen=True, slots=True)
class Input:
    """One source to add.

    Attributes:
        source: its name; None leaves it to the memory.
        content: a text, or the path of a document or a conversation.
    """

    source: str | None
    content: str | Path

    def read(self) -> str | Path | list[dict[str, Any]]:
        """Return what a memory adds: a text, the path of a document, or messages.

        Raises:
            InvalidInput: The file is no conversation.
        """
        path = self.content
        if isinstance(path, str) or path.suffix.lower() not in CONVERSATION_SUFFIXES:
            return path
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"{str(path)!r} is not UTF-8 (byte {error.start}): convert it first"
            ) from error
        except OSError as error:
            raise InvalidInput(f"{str(path)!r} cannot be read: {error.strerror}") from error
        return read_messages(text, str(path))


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that could not be added.

    Attributes:
        name: its path.
    """

    name: str
    reason: str

    @classmethod
    def because(cls, name: str, error: GraphMemError) -> LeftOut:
        """Say why, without the name where the reason begins with it."""
        return cls(name, str(error).removeprefix(repr(name)).lstrip(": "))


def find_inputs(paths: Sequence[Path]) -> Iterator[Input]:
    """Yield the sources at the paths; a folder gives its readable files, sorted by path.

    Raises:
        NotFound: A path does not exist.
        InvalidInput: A folder has nothing to read.
    """
    for path in paths:
        if not path.exists():
            raise NotFound(f"there is no file or folder {str(path)!r}")
        if path.is_dir():
            yield from _in_folder(path)
        else:
            yield Input(str(path), path)


def read_messages(text: str, name: str) -> list[dict[str, Any]]:
    """Read messages: a JSON list, an object with a list `messages`, or one object a line.

    Raises:
        InvalidInput: The text is none of those.
    """
    try:
        rows = json.loads(text)
    except ValueError:
        try:
            rows = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError as error:
            raise InvalidInput(f"{name!r} is not JSON: {error}") from error
    if isinstance(rows, dict):
        rows = rows.get("messages", [rows])
    if not rows or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInput(
            f"{name!r} is no conversation: expected a list of objects with `speaker` and `text`"
        )
    return rows


def _in_folder(folder: Path) -> Iterator[Input]:
    readable = TEXT_SUFFIXES | CONVERSATION_SUFFIXES
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix.lower() in readable
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not files:
        kinds = ", ".join(sorted(readable))
        raise InvalidInput(f"folder {str(folder)!r} holds no file of {kinds}")
    for path in files:
        yield Input(str(path), path)
