"""The rules for times that count from the day on which they were said.

How patterns are written stands in `pieces.py`.
"""

from __future__ import annotations

from graphmem.language.times import dates, weekdays
from graphmem.language.times import relative as read
from graphmem.language.times.pieces import DAY_WORDS, NTH, Rule, relative
from graphmem.language.times.words import FEW

__all__ = ["RELATIVE"]

_TURNS = ("last", "this", "next")

_DAYS = (
    relative(
        r"<at-day-word>{the day before yesterday|the day after tomorrow"
        r"|(?:yesterday|tomorrow|tmrw)<part>|today|tonight|last night"
        r"|this (?:morning|afternoon|evening)}\b",
        read.day_word,
        *DAY_WORDS,
    ),
    relative(
        r"\b{(?:<turns>|on) <any-weekday><part>}\b(?!<parts>|\.\w| (?:of|before|after|the \d))",
        weekdays.weekday,
    ),
    relative(r"\b{(?:on )?<weekday-name>,? the <nth-day>}\b(?! of)", dates.weekday_and_day),
    # Alone it wants its capital, and none behind it: "Friday Harbor".
    relative(
        r"\b{<Weekday><part>}\b(?!['’]s\b|<parts>|\.\w| (?:of|before|after)\b| the \d"
        r"| (?-i:[A-Z]\w))",
        weekdays.weekday_alone,
    ),
    relative(
        r"\b{<lower-weekday>(?:<part>(?= (?:i|we|he|she|they|you|it|my|our)\b)"
        r"|\s+(?:morning|afternoon|evening|night)\b|(?=\s*(?:[,;!?]|$)))}",
        weekdays.weekday_alone,
    ),
    relative(
        r"\b(?:since|until|till|before|after|by|from|between|to|and) {<lower-weekday><part>}\b",
        weekdays.weekday_alone,
    ),
    # "Tuesday's call", but not Friday's, the restaurant.
    relative(
        r"(?:\b(?:in|at|during|from|since|after|before|for|to) |(?:^|[.!?] )){<Weekday>}"
        r"(?=['’]s (?!is|was|has|at|in|on)(?-i:[a-z]))",
        weekdays.weekday,
        "day's",
        "day’s",
    ),
    relative(
        r"\b{(?:on )?<full-weekday><part> (?:of )?<turn> week}\b", weekdays.weekday_of_week, "week"
    ),
    relative(r"\b{<turn> week,?(?: on)? <full-weekday>}\b", weekdays.weekday_of_week, "week"),
    relative(r"\b{the <full-weekday><part> before last}\b", weekdays.day_before_last, "before"),
    relative(r"\b{the <full-weekday><part> after next}\b", weekdays.day_after_next, "after"),
    relative(r"<free>{<n> <full-weekday>s ago}\b", weekdays.weekdays_ago, "ago"),
    relative(
        r"<free>{<n> (?P<unit>week)s? ago,?(?: on)? <full-weekday>}\b",
        weekdays.weekdays_ago,
        "ago",
    ),
    relative(
        r"<free>{<n> weeks? from (?:next |this )?<full-weekday>}\b", weekdays.weekday_from, "from"
    ),
)

_UNITS = (
    # "The last year" rolls, and "the next day" is of another time.
    relative(
        r"<at-turn>(?<!the\s){<turns> <unit>}(?!s? (?:of|ago)\b|\w)",
        read.turn_of_unit,
        *_TURNS,
        "past",
        "coming",
    ),
    relative(
        r"\b(?:over|at|on|during) {the weekend}\b(?! (?:of|before|after)\b)",
        read.the_weekend,
        "the weekend",
    ),
    relative(
        r"\b(?:beginning|start|middle|end|half|rest) of {the <long-unit>}\b(?! of)",
        read.of_unit,
        "of the",
    ),
    relative(r"\b{the <unit> before last}\b", read.before_last, "before"),
    relative(r"\b{the <unit> after next}\b", read.after_next, "after"),
    relative(
        r"\b(?:in|for|over|during|within|throughout) {the (?:last|past) (?:<n> |<few> )?<unit>s?}"
        r"\b(?! of)",
        read.last_units,
        "the last",
        "the past",
    ),
    relative(
        r"\b{(?:the|these) (?:last|past) (?:<n>|<few>) <unit>s}\b(?! of)",
        read.last_units,
        "the last",
        "the past",
        "these last",
        "these past",
    ),
    relative(r"\b{the past <unit>}\b(?! of)", read.last_units, "the past"),
    relative(
        r"\b(?:in|for|over|during|within) {the (?:next|coming) (?:<n> )?<unit>s?}\b(?! of)",
        read.next_units,
        "the next",
        "the coming",
    ),
    relative(r"\b{the next <n> <unit>s}\b(?! of)", read.next_units_alone, "the next"),
    relative(r"<free>{<n> <unit>s? (?:ago|back)}\b(?! today)", read.ago, "ago", "back"),
    relative(r"<free>{<few> <unit>s? (?:ago|back)}\b", read.few_ago, *FEW),
    relative(r"<free>{half an? <unit> ago}\b", read.half_ago, "half"),
    relative(r"<free>{<n> <unit> and a half ago}\b", read.and_a_half_ago, "half"),
    relative(r"<free>{<n> and a half <unit>s ago}\b", read.and_a_half_ago, "half"),
    relative(r"<free>{<n> <unit>s? ago today}\b", read.units_ago_today, "ago today"),
    relative(r"<free>{<n> years? ago,? in <month>}\b", read.month_ago, "ago"),
    relative(r"<free>{<n> <season>s ago}\b", read.seasons_ago, "ago"),
    relative(r"\b{this time last (?P<unit>week|month|year)}\b", read.this_time, "this time"),
    relative(r"\b{in <n> <unit>s?}(?:(?:['’]s|s['’]|['’]) time\b|\b(?!['’]| of\b))", read.ahead),
    relative(
        r"<free>{<n> <unit>s? from (?:now|today)}\b", read.from_now, "from now", "from today"
    ),
    relative(
        r"(?:have|has|['’](?:ve|s)) (?:\w+ )*?{for <n> <unit>s?(?: now)?}\b", read.perfect, "for "
    ),
    relative(
        r"\b{(?:the )?<nth> <full-weekday> (?:of|in) <of-month>}\b", weekdays.nth_of_month, *NTH
    ),
    relative(
        r"\b{(?:the )?<nth> <unit> (?:of|in) <of-month>}\b",
        weekdays.nth_of_month,
        *(f"{unit} {of}" for unit in ("week", "day", "end") for of in ("of", "in")),
    ),
)

RELATIVE: tuple[Rule, ...] = (*_DAYS, *_UNITS)
