"""Names: one spelling for many, and the shorter names inside a longer one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

__all__ = ["MAX_NAME_WORDS", "is_capitalised", "name_parts", "normalise_name"]

MAX_NAME_WORDS = 9
MAX_PART_WORDS = 6
MIN_PART_CHARS = 3

_WORD = re.compile(r"\w+", re.UNICODE)
_POSSESSIVE = re.compile(r"['’]s\b", re.IGNORECASE)
_ARTICLES = frozenset(("the", "a", "an"))
_JOINERS = frozenset(
    "a an and at by de del der di du for from in la le of on or the to van von with".split()
)


# A passage uses each of its names many times over on its way into the graph.
@lru_cache(maxsize=16_384)
def normalise_name(name: str) -> str:
    """Return the spelling under which a name is known: NFKC, casefold, words only.

    A leading article and a possessive 's go. Names in every script keep their letters; a name
    without any (only emoji, only punctuation) gives the empty string, which is never an entity.
    """
    folded = unicodedata.normalize("NFKC", _POSSESSIVE.sub("", name)).casefold()
    words = _WORD.findall(folded)
    if len(words) > 1 and words[0] in _ARTICLES:
        words = words[1:]
    return " ".join(words)


def is_capitalised(word: str) -> bool:
    """Whether a word begins with a capital letter of any script that has them, "Øyvind" too."""
    first = word[:1]
    return first.isupper() or first.istitle()


def name_parts(key: str) -> tuple[str, ...]:
    """Return the shorter names inside a normalised name ("curie", "marie" in "marie curie").

    A part is a run of 1 to 6 words that neither starts nor ends with a joining word; numbers
    count only where they can be a year. Names of more than 9 words have no parts: they are
    titles of works or sentences. At most 39 parts, sorted.
    """
    words = key.split()
    if not 1 < len(words) <= MAX_NAME_WORDS:
        return ()
    parts: set[str] = set()
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MAX_PART_WORDS) + 1):
            if end - start < len(words) and _is_name(words[start:end]):
                parts.add(" ".join(words[start:end]))
    return tuple(sorted(parts))


def _is_name(words: list[str]) -> bool:
    if words[0] in _JOINERS or words[-1] in _JOINERS:
        return False
    if len(words) > 1:
        return True
    word = words[0]
    return len(word) == 4 if word.isdigit() else len(word) >= MIN_PART_CHARS
