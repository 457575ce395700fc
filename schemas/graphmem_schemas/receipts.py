"""What callers get back: receipts, hits, contexts, counts."""

from __future__ import annotations

from pydantic import Field, SerializeAsAny

from graphmem_schemas.base import Frozen, Node, Timestamp
from graphmem_schemas.requests import HitKind, SearchMode

__all__ = [
    "Answer",
    "Change",
    "Citation",
    "ConceptSummary",
    "ConsolidateReceipt",
    "Context",
    "DeleteReceipt",
    "Hit",
    "JudgedPair",
    "PathStep",
    "Recall",
    "Receipt",
    "RejectedRow",
    "ScorePart",
    "Seed",
    "Stats",
    "Trace",
]


class RejectedRow(Frozen):
    """A row of the input that was left out, and why; the others went in."""

    index: int
    reason: str


class Receipt(Frozen):
    """What an `add` did, by uid. What it lists is on disk.

    Attributes:
        seq: number of the commit; 0 where nothing changed.
        sources: uids of the sources that the call was about.
        added: uids of new nodes, by label.
        confirmed: uids of nodes that gained a source, by label.
        superseded: uids of facts that a newer one closed.
        contradicted: uids of facts that now stand beside one that contradicts them.
        notes: what the caller should know ("language 'de' is not parsed: …").
    """

    seq: int
    sources: tuple[str, ...] = ()
    added: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    confirmed: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    superseded: tuple[str, ...] = ()
    contradicted: tuple[str, ...] = ()
    rejected: tuple[RejectedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the graph is any different from before."""
        return self.seq > 0


class DeleteReceipt(Frozen):
    """What a `delete` removed: counts per label and per edge kind.

    Attributes:
        recounted: nodes that stay, with less to rest on.
        places: what was cleared: "graph", "vectors", "text", "adjacency", …
        notes: what the caller should know ("there was nothing to delete").
    """

    seq: int
    nodes: dict[str, int] = Field(default_factory=dict)
    edges: dict[str, int] = Field(default_factory=dict)
    recounted: int = 0
    places: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


class JudgedPair(Frozen):
    """What an LLM said of two entities, by uid: whether they are one, and why."""

    uid: str
    into: str
    same: bool
    reason: str = ""


class ConsolidateReceipt(Frozen):
    """What a `consolidate` did. What it lists is on disk.

    Attributes:
        seq: number of its last commit; 0 where nothing changed.
        since: commit after which it looked at what is new.
        until: commit up to which it looked; the next one goes on from there.
        merged: pairs of entities that are one now, by uid.
        lifted: facts drawn from what several sources tell.
        learnt: relations that turned out to hold one at a time.
        unlearnt: those that did so, and what is left does not show it any more.
        added: uids of other new nodes, by label.
        stages: what ran, in order.
        judged: pairs of names that an LLM was asked about, where there is one.
        notes: what could not be done.
    """

    seq: int
    since: int = 0
    until: int = 0
    merged: tuple[tuple[str, str], ...] = ()
    lifted: tuple[str, ...] = ()
    learnt: tuple[str, ...] = ()
    unlearnt: tuple[str, ...] = ()
    added: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    stages: tuple[str, ...] = ()
    judged: tuple[JudgedPair, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the graph is any different from before."""
        return self.seq > 0


class Change(Frozen):
    """One state of a node in its history.

    Attributes:
        at: when it began to hold, where that is known, else when it was recorded; of what was
            retired, since when it does not hold.
    """

    at: Timestamp
    what: str
    node: SerializeAsAny[Node]


class ScorePart(Frozen):
    """One summand of a hit's score."""

    name: str
    value: float


class Seed(Frozen):
    """Where the walk started, and with what share of its mass."""

    uid: str
    label: str
    text: str
    mass: float


class PathStep(Frozen):
    """One edge that the walk took towards a hit."""

    start: str
    kind: str
    end: str
    text: str


class Hit(Frozen):
    """One answer to a search.

    Attributes:
        ref: the caller's own id of the turn or paragraph.
        source: name of the source.
        score: higher is better; comparable within one recall only.
        parts: what the score is the sum of.
        superseded_by: uid of the newer fact, where this one no longer holds.
        opposed_to: uids of hits that say the opposite.
        when: when the event happened, where its text says so: "2023-05-07", "2023-05", "2023",
            or both ends, the second exclusive: "2023-05-01/2023-05-08".
    """

    uid: str
    kind: HitKind
    text: str
    score: float
    source: str | None = None
    ref: str | None = None
    title: str | None = None
    speaker: str | None = None
    at: Timestamp | None = None
    parts: tuple[ScorePart, ...] = ()
    why: tuple[PathStep, ...] = ()
    superseded_by: str | None = None
    opposed_to: tuple[str, ...] = ()
    when: str | None = None


class Trace(Frozen):
    """How a recall came about: what the question said, where the walk began, what it cost.

    Attributes:
        mode: what was done with the ranking: "latest": what tells of a change stands before what
            it changes, or the last of those that answer alike is first; "all": no source is left
            out; "chronological": the hits are in the order of time. None: they are as ranked.
        mode_reason: why.
    """

    terms: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    seeds: tuple[Seed, ...] = ()
    n_candidates: int = 0
    n_pushed: int = 0
    mode: SearchMode | None = None
    mode_reason: str = ""
    timings_ms: dict[str, float] = Field(default_factory=dict)


class Recall(Frozen):
    """The hits for a question, best first, or in the order of time where `trace.mode` says so.

    Attributes:
        id: names this recall when feedback is given.
        abstained: why the memory has no answer; None where it has one.
        confidence: 0 to 1: the chance that the memory holds an answer, where five in six of all
            questions have one. Below 0.5 the memory abstains; 0: there was nothing to look for,
            or nothing to look in.
    """

    id: str
    question: str
    hits: tuple[Hit, ...] = ()
    abstained: str | None = None
    confidence: float = 0.0
    trace: Trace = Trace()


class ConceptSummary(Frozen):
    """A concept with what is around it.

    Attributes:
        broader: names of the concepts that it is one of.
        narrower: names of those that are one of it.
        n_about: how many facts, lessons, insights and hyperedges are about it, not counting what
            is about narrower ones.
    """

    uid: str
    name: str
    aliases: tuple[str, ...] = ()
    given: bool = False
    broader: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    n_about: int = 0


class Citation(Frozen):
    """What `[number]` in a context's text stands for."""

    number: int
    passage: str
    source: str
    ref: str | None = None
    at: Timestamp | None = None


class Context(Frozen):
    """Text for an LLM's prompt with citations `[1]`, inside a token budget.

    Attributes:
        citations: numbered as the text has them, which is by source and time, so that a model
            reads what belongs together in its order; `recall.hits` are best first.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    n_tokens: int = 0
    abstained: str | None = None
    recall: Recall


class Answer(Frozen):
    """An answer in words, with citations `[1]` of its context's passages.

    Attributes:
        text: empty where there is no answer.
        citations: those that the text holds, in order; each is in the context.
        abstained: why there is no answer; None where there is one.
        n_unknown: citations that the LLM gave and the context does not hold: they are left out.
        n_calls: how often the LLM was asked: 0 where the memory has no answer.
        context: what it was answered from.
    """

    text: str
    citations: tuple[Citation, ...] = ()
    abstained: str | None = None
    n_unknown: int = 0
    n_calls: int = 0
    context: Context


class Stats(Frozen):
    """What a space holds."""

    space: str
    seq: int
    nodes: dict[str, int] = Field(default_factory=dict)
    edges: dict[str, int] = Field(default_factory=dict)
    n_vectors: int = 0
    store_bytes: int = 0
    embedder: str | None = None
