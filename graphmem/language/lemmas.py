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
        return _stem(word[:-3])
    if tag in ("VBD", "VBN") and word.endswith("ed"):
        return word[:-3] + "y" if word.endswith("ied") else _stem(word[:-2])
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
        return stem + "e" if len(stem) == 2 and stem[0] in _VOWELS else stem
    last, before, second = stem[-1], stem[-2], stem[-3]
    if last == before and last not in "lsz":
        return stem[:-1]
    if last in "cvuz" or (last == "s" and before in _VOWELS | {"r", "n"}):
        return stem + "e"
    if last in "g" and before in "dnr" and second not in _VOWELS:
        return stem + "e"
    if stem.endswith(("at", "it", "ir", "ur", "or", "id", "od", "ak", "as")) and len(stem) > 3:
        return stem + "e" if stem.endswith(("at", "ir", "ur", "id", "ak", "as")) else stem
    if last not in "wxyh" and before in _VOWELS and second not in _VOWELS and len(stem) == 3:
        return stem + "e"
    return stem
