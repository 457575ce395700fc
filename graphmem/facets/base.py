"""What every side of `Memory` stands on."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

from pydantic import ValidationError

from graphmem.errors import InvalidInput
from graphmem.ports import Clock, GraphReader, GraphStore, LessonIndex, Models
from graphmem.wiring import HeldReader, ServedReader
from graphmem.writing.checks import check_k, check_moment, check_text
from graphmem.writing.refused import first_problem
from graphmem_schemas import Recall, SearchRequest

__all__ = ["Facet", "FindLessons"]


class FindLessons(Protocol):
    """A stage that finds among runs, or what they teach, what helps with a task."""

    def __call__(
        self,
        task: str,
        k: int,
        lessons: LessonIndex,
        reader: GraphReader,
        space: str,
        now: datetime,
    ) -> Recall:
        """Return the k that fit best."""
        ...  # fmt: skip


class Facet:
    """A side of `Memory`: it checks what comes in, calls the stages, and holds no rules.

    Attributes:
        space: whose memory it is; nothing that is written or read touches another.
    """

    space: str
    _store: GraphStore
    _models: Models
    _clock: Clock
    _reader: HeldReader | ServedReader

    def _lessons_for(self, task: object, k: object, find: FindLessons) -> Recall:
        """Ask a stage for what helps with a task, and note what is shown.

        Raises:
            InvalidInput: The task is blank, or k out of range.
        """
        text, lessons = check_text(task, "task"), self._reader.lessons()
        recall = find(text, check_k(k), lessons, self._store, self.space, self._clock())
        return self._reader.shown.note(recall)

    def _request(self, question: str, **limits: Any) -> SearchRequest:
        """Check a question and its limits; those that are None are as they are by default.

        Raises:
            InvalidInput: The question is blank, or a limit out of range.
        """
        check_text(question, "question")
        limits["as_of"] = check_moment(limits["as_of"], "as_of")
        given = {name: value for name, value in limits.items() if value is not None}
        try:
            return SearchRequest(question=question, **given)
        except ValidationError as error:
            raise InvalidInput(f"the search cannot be made: {first_problem(error)}") from error
