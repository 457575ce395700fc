"""A Neo4j that Graphiti has filled, as its documentation describes the graph.

Episodes become sources of one passage each; facts (`RELATES_TO`) become propositions that rest on
their episodes and hold from `valid_at` to `invalid_at`. A fact of which no episode is left, or
whose episode's text was not kept, rests on a passage that quotes it, of a source
"graphiti fact <uuid>". Summaries, communities and Graphiti's vectors are left out: they are made
of the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString, Protocol

from pydantic import ValidationError

from graphmem.interop.importers.foreign import (
    BadRow,
    Foreign,
    checked,
    choose_group,
    entity_name,
    first_line,
    moment,
    predicate_of,
)
from graphmem_queries.texts import text
from graphmem_schemas import ExtractedPassage, GivenEntity, GivenTriple

__all__ = ["EPISODE", "QUOTED", "Read", "read_graphiti"]

PAGE_ROWS = 1_000
EPISODE, QUOTED = "graphiti episode", "graphiti fact"
"""How sources are named: of an episode, and of a fact that no episode states any more."""


class Read(Protocol):
    """Runs one statement that only reads and returns its rows."""

    def __call__(self, statement: LiteralString, **parameters: Any) -> list[list[Any]]:
        """Raise an error of graphmem where that cannot be done."""
        ...


def read_graphiti(read: Read, group: str | None = None) -> Foreign:
    """Read one group of a Graphiti graph.

    Args:
        read: how statements reach the server.
        group: its `group_id`; None where there is only one.

    Raises:
        InvalidInput: The group is not there, or there are several and none is named.

    Complexity: what is read is held in memory, about 2 kB a fact beside the texts.
    """
    groups: Counter[str] = Counter()
    for name, n in read(text("importers/graphiti_groups")):
        groups[str(name)] += n
    chosen = choose_group(groups, group, "group_id")
    found = Foreign()
    for page in _pages(read, text("importers/graphiti_episodes"), chosen):
        uuids = [episode for row in page for episode in _episode(row, found)]
        mentions = text("importers/graphiti_mentions")
        for uuid, name, labels in read(mentions, group=chosen, uuids=uuids):
            _mention(uuid, name, labels, found)
    episodes = {passage.id for passage in found.passages}
    for page in _pages(read, text("importers/graphiti_facts"), chosen):
        for row in page:
            _take_fact(row, episodes, found)
    for what, n in read(text("importers/graphiti_unread"), group=chosen):
        if n:
            found.notes.append(f"{n:,} {what} were left out")
    return found


def _pages(read: Read, statement: LiteralString, group: str) -> Iterator[list[list[Any]]]:
    after = ""
    while rows := read(statement, group=group, after=after, limit=PAGE_ROWS):
        yield rows
        after = rows[-1][0]


def _episode(row: Sequence[Any], found: Foreign) -> Iterator[str]:
    """Take an episode as a passage; yield its uuid where it can be."""
    uuid, name, content, _, description, valid_at, created_at = row
    try:
        if not str(content or "").strip():
            found.notes.append(f"episode {uuid} has no text: its facts are quoted")
            return
        at = moment(valid_at, "valid_at") or moment(created_at, "created_at")
        title = str(name or description or "").strip()[:1_000] or None
        found.passages.append(
            ExtractedPassage(
                id=uuid, text=content, title=title, at=at, session=f"{EPISODE} {uuid}"
            )
        )
        yield uuid
    except (BadRow, ValidationError) as error:
        found.rejected.append((f"episode {uuid}", first_line(error)))


def _mention(uuid: str, name: str | None, labels: Sequence[str], found: Foreign) -> None:
    try:
        entity = _entity(entity_name(name, "entity"), labels)
        found.entities.setdefault(uuid, []).append(entity)
    except (BadRow, ValidationError) as error:
        found.rejected.append((f"mention in episode {uuid}", first_line(error)))


def _entity(name: str, labels: Sequence[str]) -> GivenEntity:
    """Its kind is the label that the user gave it, beside Graphiti's own."""
    own = sorted(label for label in labels if label != "Entity")
    return GivenEntity(name=name[:2_000], kind=own[0] if own else None)


def _take_fact(row: Sequence[Any], episodes: set[str], found: Foreign) -> None:
    uuid, *_, created_at = row
    try:
        triple, ends = _triple(row)
        stated = [
            episode
            for episode in dict.fromkeys(row[7] or ())
            if episode in episodes and found.state(episode, triple)
        ]
        if not stated:
            stated = [_quote(uuid, triple, moment(created_at, "created_at"), found)]
        for episode in stated:
            known = found.entities.setdefault(episode, [])
            known += [entity for entity in ends if entity not in known]
    except (BadRow, ValidationError) as error:
        found.rejected.append((f"fact {uuid}", first_line(error)))


def _triple(row: Sequence[Any]) -> tuple[GivenTriple, list[GivenEntity]]:
    _, name, fact, subject, its_labels, obj, others_labels, _, *times, _ = row
    subject, obj = entity_name(subject, "subject"), checked(obj, "object")
    start, end, retired = (
        moment(value, what)
        for value, what in zip(times, ("valid_at", "invalid_at", "expired_at"), strict=True)
    )
    if retired and not end:
        # When it ended in the world is not known; Graphiti has not believed it since then.
        end = max(retired, start) if start else retired
    predicate = predicate_of(checked(name, "name")) if name else "relate to"
    triple = GivenTriple(
        subject=subject, predicate=predicate, object=obj,
        text=checked(fact, "fact") if fact else None,
        valid_from=start, valid_to=end, retired_at=retired,
    )  # fmt: skip
    return triple, [_entity(subject, its_labels), _entity(obj, others_labels)]


def _quote(uuid: str, triple: GivenTriple, at: Any, found: Foreign) -> str:
    """Make a passage that quotes a fact, and let it state the fact."""
    said = triple.text or f"{triple.subject} {triple.predicate} {triple.object}"
    found.passages.append(ExtractedPassage(id=uuid, text=said, session=f"{QUOTED} {uuid}", at=at))
    found.state(uuid, triple)
    return uuid
