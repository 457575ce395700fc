"""Middle stage of an ingest: an LLM reads the passages, many segments at a time, in order.

What it said is kept by the client's cache, so that an item that was interrupted costs nothing
when it is done again. A segment that brings no answer is counted; its passages are stored.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from graphmem.core.extraction import Extraction
from graphmem.errors import CompletionFailed, EndpointDown, InvalidInput
from graphmem.models.llm.client import LLMClient
from graphmem.models.llm.meter import Meter
from graphmem.writing.llm.extract import SegmentExtraction, extract_segment
from graphmem.writing.llm.segments import Segment, group
from graphmem.writing.prepare import PreparedSource
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.jobs.apply import Extracted
from graphmem_pipelines.jobs.spent import spent_of

__all__ = ["MAX_REFUSALS", "LLMExtraction"]

MAX_REFUSALS = 5
"""So many refused requests in a row are no matter of one text: the job stops."""

_SEGMENTS_A_CALLER = 4


class LLMExtraction:
    """Adds what an LLM finds to outcomes.

    Args:
        client: which is asked.
        concurrency: how many calls there are at the same time.
    """

    def __init__(self, client: LLMClient, concurrency: int) -> None:
        self._client, self._concurrency = client, concurrency
        self._n_refused = 0
        self._answered = False

    def over(self, outcomes: Iterable[Outcome]) -> Generator[Extracted]:
        """Yield each outcome with what was extracted, in order.

        Raises:
            BudgetSpent: What may be spent is spent.
            EndpointDown: The server fails again and again.
            InvalidInput: It refuses the key or the model.
        """
        waiting: deque[_Item] = deque()
        most, n_segments = self._concurrency * _SEGMENTS_A_CALLER, 0
        pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="graphmem-llm")
        try:
            for outcome in outcomes:
                waiting.append(_Item(outcome, self._client, pool))
                n_segments += len(waiting[-1].asked)
                while waiting and (n_segments > most or waiting[0].ready):
                    n_segments -= len(waiting[0].asked)
                    yield self._joined(waiting.popleft())
            while waiting:
                yield self._joined(waiting.popleft())
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _joined(self, item: _Item) -> Extracted:
        found: dict[str, Extraction] = {}
        dropped: Counter[str] = Counter()
        whole = True
        for segment, asked in item.asked:
            said = self._said(asked, segment, dropped)
            if said is None:
                whole = False
                continue
            dropped.update(said.dropped)
            found.update((d.uid, said.extraction_of(d)) for d in segment.passages)
        sources = tuple(_with(source, found) for source in item.outcome.sources)
        outcome = replace(item.outcome, sources=sources)
        return Extracted(outcome, dict(dropped), spent_of(item.meter.spend()), whole=whole)

    def _said(
        self, asked: Future[SegmentExtraction], segment: Segment, dropped: Counter[str]
    ) -> SegmentExtraction | None:
        reason: Exception
        try:
            said = asked.result()
        except EndpointDown:
            raise
        except CompletionFailed as error:
            reason = error
        except InvalidInput as error:
            # One text may be refused, for its length say; a key or a model concerns them all.
            self._n_refused += 1
            if not self._answered or self._n_refused == MAX_REFUSALS:
                raise
            reason = error
        else:
            self._answered, self._n_refused = True, 0
            return said
        dropped[f"passages without an answer: {_short(reason)}"] += len(segment.passages)
        return None


class _Item:
    """An outcome whose segments are being asked about."""

    def __init__(self, outcome: Outcome, client: LLMClient, pool: ThreadPoolExecutor) -> None:
        self.outcome = outcome
        self.meter = Meter()
        self.asked: list[tuple[Segment, Future[SegmentExtraction]]] = []
        for source in outcome.sources:
            for segment in group([passage.draft for passage in source.passages]):
                uids = [draft.uid for draft in segment.passages]
                llm = client.about(source.uid, *uids, meter=self.meter)
                self.asked.append((segment, pool.submit(extract_segment, llm, segment)))

    @property
    def ready(self) -> bool:
        """Whether all answers are there."""
        return all(asked.done() for _, asked in self.asked)


def _with(source: PreparedSource, found: dict[str, Extraction]) -> PreparedSource:
    passages = tuple(
        replace(passage, extraction=found.get(passage.draft.uid, passage.extraction))
        for passage in source.passages
    )
    return replace(source, passages=passages)


def _short(error: Exception) -> str:
    # Without what differs from call to call, so that equal reasons are counted as one.
    return str(error).partition(" (")[0][:120]
