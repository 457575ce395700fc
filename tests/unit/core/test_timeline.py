"""Facts in time: what was said of one scope, laid out."""

from datetime import UTC, datetime
from itertools import permutations

from graphmem.core.contents import Claim, Content
from graphmem.core.doubts import lay_out


def content(obj: str, *, negated: bool = False, predicate: str = "live in") -> Content:
    return Content("ann", predicate, obj, None, negated)


def claim(obj: str, year: int | None, passage: str = "", *, negated: bool = False) -> Claim:
    at = datetime(year, 1, 1, tzinfo=UTC) if year else None
    return Claim(content(obj, negated=negated), at, passage or f"{obj}{year}{negated}")


def year(at: datetime | None) -> int | None:
    return at.year if at else None


def story(*claims: Claim) -> list[tuple[str | None, int | None, int | None, str]]:
    told: set[tuple[tuple[str | None, int | None, int | None, str], ...]] = {
        tuple(
            (s.content.object, year(s.start), year(s.end), s.status) for s in lay_out(order).spells
        )
        for order in permutations(claims)
    }
    assert len(told) == 1, "the order in which it was said shows"
    return list(told.pop())


def test_each_fact_ends_where_the_next_begins() -> None:
    assert story(claim("oslo", 2020), claim("rome", 2024), claim("turin", 2022)) == [
        ("oslo", 2020, 2022, "superseded"),
        ("turin", 2022, 2024, "superseded"),
        ("rome", 2024, None, "current"),
    ]


def test_a_fact_that_came_back_is_one_fact_however_often_it_is_said() -> None:
    told = (claim("oslo", 2020), claim("turin", 2022), claim("oslo", 2023), claim("oslo", 2024))
    assert story(*told) == [
        ("oslo", 2020, 2022, "superseded"),
        ("turin", 2022, 2023, "superseded"),
        ("oslo", 2023, None, "current"),
    ]
    assert len({spell.uid for spell in lay_out(told).spells}) == 3


def test_only_neighbours_close_each_other() -> None:
    timeline = lay_out([claim("oslo", 2020), claim("turin", 2022), claim("rome", 2024)])
    oslo, turin, rome = (spell.uid for spell in timeline.spells)
    assert timeline.closes == {(turin, oslo), (rome, turin)}


def test_what_is_said_of_one_moment_by_two_is_disputed_until_something_newer_closes_it() -> None:
    assert story(claim("oslo", 2020, "p"), claim("rome", 2020, "q"), claim("turin", 2021)) in (
        [("oslo", 2020, 2021, "superseded"), ("rome", 2020, 2021, "superseded"),
         ("turin", 2021, None, "current")],
        [("rome", 2020, 2021, "superseded"), ("oslo", 2020, 2021, "superseded"),
         ("turin", 2021, None, "current")],
    )  # fmt: skip


def test_one_breath_is_no_quarrel_and_supporting_one_half_does_not_end_the_other() -> None:
    told = story(claim("lisbon", 2020, "p"), claim("alfama", 2020, "p"), claim("lisbon", 2021))
    assert sorted(told, key=str) == [
        ("alfama", 2020, None, "current"), ("lisbon", 2020, None, "current"),
    ]  # fmt: skip


def test_the_undated_stand_outside_and_dispute_what_holds_at_the_end() -> None:
    assert story(claim("oslo", 2020), claim("turin", 2022), claim("rome", None)) == [
        ("oslo", 2020, 2022, "superseded"),
        ("turin", 2022, None, "contradicted"),
        ("rome", None, None, "contradicted"),
    ]


def test_a_denial_ends_what_it_denies_and_nothing_else() -> None:
    assert story(claim("oslo", 2020), claim("rome", 2022, negated=True)) == [
        ("oslo", 2020, None, "current"), ("rome", 2022, None, "current"),
    ]  # fmt: skip
    assert story(claim("oslo", 2020), claim("oslo", 2022, negated=True))[0] == (
        "oslo", 2020, 2022, "superseded",
    )  # fmt: skip


