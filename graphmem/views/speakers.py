"""Who speaks in the passages of an index, and how long each mostly speaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.marks import N_VOICES, voice_of
from graphmem.core.terms import is_person, terms
from graphmem.views.columns import Column

__all__ = ["Few", "Speakers"]

Array = npt.NDArray[Any]


# Where so few people talk to each other, their names are in every question and tell nothing.
_MAX_CAST = 12


class Few:
    """The few people who talk to each other in what a question is asked of; none where many do.

    Args:
        numbers: of all who talk there, by name.

    Attributes:
        names: the terms of their names.
    """

    def __init__(self, numbers: Mapping[str, int]) -> None:
        self._numbers = numbers if len(numbers) <= _MAX_CAST else {}
        self.names = frozenset[str]().union(*map(_terms_of, self._numbers))

    def named(self, asked: Iterable[str]) -> dict[str, int]:
        """Return those whose name shares one of these terms, unless that is all of them."""
        if len(self._numbers) < 2:
            return {}
        wanted = set(asked)
        found = {who: at for who, at in self._numbers.items() if wanted & _terms_of(who)}
        return found if len(found) < len(self._numbers) else {}

    def without_names(self, asked: Sequence[str]) -> list[str]:
        """Return the terms that are in nobody's name; all of them where no other is left."""
        return [term for term in asked if term not in self.names] or list(asked)


class Speakers:
    """The people who say living passages, by number, and the lengths of what is said.

    A voice is a person, or one of those without a name: the user, another role, nobody.

    Args:
        names: of all people, by number, those included of whom nothing is left.
        speaker: (n,) the person of each living passage, -1 for none.
        voices: (n,) their voices.
        lengths: (n,) their lengths, as `text_length` tells them.

    Attributes:
        numbers: by name, of those of whom something is left.
        names: by number.
        n: by voice: living passages.
        total: by voice: sum of their lengths.
        squares: by voice: sum of the squares.
    """

    def __init__(self, names: list[str], speaker: Array, voices: Array, lengths: Array) -> None:
        said = np.bincount(speaker[speaker >= 0], minlength=len(names))
        self.names = names
        self.numbers = {who: at for at, who in enumerate(names) if said[at]}
        # How many names have a term: a question is not compared with each of many people.
        self._terms = Counter(term for who in self.numbers for term in _terms_of(who))
        self._said = Column(said.astype(np.int64))
        # Whole numbers: a sum does not depend on the order in which passages came and went.
        size, whole = N_VOICES + len(names), lengths.astype(np.int64)
        self.n, self.total, self.squares = (Column(np.zeros(size, np.int64)) for _ in range(3))
        for column, amount in self._sums(whole):
            np.add.at(column.values, voices, amount)

    @property
    def n_said(self) -> int:
        """How many living passages people say."""
        return int(self._said.values.sum())

    def among(self, numbers: Iterable[int]) -> dict[str, int]:
        """Return the people of these numbers by name; what is below 0 is nobody."""
        return {self.names[number]: number for number in numbers if number >= 0}

    def number(self, speaker: str | None) -> int:
        """Return the number of a person, a new one for somebody new; -1 for nobody and roles."""
        if speaker is None or not is_person(speaker):
            return -1
        number = self.numbers.get(speaker)
        if number is None:
            number = self.numbers[speaker] = len(self.names)
            self.names.append(speaker)
            self._terms.update(_terms_of(speaker))
            for column in (self._said, self.n, self.total, self.squares):
                column.extend_to(len(column) + 1, 0)
        return number

    def count(self, row: tuple[int, int, int], length: int, sign: int) -> None:
        """Count a passage, or take it out; whom nothing is left of is gone.

        Args:
            row: its speaker, kind and flags.
            length: as `text_length` tells it.
            sign: 1 or -1.
        """
        voice, speaker = voice_of(*map(int, row)), row[0]
        for column, amount in self._sums(length):
            column.values[voice] += sign * amount
        if speaker >= 0:
            self._said.values[speaker] += sign
            if not self._said.values[speaker]:
                del self.numbers[self.names[speaker]]
                self._terms.subtract(_terms_of(self.names[speaker]))

    def is_named(self, asked: Iterable[str]) -> bool:
        """Whether the name of anyone shares one of these terms. O(terms)."""
        return any(self._terms[term] > 0 for term in asked)

    def _sums(self, length: Any) -> tuple[tuple[Column, Any], ...]:
        return (self.n, 1), (self.total, length), (self.squares, length * length)


def _terms_of(name: str) -> frozenset[str]:
    return frozenset(terms(name))
