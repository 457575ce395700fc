"""What callers of the service send to be remembered, and what they see of it: jobs and items.

A server may have lower limits than those here.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from graphmem_schemas.base import Frozen, Timestamp
from graphmem_schemas.receipts import DeleteReceipt, Receipt
from graphmem_schemas.requests import (
    MAX_TEXT_CHARS,
    Conversation,
    Document,
    ExtractedPassage,
    Message,
    Moment,
)
from graphmem_schemas.runs import Step

__all__ = [
    "ExtractedBody",
    "JobItem",
    "JobItemPage",
    "JobPage",
    "JobStatus",
    "MemoriesBody",
    "RunBody",
]

_Name = Annotated[str, Field(min_length=1, max_length=1_000)]
_Share = Annotated[float, Field(ge=0, le=1)]

JobState = Literal["waiting", "running", "done", "failed", "stopped", "cancelled"]


class MemoriesBody(Frozen):
    """A text, a conversation, several of them or documents; exactly one of these.

    Attributes:
        source: name of the source; None takes the document's uri, the conversation's own or the
            content's hash.
        at: when it was said or written, where it does not say itself.
        trust: how far the source is trusted; see `Memory.add`.
    """

    text: str | None = Field(default=None, min_length=1, max_length=MAX_TEXT_CHARS)
    # Only the first row that cannot be used is told: to find all of millions takes half a minute.
    messages: tuple[Message, ...] | None = Field(
        default=None, min_length=1, max_length=100_000, fail_fast=True
    )
    documents: tuple[Document, ...] | None = Field(
        default=None, min_length=1, max_length=10_000, fail_fast=True
    )
    conversations: tuple[Conversation, ...] | None = Field(
        default=None, min_length=1, max_length=10_000, fail_fast=True
    )
    source: _Name | None = None
    at: Moment | None = None
    title: _Name | None = None
    trust: _Share | None = None

    @model_validator(mode="after")
    def _holds_one(self) -> MemoriesBody:
        several = self.documents or self.conversations
        given = [one for one in (self.text, self.messages, several) if one is not None]
        if len(given) != 1 or (self.documents and self.conversations):
            raise ValueError("give exactly one of text, messages, conversations and documents")
        if several is not None and len(several) > 1 and self.source is not None:
            raise ValueError(
                "source names one source, and each document or conversation is one of its own: "
                "leave it out, and give each document a ref, each conversation a source"
            )
        names = [one.source for one in self.conversations or () if one.source]
        if len(set(names)) < len(names):
            raise ValueError("two conversations have one source: put their messages together")
        return self


class RunBody(Frozen):
    """What agents did for a task and how it ended; see `Memory.add_run`.

    Attributes:
        outcome: "success", "failure", "unknown", a truth value, or a score from 0 to 1.
    """

    task: str = Field(min_length=1, max_length=100_000)
    steps: tuple[Step, ...] = Field(min_length=1, max_length=100_000, fail_fast=True)
    outcome: Literal["success", "failure", "unknown"] | bool | _Share
    agents: tuple[_Name, ...] | None = Field(default=None, max_length=1_000)
    score: _Share | None = None
    source: _Name | None = None
    at: Moment | None = None


class ExtractedBody(Frozen):
    """Passages, and what somebody else extracted from them; see `Memory.add_extracted`.

    Attributes:
        extractions: rows of `GivenExtraction`; one that cannot be used is told in the receipt,
            and the others go in.
    """

    passages: tuple[ExtractedPassage, ...] = Field(
        min_length=1, max_length=100_000, fail_fast=True
    )
    extractions: tuple[dict[str, Any], ...] = Field(default=(), max_length=100_000, fail_fast=True)
    trust: _Share | None = None


class JobStatus(Frozen):
    """How far a job is.

    Attributes:
        kind: "add" and "delete" are of this service; others are of the command line.
        state: "waiting" before anything of it is done; "done" when every item was dealt with,
            also where some failed; "stopped" when it can go on.
        items: how many it has.
        done: how many of them are dealt with.
        failed: how many of these failed; `/items` tells why.
        error: why it is not done.
        receipt: what a write did, once it is done; None where others are listed, too.
    """

    id: str
    kind: str
    space: str
    state: JobState
    items: int
    done: int
    failed: int
    created_at: Timestamp
    updated_at: Timestamp
    finished_at: Timestamp | None = None
    error: str | None = None
    receipt: Receipt | DeleteReceipt | None = None


class JobPage(Frozen):
    """Jobs, newest first; `next` is the cursor of those that follow, None at the end."""

    jobs: tuple[JobStatus, ...]
    next: str | None = None


class JobItem(Frozen):
    """One source of a job.

    Attributes:
        n: its place, from 1.
        name: of the source; empty where that was deleted.
        error: why it failed.
        code: of the error, as in problem details; None where it is not one of the caller's.
    """

    n: int
    name: str
    kind: str
    state: Literal["pending", "extracting", "extracted", "applied", "failed", "skipped"]
    attempts: int
    error: str | None = None
    code: str | None = None


class JobItemPage(Frozen):
    """Items in order; `next` is the cursor of those that follow, None at the end."""

    items: tuple[JobItem, ...]
    next: str | None = None