def test_what_is_over_is_retired_at_the_first_time_it_is_said_to_be() -> None:
    over = content("oslo")._replace(over=True)
    at = [datetime(year, 1, 1, tzinfo=UTC) for year in (2024, 2022)]
    (spell,) = lay_out(Claim(over, when, str(when)) for when in at).spells
    assert (spell.status, spell.start, spell.end) == ("retired", None, at[1])
    assert over.uid != content("oslo").uid


def test_what_is_over_keeps_both_ends_where_they_are_told_and_ends_nothing_else() -> None:
    over = content("oslo")._replace(over=True)
    first, last, later = (datetime(year, 1, 1, tzinfo=UTC) for year in (2010, 2015, 2020))
    told = [Claim(over, first, "p", last), claim("rome", 2005), Claim(over, later, "q")]
    spells = {(s.content.object, s.start, s.end, s.status) for s in lay_out(told).spells}
    assert spells == {
        ("oslo", first, last, "retired"),
        ("oslo", None, later, "retired"),
        ("rome", datetime(2005, 1, 1, tzinfo=UTC), None, "current"),
    }


def test_what_was_so_until_some_year_was_over_then_and_ends_what_it_tells_of() -> None:
    over = content("oslo")._replace(over=True)
    until, later = (datetime(year, 1, 1, tzinfo=UTC) for year in (2020, 2024))
    told = [Claim(over, None, "p", until), Claim(over, later, "q"), claim("oslo", 2015)]
    for order in permutations(told):
        spells = {(s.content.over, s.start, s.end, s.status) for s in lay_out(order).spells}
        assert spells == {
            (True, None, until, "retired"),
            (False, datetime(2015, 1, 1, tzinfo=UTC), until, "superseded"),
        }


def ended(obj: str, start: int | None, end: int) -> Claim:
    said = claim(obj, start, f"{obj}{start}-{end}")
    return said._replace(until=datetime(end, 1, 1, tzinfo=UTC))


def test_what_is_said_to_end_ends_then_unless_it_is_said_again() -> None:
    assert story(ended("oslo", 2020, 2022)) == [("oslo", 2020, 2022, "superseded")]
    assert story(ended("oslo", 2020, 2022), claim("oslo", 2021)) == [
        ("oslo", 2020, 2022, "superseded")
    ]
    assert story(ended("oslo", 2020, 2022), claim("oslo", 2022)) == [
        ("oslo", 2020, None, "current")
    ]
    assert story(ended("oslo", 2020, 2022), ended("oslo", 2021, 2025)) == [
        ("oslo", 2020, 2025, "superseded")
    ]
    assert story(ended("oslo", 2020, 2022), claim("rome", 2021)) == [
        ("oslo", 2020, 2021, "superseded"),
        ("rome", 2021, None, "current"),
    ]


def test_an_end_without_a_beginning_is_a_fact_before_what_comes_later() -> None:
    assert story(ended("oslo", None, 2010), claim("oslo", 2020)) == [
        ("oslo", None, 2010, "superseded"),
        ("oslo", 2020, None, "current"),
    ]
    assert story(ended("oslo", None, 2010), claim("oslo", 2005)) == [
        ("oslo", 2005, 2010, "superseded")
    ]


def test_links_lead_from_every_fact_to_what_it_was_before() -> None:
    denied = claim("oslo", 2021, negated=True)
    breath = [claim("oslo", 2022, "p"), claim("oslo", 2022, "p", negated=True)]
    for claims in (
        [claim("oslo", 2020), denied, *breath],
        [ended("oslo", 2020, 2021), ended("oslo", 2023, 2024), claim("oslo", 2030)],
        [ended("oslo", None, 2021), ended("oslo", None, 2024)],
    ):
        timeline = lay_out(claims)
        later = {spell.uid for spell in timeline.spells} - {
            content("oslo").uid, content("oslo", negated=True).uid,
        }  # fmt: skip
        assert later
        assert later <= {start for start, _ in timeline.closes}
