"""Values of options, checked as they are typed: what is wrong with one is said with its name."""

from __future__ import annotations

from enum import StrEnum

import typer

__all__ = ["Kind", "Mode", "Objects", "moment"]


class Kind(StrEnum):
    """What a search finds, of `graphmem_schemas.HitKind`; what runs teach has its own commands."""

    PASSAGE = "passage"
    PROPOSITION = "proposition"
    EVENT = "event"
    HYPEREDGE = "hyperedge"
    ENTITY = "entity"
    CONCEPT = "concept"


class Mode(StrEnum):
    """What is wanted of what time has changed: `graphmem_schemas.SearchMode`."""

    LATEST = "latest"
    ALL = "all"
    CHRONOLOGICAL = "chronological"


class Objects(StrEnum):
    """What the objects of a relation are: `graphmem_schemas.ValueType`."""

    ENTITY = "entity"
    NUMBER = "number"
    DATE = "date"
    TEXT = "text"


def moment(value: str | None) -> str | None:
    """Return a date as it was typed.

    Raises:
        BadParameter: It is none.
    """
    from graphmem.errors import InvalidInput
    from graphmem.writing.checks import check_moment

    try:
        check_moment(value)
    except InvalidInput as error:
        # The option is named before it.
        raise typer.BadParameter(str(error).removeprefix("at ")) from error
    return value
