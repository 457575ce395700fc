"""What mem0 gives out: `get_all()` or an export, as a JSON file.

A memory becomes a source "mem0 <id>" of one passage, about its user; the facts in it are read as
in any text. A relation of mem0's graph becomes a proposition that rests on a passage that quotes
it, of a source "mem0 relation <id>".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput
from graphmem.interop.files import look_for
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
from graphmem_schemas import ExtractedPassage, GivenEntity, GivenTriple

__all__ = ["read_mem0"]

_Owner = tuple[str, str]
_OWNERS = ("user_id", "agent_id", "run_id")
_NOBODY: _Owner = ("", "")
_LEFT_OUT = ("categories", "metadata", "expiration_date")


def read_mem0(path: Path, group: str | None = None) -> Foreign:
    """Read the memories of one user, and the relations where they can only be theirs.

    Args:
        path: a JSON file: a list of memories, or an object with `results` and `relations`.
        group: the `user_id` (else the `agent_id`, else the `run_id`) whose memories are read;
            "agent_id=x" where a user and an agent have one name; None where there is only one.

    Raises:
        NotFound: There is no such file.
        InvalidInput: It is not such a file, or holds several users and none is named.
    """
    memories, relations = _rows(path)
    owned = Counter(_owner(row) for row in memories if isinstance(row, Mapping))
    of_relations = {_owner(row) for row in relations if isinstance(row, Mapping)}
    owned.update(dict.fromkeys(of_relations - {_NOBODY}, 0))
    if not owned and relations:
        owned[_NOBODY] = 0
    names = _names(owned)
    chosen_name = choose_group({names[one]: n for one, n in owned.items()}, group, "user_id")
    chosen = next(one for one in owned if names[one] == chosen_name)
    # mem0 gives relations for the user that it was asked for, and does not repeat who that was.
    nobodys = chosen if len(owned) == 1 else _NOBODY
    found = Foreign()
    for index, row in enumerate(memories):
        _take(row, f"memory {index}", chosen, _NOBODY, found)
    for index, row in enumerate(relations):
        _take(row, f"relation {index}", chosen, nobodys, found)
    _leave_out(memories, relations, chosen, nobodys, found)
    return found


def _rows(path: Path) -> tuple[list[Any], list[Any]]:
    look_for(path)
    try:
        body = json.loads(path.read_text("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{str(path)!r} is not JSON: {str(error)[:200]}") from error
    relations: Any = []
    if isinstance(body, Mapping):
        relations = body.get("relations") or []
        body = body.get("results", body.get("memories"))
    if not isinstance(body, list) or not isinstance(relations, list):
        raise InvalidInput(
            f"{str(path)!r} is no export of mem0: expected a list of memories, or an object with "
            "a list `results`"
        )
    return body, relations


def _owner(row: Mapping[str, Any]) -> _Owner:
    return next(((name, str(row[name])) for name in _OWNERS if row.get(name)), _NOBODY)


def _names(owners: Iterable[_Owner]) -> dict[_Owner, str]:
    """Name owners by their ids, and by what they are too where two have one id."""
    ids = Counter(name for _, name in owners)
    return {(what, name): f"{what}={name}" if ids[name] > 1 else name for what, name in owners}


def _take(row: Any, name: str, group: _Owner, nobodys: _Owner, found: Foreign) -> None:
    try:
        if not isinstance(row, Mapping):
            raise BadRow(f"it is a {type(row).__name__}, not an object")
        owner = _owner(row)
        if (nobodys if owner == _NOBODY else owner) == group:
            (_relation if name.startswith("relation") else _memory)(row, found)
    except (BadRow, ValidationError) as error:
        found.rejected.append((name, first_line(error)))


def _memory(row: Mapping[str, Any], found: Foreign) -> None:
    said = row.get("memory", row.get("text"))
    if not isinstance(said, str) or not said.strip():
        raise BadRow("it has no text under `memory`")
    # What it says was last said when it was last changed.
    at = moment(row.get("updated_at"), "updated_at") or moment(row.get("created_at"), "created_at")
    about = row.get("user_id") or row.get("agent_id")
    uid = str(row.get("id") or content_uid("mem0", said))
    title = str(about) if about else None
    found.passages.append(
        ExtractedPassage(id=uid, text=said, at=at, title=title, session=f"mem0 {uid}")
    )
    found.to_read.add(uid)


def _relation(row: Mapping[str, Any], found: Foreign) -> None:
    ends = (row.get("source"), row.get("target", row.get("destination")))
    name = row.get("relationship", row.get("relation"))
    if not all(isinstance(one, str) and one.strip() for one in (*ends, name)):
        raise BadRow("it lacks source, relationship or target")
    subject = entity_name(str(ends[0]).replace("_", " "), "source")
    obj = checked(str(ends[1]).replace("_", " "), "target")
    predicate = predicate_of(checked(str(name), "relationship"))
    uid = content_uid("mem0 relation", subject, predicate, obj)
    if uid in found.triples:
        return
    said = f"{subject} {' '.join(str(name).replace('_', ' ').split())} {obj}"
    triple = GivenTriple(subject=subject, predicate=predicate, object=obj)
    entities = [
        GivenEntity(name=subject, kind=row.get("source_type")),
        GivenEntity(name=obj, kind=row.get("target_type", row.get("destination_type"))),
    ]
    # Nothing is taken of a row of which anything is refused.
    found.passages.append(ExtractedPassage(id=uid, text=said, session=f"mem0 relation {uid}"))
    found.state(uid, triple)
    found.entities[uid] = entities


def _leave_out(
    memories: list[Any], relations: list[Any], group: _Owner, nobodys: _Owner, found: Foreign
) -> None:
    rows = [row for row in memories if isinstance(row, Mapping) and _owner(row) == group]
    for name in _LEFT_OUT:
        n = sum(bool(row.get(name)) for row in rows)
        if n:
            found.notes.append(f"{n:,} memories have {name}, which graphmem does not take")
    n_nobodys = sum(isinstance(row, Mapping) and _owner(row) == _NOBODY for row in relations)
    if n_nobodys and nobodys != group:
        found.notes.append(f"{n_nobodys:,} relations do not say whose they are: left out")
