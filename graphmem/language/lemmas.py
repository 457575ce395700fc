"""Lemmas: a table of inflected words seen in the treebanks, and suffix rules for the rest."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from graphmem.errors import ModelMissing

__all__ = ["Lemmatizer", "word_class"]

_BE = frozenset("am is are was were been be being 'm ’m 're ’re 's ’s m re".split())
_HAVE = frozenset("has had have having 've ’ve 'd ’d".split())
_MODALS = {"'ll": "will", "’ll": "will", "wo": "will", "ca": "can", "sha": "shall"}
_VOWELS = frozenset("aeiou")
_VOWELLED = _VOWELS | {"y"}
# Ends of stems that have lost an "e", whatever stands before: "acknowledg", "chang", "compar".
_LOST_E = (
    "dg", "lg", "rg", "chang", "rang", "leng", "veng", "lung", "par",
    "clar", "plor", "stor", "gnor", "scor", "dor", "plet", "mpet", "elet", "bsolet",
    "com", "pon", "phon", "clon", "iat", "uat", "creat", "mot", "devot", "guid",
)  # fmt: skip
_BEFORE_LE = frozenset("bcdfgkptz")
# After a consonant these have lost an "e" in verbs of any length; "visit" and "open" have not.
_LONG_ENDINGS = frozenset(
    "at ut ir ur id ed ad ud od ak ok ik uk in un il ul ag ig eg ug um im am ib as es is os us "
    "ap ip yp yl".split()
)
_CLASSES = {
    "VBZ": "verb", "VBD": "verb", "VBN": "verb", "VBG": "verb", "NNS": "noun",
    "JJR": "adjective", "JJS": "adjective",
}  # fmt: skip


def word_class(tag: str) -> str | None:
    """Return "verb", "noun" or "adjective" for the tags whose words are inflected."""
    return _CLASSES.get(tag)


class Lemmatizer:
    """Finds the dictionary form of a word with its Penn Treebank tag.

    Raises:
        ModelMissing: The table cannot be read.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._table: dict[str, dict[str, str]] = json.loads(path.read_text("utf-8"))
        except (OSError, ValueError) as error:
            msg = f"the lemma table {path} cannot be read ({error}); reinstall graphmem"
            raise ModelMissing(msg) from error

    def __call__(self, word: str, tag: str) -> str:
        """Return the lemma in lower case; of a word without a rule, the word."""
        word = word.lower()
        if tag == "MD":
            return _MODALS.get(word, word)
        kind = _CLASSES.get(tag)
        if kind is None and not tag.startswith("VB"):
            return word
        if word in _BE and tag.startswith("VB"):
            return "be"
        if word in _HAVE and tag.startswith("VB"):
            return "have"
        if kind is None:
            return word
        return self._table[kind].get(word) or _by_suffix(word, tag)


@lru_cache(maxsize=20_000)
def _by_suffix(word: str, tag: str) -> str:
    if tag in ("NNS", "VBZ"):
        return _without_s(word)
    if tag == "VBG" and word.endswith("ing"):
        # "Sing" and "bring" are whole words, whatever the tagger takes them for.
        return _stem(word[:-3]) if not _VOWELLED.isdisjoint(word[:-3]) else word
    if tag in ("VBD", "VBN") and word.endswith("ed"):
        if word.endswith("ied"):
            return word[:-1] if len(word) == len("tied") else word[:-3] + "y"
        return _stem(word[:-2])
    if tag == "JJR" and word.endswith("er"):
        return word[:-3] + "y" if word.endswith("ier") else _stem(word[:-2])
    if tag == "JJS" and word.endswith("est"):
        return word[:-4] + "y" if word.endswith("iest") else _stem(word[:-3])
    return word


def _without_s(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes", "oes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


def _stem(stem: str) -> str:
    """Undo the doubled consonant or the dropped "e" of a stem ("stopp", "mak")."""
    if len(stem) < 3:
        if stem[1:] == "y":  # "tying"
            return stem[0] + "ie"
        return stem + "e" if len(stem) == 2 and stem[0] in _VOWELS else stem
    last, before = stem[-1], stem[-2]
    if last == before:
        return _undoubled(stem)
    return stem + "e" if _drops_e(stem, last, before) else stem


def _undoubled(stem: str) -> str:
    """Return "stop" of "stopp" and "travel" of "travell"; "sell", "add" and "pass" are whole."""
    if stem[-1] in "szfe" or len(stem) == len("add"):
        return stem
    if stem[-1] == "l":
        return stem[:-1] if stem.endswith("ell") and _n_vowels(stem) > 1 else stem
    return stem[:-1]


def _drops_e(stem: str, last: str, before: str) -> bool:
    if last in "cvuz" or stem.endswith(_LOST_E):
        return True
    if last == "s":
        return before in _VOWELS | {"r", "n", "p"}
    if last == "l" and before in _BEFORE_LE:
        return True
    # "Agreed" is cut to "agre"; "agreeing" is not.
    if last == "e":
        return before not in "eoy"
    if not _is_open(stem):
        return False
    # A short verb with one vowel would have doubled its consonant, had it no "e".
    return stem[-2:] in _LONG_ENDINGS or (_n_vowels(stem) == 1 and last not in "wxyh")


def _is_open(stem: str) -> bool:
    """Whether a stem ends in one vowel and one consonant; the "u" after a "q" is no vowel."""
    last, before, second = stem[-1], stem[-2], stem[-3]
    if last in _VOWELS or before not in _VOWELLED:
        return False
    return second not in _VOWELS or stem[-4:-2] == "qu"


def _n_vowels(stem: str) -> int:
    """Return how many vowels a stem has, a "y" inside of it among them."""
    return sum(letter in _VOWELS for letter in stem.replace("qu", "q")) + stem[1:-1].count("y")
