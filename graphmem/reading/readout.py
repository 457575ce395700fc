"""A working memory read out: its points, then the passages that they rest on, with citations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphmem.core.points import Point
from graphmem.core.token_counts import TokenCounter, estimate_tokens
from graphmem.reading.pack import Packed, pack
from graphmem_schemas import Context, Hit, Passage, Recall

__all__ = ["read_out"]

_HEAD = "What belongs together:"
# Of the budget, so much may go to points; the passages are what they can be checked by.
_FOR_POINTS = 0.5


def read_out(
    points: Sequence[Point],
    hits: Sequence[Hit],
    passages: Mapping[str, Passage],
    recall: Recall,
    budget: int,
    count: TokenCounter = estimate_tokens,
) -> Context:
    """Return a text that keeps within the budget; empty where there is nothing to say.

    Args:
        points: in the order in which they are told.
        hits: passages, best first.
        passages: by uid, of all hits.
        recall: how the question was answered to begin with.
        budget: tokens that the text may take.
        count: counts the tokens of a text.
    """
    chosen, cost = _fitting(points, len(hits), int(budget * _FOR_POINTS), count)
    while True:
        packed = pack(hits, passages, budget - cost, count)
        told = _told(chosen, packed)
        text = "\n\n".join(part for part in (told, packed.text) if part)
        # Of many counters, a whole takes more than its parts: the last points give way.
        if not chosen or count(text) <= budget:
            break
        chosen, cost = _fitting(chosen[:-1], len(hits), cost, count)
    shown = recall.model_copy(update={"hits": tuple(hits)})
    if not text or (recall.abstained and not told):
        reason = recall.abstained or (
            f"nothing fits into {budget} tokens: raise the budget" if hits else "nothing was found"
        )
        return Context(text="", abstained=reason, recall=shown)
    # With points there is something to say, whatever the search thought of itself.
    return Context(text=text, citations=packed.citations, n_tokens=count(text), recall=shown)


def _fitting(
    points: Sequence[Point], n_hits: int, budget: int, count: TokenCounter
) -> tuple[list[Point], int]:
    """Return the points that fit, from the first on, and what they cost at most."""
    highest = {uid: n_hits for point in points for uid in point.evidence}
    cost, chosen = count(f"{_HEAD}\n\n\n"), list[Point]()
    for point in points:
        more = count(f"{_line(point, highest)}\n")
        if cost + more > budget:
            break
        chosen.append(point)
        cost += more
    return chosen, cost if chosen else 0


def _told(points: Sequence[Point], packed: Packed) -> str:
    number = {citation.passage: citation.number for citation in packed.citations}
    return "\n".join((_HEAD, *(_line(point, number) for point in points))) if points else ""


def _line(point: Point, number: Mapping[str, int]) -> str:
    cited = sorted(number[uid] for uid in point.evidence if uid in number)
    return f"- {point.text}" + (f" [{', '.join(map(str, cited))}]" if cited else "")
