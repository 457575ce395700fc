"""The grammar of times: one rule for each form, a pattern and what reads it.

How patterns are written stands in `pieces.py`; rules for "last week" in `relative_rules.py`.
"""

from __future__ import annotations

from graphmem.language.times import dates, holidays, periods
from graphmem.language.times.pieces import Rule, absolute, relative
from graphmem.language.times.relative_rules import RELATIVE
from graphmem.language.times.words import DECADES

__all__ = ["RULES"]

_TURNS = ("last", "this", "next")
_EVENTS = (
    "(?:trip|tour|vacation|holiday|election|conference|festival|marathon|race|season|budget|goals"
    "|championships?|olympics|world cup|pandemic)"
)

_DATES = (
    absolute(r"<at-date>{<weekday-of><any-month> <day><comma><year>}", dates.full_date),
    absolute(
        r"<at-day>{<weekday-of><day>(?: (?:of )?|-)<month>(?:<comma>|-)<year>}", dates.full_date
    ),
    absolute(r"\b{(?:the )?<day-name> of <month><comma><year>}", dates.full_date, "of"),
    absolute(r"<at-month>{<month> (?:the )?<day-name><comma><year>}", dates.full_date),
    relative(
        r"<at-date>{<weekday-of><any-month> (?:the )?<day>}\b"
        r"(?!\s*[-–:]\s*\d|\s*(?:%|percent|people|million))",
        dates.yearless_date,
    ),
    relative(r"<at-day>{<weekday-of><day> (?:of )?<month>}\b", dates.yearless_date),
    relative(r"\b{the <day-name> of <month>}\b", dates.yearless_date, "of"),
    relative(
        r"\b(?:on|since|until|till) {the <nth-day>}(?! and (?:the )?\d)"
        r"(?=\s*(?:[.,;:!?]|$)| (?:after|before|and|at|in|with|for|but|to|when|because|so"
        r"|I|we|he|she|they|you)\b)",
        dates.day_of_month,
    ),
    relative(r"\b{the <nth-day> of <turn> month}\b", dates.day_of_turn, "month"),
    relative(
        r"<at-month>{<month> <day><to>(?:the )?<last-day>(?:<comma><year>)?}<no-number>",
        dates.days_of_month,
    ),
    relative(
        r"<at-day>{<day><to>(?:the )?<last-day> (?:of )?<month>(?:<comma><year>)?}<no-number>",
        dates.days_of_month,
    ),
    relative(
        r"\b{the (?P<unit>week|weekend) of <month> <day>(?:<comma><year>)?}",
        dates.week_of_date,
        "week",
    ),
    relative(
        r"\b{the (?P<unit>week|weekend) of <day> (?:of )?<month>(?:<comma><year>)?}",
        dates.week_of_date,
        "week",
    ),
    absolute(
        r"<free>{<full-year>[-/](?P<month>\d\d)(?:[-/](?P<day>\d\d))?}<no-number>",
        dates.numeric,
        "-",
        "/",
    ),
    absolute(
        r"<free>{<one>(?P<by>[/-])(?P<other>\d\d?)(?P=by)(?P<year>(?:1\d|20)?\d\d)}"
        r"<no-number>",
        dates.slashed,
        "/",
        "-",
    ),
    absolute(
        r"<free>{<full-year>\.(?P<month>\d\d)\.(?P<day>\d\d)}<no-number>",
        dates.numeric,
        ".0",
        ".1",
    ),
    absolute(
        r"<free>{<one>\.(?P<other>\d\d?)\.(?P<year>(?:19|20)\d\d)}(?![\d/-]|\.\d)",
        dates.dotted,
        ".19",
        ".20",
    ),
)

