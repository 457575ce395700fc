import pytest

from graphmem.core.months import (
    BEGINNING,
    DECADE,
    END,
    POINT,
    RANGE,
    SINCE,
    UNTIL,
    Months,
    asked_months,
    months,
)


def year(first: int, month: int = 1) -> int:
    return first * 12 + month - 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He served 1916-1920.", Months(year(1916), year(1921), RANGE)),
        ("from May 1987 until 1990", Months(year(1987, 5), year(1991), RANGE)),
        ("between 3 March 1870 and June 1871", Months(year(1870, 3), year(1871, 7), RANGE)),
        ("the season 2008–09", Months(year(2008), year(2010), RANGE)),
        ("since 1987 he", Months(year(1987), END, SINCE)),
        ("1987–present", Months(year(1987), END, SINCE)),
        ("until July 1990", Months(BEGINNING, year(1990, 8), UNTIL)),
        ("in the late 1980s", Months(year(1986), year(1990), DECADE)),
        ("in the 1980s", Months(year(1980), year(1990), DECADE)),
        ("on May 7, 2023", Months(year(2023, 5), year(2023, 6), POINT)),
    ],
)
def test_a_text_names_an_interval(text: str, expected: Months) -> None:
    assert months(text)[0] == expected


@pytest.mark.parametrize(
    "text", ["", "a chat of 300 words", "1500 people", "1,250 seats", "12345", "1987 km away"]
)
def test_other_numbers_are_no_years(text: str) -> None:
    assert months(text) == []


def test_a_year_with_a_dash_and_a_month_is_no_range() -> None:
    assert months("on 2009-12-25") == [Months(year(2009), year(2010), POINT)]


def test_two_years_joined_by_and_are_two_points() -> None:
    assert [one.kind for one in months("in 1987 and 1990")] == [POINT, POINT]


def test_a_text_full_of_years_keeps_some() -> None:
    assert len(months(" ".join(f"in {at}," for at in range(1900, 2000)))) == 32


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who led it from 1811 to 1827?", (year(1811), year(1828))),
        ("Who led it in March 1987?", (year(1987, 3), year(1987, 4))),
        ("Who led it after 1987?", (year(1987), year(1988))),
        ("Who led it before 1987?", (year(1987), year(1988))),
        ("Who led the 1940's club from 1946 to 1949?", (year(1946), year(1950))),
        ("Who led it in the early 1990s?", (year(1990), year(1994))),
        ("Who led it between May 1980 and the 1990s?", (year(1980, 5), year(2000))),
        ("Who leads it?", None),
    ],
)
def test_a_question_asks_about_one_interval(
    question: str, expected: tuple[int, int] | None
) -> None:
    assert asked_months(question) == expected
