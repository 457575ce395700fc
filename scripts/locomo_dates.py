"""How many dates in the gold turns of LoCoMo's temporal questions are read, and how many rightly.

    python scripts/locomo_dates.py DIR [--show]

DIR holds corpus.jsonl.gz and queries.jsonl.gz. A reading is right when one of the turn's events
overlaps the time that the answer names, and is no wider than that time and than its own unit.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from graphmem.core.when import When, day_of, week_of, weekday_before, weekend_of
from graphmem.language.extractor import SpacyExtractor
from graphmem.language.times.find import find_times, names_time
from graphmem.language.times.words import NUMBERS, WEEKDAYS
from graphmem.models.minilm import MiniLMEncoder
from graphmem.ports import ExtractionInput

_BEFORE = re.compile(
    rf"\b(?:(?P<n>{'|'.join(NUMBERS)}|few)\s+)?(?P<unit>day|week|weekend|{'|'.join(WEEKDAYS)})s?"
    r"\s+(?P<side>before|prior\s+to|preceding|after|of)\b",
    re.IGNORECASE,
)
_PLACE = {word: at for words in (NUMBERS, WEEKDAYS) for at, word in enumerate(words)}
_WIDEST = {
    "day": 1, "weekend": 2, "week": 7, "month": 31, "season": 92, "year": 366, "decade": 3653,
}  # fmt: skip


def main() -> int:
    """Print how many turns were read and how many of those rightly."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", action="store_true", help="show what is wrong")
    arguments = parser.parse_args()
    turns = {row["id"]: row for row in _rows(arguments.folder / "corpus.jsonl.gz")}
    encoder = MiniLMEncoder(threads=1)
    extractor = SpacyExtractor(encoder=encoder)
    counts: Counter[str] = Counter()
    for query in _rows(arguments.folder / "queries.jsonl.gz"):
        if query["type"] != "temporal":
            continue
        answer = _answer(str(query["answer"]))
        if answer is None or len(query["gold"] or ()) != 1:
            counts["answer is no date, or has several turns"] += 1
            continue
        turn = turns[query["gold"][0]]
        text, at = turn["text"], datetime.fromisoformat(turn["at"]).replace(tzinfo=UTC)
        passage = ExtractionInput(text, turn.get("speaker"), at=at)
        (found,) = extractor.extract([passage], encoder.encode([text]))
        told = [event.when for event in found.events if event.when]
        verdict = _verdict(told, answer, text, passage.at or at)
        counts[verdict] += 1
        if arguments.show and verdict not in ("right", "names no time"):
            sys.stdout.write(
                f"{verdict}: {query['answer']} | {at.date()} {at:%a} | "
                f"{[when.text for when in told]} | {text[:160]}\n"
            )
    right, wrong = counts["right"], counts["wrong"] + counts["too wide"]
    for verdict, n in counts.most_common():
        sys.stdout.write(f"{verdict:<42} {n:4d}\n")
    sys.stdout.write(f"right of those read: {right} of {right + wrong} = ")
    sys.stdout.write(f"{100 * right / max(1, right + wrong):.1f} %\n")
    return 0


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _verdict(told: list[When], answer: When, text: str, at: datetime) -> str:
    if not told:
        words = re.findall(r"[a-z]+|\d+", text.lower())
        named = names_time(words, text) and find_times(text, at)
        return "read in the text, but no event has it" if named else "names no time"
    near = [when for when in told if when.overlaps(answer)]
    if not near:
        return "wrong"
    return "right" if any(_is_as_narrow(when, answer) for when in near) else "too wide"


def _is_as_narrow(when: When, answer: When) -> bool:
    width = _width(when)
    unit = _WIDEST.get(when.granularity, 10**6)
    return width is None or (width <= unit and width <= (_width(answer) or 10**6))


def _width(when: When) -> int | None:
    return (when.end - when.start).days if when.start and when.end else None


def _answer(text: str) -> When | None:
    """Read "7 May 2023", "2022", "The week before 9 June 2023", "The Friday before 2023-07-15"."""
    text = re.sub(r"(?<=\d)(?=[A-Z])", " ", text)  # "24June"
    if text.strip().isdigit() and len(text.strip()) == 4:
        text = f"in {text.strip()}"
    phrases = find_times(text, None)
    if len(phrases) != 1:
        return None
    phrase = phrases[0]
    base = phrase.past
    before = _BEFORE.search(text[: phrase.start])
    if base is None or base.start is None:
        return None
    on = base.start.date()
    if before is None or base.granularity != "day":
        return phrase.when("past")
    n = _count(before["n"])
    return _beside(on, before["unit"].lower(), n, before["side"].lower()) if n else None


def _count(word: str | None) -> int:
    return 0 if word and word.lower() == "few" else _PLACE[(word or "one").lower()] + 1


def _beside(on: date, unit: str, n: int, side: str) -> When | None:
    """Return the n-th week, weekend or weekday before a day, or the one that it is in."""
    if side == "of":
        return {"week": week_of, "weekend": weekend_of}.get(unit, lambda _: None)(on)
    if side == "after":
        return weekend_of(on, on.weekday() > 4) if unit == "weekend" else None
    if unit == "day":
        return day_of(on, -n)
    if unit == "weekend":
        return weekend_of(on, -n)
    if unit == "week":  # the seven days before, or the calendar's week
        first, last = day_of(on, -7 * n - 7), day_of(on, -7 * (n - 1))
        return When(first.start, last.start, "week")
    return weekday_before(on, _PLACE[unit])


if __name__ == "__main__":
    sys.exit(main())
