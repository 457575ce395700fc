"""Recall by cue: the events of somebody, of a time, of a place, in the order in which they were.

In: a `Cue`. Out: a `Recall` of events. No words are matched: an event is found by its participants
(and whom they were merged with, and the long forms of a short name), by its own time, or, where
its text gives none, by when it was told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from graphmem.core.names import normalise_name
from graphmem.core.uids import content_uid
from graphmem.core.when import When, later
from graphmem.ports import GraphReader
from graphmem.reading.lookup import merged
from graphmem_schemas import Entity, Event, Hit, Passage, PathStep, Recall, Source, Trace
from graphmem_schemas.events import month_keys

__all__ = ["Cue", "Mode", "recall_events"]

Mode = Literal["all", "latest", "chronological"]

_PART = 2_000
_A_MOMENT = timedelta(seconds=1)
_SHOWN = 80
_NOTHING = 0.0
_UNKNOWN = datetime.min.replace(tzinfo=UTC)
_PLACE_ROLES = frozenset(("place", "other"))
# Where a window is open, nobody's life is longer.
_YEARS_BACK, _YEARS_AHEAD = 120, 20


@dataclass(frozen=True, slots=True)
class Cue:
    """What events to recall.

    Attributes:
        entity: name or uid of a participant.
        time: when they were.
        place: name or uid of where they were.
        as_of: nothing that was later; None is no limit, but for the latest: that is past.
        question: the cue in words.
    """

    entity: str | None
    time: When | None
    place: str | None
    mode: Mode
    k: int
    as_of: datetime | None
    question: str


@dataclass(frozen=True, slots=True)
class _Told:
    """An event with the moment by which it is ordered; None where nothing says when it was."""

    event: Event
    moment: datetime | None

    def order(
        self, passage: Passage | None = None
    ) -> tuple[datetime, datetime, str, int, int, str]:
        """Return what to sort by; what is of one moment stands as it does in its source."""
        event = self.event
        source, position = (passage.source, passage.position) if passage else (event.passage, 0)
        moment = self.moment or _UNKNOWN
        return moment, event.recorded_at, source, position, event.start, event.uid


def recall_events(cue: Cue, reader: GraphReader, space: str, now: datetime) -> Recall:
    """Return the events that the cue fits; abstain with a reason where there are none.

    Cost: linear in the participants' events, or in what the named months hold where that is
    less; never in the space. The nodes of both are only read where both fit.
    """
    shown = _named(cue.entity, reader, space)
    where = _named(cue.place, reader, space)
    for name, found in ((cue.entity, shown), (cue.place, where)):
        if name is not None and not found:
            return _abstain(cue, space, now, f"nothing in this memory is named {name[:80]!r}")
    uids = _candidates(cue, shown, where, reader, space, now)
    told = _in_time(cue, _read(uids, reader, space), now)
    kept = _chosen(cue, told)
    if not kept:
        return _abstain(cue, space, now, f"no event is known that fits: {cue.question}")
    hits = _hits(cue, kept, {**shown, **where}, reader, space)
    names = tuple(sorted({*shown.values(), *where.values()}))
    trace = Trace(names=names, n_candidates=len(uids))
    return _recall(cue, space, now, hits=hits, trace=trace)


def _recall(cue: Cue, space: str, now: datetime, **found: object) -> Recall:
    uid = content_uid("recall", space, cue.question, now.isoformat())
    return Recall.model_validate({"id": uid, "question": cue.question, **found})


def _abstain(cue: Cue, space: str, now: datetime, reason: str) -> Recall:
    return _recall(cue, space, now, abstained=reason, confidence=_NOTHING)


def _named(name: str | None, reader: GraphReader, space: str) -> dict[str, str]:
    """Return uid and name of the entities that a name or uid means; a person's long names, too."""
    if name is None:
        return {}
    key = f"={normalise_name(name)}"
    found = {name, *reader.find(space, "Entity", [key]).get(key, ())}
    own = {e.uid: e for e in reader.get(space, sorted(found)) if isinstance(e, Entity)}
    if not own:
        return {}
    people = sorted(uid for uid, entity in own.items() if entity.kind == "person")
    links = reader.neighbours(space, people, ["SHORT_FOR"]) if people else []
    longer = reader.get(space, sorted({e.end for e in links if e.start in own}))
    own |= {e.uid: e for e in longer if isinstance(e, Entity) and e.kind == "person"}
    same = merged(sorted(own), reader, space)
    group = sorted({uid for entity in own for uid in same.group(entity)})
    return {e.uid: e.name for e in reader.get(space, group) if isinstance(e, Entity)}


