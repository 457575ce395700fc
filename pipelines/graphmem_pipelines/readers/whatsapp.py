"""A chat exported from WhatsApp as text → a conversation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import PurePosixPath

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_schemas import Message

__all__ = ["from_whatsapp"]

_LINE = re.compile(
    r"[\u200e\u200f]*\[?(\d{1,4})[./-](\d{1,2})[./-](\d{1,4}),?\s+(\d{1,2})[:.](\d{2})"
    r"(?:[:.](\d{2}))?(?:\s?([apAP])\.?\s?[mM]\.?)?(?:\]\s?|\s-\s)(.*)",
)
_SPEAKER = re.compile(r"([^:\n]{1,100}?):\s(.*)", re.S)
_NAMES = re.compile(r"^WhatsApp[ _]Chat[ _](?:with[ _]|-[ _])?(.+)$", re.I)
_MARKS = "\u200e\u200f\u202a\u202c\ufeff"
# What the program says in place of a picture, or of what was taken back.
_NOTHING = re.compile(
    r"^(<.{0,40}(omitted|weggelassen|omitido|omis|omesso)>|null|this message was deleted\.?"
    r"|you deleted this message\.?)$",
    re.I,
)


@dataclass(slots=True)
class _Entry:
    """A line with a date, and the lines without one that go on with it."""

    numbers: tuple[int, int, int]
    clock: tuple[int, int, int]
    lines: list[str] = field(default_factory=list)


def from_whatsapp(text: str, key: str, *, day_first: bool | None = None) -> Content:
    """Return what people said; notices of the program and left-out pictures are not.

    Whether the day or the month comes first is told by the whole chat: by a number above 12,
    else by which of the two lets time never run back. Times have no zone and are taken as UTC.

    Args:
        text: the export.
        key: names the chat.
        day_first: which it is, where the caller knows.

    Raises:
        InvalidInput: Nobody said a word, or its dates are none.
    """
    entries = list(_entries(text))
    if not entries:
        raise InvalidInput("it has no line that begins with a date, as chats of WhatsApp do")
    order = _order(entries, day_first)
    messages = tuple(_messages(entries, order))
    if not messages:
        raise InvalidInput("nobody said a word in this chat")
    stem = PurePosixPath(key).stem
    named = _NAMES.match(stem)
    title = named[1].replace("_", " ") if named else None
    return Content(key, messages=messages, title=title, at=messages[0].at)


def _entries(text: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for line in text.split("\n"):
        match = _LINE.match(line)
        if match is None:
            if entry is not None:
                entry.lines.append(line)
            continue
        if entry is not None:
            yield entry
        first, second, third, hour, minute, seconds, half, said = match.groups()
        entry = _Entry(
            (int(first), int(second), int(third)),
            (_hour(int(hour), half), int(minute), int(seconds or 0)),
            [said],
        )
    if entry is not None:
        yield entry


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _order(entries: Sequence[_Entry], day_first: bool | None) -> str:
    """Return how dates are written: "ymd", "dmy" or "mdy"."""
    if any(entry.numbers[0] > 31 for entry in entries):
        return "ymd"
    if day_first is not None:
        return "dmy" if day_first else "mdy"
    first = any(entry.numbers[0] > 12 for entry in entries)
    second = any(entry.numbers[1] > 12 for entry in entries)
    if first or second:
        return "dmy" if first else "mdy"
    dmy, mdy = (_steps_back(entries, order) for order in ("dmy", "mdy"))
    return "mdy" if mdy < dmy else "dmy"


def _steps_back(entries: Sequence[_Entry], order: str) -> int:
    moments = [_moment(entry, order) for entry in entries]
    known = [moment for moment in moments if moment]
    return sum(later < earlier for earlier, later in pairwise(known))


def _moment(entry: _Entry, order: str) -> datetime | None:
    by_name = dict(zip(order, entry.numbers, strict=True))
    year = by_name["y"] + (2000 if by_name["y"] < 100 else 0)
    try:
        return datetime(year, by_name["m"], by_name["d"], *entry.clock, tzinfo=UTC)
    except ValueError:
        return None


def _messages(entries: Sequence[_Entry], order: str) -> Iterator[Message]:
    for entry in entries:
        whole = "\n".join(entry.lines).strip()
        match = _SPEAKER.match(whole)
        if match is None:
            continue  # nobody's words: who joined, what was changed
        said = match[2]
        # Notices within a chat of one's own phone carry a mark that no keyboard writes.
        text = "" if said.startswith("\u200e") else _cleaned(said)
        moment = _moment(entry, order)
        if moment is None:
            raise InvalidInput(
                f"{'/'.join(map(str, entry.numbers))} is no date where others of the chat say "
                f"that they are written {order}: say whether the day comes first"
            )
        if text and not _NOTHING.match(text):
            yield Message(text=text, speaker=_cleaned(match[1]), at=moment)


def _cleaned(text: str) -> str:
    return text.translate(dict.fromkeys(map(ord, _MARKS))).replace("\u202f", " ").strip()
