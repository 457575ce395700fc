"""From text to the terms that lexical search compares: one spelling, no stop words, stems."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import Stemmer

__all__ = ["STOP_WORDS", "is_person", "is_user", "sentences", "terms", "voice", "words"]

# A word of any script; runs of Han, kana and Hangul have no blanks between words and are cut
# into pairs of signs.
_WORD = re.compile(
    r"[^\W\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af]+|[\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
_UNSPACED = re.compile(r"[\u2e80-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# Accents of Latin, Greek and Cyrillic letters; the vowel signs of other scripts are letters.
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|_+")
_SENTENCE_END = re.compile(r"(?<=[.!?。！？])[\"'”’)\]]*\s+|\n+")

STOP_WORDS = frozenset(
    """
    a about above after again against all also am an and any are aren as at be because been before
    being below between both but by can cannot could couldn d did didn do does doesn doing don down
    during each few for from further had hadn has hasn have haven having he her here hers herself
    him himself his how i if in into is isn it its itself just let ll m many may me might more most
    much must my myself no nor not of off on once only or other ought our ours ourselves out over
    own re s same shall shan she should shouldn so some such t than that the their theirs them
    themselves then there these they this those through to too under until up ve very was wasn we
    were weren what when where which while who whom whose why will with won would wouldn you your
    yours yourself yourselves
    """.split()
)
_ROLES = frozenset(
    "user assistant system tool human ai bot developer model agent function".split()
)
_USERS = frozenset(("user", "human"))
_FIRST_PERSON = frozenset("i i'm i've i'll i'd my me mine myself we we're we've our us".split())
_SECOND_PERSON = frozenset("you you're you've you'll you'd your yours yourself".split())
_PRONOUN = re.compile(r"[a-z]+(?:'[a-z]+)?")

_stem = lru_cache(maxsize=1 << 17)(Stemmer.Stemmer("english").stemWord)


def is_person(speaker: str | None) -> bool:
    """Whether a speaker is somebody, and not a role such as "user" or "assistant"."""
    return bool(speaker) and str(speaker).casefold() not in _ROLES


def is_user(speaker: str | None) -> bool:
    """Whether a speaker is the human side of a chat with an assistant."""
    return bool(speaker) and str(speaker).casefold() in _USERS


def words(text: str) -> list[str]:
    """Return all words in order, casefolded and without accents. O(n)."""
    return [word.casefold() for word in _raw_words(text)]


def terms(text: str) -> list[str]:
    """Return the stems of the words that carry meaning, in order, repeated as they repeat.

    A name such as `camelCase` or `snake_case` gives itself and its parts. English stems
    (Snowball); words of other languages mostly stay as they are. O(n).
    """
    found: list[str] = []
    for word in _raw_words(text):
        low = word.casefold()
        if low in STOP_WORDS:
            continue
        found.append(_stem(low))
        if not (low == word or word.isupper() or word.istitle()) or "_" in word:
            parts = [part.casefold() for part in _HUMP.split(word) if part]
            if len(parts) > 1:
                found.extend(_stem(part) for part in parts if part not in STOP_WORDS)
    return found


def voice(sentence: str) -> int:
    """Return whom a sentence speaks of: 1 its speaker, 2 who is spoken to, 4 it asks; summed."""
    found = set(_PRONOUN.findall(sentence.lower().replace("’", "'")))
    first, second = found & _FIRST_PERSON, found & _SECOND_PERSON
    return (1 if first else 0) | (2 if second else 0) | (4 if "?" in sentence else 0)


def sentences(text: str) -> list[str]:
    """Cut roughly at sentence ends and line breaks: for scoring, not for showing."""
    parts = [part for part in _SENTENCE_END.split(text) if part and not part.isspace()]
    return parts or [text]


def _raw_words(text: str) -> list[str]:
    if text.isascii():
        return _WORD.findall(text)
    folded = _ACCENTS.sub("", unicodedata.normalize("NFKD", text))
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", folded)):
        if len(word) > 2 and _UNSPACED.match(word):
            found.extend(word[at : at + 2] for at in range(len(word) - 1))
        else:
            found.append(word)
    return found
