"""The lessons of one label as they are compared: their words, their letters, their order."""

from __future__ import annotations

from collections.abc import Iterable

from graphmem.core.lessons import Float64, WordIndex, letters
from graphmem.core.terms import terms, words
from graphmem_schemas import Insight, Node, Prescription

__all__ = ["Shelf", "place_of", "text_of"]


class Shelf:
    """The lessons of one label: their words, letters and order."""

    def __init__(self) -> None:
        self._words, self._letters = WordIndex(), WordIndex()
        self._nodes: list[Node | None] = []
        self._row_of: dict[str, int] = {}
        self._order: list[int] | None = None

    def __len__(self) -> int:
        return len(self._row_of)

    @property
    def texts(self) -> Iterable[str]:
        """The texts that are there."""
        return (text_of(node) for node in self._nodes if node is not None)

    def put(self, node: Node) -> None:
        """Add a lesson that is not there."""
        text = text_of(node)
        row = self._words.add(terms(text))
        self._letters.add(letters(words(text)))
        self._nodes.append(node)
        self._row_of[node.uid] = row
        self._order = None

    def remove(self, uid: str) -> None:
        """Take a lesson away, where it is there."""
        row = self._row_of.pop(uid, None)
        if row is None:
            return
        self._words.remove(row)
        self._letters.remove(row)
        self._nodes[row], self._order = None, None
        if len(self._nodes) > 2 * len(self._row_of) + 64:
            left = [node for node in self._nodes if node is not None]
            self.__init__()  # type: ignore[misc]  # made anew, without what is gone
            for node in left:
                self.put(node)

    def node(self, row: int) -> Node:
        """Return the lesson of a row that is there."""
        node = self._nodes[row]
        assert node is not None
        return node

    def order(self) -> list[int]:
        """Return the rows in the order in which their lessons were told."""
        if self._order is None:
            self._order = sorted(self._row_of.values(), key=lambda row: place_of(self.node(row)))
        return self._order

    def lexical(self, text: str) -> tuple[Float64, Float64]:
        """Return how well the words and the letters of each row fit, (n_rows,) each."""
        return self._words.scores(terms(text)), self._letters.scores(letters(words(text)))


def text_of(node: Node) -> str:
    """Return what a lesson is compared by: of an insight no counts, which change."""
    if isinstance(node, Insight):
        return f"{node.when}\n{' '.join(node.steps) or node.text}"
    if isinstance(node, Prescription):
        return "\n".join((node.when, node.text, *(s for s in node.steps if s not in node.text)))
    return ""


def place_of(node: Node) -> tuple[str, str, int, str]:
    """Return what puts lessons in the order of their telling: when, in which source, where."""
    if isinstance(node, Prescription):
        return node.recorded_at.isoformat(), node.source or "", node.position, node.uid
    return node.recorded_at.isoformat(), "", 0, node.uid
