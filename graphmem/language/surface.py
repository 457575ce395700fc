"""Names by their capitals alone: for languages without a parser, and for what it missed."""

from __future__ import annotations

import re

__all__ = ["capitalised_spans"]

_JOINERS = r"(?:of|the|de|la|von|van|del|di|le|du|der|da|dos|al)"
_SPAN = re.compile(
    r"(?<![\w'’])[^\W\d_a-z][\w'’\-.&]*"
    rf"(?:[^\S\n]+(?:{_JOINERS}[^\S\n]+){{0,2}}[^\W\d_a-z][\w'’\-.&]*)*"
)
_WORD = re.compile(r"\S+")
_SUFFIXES = ("'s", "’s", "'", "’", "-", "&")
_STOP_WORDS = frozenset(
    "the a an this that these those it its he she they his her their our my your we i you in on "
    "at by for from with and or but as if when while after before since although though because "
    "during under over of to is are was were be been has have had do does did not no yes there "
    "here what who whom whose which where why how so then also however moreover furthermore "
    "yeah wow hey hi hello thanks thank oh ok okay sure well great cool nice awesome sounds "
    "one two three some many most all both each every other such more than it's i'm i've i'll "
    "i'd that's what's let's don't can't didn't you're we're they're he's she's there's".split()
)


def capitalised_spans(text: str, *, cased: bool = True) -> list[tuple[int, int]]:
    """Return the offsets of runs of capitalised words, joined over "of the" and the like.

    Leading stop words are dropped, trailing "'s" and full stops too. A single word at the
    start of a sentence is dropped unless it is capitalised inside of one elsewhere.

    Args:
        text: the passage.
        cased: False keeps single words at the start of sentences.
    """
    found = [trimmed for match in _SPAN.finditer(text) if (trimmed := _trim(text, *match.span()))]
    inside = {text[s:e] for s, e in found if not _starts_sentence(text, s)}
    return [
        (start, end)
        for start, end in found
        if not cased
        or " " in text[start:end]
        or text[start:end] in inside
        or not _starts_sentence(text, start)
    ]


def _trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    while start < end:
        word = _WORD.match(text, start, end)
        if word is None or word.group().lower().rstrip(".,") not in _STOP_WORDS:
            break
        start = word.end()
        while start < end and text[start].isspace():
            start += 1
    for suffix in _SUFFIXES:
        if text.endswith(suffix, start, end):
            end -= len(suffix)
    if text.endswith(".", start, end) and not re.search(r"\b[A-Z]\.$", text[start:end]):
        end -= 1
    return (start, end) if end - start > 1 else None


def _starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start].rstrip(" \t\"'“‘(*#>-")
    return not before or before[-1] in ".!?:;\n…"
