"""Runs of agents, what they teach, and what was of use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from graphmem.errors import InvalidInput, NotFound
from graphmem.facets.base import Facet
from graphmem.models.seal import describe, seal
from graphmem.ports import ShownRecall
from graphmem_schemas import Recall, Receipt, Step

__all__ = ["Runs"]


class Runs(Facet):
    """Runs of agents, what they teach, and what was of use."""

    def add_run(  # noqa: PLR0913 - each says another thing of one run
        self,
        task: str,
        steps: Iterable[Step | Mapping[str, Any] | tuple[str, str | None] | str],
        outcome: str | bool | float,
        *,
        agents: Iterable[str] | None = None,
        score: float | None = None,
        source: str | None = None,
        at: datetime | str | None = None,
    ) -> Receipt:
        """Remember what agents did for a task and how it ended; every step verbatim.

        Adding the same run again changes nothing; one that has grown at its end adds its new
        steps. Insights are drawn from it and from runs of the same sort.

        Args:
            task: what was to be done, in plain words.
            steps: {"action", "observation"?, "agent"?, "to"?, "reward"?, "at"?}, pairs of action
                and observation, or actions alone; "to" names who a message was for.
            outcome: "success", "failure", "unknown", a bool, or a score from 0 to 1.
            agents: who takes part; a step without an agent is the first one's.
            score: 0 to 1, where an outcome in words was measured, too.
            source: name of the run; None is its task, and a hash of what it holds.
            at: when it was: ISO 8601 or datetime.

        Raises:
            InvalidInput: There is no step, one has no action or an unknown agent, the outcome is
                out of range, or the name is that of something else; nothing has changed.
            StoreError: It could not be stored; nothing has changed.
        """
        from graphmem.writing.add_run import RunWriter
        from graphmem.writing.runs import accept_outcome, accept_run

        ended = accept_outcome(outcome, score)
        run = accept_run(task, steps, ended, agents=agents, source=source, at=at)
        embedder = self._models.embedder
        seal(self._store, describe(embedder))
        writer = RunWriter(self._store, self.space, embedder, self._clock)
        return writer.add(run, self._reader.lessons())

    def similar(self, task: str, k: int = 5) -> Recall:
        """Return the k runs whose tasks are most like this one; the title of a hit is its outcome.

        Args:
            task: in plain words.
            k: 1 to 1,000.

        Raises:
            InvalidInput: The task is blank, or k out of range.
        """
        from graphmem.reading.similar import similar_runs

        return self._lessons_for(task, k, similar_runs)

    def insights(self, task: str, k: int = 3) -> Recall:
        """Return the k insights that help most with a task; every third is one that few tried.

        Ranked by how well they fit, what runs of similar tasks say for or against them, and how
        sure they are (the lower 5 % bound of how often they held).

        Args:
            task: in plain words.
            k: 1 to 1,000.

        Raises:
            InvalidInput: The task is blank, or k out of range.
        """
        from graphmem.reading.insights import fitting_insights

        return self._lessons_for(task, k, fitting_insights)

    def feedback(
        self, recall_id: str, used: Iterable[str], outcome: str | bool | float
    ) -> Receipt:
        """Say what of a recall was used, and how it ended: that is credited, and nothing else.

        From then on passages that were used come sooner for questions like that one, or later
        where it ended badly, within a small margin. Deleting the task that the receipt names
        takes everything back.

        Args:
            recall_id: the `id` of what search, context, insights, prescriptions or similar gave,
                among the last 10,000 of this memory; behind a server, of the last day.
            used: uids of its hits.
            outcome: "success", "failure", "unknown", a bool, or a score from 0 to 1. Another one
                for the same recall takes the place of the first; the same changes nothing.

        Raises:
            NotFound: This memory has shown no such recall.
            InvalidInput: A uid was not shown, or the outcome is out of range; nothing has
                changed.
        """
        from graphmem.writing.credit import Feedback, check_used, credit, feedback_uid
        from graphmem.writing.runs import accept_outcome

        shown = self._shown(recall_id)
        uids = check_used(used, shown, recall_id, self._is_gone)
        ended = accept_outcome(outcome)
        said = Feedback(recall_id, shown.question, uids, *ended, self._clock())
        commit = self._store.apply(self.space, lambda reader: credit(said, reader, self.space))
        added = {"Query": (feedback_uid(recall_id),)} if commit.seq else {}
        return Receipt(seq=commit.seq, added=added)

    def _shown(self, recall_id: object) -> ShownRecall:
        if not isinstance(recall_id, str):
            raise InvalidInput(f"a recall's id is a string, not {type(recall_id).__name__}")
        found = self._reader.shown.find(recall_id)
        if found is None:
            raise NotFound(
                f"this memory has shown no recall {recall_id[:80]!r} lately, or too many since: "
                "feedback is for what was shown to you"
            )
        return found

    def _is_gone(self, uid: str) -> bool:
        return self._store.get(self.space, [uid]) == [None]
