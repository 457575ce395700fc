"""What the lines of a hit tell of its score."""

from __future__ import annotations

from datetime import UTC, datetime

from graphmem.cli.output import citation_line, hit_lines, told_parts
from graphmem_schemas import Citation, Hit, ScorePart


def _hit(**parts: float) -> Hit:
    told = tuple(ScorePart(name=name, value=value) for name, value in parts.items())
    return Hit(uid="u", kind="passage", text="Mara lives in Lisbon.", score=1.0, parts=told)


def test_the_six_largest_parts_are_told_in_their_order() -> None:
    hit = _hit(a=0.1, b=2.0, c=-3.0, d=0.5, e=0.0, f=0.6, g=0.7, h=0.8, collection=9.0)
    assert told_parts(hit) == "b 2.00 + c -3.00 + d 0.50 + f 0.60 + g 0.70 + h 0.80, and 1 more"


def test_what_people_said_of_a_hit_is_told_however_little_it_is() -> None:
    hit = _hit(a=1.0, b=2.0, c=3.0, d=4.0, e=5.0, f=6.0, credit=-0.05)
    assert told_parts(hit).endswith("+ f 6.00 + credit -0.05, and 1 more")


def test_a_hit_without_parts_tells_none() -> None:
    assert told_parts(_hit()) == ""


def test_a_day_that_a_name_says_is_told_once() -> None:
    at = datetime(2025, 6, 8, tzinfo=UTC)
    one = Citation(number=1, passage="p", source="messages 2025-06-08", at=at)
    assert citation_line(one, "") == "[1] messages 2025-06-08"
    other = one.model_copy(update={"source": "messages"})
    assert citation_line(other, "") == "[1] messages · 2025-06-08"
    told = _hit().model_copy(update={"source": "messages 2025-06-08", "at": at})
    assert hit_lines(1, told)[0] == "1. [1.000] messages 2025-06-08"
