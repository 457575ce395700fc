"""From hits to a text for a prompt: what adds most for its tokens, in order, with citations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp

from graphmem.core.origins import origin
from graphmem.core.terms import terms
from graphmem.core.token_counts import TokenCounter, estimate_tokens
from graphmem.core.uids import is_content_uid
from graphmem.reading.together import belonging
from graphmem_schemas import Citation, Hit, Passage

__all__ = ["Packed", "Remarks", "TokenCounter", "estimate_tokens", "pack"]

Remarks = Callable[[Sequence[str]], Mapping[str, str]]
"""From uids of passages to what is to be said beside those of them that need it."""
Place = tuple[bool, datetime, int, str, int]
"""From `order.moments_of`."""

# A passage that says nothing new is worth a tenth of what its score promises.
_REPEATED = 0.1
# Scores are logarithms of chances, and these are trusted so much less than they say.
_MILDNESS = 1.5
# Past this share of the first gain a passage is noise for whoever reads the context.
_MIN_GAIN = 0.001
# How much a passage's length counts against it: at 1 short turns crowd out what answers, at 0 one
# long passage takes all. Between .2 and .5 the gold that is cited moves by less than 2 points.
_THRIFT = 0.3


@dataclass(frozen=True, slots=True)
class Packed:
    """A context's text, the citations in it and its size."""

    text: str
    citations: tuple[Citation, ...]
    n_tokens: int


def pack(
    hits: Sequence[Hit],
    passages: Mapping[str, Passage],
    budget: int,
    count: TokenCounter,
    remarks: Remarks = lambda _: {},
    places: Mapping[str, Place] | None = None,
) -> Packed:
    """Choose greedily by gain per token, then lay out by source and time.

    A hit's gain is its score, less what its words repeat of those chosen before. What belongs
    together is chosen together. O(hits²).

    Args:
        hits: best first.
        passages: by uid, of all hits.
        budget: tokens that the text may take.
        count: counts the tokens of a text.
        remarks: asked about passages that are chosen; what it says is part of the text.
        places: what to lay the hits out by; None: by source and position.
    """
    blocks = {hit.uid: _block(hit) for hit in hits}
    # The number and the break before each block are counted too.
    costs = {uid: count(f"[{len(hits)}] {block}\n\n") for uid, block in blocks.items()}
    units = belonging(hits, passages)
    asked = set[str]()
    while True:
        chosen = _choose(hits, units, costs, budget)
        new = [hit for unit in chosen for hit in unit if hit.uid not in asked]
        asked.update(hit.uid for hit in new)
        said = remarks([hit.uid for hit in new]) if new else {}
        if not said:
            break
        # A remark takes room, so that the choice may be another.
        for hit in new:
            if hit.uid in said:
                blocks[hit.uid] = _block(hit, said[hit.uid])
                costs[hit.uid] = count(f"[{len(hits)}] {blocks[hit.uid]}\n\n")
    while True:
        order = _ordered([hit for unit in chosen for hit in unit], passages, places)
        packed = _numbered(order, blocks, count)
        # Of many counters, a whole takes more than its parts: what was chosen last gives way.
        if packed.n_tokens <= budget or not chosen:
            return packed
        chosen.pop()


def _choose(
    hits: Sequence[Hit],
    units: Mapping[str, Sequence[Hit]],
    costs: Mapping[str, int],
    budget: int,
) -> list[list[Hit]]:
    """Return the chosen units, best first, each without what is in those before it."""
    bags = {hit.uid: frozenset(terms(hit.text)) for hit in hits}
    worth = _worth(hits)
    # What the budget cannot hold together at all may stand alone.
    apart = {uid for uid, unit in units.items() if sum(costs[one.uid] for one in unit) > budget}
    left, known, chosen, first = list(hits), set[str](), list[list[Hit]](), 0.0
    done = set[str]()
    while left:
        options = []
        for hit in left:
            unit = [hit] if hit.uid in apart else [u for u in units[hit.uid] if u.uid not in done]
            cost = sum(costs[one.uid] for one in unit)
            if cost <= budget:
                gain = sum(worth[one.uid] * _news(bags[one.uid], known) for one in unit)
                options.append((gain / max(cost, 1) ** _THRIFT, hit.uid, gain, cost, unit))
        if not options:
            break
        _, _, gain, cost, unit = max(options, key=lambda option: option[:2])
        if gain < _MIN_GAIN * first:
            break
        first = max(first, gain)
        chosen.append(unit)
        budget -= cost
        done.update(one.uid for one in unit)
        known.update(*(bags[one.uid] for one in unit))
        left = [hit for hit in left if hit.uid not in done]
    return chosen


def _worth(hits: Sequence[Hit]) -> dict[str, float]:
    """Return what each hit promises, 1 for the best; scores are logarithms of chances."""
    if not hits:
        return {}
    top = hits[0].score
    return {
        hit.uid: exp((hit.score - top) / _MILDNESS) / (1.0 + 0.1 * rank)
        for rank, hit in enumerate(hits)
    }


def _news(bag: frozenset[str], known: set[str]) -> float:
    if not bag:
        return _REPEATED
    return _REPEATED + (1.0 - _REPEATED) * len(bag - known) / len(bag)


def _ordered(
    chosen: Sequence[Hit], passages: Mapping[str, Passage], places: Mapping[str, Place] | None
) -> list[Hit]:
    """Return hits by their places, else sources by their best hit and passages as they stand."""
    if places is not None:
        return sorted(chosen, key=lambda hit: places[hit.uid])
    first: dict[str | None, int] = {}
    for at, hit in enumerate(chosen):
        first.setdefault(hit.source, at)
    return sorted(chosen, key=lambda hit: (first[hit.source], passages[hit.uid].position))


def _numbered(order: Sequence[Hit], blocks: Mapping[str, str], count: TokenCounter) -> Packed:
    lines = [f"[{at}] {blocks[hit.uid]}" for at, hit in enumerate(order, start=1)]
    citations = tuple(
        Citation(number=at, passage=hit.uid, source=hit.source or "", ref=hit.ref, at=hit.at)
        for at, hit in enumerate(order, start=1)
    )
    text = "\n\n".join(lines)
    return Packed(text, citations, count(text) if text else 0)


def _block(hit: Hit, remark: str = "") -> str:
    """Return a hit as the context shows it: where it is from, when, who, and its words."""
    # A source that nobody named has its content's hash for a name, which costs tokens for nothing.
    named = hit.title or ("" if is_content_uid(hit.source or "") else hit.source)
    about = ", ".join(origin([named], hit.at))
    speaker = f"{hit.speaker}: " if hit.speaker else ""
    head = "; ".join(part for part in (about, remark) if part)
    return (f"({head}) " if head else "") + f"{speaker}{hit.text}"
