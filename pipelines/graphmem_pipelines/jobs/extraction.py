"""Middle stage of an ingest: an LLM reads the passages, many segments at a time, in order.

What it said is kept by the client's cache, so that an item that was interrupted costs nothing
when it is done again. A segment that brings no answer is counted; its passages are stored.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from graphmem.core.extraction import Extraction
from graphmem.errors import CompletionFailed, EndpointDown, GraphMemError, InvalidInput
from graphmem.models.llm.client import LLMClient
from graphmem.models.llm.meter import Meter
from graphmem.writing.llm.extract import SegmentExtraction, extract_segment
from graphmem.writing.llm.segments import Segment, group
from graphmem.writing.prepare import PreparedSource
from graphmem_pipelines.engines.base import Outcome
from graphmem_pipelines.jobs.apply import Extracted
from graphmem_pipelines.jobs.spent import spent_of

__all__ = ["LLMExtraction"]

_SEGMENTS_A_CALLER = 4
# So many questions in a row without an answer are no matter of single texts.
_SIGNS_A_CALLER, _MAX_SIGNS = 2, 20


class LLMExtraction:
    """Adds what an LLM finds to outcomes.

    An item that lacks an answer waits until a later question was answered: where none of them
    was, it is no matter of its text, and nothing is taken for read that was not.

    Args:
        client: which is asked.
        concurrency: how many calls there are at the same time.
    """

    def __init__(self, client: LLMClient, concurrency: int) -> None:
        self._client, self._concurrency = client, concurrency
        self._n_signs = min(_MAX_SIGNS, _SIGNS_A_CALLER * concurrency)
        self._waiting: deque[_Item] = deque()

    def over(self, outcomes: Iterable[Outcome]) -> Generator[Extracted]:
        """Yield each outcome with what was extracted, in order.

        Raises:
            BudgetSpent: What may be spent is spent.
            EndpointDown: The server fails again and again.
            CompletionFailed: Nothing is answered any more, or from the beginning.
            InvalidInput: The server refuses the key or the model.
        """
        waiting = self._waiting
        most, weight = self._concurrency * _SEGMENTS_A_CALLER, 0
        pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="graphmem-llm")
        try:
            for outcome in outcomes:
                waiting.append(_Item(outcome, self._client, pool))
                weight += waiting[-1].weight
                while waiting and (weight > most or waiting[0].answered):
                    weight -= waiting[0].weight
                    yield self._joined(waiting.popleft())
            while waiting:
                yield self._joined(waiting.popleft())
        except GraphMemError:
            # What is under way is paid for: it is waited for and kept. Who only waits between two
            # attempts is woken up.
            self._client.close()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
        except BaseException:
            # The user wants an end now, and a server may say nothing for a minute.
            self._client.close()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
        pool.shutdown()

    def _joined(self, item: _Item) -> Extracted:
        found: dict[str, Extraction] = {}
        dropped: Counter[str] = Counter()
        whole = True
        for at, (segment, asked) in enumerate(item.asked):
            try:
                said = asked.result()
            except EndpointDown:
                raise
            except (CompletionFailed, InvalidInput) as error:
                if not self._goes_on(item, at):
                    raise
                dropped[f"passages without an answer: {_short(error)}"] += len(segment.passages)
                whole = False
                continue
            dropped.update(said.dropped)
            found.update((d.uid, said.extraction_of(d)) for d in segment.passages)
        sources = tuple(_with(source, found) for source in item.outcome.sources)
        outcome = replace(item.outcome, sources=sources)
        return Extracted(outcome, dict(dropped), spent_of(item.meter.spend()), whole=whole)

    def _goes_on(self, item: _Item, at: int) -> bool:
        """Whether others are answered, so that a lost answer is a matter of its text alone.

        Raises:
            BudgetSpent: What may be spent is spent.
            EndpointDown: The server fails again and again.
        """
        n_lost = 0
        for asked in self._asked_after(item, at):
            try:
                asked.result()
            except EndpointDown:
                raise
            except (CompletionFailed, InvalidInput):
                n_lost += 1
            else:
                return True
        spent = self._client.meter.spend()
        # Towards the end nobody can tell; but who never said a word is not there.
        return n_lost < self._n_signs and spent.n_calls + spent.n_cached > 0

    def _asked_after(self, item: _Item, at: int) -> Iterator[Future[SegmentExtraction]]:
        for later in (item.asked[at + 1 :], *(one.asked for one in self._waiting)):
            yield from (asked for _, asked in later)


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
    def weight(self) -> int:
        """How many segments it stands for: what has none takes memory, too, while it waits."""
        return max(1, len(self.asked))

    @property
    def answered(self) -> bool:
        """Whether all answers are there."""
        return all(asked.done() and asked.exception() is None for _, asked in self.asked)


def _with(source: PreparedSource, found: dict[str, Extraction]) -> PreparedSource:
    passages = tuple(
        replace(passage, extraction=found.get(passage.draft.uid, passage.extraction))
        for passage in source.passages
    )
    return replace(source, passages=passages)


def _short(error: Exception) -> str:
    # Without what differs from call to call, so that equal reasons are counted as one.
    return str(error).partition(" (")[0][:120]
