"""Dates as files write them → moments in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from graphmem_schemas.base import as_utc

__all__ = ["read_moment"]

_MAX_CHARS = 64
# Seconds from 1980 to 2100; what is larger is milli-, micro- or nanoseconds.
_FIRST_SECOND, _LAST_SECOND = 315_532_800, 4_102_444_800
_PATTERNS = (
    "%Y/%m/%d (%a) %H:%M",  # LongMemEval
    "%I:%M %p on %d %B, %Y",  # LoCoMo
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%Y-%m",
    "%d %B %Y",
    "%d %b %Y",
    "%B %d, %Y",
    "%b %d, %Y",
)
_PDF = re.compile(r"^D:(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(Z|[+-]\d\d'?\d\d)?")


def read_moment(said: object) -> datetime | None:
    """Return the moment that a text or a number of seconds means, or None; no zone is UTC.

    Known are ISO 8601, RFC 2822, dates in English words, those of PDF, and seconds since 1970,
    also as milli-, micro- or nanoseconds. 03/04/2024 could be two days, and is none.
    """
    if isinstance(said, datetime):
        return _in_utc(said)
    if isinstance(said, bool) or said is None:
        return None
    if isinstance(said, int | float):
        return _from_seconds(said)
    text = str(said).strip()
    if not text or len(text) > _MAX_CHARS:
        return None
    if re.fullmatch(r"\d{9,19}(\.\d+)?", text):
        return _from_seconds(float(text))
    return _from_text(text)


def _from_seconds(seconds: float) -> datetime | None:
    for unit in (1, 1_000, 1_000_000, 1_000_000_000):
        if _FIRST_SECOND * unit <= seconds <= _LAST_SECOND * unit:
            return datetime.fromtimestamp(seconds / unit, UTC)
    return None


def _from_text(text: str) -> datetime | None:
    if not re.fullmatch(r"\d+", text):  # 2024 alone is a year or any number
        try:
            return _in_utc(datetime.fromisoformat(text))
        except (ValueError, OverflowError):
            pass
    pdf = _PDF.match(text)
    if pdf:
        return _from_pdf(pdf)
    for pattern in _PATTERNS:
        try:
            return _in_utc(datetime.strptime(text, pattern))
        except ValueError:
            continue
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_pdf(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second, zone = match.groups()
    offset = "+00:00" if zone in (None, "Z") else zone.replace("'", "")
    text = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    try:
        return _in_utc(datetime.fromisoformat(text + offset))
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime | None:
    try:
        return as_utc(moment)
    except ValueError:  # year 1 or 9999 beside a zone
        return None
