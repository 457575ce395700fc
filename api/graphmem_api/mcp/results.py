"""What each tool gives back: values for programs, and the same as short text for models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import Field

from graphmem.core.cypher import CypherResult
from graphmem.core.origins import day_of, origin
from graphmem_schemas import Change, Citation, Context, DeleteReceipt, Hit, Node, Recall, Receipt
from graphmem_schemas.base import Frozen, Timestamp
from graphmem_schemas.writes import JobStatus

__all__ = [
    "MAX_CHARS",
    "Added",
    "Deleted",
    "Found",
    "History",
    "Packed",
    "Remembered",
    "Result",
    "SourceName",
    "State",
    "Stored",
    "Table",
]

MAX_CHARS = 250_000
"""More in one answer does no model any good; clients take messages of 1 MiB."""


class Result(Frozen):
    """Values that a tool gives back; `text` tells them to a model."""

    def text(self) -> str:
        """Return it in short."""
        raise NotImplementedError


class SourceName(Frozen):
    """A source: by which name it is found and deleted."""

    uid: str
    name: str


class Added(Result):
    """What an add did; it is on disk."""

    changed: bool = Field(description="False where all of it was known already.")
    sources: tuple[SourceName, ...] = ()
    added: dict[str, int] = Field(default_factory=dict, description="New nodes by label.")
    superseded: tuple[str, ...] = Field(
        default=(), description="Uids of facts that hold no more, since a newer one was told."
    )
    contradicted: tuple[str, ...] = Field(
        default=(), description="Uids of facts that now stand beside one that says otherwise."
    )
    notes: tuple[str, ...] = ()
    job: str | None = Field(default=None, description="Where it is kept and will be done later.")

    @classmethod
    def of(cls, receipt: Receipt, sources: Sequence[SourceName]) -> Added:
        """Tell of a receipt."""
        return cls(
            changed=receipt.changed,
            sources=tuple(sources),
            added={label: len(uids) for label, uids in receipt.added.items()},
            superseded=receipt.superseded,
            contradicted=receipt.contradicted,
            notes=receipt.notes,
        )

    def text(self) -> str:
        """Return it in short."""
        if self.job:
            return "It is kept, and will be remembered as soon as what came before is through."
        named = ", ".join(repr(one.name) for one in self.sources)
        if not self.changed:
            return "\n".join([f"Nothing new: {named or 'it'} was known already.", *self.notes])
        lines = [f"Remembered as {named}: {_counted(self.added) or 'nothing new'}."]
        if self.superseded:
            lines.append(f"Facts that hold no more: {', '.join(self.superseded)}.")
        if self.contradicted:
            lines.append(f"Facts that are contradicted: {', '.join(self.contradicted)}.")
        return "\n".join([*lines, *self.notes])


class Remembered(Frozen):
    """A hit of a search."""

    uid: str
    kind: str
    text: str
    score: float = Field(description="Higher is better; comparable within one answer only.")
    source: str | None = None
    speaker: str | None = None
    at: Timestamp | None = Field(default=None, description="When it was said or written.")
    when: str | None = Field(default=None, description="When what it tells of happened.")
    superseded_by: str | None = Field(
        default=None, description="Uid of the newer fact, where this one holds no more."
    )

    @classmethod
    def of(cls, hit: Hit) -> Remembered:
        """Leave out of a hit what no model needs."""
        return cls(**{name: getattr(hit, name) for name in cls.model_fields})


class Found(Result):
    """What answers a question, best first, or why nothing does."""

    abstained: str | None = Field(
        default=None, description="Why the memory has no answer; then hits are only the nearest."
    )
    confidence: float = Field(description="0 to 1: the chance that the memory has an answer.")
    hits: tuple[Remembered, ...] = ()

    @classmethod
    def of(cls, recall: Recall) -> Found:
        """Tell of a recall."""
        hits = tuple(map(Remembered.of, recall.hits))
        return cls(abstained=recall.abstained, confidence=recall.confidence, hits=hits)

    def text(self) -> str:
        """Return it in short."""
        lines = []
        if self.abstained:
            lines.append(f"The memory has no answer: {self.abstained}")
            lines += ["The nearest, which are not trusted to answer it:"] if self.hits else []
        for number, hit in enumerate(self.hits, 1):
            about = (day_of(hit.at), hit.when and f"of {hit.when}", hit.speaker, hit.source)
            said = " · ".join(part for part in about if part)
            old = f" [holds no more, see {hit.superseded_by}]" if hit.superseded_by else ""
            lines += [f"{number}. {hit.text}{old}", f"   ({said or hit.kind}; uid {hit.uid})"]
        return "\n".join(lines)


class Packed(Result):
    """Text for an answer, with citations."""

    context: str = Field(description="Passages with citations [1]; empty where it abstained.")
    citations: tuple[Citation, ...] = ()
    n_tokens: int = 0
    abstained: str | None = Field(default=None, description="Why the memory has no answer.")

    @classmethod
    def of(cls, context: Context) -> Packed:
        """Tell of a context."""
        return cls(
            context=context.text,
            citations=context.citations,
            n_tokens=context.n_tokens,
            abstained=context.abstained,
        )

    def text(self) -> str:
        """Return it in short."""
        if self.abstained:
            return f"The memory has no answer: {self.abstained}"
        numbers: dict[str, list[str]] = {}
        for one in self.citations:
            told = " · ".join(origin([one.source, one.ref], one.at))
            numbers.setdefault(told, []).append(f"[{one.number}]")
        cited = [f"{' '.join(numbered)} {told}" for told, numbered in numbers.items()]
        return "\n".join([self.context, "", *cited])


class Stored(Result):
    """A node as it is stored."""

    uid: str
    label: str = Field(description="Passage, Proposition (a fact), Entity, Event, Source, …")
    values: dict[str, Any]

    @classmethod
    def of(cls, node: Node) -> Stored:
        """Tell of a node; what is unknown is left out."""
        values = node.model_dump(mode="json", exclude_none=True)
        return cls(uid=values.pop("uid"), label=node.label, values=values)

    def text(self) -> str:
        """Return it in short."""
        lines = [f"{self.label} {self.uid}"]
        said = (f"{name}: {value}" for name, value in self.values.items() if value not in ("", []))
        return "\n".join([*lines, *said])


class State(Frozen):
    """A state of a node."""

    at: Timestamp = Field(
        description="When it began to hold, where that is known; else when it was recorded. "
        "Of what was retired, since when it does not hold."
    )
    what: str = Field(description="What it is: current, superseded, retired, recorded, …")
    uid: str
    label: str
    text: str = Field(description="What it says, or its name.")
    valid_from: Timestamp | None = Field(default=None, description="Since when the fact held.")
    valid_to: Timestamp | None = Field(default=None, description="Until when; exclusive.")

    @classmethod
    def of(cls, change: Change) -> State:
        """Tell of a change."""
        node = change.node
        said = getattr(node, "text", None) or getattr(node, "name", None) or node.label
        held = {name: getattr(node, name, None) for name in ("valid_from", "valid_to")}
        return cls(
            at=change.at, what=change.what, uid=node.uid, label=node.label, text=said, **held
        )

    def held(self) -> tuple[tuple[str, datetime | None], ...]:
        """Return from when until when it held."""
        return ("from", self.valid_from), ("until", self.valid_to)


class History(Result):
    """The states of a node or of the facts about an entity, oldest first."""

    states: tuple[State, ...] = ()
    cut: bool = Field(default=False, description="Whether older states were left out.")

    @classmethod
    def of(cls, changes: Sequence[Change], limit: int) -> History:
        """Tell of the newest changes."""
        states = tuple(map(State.of, changes[-limit:]))
        return cls(states=states, cut=len(changes) > limit)

    def text(self) -> str:
        """Return it in short."""
        lines = ["(older states were left out)"] if self.cut else []
        for state in self.states:
            held = [f"{word} {day_of(at)}" for word, at in state.held() if at]
            told = "; ".join([*held, f"uid {state.uid}"])
            lines.append(f"{day_of(state.at)} {state.what}: {state.text} ({told})")
        return "\n".join(lines) or "Nothing is known about it."


class Deleted(Result):
    """What a delete removed."""

    changed: bool
    nodes: dict[str, int] = Field(description="Removed nodes by label.")
    recounted: int = Field(description="Nodes that stay, with less to rest on.")
    notes: tuple[str, ...] = ()
    job: str | None = Field(default=None, description="Where it is kept and will be done later.")

    @classmethod
    def of(cls, receipt: DeleteReceipt | JobStatus) -> Deleted:
        """Tell of a receipt, or that there is none yet."""
        if isinstance(receipt, JobStatus):
            return cls(changed=False, nodes={}, recounted=0, job=receipt.id)
        changed = receipt.seq > 0
        return cls(
            changed=changed,
            nodes=receipt.nodes,
            recounted=receipt.recounted,
            notes=receipt.notes,
        )

    def text(self) -> str:
        """Return it in short."""
        if self.job:
            return "It will be deleted for good, as soon as what came before is through."
        if not self.changed:
            return "; ".join(["Nothing was deleted", *self.notes]) + "."
        stays = f"; other nodes that rest on less now: {self.recounted}" if self.recounted else ""
        return f"Deleted for good: {_counted(self.nodes)}{stays}."


class Table(Result):
    """What a Cypher statement found."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    cut: bool = Field(default=False, description="Whether there were more rows.")

    @classmethod
    def of(cls, result: CypherResult) -> Table:
        """Tell of a result; of very large ones the first rows."""
        rows, length = list[tuple[Any, ...]](), 0
        for row in result.rows:
            length += len(str(row))
            if length > MAX_CHARS:
                return cls(columns=result.columns, rows=tuple(rows), cut=True)
            rows.append(row)
        return cls(columns=result.columns, rows=tuple(rows), cut=result.cut)

    def text(self) -> str:
        """Return it in short."""
        values = self.model_dump(mode="json")["rows"]
        lines = [" | ".join(self.columns), *(" | ".join(map(str, row)) for row in values)]
        return "\n".join([*lines, *(["(there are more rows)"] if self.cut else [])])


def _counted(counts: Mapping[str, int]) -> str:
    def one(label: str, n: int) -> str:
        many = label[:-1] + "ies" if label.endswith("y") else f"{label}s"
        return f"{n} {label if n == 1 else many}"

    return ", ".join(one(label, n) for label, n in counts.items())
