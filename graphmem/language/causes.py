"""What caused what, where the text itself says so between two neighbouring units."""

from __future__ import annotations

from collections.abc import Sequence

from graphmem.language.parse import Parse
from graphmem.language.sentences import sentence_openings

__all__ = ["causes_of"]

_REASONS = frozenset({"because", "since"})
_RESULTS = frozenset({"so", "therefore", "thus", "hence", "consequently"})
_LED = frozenset("caused causes causing led leads leading resulted results resulting".split())
_WORDS = _REASONS | _RESULTS | _LED | {"result", "why"}
_JOINS = frozenset({",", "and", "-", "--", "—"})
_SUBJECTS = ("PRP", "NN", "DT", "EX", "PRP$")
_OPENING = 4


def causes_of(parse: Parse, units: Sequence[tuple[int, int]]) -> dict[int, tuple[int, ...]]:
    """Return, by number of a unit, the numbers of the units that caused it.

    Only neighbours are joined: "A because B", "Because B, A", "A, so B", "A. Therefore B" and
    "A, which led to B". "Since" is a reason where nothing says how long; "so that" is a purpose,
    and "So, how are you?" is neither.

    Args:
        parse: of the passage.
        units: token ranges in order.
    """
    if _WORDS.isdisjoint(parse.lower):
        return {}
    found: dict[int, set[int]] = {}
    begins = sentence_openings(parse)
    for number, (start, end) in enumerate(units):
        first = start
        while first < end and parse.lower[first] in _JOINS:
            first += 1
        opens = first in begins or start in begins
        before = number - 1 if number else None
        if _is_reason(parse, first, end):
            if not opens and before is not None:
                found.setdefault(before, set()).add(number)
            elif number + 1 < len(units) and units[number + 1][0] not in begins:
                found.setdefault(number + 1, set()).add(number)
        elif before is not None and _is_result(parse, first, end, opens=opens):
            found.setdefault(number, set()).add(before)
    return {effect: tuple(sorted(causes)) for effect, causes in found.items()}


def _is_reason(parse: Parse, first: int, end: int) -> bool:
    if first >= end or parse.lower[first] not in _REASONS or parse.deps[first] != "mark":
        return False
    return parse.lower[first] == "because" or not _is_duration(parse, parse.heads[first])


def _is_duration(parse: Parse, clause: int) -> bool:
    """Whether "since" says how long: the clause above it is in the perfect."""
    above = parse.heads[clause]
    helpers = [c for c in (*parse.children[above], above) if parse.deps[c] == "aux"]
    return any(parse.lower[c] in ("have", "has", "had", "'ve", "’ve", "'s") for c in helpers)


def _is_result(parse: Parse, first: int, end: int, *, opens: bool) -> bool:
    words = parse.lower[first : min(end, first + _OPENING)]
    if not words:
        return False
    if words[0] == "which":
        return any(word in _LED for word in words[1:])
    if words[:3] == ["as", "a", "result"] or words[:3] == ["that", "'s", "why"]:
        return True
    if words[0] not in _RESULTS:
        return False
    if words[0] == "so":
        # At the head of a sentence it mostly says nothing; "so that" and "so happy" are others.
        follows = len(words) > 1 and words[1] != "that"
        return not opens and follows and parse.tags[first + 1].startswith(_SUBJECTS)
    return True