_MONTHS = (
    absolute(r"<at-month>{<month>,? (?:of )?<year>}", periods.month_and_year),
    relative(r"<at-month>{<month> (?:of )?<turn> year}\b", periods.month_of_turn, "year"),
    relative(r"\b{<turn> year,? in <month>}\b", periods.month_of_turn, "year"),
    relative(r"<in>{<month>}\b(?! (?-i:[A-Z]\w)|\s*['’]?\d)", periods.month_alone),
    relative(
        r"<at-turn>{<turns> <month>}\b(?!\s*['’]?\d)",
        periods.month_alone,
        *_TURNS,
        "past",
        "coming",
    ),
    relative(
        r"\b(?:from|between|in|during) {<month><to><last-month>(?: (?:of )?<year>)?}\b(?! \d)",
        periods.months_to,
        "from",
        "between",
        "in",
    ),
    relative(
        r"<at-month><no-day>{<month><dash><last-month>(?: (?:of )?<year>)?}\b(?! \d)",
        periods.months_to,
        "-",
        "–",
        "—",
    ),
    absolute(
        r"<at-month><no-day>{<month> <year><to><last-month> <to-year>}", periods.full_months_to
    ),
)

_YEARS = (
    absolute(r"\b{<season>(?: of)? <year>}", periods.season),
    relative(r"<at-turn>{<turns> <season>}\b(?! of)", periods.season, *_TURNS, "past", "coming"),
    relative(r"\b{<season>(?: of)? <turn> year}\b", periods.season_of_turn, "year"),
    relative(
        r"\b(?:in|over|during|throughout) {the <season>}\b(?! of)", periods.the_season, "the"
    ),
    absolute(
        r"<in>(?:the year )?{<year>}(?![-–/]\d|\w| (?:to|or|until|through) \d)", periods.year_alone
    ),
    # "Sold for 2000" is a price.
    absolute(
        r"\bfor {(?P<year>20(?:[0-3][1-9]|[1-3]0))}(?=\s*(?:[.,;:!?)]|$)| (?-i:[a-z]))"
        r"(?!\s*(?:<no-years>)\b)",
        periods.year_alone,
        "for 20",
    ),
    absolute(
        rf"\b(?:the|our|my|his|her|their) {{<full-year>}}(?= {_EVENTS}\b)", periods.year_alone
    ),
    absolute(
        r"<free>{<full-year>}(?=\s*[-–] ?(?:present|now|today)\b)",
        periods.year_alone,
        "present",
        "now",
        "today",
    ),
    absolute(r"(?:^|[.!?] ){<full-year>}(?= (?:was|is|will|has|had)\b)", periods.year_alone),
    absolute(r"(?:\band|,) {<full-year>}(?![-–/,.]\d|\w)", periods.year_alone, listed=True),
    absolute(
        r"(?<!pages\x20)\b(?:from|between|in|during) {<full-year><to><last-year>}\b(?![-–/]\d)",
        periods.years_to,
    ),
    absolute(
        r"(?<!pages\x20)<free>{<full-year>(?P<to> (?:to|until|till|through) )<last-year>}"
        r"<no-number>",
        periods.years_to,
        "to",
        "til",
        "through",
    ),
    absolute(
        r"(?<!pages\x20)<free>{<full-year>\s?(?P<to>[-–])\s?(?P<last>(?:1\d|20)?\d\d)}<no-number>"
        r"(?!\s*(?:<no-years>)\b)",
        periods.years_to,
        "-",
        "–",
    ),
    absolute(r"\bthe (?:(?:early|late|mid)[\s-]+)?{<decade>}\b", periods.decade, "0s", *DECADES),
    absolute(r"\b{<quarter>(?:,? of|,)? <year>}", holidays.quarter),
    relative(r"\b{<turns> quarter}\b(?! of)", holidays.quarter_of_turn, "quarter"),
    relative(r"\b(?:in|since|for|during|of|by) {(?=Q\d)<quarter>}\b", holidays.quarter),
    relative(r"\b{<quarter> of <turn> year}\b", holidays.quarter),
    relative(
        r"\b{<holiday>,? (?:of )?(?P<of_turn>last|this|next) year}\b", holidays.holiday, "year"
    ),
    absolute(r"\b{<holiday>,? (?:of )?<year>}", holidays.holiday),
    relative(r"<at-turn>{<turns> <holiday>}\b", holidays.holiday, *_TURNS, "past", "coming"),
    relative(
        r"\b(?:on|at|over|for|during|since|until|till|before|after) {<holiday>"
        r"}\b(?! Island)",
        holidays.holiday,
    ),
)

# Where two rules read the same words, the one that reads more of them wins.
RULES: tuple[Rule, ...] = (*RELATIVE, *_DATES, *_MONTHS, *_YEARS)
