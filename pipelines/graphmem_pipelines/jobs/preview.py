"""What an ingest would read and cost, before anything is stored or asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from graphmem.core.usage import Usage
from graphmem.models.llm.prices import PriceTable, load_prices
from graphmem.writing.llm.estimate import estimate
from graphmem.writing.llm.segments import group
from graphmem_pipelines.engines.base import Outcome, Recipe
from graphmem_pipelines.engines.worker import Worker
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.report import Failure
from graphmem_pipelines.ledger.rows import Item

__all__ = ["Preview", "preview_items", "preview_outcomes"]

_MAX_FAILURES = 20


@dataclass(frozen=True, slots=True)
class Preview:
    """What a job would do.

    Attributes:
        n_items: that would be read; what is unchanged is not among them.
        n_failed: of these, that cannot be read.
        n_calls: of the LLM, where no answer needs a repair.
        usage: tokens of these calls, by estimate: prompts are counted as they would be sent,
            answers by how long recorded ones are (ADR 0019).
        cost: in US dollars; None where the price of the model is not known.
        prices_of: day of the table of prices.
        failures: the first 20 items that cannot be read.
    """

    n_items: int
    n_failed: int
    n_passages: int
    n_calls: int = 0
    usage: Usage = field(default_factory=Usage)
    cost: float | None = 0.0
    prices_of: str = ""
    failures: tuple[Failure, ...] = ()


def preview_items(items: Iterable[Item], recipe: Recipe, llm: LLMChoice | None) -> Preview:
    """Read items as a job would, without models, and price what an LLM would be asked.

    Args:
        items: of the ledger.
        recipe: how they are read.
        llm: which would extract; None is none.
    """
    worker = Worker(replace(recipe, depth="cut"))
    return preview_outcomes(((item.key, worker.read(item)) for item in items), llm)


def preview_outcomes(outcomes: Iterable[tuple[str, Outcome]], llm: LLMChoice | None) -> Preview:
    """Count what was read, and price what an LLM would be asked about it.

    Args:
        outcomes: each with the name of its source.
        llm: which would extract; None is none.
    """
    counts: Counter[str] = Counter()
    usage = Usage()
    failures: list[Failure] = []
    for name, outcome in outcomes:
        counts["items"] += 1
        if outcome.error is not None:
            failures.append(Failure(name, outcome.error))
        counts["passages"] += sum(len(source.passages) for source in outcome.sources)
        for used in _calls(outcome) if llm else ():
            counts["calls"] += 1
            usage += used
    prices = load_prices() if llm else PriceTable(())
    return Preview(
        counts["items"],
        len(failures),
        counts["passages"],
        counts["calls"],
        usage,
        _cost(usage, llm, prices),
        prices.written,
        tuple(failures[:_MAX_FAILURES]),
    )


def _calls(outcome: Outcome) -> Iterable[Usage]:
    for source in outcome.sources:
        for segment in group([passage.draft for passage in source.passages]):
            yield estimate(segment)


def _cost(usage: Usage, llm: LLMChoice | None, prices: PriceTable) -> float | None:
    if llm is None:
        return 0.0
    price = prices.of(llm.model.partition(":")[2])
    return price.of(usage) if price else None
