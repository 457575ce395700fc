"""Proper names as token spans, by rules on tags and parse."""

from __future__ import annotations

import re

from graphmem.language.parse import Parse

__all__ = ["find_names", "find_title", "span_head"]

_PROPER = frozenset({"NNP", "NNPS"})
_BREAKING = frozenset({"appos", "conj", "list", "parataxis"})
_HYPHENS = frozenset({"-", "–", "/"})
_INNER = frozenset({"-", "–", "&", "/", "."})
_NUMBERING = frozenset({"flat", "nummod", "compound", "nmod:desc", "nmod:unmarked", "appos"})
_LEFT_TAGS = frozenset({"JJ", "VBN", "NN", "NNS"})
_LEFT_DEPS = frozenset({"amod", "compound", "flat"})
_LINKS = frozenset({"of", "for", "de", "von", "van", "del", "di", "da", "du", "al"})
_LINK_ARTICLES = frozenset({"the", "la", "der", "le"})
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_NUMBER = re.compile(r"\d+|[IVX]+")
_PIECE = re.compile(r"\w+|[^\w\s]")


def find_names(parse: Parse) -> list[tuple[int, int]]:
    """Return the token spans of proper names, in order, without overlap."""
    names: list[tuple[int, int]] = []
    firsts = {first for first, _ in parse.sentences}
    token = 0
    while token < len(parse):
        if parse.tags[token] in _PROPER:
            end = _run_end(parse, token, firsts)
            stops = firsts | {names[-1][1] - 1} if names else firsts
            start = _run_start(parse, token, end, stops)
            names.append((start, end))
            token = end
        else:
            token += 1
    return _joined(parse, names)


def find_title(parse: Parse, title: str) -> list[tuple[int, int]]:
    """Return the token spans at which a title stands, whole and without what is in brackets."""
    wanted = _PIECE.findall(_BRACKETS.sub("", title).lower())
    spans: list[tuple[int, int]] = []
    for start, word in enumerate(parse.lower):
        # Few words begin like the title, so that few have to be taken apart.
        if not wanted or not word.startswith(wanted[0]) or parse.words[start][0].islower():
            continue
        end = _end_of(parse, start, wanted)
        if end > start and (not spans or spans[-1][1] <= start):
            spans.append((start, end))
    return spans


def _end_of(parse: Parse, start: int, wanted: list[str]) -> int:
    """Return where the wanted pieces of words end if they begin at `start`, else `start`."""
    n_found, end = 0, start
    while n_found < len(wanted):
        pieces = _PIECE.findall(parse.lower[end]) if end < len(parse) else [""]
        if wanted[n_found : n_found + len(pieces)] != pieces:
            return start
        n_found += len(pieces)
        end += 1
    return end


def span_head(parse: Parse, start: int, end: int) -> int:
    """Return the token of the span that hangs on something outside of it."""
    heads = parse.heads
    for token in range(start, end):
        if heads[token] == token or not start <= heads[token] < end:
            return token
    return start


def _run_end(parse: Parse, start: int, firsts: set[int]) -> int:
    """Return the end of the run of proper nouns that starts at `start`."""
    tags, n_words, end = parse.tags, len(parse), start + 1
    while end < n_words:
        if tags[end] in _PROPER:
            head = parse.heads[end]
            breaks = start <= head < end and _base(parse.deps[end]) in _BREAKING
            if breaks or end in firsts:
                break
            end += 1
        elif end + 1 < n_words and firsts.isdisjoint((end, end + 1)) and _joins(parse, end):
            end += 2
        elif _is_numbering(parse, start, end):
            end += 1
        else:
            break
    return end


def _joins(parse: Parse, mark: int) -> bool:
    """Whether the hyphen, slash or ampersand at `mark` ties its neighbours into one name."""
    word, after = parse.words[mark], parse.tags[mark + 1]
    if word in _HYPHENS and parse.touches(mark) and parse.touches(mark + 1):
        return after in _PROPER or after in ("CD", "NN", "JJ")
    return word in _INNER and after in _PROPER and _base(parse.deps[mark + 1]) not in _BREAKING


def _is_numbering(parse: Parse, start: int, token: int) -> bool:
    """Whether a number after the run belongs to the name ("Apollo 11", "Henry VIII")."""
    return (
        parse.tags[token] == "CD"
        and start <= parse.heads[token] < token
        and parse.deps[token] in _NUMBERING
        and _NUMBER.fullmatch(parse.words[token]) is not None
    )


def _run_start(parse: Parse, start: int, end: int, stops: set[int]) -> int:
    """Extend a run to capitalised modifiers on its left, but never to a sentence's first word."""
    token = start - 1
    while (
        token >= 0
        and token not in stops
        and parse.words[token][:1].isupper()
        and parse.tags[token] in _LEFT_TAGS
        and start <= parse.heads[token] < end
        and parse.deps[token] in _LEFT_DEPS
    ):
        start, token = token, token - 1
    return start


def _joined(parse: Parse, names: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join neighbours over "of the" and the like where the right one hangs on the left one."""
    joined: list[tuple[int, int]] = []
    for start, end in names:
        if joined and _is_linked(parse, joined[-1], start, end):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _is_linked(parse: Parse, left: tuple[int, int], start: int, end: int) -> bool:
    between = parse.lower[left[1] : start]
    if not 1 <= len(between) <= 2 or between[0] not in _LINKS:
        return False
    if len(between) == 2 and between[1] not in _LINK_ARTICLES:
        return False
    head = span_head(parse, start, end)
    return left[0] <= parse.heads[head] < left[1] and parse.deps[head].startswith("nmod")


def _base(dep: str) -> str:
    return dep.partition(":")[0]
