"""What words may name a topic: noun phrases, their heads, and the phrases in a text."""

from __future__ import annotations

import re
from functools import lru_cache

from graphmem.core.names import normalise_name
from graphmem.core.terms import STOP_WORDS

__all__ = ["head_of", "phrases_in", "plural", "singular", "topic_of"]

_MAX_WORDS = 3
_MIN_CHARS = 3
_IRREGULAR = {
    "children": "child", "people": "person", "men": "man", "women": "woman", "feet": "foot",
    "teeth": "tooth", "mice": "mouse", "geese": "goose", "lives": "life", "knives": "knife",
    "wives": "wife", "shelves": "shelf", "leaves": "leaf", "movies": "movie", "news": "news",
    "series": "series", "species": "species", "clothes": "clothes", "shoes": "shoe",
}  # fmt: skip
_ES = re.compile(r"(?:ch|sh|ss|x|z)es$")
_HISSES = re.compile(r"(?:ch|sh|s|x|z)$")
_NO_PLURAL = re.compile(r"(?:ss|us|is|ics)$")
_AFTER_HEAD = frozenset(
    "of for in with at on from to about by into over under between through during that who which "
    "and or but".split()
)
# Of what may stand before a noun and says nothing of its kind.
_BEFORE = frozenset(
    "my your his her its our their some any many much more most few several all both each every "
    "another other such this that these those no one two three four five six seven eight nine ten "
    "new old good great big little own same different first last next a an the lot lots".split()
)
# These group nothing: everything is one of them.
_VAGUE = frozenset(
    "thing stuff something anything everything nothing lot way bit kind sort type part time day "
    "week month year today tomorrow yesterday night morning moment one someone anyone everyone "
    "person man woman guy fact case point place area side end start number amount piece set pair "
    "couple group member item example reason question answer problem issue idea matter name "
    "situation experience feeling everybody somebody self use user task step".split()
)


@lru_cache(maxsize=16_384)
def singular(word: str) -> str:
    """Return the singular of an English noun in lower case, by rule; of others, the word."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) <= _MIN_CHARS or not word.endswith("s") or _NO_PLURAL.search(word):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if _ES.search(word) else word[:-1]


def plural(word: str) -> str:
    """Return the plural of an English noun in lower case, by rule."""
    for many, one in _IRREGULAR.items():
        if one == word:
            return many
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if _HISSES.search(word) else "s")


def topic_of(phrase: str) -> str | None:
    """Return the topic that a noun phrase names, normalised and in the singular.

    "her old pottery classes" is "pottery class", and "members of the board" are nothing but
    members. None where the phrase is a name, a number or as good as nothing.

    Args:
        phrase: as written, so that names can be told from nouns.
    """
    if phrase != phrase.lower() or any(map(str.isdigit, phrase)):
        return None
    words = normalise_name(phrase).split()
    while words and (words[0] in _BEFORE or words[0] in STOP_WORDS):
        words = words[1:]
    for at, word in enumerate(words):
        if word in _AFTER_HEAD:
            words = words[:at]
            break
    words = words[-_MAX_WORDS:]
    if not words:
        return None
    words[-1] = singular(words[-1])
    return " ".join(words) if _says_something(words[-1]) else None


def head_of(topic: str) -> str | None:
    """Return the head of a topic of several words ("class" of "pottery class"), or None."""
    words = topic.split()
    head = singular(words[-1])
    return head if len(words) > 1 and _says_something(head) else None


def phrases_in(text: str) -> tuple[str, ...]:
    """Return the runs of one to three words that may be a topic, each once, longest first.

    As written and with the last word in the singular. None starts or ends with a stop word.
    O(n).
    """
    words = normalise_name(text).split()
    found: dict[str, None] = {}
    for length in range(_MAX_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            if run[0] in STOP_WORDS or run[-1] in STOP_WORDS or run[-1].isdigit():
                continue
            found[" ".join(run)] = None
            found[" ".join((*run[:-1], singular(run[-1])))] = None
    return tuple(found)


def _says_something(head: str) -> bool:
    return len(head) >= _MIN_CHARS and head not in _VAGUE and head not in STOP_WORDS
