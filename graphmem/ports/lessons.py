"""What reading and writing need to know of all runs and lessons of a space at once."""

from __future__ import annotations

from typing import NamedTuple, Protocol

__all__ = ["LessonIndex", "Ranked"]


class Ranked(NamedTuple):
    """A node and how well it fits: the higher the better, within one answer only."""

    uid: str
    score: float


class LessonIndex(Protocol):
    """Finds runs, insights and prescriptions of one space. Safe to call from many threads."""

    def slots(self) -> frozenset[str]:
        """Return the words that some run of the space shows to stand for any thing."""
        ...

    def similar(self, skeleton: str, k: int) -> list[Ranked]:
        """Return the k runs whose tasks are most alike, 0 to 1, best first, newest among equals.

        Runs whose task shares nothing are left out.
        """
        ...

    def best(self, label: str, text: str, k: int) -> list[Ranked]:
        """Return the k nodes of the label that fit the text best, ties by uid.

        Args:
            label: "Prescription" or "Insight".
            text: a task in plain words.
            k: 1 or more.
        """
        ...
