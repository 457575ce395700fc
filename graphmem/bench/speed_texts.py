"""Passages in any number, always the same ones: real sentences, led by made-up names.

A user has no benchmark data, so the sentences are those of the shipped examples; names made of
syllables keep the graph from being a handful of people whom everyone mentions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import numpy as np
import numpy.typing as npt

__all__ = ["MadePassage", "make_passages", "question_about", "sentences"]

_N_CHARACTERS = 450
_FIRST = ("Al Ben Cor Da El Fen Gar Hil Is Jo Kar Lio Mar Nel Or Pet Quin Ros Sal Tom").split()
_LAST = ("der ga hart lin mar nor ra rik sen son stad tha ton va vik ward well wyn").split()
_END_OF_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_SEED = 20_240_502


@dataclass(frozen=True, slots=True)
class MadePassage:
    """One passage of about 450 characters.

    Attributes:
        names: two people and a place, who are what it mentions.
        sentences: which of `sentences()` it is made of, after the first one.
    """

    text: str
    names: tuple[str, str, str]
    sentences: tuple[int, ...]


@cache
def sentences() -> tuple[str, ...]:
    """Return the sentences of the example texts, 40 to 250 characters each."""
    texts: list[str] = []
    examples = files("graphmem_examples")
    for item in _sorted(examples / "articles"):
        lines = item.read_text(encoding="utf-8").splitlines()
        texts += [line for line in lines if line and line[0] not in "#*-|"]
    for item in _sorted(examples / "conversation"):
        texts += [message["text"] for message in json.loads(item.read_text(encoding="utf-8"))]
    cut = [part.strip() for text in texts for part in _END_OF_SENTENCE.split(text)]
    return tuple(dict.fromkeys(part for part in cut if 40 <= len(part) <= 250))


def make_passages(n: int, start: int = 0) -> Iterator[MadePassage]:
    """Yield passages number `start` to `start + n - 1`; the number alone says what is in one."""
    known = sentences()
    for number in range(start, start + n):
        rng = np.random.default_rng((_SEED, number))
        names = (_name(rng, 3), _name(rng, 3), _name(rng, 2))
        text = f"{names[0]} met {names[1]} in {names[2]} and showed the drawings."
        chosen: list[int] = []
        while len(text) < _N_CHARACTERS:
            chosen.append(int(rng.integers(len(known))))
            text = f"{text} {known[chosen[-1]]}"
        yield MadePassage(text, names, tuple(chosen))


def question_about(passage: MadePassage) -> str:
    """Return a question that the passage answers."""
    return f"Where did {passage.names[0]} meet {passage.names[1]}?"


def _name(rng: np.random.Generator, n_syllables: int) -> str:
    """Return a name; some are much more common than others."""
    picks: npt.NDArray[np.float64] = rng.random(n_syllables) ** 2
    first = _FIRST[int(picks[0] * len(_FIRST))] + _LAST[int(picks[1] * len(_LAST))]
    if n_syllables == 2:
        return first
    last = _FIRST[int(picks[2] * len(_FIRST))] + _LAST[int(rng.integers(len(_LAST)))]
    return f"{first} {last}"


def _sorted(folder: Traversable) -> list[Traversable]:
    return sorted((item for item in folder.iterdir() if item.is_file()), key=lambda i: i.name)
