"""Lessons that somebody has → prescriptions that lead to the words they were told in.

A prescription is what it says and when: told twice, it is one with more to rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from graphmem.core.changes import Changes
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.ports import Clock, Embedder, Float32, GraphReader, GraphStore
from graphmem.writing.accept import SourceText, Turn
from graphmem.writing.add_run import receipt_of
from graphmem.writing.checks import check_text
from graphmem.writing.drafting import Draft
from graphmem.writing.lay import embed_new, lay_passages
from graphmem.writing.refused import first_problem
from graphmem.writing.segment import PassageDraft, segment
from graphmem.writing.tell_lessons import prescription_uid
from graphmem_schemas import GivenPrescription, Prescription, Receipt, Source

__all__ = ["Lesson", "TaughtSource", "accept_lessons", "teach"]

_MAX_NAME_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson and the passages that tell it."""

    given: GivenPrescription
    cuts: tuple[PassageDraft, ...]


@dataclass(frozen=True, slots=True)
class TaughtSource:
    """The lessons of one source, in order."""

    text: SourceText
    uid: str
    lessons: tuple[Lesson, ...]

    @property
    def cuts(self) -> list[PassageDraft]:
        """All passages, in order."""
        return [cut for lesson in self.lessons for cut in lesson.cuts]


def accept_lessons(rows: object, source: str | None) -> list[TaughtSource]:
    """Check lessons that the caller has, and sort them by source; order is kept.

    Args:
        rows: `GivenPrescription`s or dicts of their fields.
        source: name for those that name none; None is the hash of what they say.

    Raises:
        InvalidInput: A row cannot be used; the message gives its index.
    """
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise InvalidInput(f"prescriptions must be a list of them, not a {type(rows).__name__}")
    if source is not None:
        check_text(source, "source", _MAX_NAME_CHARS)
    given = [_accept(row, at) for at, row in enumerate(rows)]
    if not given:
        raise InvalidInput("an empty list was given: no prescription to remember")
    name = source or content_uid("prescriptions", *(row.model_dump_json() for row in given))
    by_source: dict[str, list[GivenPrescription]] = {}
    for row in given:
        by_source.setdefault(row.source or name, []).append(row)
    return [_taught(one, rows) for one, rows in by_source.items()]


def teach(
    sources: Sequence[TaughtSource],
    store: GraphStore,
    space: str,
    embedder: Embedder,
    clock: Clock,
) -> Receipt:
    """Store lessons in one commit; those that are there gain what they rest on.

    Raises:
        InvalidInput: A source of the name is a run; nothing has changed.
    """
    cuts = [cut for source in sources for cut in source.cuts]
    vectors = embed_new(cuts, store, space, embedder)
    now = clock()
    last: list[Draft] = []

    def plan(reader: GraphReader) -> Changes:
        draft = Draft(space, now)
        last[:] = [draft]
        for source in sources:
            _tell(source, reader, draft, vectors)
        return Changes(
            nodes=tuple(draft.nodes.values()),
            edges=tuple(draft.edges.values()),
            vectors=tuple(draft.vectors),
        )

    commit = store.apply(space, plan)
    return receipt_of(last[0], commit.seq, tuple(source.uid for source in sources))


def _tell(
    source: TaughtSource, reader: GraphReader, draft: Draft, vectors: Mapping[str, Float32]
) -> None:
    uids = [prescription_uid(one.given.when, one.given.text) for one in source.lessons]
    known_source, *known = reader.get(draft.space, [source.uid, *uids])
    if known_source is not None and not isinstance(known_source, Source):
        raise InvalidInput(f"{source.text.name!r} is there and no source: give another name")
    lay_passages(source.text, source.uid, known_source, source.cuts, vectors, draft)
    for at, (uid, node, lesson) in enumerate(zip(uids, known, source.lessons, strict=True)):
        if node is None and uid not in draft.nodes:
            draft.add_nodes([_prescription(uid, lesson.given, draft, source.uid, at)])
        for cut in lesson.cuts:
            draft.join("EVIDENCED_BY", uid, cut.uid, source.uid)


def _prescription(
    uid: str, given: GivenPrescription, draft: Draft, source: str, position: int
) -> Prescription:
    return Prescription(
        uid=uid, recorded_at=draft.now, text=given.text, when=given.when,
        when_not=given.when_not, steps=given.steps, source=source, position=position,
    )  # fmt: skip


def _taught(name: str, rows: Sequence[GivenPrescription]) -> TaughtSource:
    uid = content_uid("source", name)
    turns = tuple(Turn(_words(row), ref=str(at)) for at, row in enumerate(rows))
    cuts: dict[str, list[PassageDraft]] = {}
    for cut in segment(SourceText(name, "document", turns), uid):
        cuts.setdefault(cut.ref or "", []).append(cut)
    lessons = tuple(Lesson(row, tuple(cuts[str(at)])) for at, row in enumerate(rows))
    return TaughtSource(SourceText(name, "document", ()), uid, lessons)


def _words(row: GivenPrescription) -> str:
    """Return a lesson as it is kept: verbatim, a line a part."""
    steps = [step for step in row.steps if step not in row.text]
    not_then = [f"Not when: {row.when_not}"] if row.when_not else []
    return "\n".join([row.when, row.text, *steps, *not_then])


def _accept(row: Any, at: int) -> GivenPrescription:
    given = row if isinstance(row, GivenPrescription) else _parse(row, at)
    for field in ("when", "text", "when_not", "source", "ref"):
        if getattr(given, field) is not None:
            check_text(getattr(given, field), f"{field} of prescription {at}")
    for step in given.steps:
        check_text(step, f"a step of prescription {at}")
    return given


def _parse(row: object, at: int) -> GivenPrescription:
    if not isinstance(row, Mapping):
        raise InvalidInput(
            f"prescription {at} is a {type(row).__name__}: give {{'when': …, 'text': …}}"
        )
    try:
        return GivenPrescription.model_validate(dict(row))
    except ValidationError as error:
        problem = first_problem(error)
        raise InvalidInput(f"prescription {at} cannot be used: {problem}") from error
