"""Recall by who, when and where."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Literal

from graphmem.errors import InvalidInput
from graphmem.facets.base import Facet
from graphmem.writing.checks import check_k, check_moment, check_text
from graphmem_schemas import Recall

if TYPE_CHECKING:
    from graphmem.reading.cue_time import CueTime

__all__ = ["Cues"]

_MODES = ("all", "latest", "chronological")


class Cues(Facet):
    """Recall by who, when and where."""

    def recall(
        self,
        entity: str | None = None,
        time: CueTime | None = None,
        place: str | None = None,
        *,
        mode: Literal["all", "latest", "chronological"] = "all",
        k: int = 50,
        as_of: datetime | str | None = None,
    ) -> Recall:
        """Return the events of somebody, of a time, of a place; what is given must all fit.

        An event is of the time that its text gives; where it gives none, of when it was told.
        A hit's `when` says the former. The recall abstains with a reason where nothing fits.

        Args:
            entity: who or what takes part: a name in any spelling, or a uid; what was merged
                with it, and a person's longer names, count as one.
            time: a datetime, a date, ISO 8601 text ("2023-05"), words ("May 2023", "last week",
                counted from now), or a pair (first, last) of which one may be None.
            place: where: a name, or a uid.
            mode: "all", the newest first; "chronological", the oldest first; "latest", only
                those of the last moment that is past.
            k: 1 to 1,000.
            as_of: leave out what was later; None is no limit.

        Raises:
            InvalidInput: No cue is given, or one of them cannot be used.
        """
        from graphmem.reading.cue import Cue, recall_events
        from graphmem.reading.cue_time import accept_time

        if entity is None and time is None and place is None:
            raise InvalidInput("recall needs a cue: an entity, a time or a place")
        for what, name in (("entity", entity), ("place", place)):
            if name is not None:
                check_text(name, what, 2_000)
        if mode not in _MODES:
            raise InvalidInput(f"mode {mode!r} is none of {', '.join(_MODES)}")
        now, limit = self._clock(), check_moment(as_of, "as_of")
        when = None if time is None else accept_time(time, now)
        said = {"of": entity, "in": when and when.text, "at": place}
        words = " ".join(f"{word} {given}" for word, given in said.items() if given)
        question = f"{mode} {words}" + (f" as of {limit.isoformat()}" if limit else "")
        cue = Cue(entity, when, place, mode, check_k(k), limit, question)
        recall = recall_events(cue, self._store, self.space, now)
        return self._reader.shown.note(recall)