def _candidates(
    cue: Cue,
    who: Mapping[str, str],
    where: Mapping[str, str],
    reader: GraphReader,
    space: str,
    now: datetime,
) -> list[str]:
    """Return the uids of the events that have the participants, the place and about the time.

    Somebody may take part in very many events, and very many may be of a year: the fewer are
    looked at first.
    """
    timed = _of_months(cue.time, reader, space, now) if cue.time else None
    if not who and not where:
        return sorted(timed or ())
    few = timed is not None and len(timed) <= _PART
    asked = sorted(timed or ()) if few else sorted({*who, *where})
    edges = reader.neighbours(space, asked, ["ARGUMENT"]) if asked else []
    sets = []
    if who:
        sets.append({edge.start for edge in edges if edge.end in who})
    if where:
        there = [edge for edge in edges if edge.end in where]
        sets.append({e.start for e in there if _PLACE_ROLES.intersection((e.role or "").split())})
    taking_part = set.intersection(*sets)
    return sorted(taking_part if timed is None else taking_part & timed)


def _of_months(time: When, reader: GraphReader, space: str, now: datetime) -> set[str]:
    """Return the events that are found by the months and years of a time."""
    start = time.start or now.replace(year=max(1, now.year - _YEARS_BACK), month=1, day=1)
    end = time.end or now.replace(year=min(9998, now.year + _YEARS_AHEAD), month=12, day=1)
    start = min(start, end)
    months = month_keys(start, end)
    years = [f"y{year:04}" for year in range(start.year, end.year + 1)]
    found = reader.find(space, "Event", [*months, *years, "open"])
    return {uid for group in found.values() for uid in group}


def _parts(uids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (uids[at : at + _PART] for at in range(0, len(uids), _PART))


def _read(uids: Sequence[str], reader: GraphReader, space: str) -> list[Event]:
    return [
        node
        for part in _parts(uids)
        for node in reader.get(space, part)
        if isinstance(node, Event)
    ]


def _in_time(cue: Cue, events: Iterable[Event], now: datetime) -> list[_Told]:
    """Date the events, and leave out those of other times."""
    latest = now if cue.as_of is None and cue.mode == "latest" else cue.as_of
    told: list[_Told] = []
    for event in events:
        when = _when(event)
        moment = (when.start or when.end) if when else None
        if cue.time and not (when and when.overlaps(cue.time)):
            continue
        if latest is None or moment is None or moment <= latest:
            told.append(_Told(event, moment))
    return told


def _when(event: Event) -> When | None:
    """Return when an event was: by its own text, else when it was told."""
    start, end = event.happened_from, event.happened_to
    if start is None and end is None:
        start = end = event.told_at
    if start is not None and start == end:  # a moment
        end = later(start, _A_MOMENT)
    return When(start, end, event.granularity or "minute") if start or end else None


def _chosen(cue: Cue, told: Sequence[_Told]) -> list[_Told]:
    ordered = sorted(told, key=_Told.order, reverse=cue.mode != "chronological")
    if cue.mode == "latest" and ordered:
        ordered = [one for one in ordered if one.moment == ordered[0].moment]
    return ordered[: cue.k]


def _hits(
    cue: Cue, kept: Sequence[_Told], names: Mapping[str, str], reader: GraphReader, space: str
) -> tuple[Hit, ...]:
    passages = {
        node.uid: node
        for node in reader.get(space, sorted({one.event.passage for one in kept}))
        if isinstance(node, Passage)
    }
    sources = {
        node.uid: node.name
        for node in reader.get(space, sorted({p.source for p in passages.values()}))
        if isinstance(node, Source)
    }
    edges = reader.neighbours(space, [one.event.uid for one in kept], ["ARGUMENT"])
    why: dict[str, list[PathStep]] = {}
    for e in edges:
        if e.end in names:
            step = PathStep(start=e.start, kind=e.kind, end=e.end, text=names[e.end])
            why.setdefault(e.start, []).append(step)
    ordered = sorted(
        kept,
        key=lambda one: one.order(passages.get(one.event.passage)),
        reverse=cue.mode == "all",
    )
    return tuple(
        _hit(event, 1.0 - number / len(kept), passages.get(event.passage), sources,
             why.get(event.uid, []))
        for number, event in enumerate(one.event for one in ordered)
    )  # fmt: skip


def _hit(
    event: Event,
    score: float,
    passage: Passage | None,
    sources: Mapping[str, str],
    why: Sequence[PathStep],
) -> Hit:
    own = event.happened_from or event.happened_to
    when = When(event.happened_from, event.happened_to, event.granularity or "span")
    text = passage.text[:_SHOWN] if passage else ""
    evidence = PathStep(start=event.uid, kind="EVIDENCED_BY", end=event.passage, text=text)
    return Hit(
        uid=event.uid, kind="event", text=event.text, score=score,
        source=sources.get(passage.source) if passage else None,
        ref=passage and passage.ref, title=passage and passage.title, speaker=event.speaker,
        at=passage and passage.at, when=when.text if own else None, why=(*why, evidence),
    )  # fmt: skip
