"""Read the treebanks: CoNLL-U sentences with spaces, entities, discourse units and lemmas."""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from graphmem.language.alignment import align_states
from graphmem.ports import Encoder

__all__ = ["Group", "Sentence", "encode_group", "group_sentences", "read_treebank", "vary"]

_ENTITY = re.compile(r"\(([^()]+)(\)?)|([^()]+)\)")
_NO_STATE = np.zeros(768, np.float32)


@dataclass(frozen=True)
class Sentence:
    """One tree: parallel lists over its words; entities are (start, end, kind, coreference id)."""

    document: str
    words: list[str]
    spaces: list[bool]
    tags: list[str]
    heads: list[int]
    deps: list[str]
    lemmas: list[str]
    entities: list[tuple[int, int, str, str]] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    speaker: str = ""


@dataclass(frozen=True)
class Group:
    """A few neighbouring sentences, as one text that is encoded and parsed together."""

    sentences: list[Sentence]
    states: npt.NDArray[np.float32] | None = None

    @property
    def n_words(self) -> int:
        """Return how many words the sentences have."""
        return sum(len(sentence.words) for sentence in self.sentences)

    def text(self) -> tuple[str, npt.NDArray[np.int64]]:
        """Return the text and the (n, 2) offsets of its words."""
        parts: list[str] = []
        offsets: list[tuple[int, int]] = []
        at = 0
        for sentence in self.sentences:
            for word, space in zip(sentence.words, sentence.spaces, strict=True):
                offsets.append((at, at + len(word)))
                parts.append(word + " " * space)
                at += len(parts[-1])
        return "".join(parts), np.array(offsets, np.int64)


def read_treebank(path: Path) -> list[Sentence]:
    """Read one gzipped CoNLL-U file; enhanced empty nodes are left out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return list(_sentences(line.rstrip("\n") for line in lines))


def _sentences(lines: Iterable[str]) -> Iterator[Sentence]:
    document, speaker = "", ""
    rows: list[list[str]] = []
    joined: list[tuple[int, int, bool]] = []
    for line in lines:
        if line.startswith("# newdoc"):
            document = line.split("=", 1)[-1].strip()
        elif line.startswith("# sent_id"):
            speaker = ""
        elif line.startswith("# speaker"):
            speaker = line.split("=", 1)[1].strip()
        elif line.startswith("#"):
            continue
        elif line:
            row = line.split("\t")
            if "-" in row[0]:
                first, last = map(int, row[0].split("-"))
                joined.append((first, last, "SpaceAfter=No" not in row[9]))
            elif "." not in row[0]:
                rows.append(row)
        elif rows:
            yield _sentence(document, speaker, rows, joined)
            rows, joined = [], []


def _sentence(
    document: str, speaker: str, rows: list[list[str]], joined: list[tuple[int, int, bool]]
) -> Sentence:
    spaces = ["SpaceAfter=No" not in row[9] for row in rows]
    for first, last, space in joined:
        spaces[first - 1 : last] = [False] * (last - first) + [space]
    spaces[-1] = True
    heads = [at if row[6] == "0" else int(row[6]) - 1 for at, row in enumerate(rows)]
    return Sentence(
        document=document,
        words=[row[1] for row in rows],
        spaces=spaces,
        tags=[row[4] for row in rows],
        heads=heads,
        deps=["ROOT" if row[6] == "0" else row[7] for row in rows],
        lemmas=[row[2] for row in rows],
        entities=_entities(rows),
        units=[at for at, row in enumerate(rows) if "Discourse=" in row[9]],
        speaker=speaker,
    )


def _entities(rows: list[list[str]]) -> list[tuple[int, int, str, str]]:
    open_at: dict[str, list[tuple[int, str]]] = {}
    found = []
    for at, row in enumerate(rows):
        misc = dict(item.split("=", 1) for item in row[9].split("|") if "=" in item)
        for match in _ENTITY.finditer(misc.get("Entity", "")):
            opened, closed, closing = match.groups()
            if opened:
                name, kind = opened.split("-")[:2]
                if closed:
                    found.append((at, at + 1, kind, _plain(name)))
                else:
                    open_at.setdefault(name, []).append((at, kind))
            elif open_at.get(closing):
                start, kind = open_at[closing].pop()
                found.append((start, at + 1, kind, _plain(closing)))
    return found


def _plain(name: str) -> str:
    return name.split("[", 1)[0]


def group_sentences(
    sentences: Sequence[Sentence], sizes: Sequence[int] = (8,), max_words: int = 110, seed: int = 0
) -> list[Group]:
    """Cut a treebank into groups of neighbours of one document, of sizes drawn from `sizes`."""
    rng = random.Random(seed)
    groups: list[Group] = []
    current: list[Sentence] = []
    size, n_words = rng.choice(sizes), 0
    for sentence in sentences:
        full = len(current) >= size or n_words + len(sentence.words) > max_words
        if current and (full or current[0].document != sentence.document):
            groups.append(Group(current))
            current, n_words, size = [], 0, rng.choice(sizes)
        current.append(sentence)
        n_words += len(sentence.words)
    return [*groups, Group(current)] if current else groups


def encode_group(group: Group, encoder: Encoder) -> Group:
    """Return the group with the (n, 768) raw states of its words."""
    text, offsets = group.text()
    return replace(group, states=align_states(encoder.encode([text])[0], offsets, _NO_STATE))


def vary(group: Group, *, lower: bool, unpunctuated: bool) -> Group:
    """Return a copy in lower case or without final punctuation; its states are still to make."""
    sentences = group.sentences
    if unpunctuated:
        sentences = [_unpunctuated(sentence) for sentence in sentences]
    if lower:
        sentences = [
            replace(sentence, words=[word.lower() for word in sentence.words])
            for sentence in sentences
        ]
    return Group(sentences)


def _unpunctuated(sentence: Sentence) -> Sentence:
    last = len(sentence.words) - 1
    if last < 1 or sentence.deps[-1] != "punct" or last in sentence.heads:
        return sentence
    return replace(
        sentence,
        words=sentence.words[:-1],
        spaces=[*sentence.spaces[: last - 1], True],
        tags=sentence.tags[:-1],
        heads=sentence.heads[:-1],
        deps=sentence.deps[:-1],
        lemmas=sentence.lemmas[:-1],
    )
