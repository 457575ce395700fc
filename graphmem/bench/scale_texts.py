"""Passages in millions, always the same ones: words by Zipf's law, shared names, topics.

Made words keep the frequencies of a real memory at every size: the commonest word of content
stands in a tenth of the passages, rare ones keep coming, and a few names are in very many.
Vectors are sums over words, so passages of one topic lie close to each other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from graphmem.ports import Float32

__all__ = ["A_BLOCK", "Made", "WordVectors", "block_of", "name_of", "question_about"]

A_BLOCK = 1_000
"""Passages are made so many at a time, all of one sort."""
_SEED = 20_241_121
_N_WORDS, _N_TOPICS = 150_000, 2_000
_N_FIRST, _N_LAST = 400, 500
_N_NAMES = _N_FIRST * _N_LAST
# Zipf-Mandelbrot: the first word is 0.4 % of the words of content, the first name 3 % of names.
_WORD_SHIFT, _NAME_SHIFT, _TOPIC_SHIFT = 25.0, 2.0, 2.0
_SYLLABLES = (
    "ba be bi bo da de di do fa fe ga go ha he ja ka ke ko la le li lo ma me mi mo na ne no pa "
    "pe po ra re ri ro sa se si so ta te ti to va ve vo wa we za zo"
).split()
_SMALL = (
    "the of and a in to was for is on that with as by at from it had not were which his her they "
    "this been have who an their but or when after one into more its other there up"
).split()
_SHARE_SMALL, _SHARE_OF_TOPIC = 0.45, 0.5
# Of ten blocks six are of titled sources, three of conversations, one of notes.
_SORTS = (
    "titled",
    "turn",
    "titled",
    "titled",
    "turn",
    "titled",
    "note",
    "titled",
    "turn",
    "titled",
)
_LENGTHS = {"titled": (35, 75), "turn": (8, 40), "note": (20, 60)}
_A_SENTENCE, _N_NAMED = 14, 3
# Rows of noise; no power of a word's number falls on the same one as its topic.
_N_NOISE = 8_191
_NAME_WEIGHT = np.float32(12.0)
_TOKEN = re.compile(r"\w+")

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """One passage.

    Attributes:
        sort: "titled", "turn" or "note".
        names: numbers of the names that it mentions, each once.
        words: numbers of its words of content.
    """

    text: str
    sort: str
    names: Numbers
    words: Numbers


def block_of(number: int) -> list[Made]:
    """Return passages number · A_BLOCK and on; the number alone says what is in them."""
    rng = np.random.default_rng((_SEED, number))
    sort = _SORTS[number % len(_SORTS)]
    sizes = rng.integers(*_LENGTHS[sort], A_BLOCK)
    ends = np.cumsum(sizes)
    words = _content(rng, sizes)
    small = rng.integers(0, len(_SMALL), len(words))
    small[rng.random(len(words)) >= _SHARE_SMALL] = -1
    said = _drawn(rng, A_BLOCK * _N_NAMED, _N_NAMES, _NAME_SHIFT).reshape(A_BLOCK, _N_NAMED)
    return [
        _made(sort, words[end - size : end], small[end - size : end], np.unique(names))
        for size, end, names in zip(sizes.tolist(), ends.tolist(), said, strict=True)
    ]


def question_about(made: Made, form: int) -> str:
    """Return a question that the passage answers, of one piece to four, in one of four forms."""
    one, other = name_of(int(made.names[0])), name_of(int(made.names[-1]))
    first, second = (_word(int(number)) for number in made.words[[0, len(made.words) // 2]])
    return (
        f"Where did {one} {first} the {second}?",
        f"Whom did {one} meet in {first}, and what {second} was shown there?",
        f"Which {first} did {one} see in the {second} where they met {other}?",
        f"What do {one} and {other} both know of {first}?",
    )[form % 4]


@cache
def name_of(number: int) -> str:
    """Return a first and a last name, from 0 to 199,999; a smaller number is a commoner one."""
    # Stirred, so that who is common shares first and last names with who is not.
    stirred = number * 7_919 % _N_NAMES
    first, last = stirred % _N_FIRST, stirred // _N_FIRST
    return f"{_word(3_000 + first).title()} {_word(4_000 + last).title()}son"


class WordVectors:
    """Vectors of made texts: each word has a direction near that of its topic.

    Args:
        dimension: of the vectors.
    """

    def __init__(self, dimension: int) -> None:
        rng = np.random.default_rng(_SEED)
        self._topics = _unit(rng.standard_normal((_N_TOPICS, dimension)))
        self._noise = _unit(rng.standard_normal((_N_NOISE, dimension)))

    def of(self, made: Sequence[Made]) -> Float32:
        """Return (n, dimension) the vectors of passages, of unit length."""
        return _unit(np.stack([self._sum(one.words, one.names) for one in made]))

    def of_texts(self, texts: Sequence[str]) -> Float32:
        """Return the same of texts, in which made words and names count."""
        return _unit(np.stack([self._sum(*_numbers(text)) for text in texts]))

    def _sum(self, words: Numbers, names: Numbers) -> Float32:
        """Return the sum over words and names; rarer words weigh more, as to an encoder."""
        weights = np.log(2.0 + words).astype(np.float32)
        said = weights @ (self._topics[words % _N_TOPICS] + self._noise[words % _N_NOISE])
        named = self._noise[(names * 31 + 7) % _N_NOISE].sum(axis=0) * _NAME_WEIGHT
        # A text without any has a vector, too.
        total: Float32 = said + named + self._noise[0] * np.float32(1e-3)
        return total


def _content(rng: np.random.Generator, sizes: Numbers) -> Numbers:
    """Return numbers of words: half of all, half of the passage's topic."""
    total = int(sizes.sum())
    topics = np.repeat(rng.integers(0, _N_TOPICS, len(sizes)), sizes)
    within = _drawn(rng, total, _N_WORDS // _N_TOPICS, _TOPIC_SHIFT)
    common = _drawn(rng, total, _N_WORDS, _WORD_SHIFT)
    return np.where(rng.random(total) < _SHARE_OF_TOPIC, topics + within * _N_TOPICS, common)


def _drawn(rng: np.random.Generator, n: int, size: int, shift: float) -> Numbers:
    """Return n numbers below `size`; number r is drawn in proportion to 1 / (r + shift)."""
    # The inverse of the integral of the distribution.
    top = np.log((size + shift) / shift)
    drawn = (shift * np.expm1(rng.random(n) * top)).astype(np.int64)
    found: Numbers = np.minimum(drawn, size - 1)
    return found


def _made(sort: str, words: Numbers, small: Numbers, names: Numbers) -> Made:
    tokens = [
        _word(word) if few < 0 else _SMALL[few]
        for word, few in zip(words.tolist(), small.tolist(), strict=True)
    ]
    who = [name_of(number) for number in names.tolist()]
    parts = [tokens[at : at + _A_SENTENCE] for at in range(0, len(tokens), _A_SENTENCE)]
    said = [f"{who[at % len(who)]} {' '.join(part)}." for at, part in enumerate(parts)]
    kept = words[small < 0]
    return Made(" ".join(said), sort, names, kept if len(kept) else words[:1])


@cache
def _word(number: int) -> str:
    """Return a word of two syllables or more; each number has its own."""
    n = len(_SYLLABLES)
    parts: list[str] = []
    while number or len(parts) < 2:
        parts.append(_SYLLABLES[number % n])
        number //= n
    return "".join(parts)


@cache
def _known() -> tuple[dict[str, int], dict[str, int]]:
    """Return the numbers of all words and of all names."""
    words = {_word(number): number for number in range(_N_WORDS)}
    return words, {name_of(number): number for number in range(_N_NAMES)}


def _numbers(text: str) -> tuple[Numbers, Numbers]:
    words, names = _known()
    tokens = _TOKEN.findall(text)
    pairs = [f"{a} {b}" for a, b in pairwise(tokens)]
    said = [names[pair] for pair in pairs if pair in names]
    return (
        np.array([words[token] for token in tokens if token in words], np.int64),
        np.array(said, np.int64),
    )


def _unit(rows: npt.NDArray[np.floating]) -> Float32:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return np.ascontiguousarray(rows / np.maximum(lengths, 1e-9), np.float32)
