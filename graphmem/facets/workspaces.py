"""Working memory of one question, and what is kept of it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from graphmem.facets.base import Facet
from graphmem.ports import LLM
from graphmem.writing.checks import check_text

if TYPE_CHECKING:
    from graphmem.reading.workspace import Workspace

__all__ = ["Workspaces"]


class Workspaces(Facet):
    """Working memory of one question, and what is kept of it."""

    def workspace(
        self, question: str, *, rounds: int = 3, llm: str | LLM | None = None
    ) -> Workspace:
        """Open a working memory for a question; use it in a `with` block.

        It looks for passages around its points and away from them, and holds relations of several
        entities, events and facts. Nothing is stored before its `keep`, and what is not kept is
        gone with the block.

        Args:
            question: in plain words.
            rounds: how many rounds its `work` does at most, 1 to 100.
            llm: makes the points better, one call a round; None is the memory's own, and where
                it has none, rules do it.

        Raises:
            InvalidInput: The question is blank, or `rounds` or `llm` cannot be used.
        """
        from graphmem.models.chat import open_llm
        from graphmem.reading.around import Ground
        from graphmem.reading.workspace import Workspace
        from graphmem.writing.hyperedges import keep

        check_text(question, "question")
        ground = Ground(
            self._reader.search,
            self._reader.near,
            self._store,
            self.space,
            self._clock,
            partial(keep, store=self._store, space=self.space, clock=self._clock),
            open_llm(llm) or self._models.llm,
            self._models.count_tokens,
        )
        return Workspace(question, ground, rounds)
