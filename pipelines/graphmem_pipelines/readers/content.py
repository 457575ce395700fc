"""What readers hand on: the items that were found, and what each of them holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphmem.errors import InvalidInput
from graphmem_schemas import Document, Message

__all__ = ["MAX_FILE_BYTES", "MAX_LINE_BYTES", "Content", "Found", "ReaderOptions"]

MAX_FILE_BYTES = 50_000_000
MAX_LINE_BYTES = 10_000_000


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """How paths are read.

    Attributes:
        include: glob patterns of files and folders; only what fits one is taken, also text
            files of other suffixes. Empty takes all that a reader knows.
        exclude: glob patterns of files and folders that are left out.
        fields: what the columns of CSV or the fields of JSON rows are called, such as
            {"text": "body", "title": "subject", "at": "date"}; see `rows.ROLES`.
        format: name of the reader for all files; None tells by content and suffix.
        max_bytes: of a file, or of one item of a file that is streamed.
        max_line_bytes: of one line or row; a longer one is a failed item and takes no memory.
        encoding: of text files; None finds it out.
        hidden: whether files and folders whose names begin with a dot are taken, too.
        day_first: whether 3/4/2024 is in April; None tells from the whole file.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fields: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None
    max_bytes: int = MAX_FILE_BYTES
    max_line_bytes: int = MAX_LINE_BYTES
    encoding: str | None = None
    hidden: bool = False
    day_first: bool | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """One source, read: a document, a conversation, or a run; exactly one of the three.

    Attributes:
        name: of the source.
        document: for `Memory.add`.
        messages: of one conversation, in order, for `Memory.add`.
        run: keyword arguments of `Memory.add_run`, of plain JSON values.
        title: of a conversation.
        at: when the conversation began; its messages may say more.
        digest: of the bytes of the file that it was read from; it is no part of its JSON.
    """

    name: str
    document: Document | None = None
    messages: tuple[Message, ...] | None = None
    run: Mapping[str, Any] | None = None
    title: str | None = None
    at: datetime | None = None
    digest: str | None = None

    def to_json(self) -> str:
        """Return it as one line of JSON; the same content gives the same line."""
        row: dict[str, Any] = {"name": self.name}
        if self.document is not None:
            row["document"] = self.document.model_dump(mode="json", exclude_none=True)
        if self.messages is not None:
            row["messages"] = [m.model_dump(mode="json", exclude_none=True) for m in self.messages]
        if self.run is not None:
            row["run"] = dict(self.run)
        if self.title is not None:
            row["title"] = self.title
        if self.at is not None:
            row["at"] = self.at.isoformat()
        line = json.dumps(row, ensure_ascii=False, sort_keys=True)
        try:
            line.encode()
        except UnicodeEncodeError:  # half of a pair, which is refused when it is added
            return json.dumps(row, sort_keys=True)
        return line

    @classmethod
    def from_json(cls, text: str) -> Content:
        """Rebuild what `to_json` wrote.

        Raises:
            InvalidInput: It did not write that.
        """
        try:
            row = json.loads(text)
            document, messages = row.get("document"), row.get("messages")
            return cls(
                name=row["name"],
                document=None if document is None else Document.model_validate(document),
                messages=None if messages is None else tuple(map(_message, messages)),
                run=row.get("run"),
                title=row.get("title"),
                at=datetime.fromisoformat(row["at"]) if "at" in row else None,
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InvalidInput(f"this is no content that a reader kept: {error}") from error


def _message(row: object) -> Message:
    return Message.model_validate(row)


@dataclass(frozen=True, slots=True)
class Found:
    """One item of a job, before it is read.

    Attributes:
        key: stable name of the source: the path from the folder that was named, with that
            folder's name in front, so that `README.md` of two folders are two sources; what a
            file holds many of has `#` and its own name behind; stdin is named by the digest of
            its bytes.
        path: absolute, of the file to read it from, in a worker process too; None where
            `content` is given.
        kind: name of the reader.
        size: bytes.
        content: what files that hold many sources hand out while they are scanned.
        problem: why it cannot be read: a failed item, no failed job.
        nothing: why there is nothing to read, and no fault in that.
    """

    key: str
    path: str | None
    kind: str
    size: int
    content: Content | None = None
    problem: str | None = None
    nothing: str | None = None
