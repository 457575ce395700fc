"""Where words that somebody quotes stand in a text, however they were copied.

A quote may differ from the text in blanks, case, accents, quotation marks, dashes and marks of
emphasis, and may leave something out with "…". Nothing else: other words are another text.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["QuotedText", "find_quote"]

_LEFT_OUT = re.compile(r"\s*(?:\[\s*(?:\.{3,}|…)\s*\]|\.{3,}|…)\s*")
_MARKS = frozenset("'\"`´‘’‚‛“”„‟«»‹›′″*_＂＇")  # these are what is folded away
# From here on scripts write words without blanks between them.
_UNSPACED = 0x2E80
_OUTER = " .,;:!?()[]-"


@dataclass(frozen=True, slots=True)
class QuotedText:
    """A text in which quotes are looked for; O(n) to make, and to look something up in.

    Attributes:
        text: as it is.
    """

    text: str
    _folded: str = field(init=False, repr=False)
    _places: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        folded, places = _fold(self.text)
        object.__setattr__(self, "_folded", folded)
        object.__setattr__(self, "_places", places)

    def find(self, quote: str) -> tuple[int, int] | None:
        """Return offsets, half open, of the first place where a quote stands; None where none.

        With parts left out it is from the start of the first part to the end of the last.
        """
        if not quote.strip():
            return None
        at = self.text.find(quote)
        if at >= 0:
            return at, at + len(quote)
        first, last = -1, 0
        for part in _LEFT_OUT.split(quote):
            wanted = _fold(part)[0].strip(_OUTER)
            if not wanted:
                continue
            found = self._folded.find(wanted, last)
            if found < 0:
                return None
            first = found if first < 0 else first
            last = found + len(wanted)
        return None if first < 0 else (self._places[first], self._end(last - 1))

    def names(self, name: str) -> bool:
        """Whether a name stands in the text as words of their own."""
        wanted = _fold(name)[0].strip(_OUTER)
        at = self._folded.find(wanted) if wanted else -1
        while at >= 0:
            start, end = self._places[at], self._end(at + len(wanted) - 1)
            if not _inside_word(self.text, start) and not _inside_word(self.text, end):
                return True
            at = self._folded.find(wanted, at + 1)
        return False

    def _end(self, last: int) -> int:
        """Return the offset after a folded character, with the accents that follow it."""
        end = self._places[last] + 1
        while end < len(self.text) and unicodedata.category(self.text[end]) == "Mn":
            end += 1
        return end


def find_quote(text: str, quote: str) -> tuple[int, int] | None:
    """Return offsets, half open, of the first place where a quote stands in a text, or None."""
    at = text.find(quote) if quote.strip() else -1
    return (at, at + len(quote)) if at >= 0 else QuotedText(text).find(quote)


def _fold(text: str) -> tuple[str, tuple[int, ...]]:
    """Return what counts of a text, and for each character of that where it comes from."""
    signs: list[str] = []
    places: list[int] = []
    for at, sign in enumerate(text):
        folded = _folded_sign(sign)
        signs.append(folded)
        places.extend([at] * len(folded))
    return "".join(signs), tuple(places)


@lru_cache(maxsize=8_192)
def _folded_sign(sign: str) -> str:
    if sign in _MARKS or sign.isspace():
        return ""
    if unicodedata.category(sign) == "Pd":
        return "-"
    kept = (one for one in unicodedata.normalize("NFKD", sign) if not _unseen(one))
    return "".join("-" if unicodedata.category(one) == "Pd" else one for one in kept).casefold()


def _unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in ("Mn", "Cf", "Cc")


def _inside_word(text: str, at: int) -> bool:
    """Whether a place is between two letters or digits of one word."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    unspaced = ord(before) >= _UNSPACED or ord(after) >= _UNSPACED
    return before.isalnum() and after.isalnum() and not unspaced
