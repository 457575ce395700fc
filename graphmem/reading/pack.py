"""From hits to a text for a prompt: what adds most for its tokens, in order, with citations."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp

from graphmem.core.terms import terms
from graphmem.core.uids import is_content_uid
from graphmem_schemas import Citation, Hit, Passage

__all__ = ["Packed", "Remarks", "TokenCounter", "estimate_tokens", "pack"]

TokenCounter = Callable[[str], int]
Remarks = Callable[[Sequence[str]], Mapping[str, str]]
"""From uids of passages to what is to be said beside those of them that need it."""
Place = tuple[bool, datetime, int, str, int]
"""From `order.moments_of`."""

# A passage that says nothing new is worth a tenth of what its score promises.
_REPEATED = 0.1
# Scores are logarithms of chances, and these are trusted so much less than they say.
_MILDNESS = 1.5
# Past this share of the first gain a passage is noise for whoever reads the context.
_MIN_GAIN = 0.02
# How much a passage's length counts against it: at 1 short turns crowd out what answers, at 0 one
# long passage takes all. Between .2 and .5 the gold that is cited moves by less than 2 points.
_THRIFT = 0.3


@dataclass(frozen=True, slots=True)
class Packed:
    """A context's text, the citations in it and its size."""

    text: str
    citations: tuple[Citation, ...]
    n_tokens: int


def estimate_tokens(text: str) -> int:
    """Estimate an LLM's tokens: one for four ASCII characters, one for each other character."""
    n_ascii = sum(map(str.isascii, text)) if not text.isascii() else len(text)
    return n_ascii // 4 + (len(text) - n_ascii) + 1


def pack(
    hits: Sequence[Hit],
    passages: Mapping[str, Passage],
    budget: int,
    count: TokenCounter,
    remarks: Remarks = lambda _: {},
    places: Mapping[str, Place] | None = None,
) -> Packed:
    """Choose greedily by gain per token, then lay out by source and time.

    A hit's gain is its score, less what its words repeat of those chosen before. O(hits²).

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
    asked = set[str]()
    while True:
        chosen = _choose(hits, costs, budget)
        new = [hit for hit in chosen if hit.uid not in asked]
        asked.update(hit.uid for hit in new)
        said = remarks([hit.uid for hit in new]) if new else {}
        if not said:
            break
        # A remark takes room, so that the choice may be another.
        for hit in new:
            if hit.uid in said:
                blocks[hit.uid] = _block(hit, said[hit.uid])
                costs[hit.uid] = count(f"[{len(hits)}] {blocks[hit.uid]}\n\n")
    order = sorted(chosen, key=lambda hit: _place(hit, passages[hit.uid], chosen))
    if places is not None:
        order.sort(key=lambda hit: places[hit.uid])
    lines, citations = [], []
    for number, hit in enumerate(order, start=1):
        lines.append(f"[{number}] {blocks[hit.uid]}")
        citations.append(
            Citation(
                number=number, passage=hit.uid, source=hit.source or "", ref=hit.ref, at=hit.at
            )
        )
    text = "\n\n".join(lines)
    return Packed(text, tuple(citations), count(text) if text else 0)


def _choose(hits: Sequence[Hit], costs: Mapping[str, int], budget: int) -> list[Hit]:
    """Return the chosen hits, best first."""
    bags = {hit.uid: frozenset(terms(hit.text)) for hit in hits}
    worth = _worth(hits)
    left, known, chosen, first = list(hits), set[str](), list[Hit](), 0.0
    while left:
        gains = {hit.uid: worth[hit.uid] * _news(bags[hit.uid], known) for hit in left}
        left = [hit for hit in left if costs[hit.uid] <= budget]
        if not left:
            break
        best = max(left, key=lambda hit: (gains[hit.uid] / costs[hit.uid] ** _THRIFT, hit.uid))
        if gains[best.uid] < _MIN_GAIN * first:
            break
        first = max(first, gains[best.uid])
        chosen.append(best)
        known |= bags[best.uid]
        budget -= costs[best.uid]
        left.remove(best)
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


def _place(hit: Hit, passage: Passage, chosen: Sequence[Hit]) -> tuple[int, int]:
    """Sources stand in the order of their best hit, passages in the order of their source."""
    first = next(at for at, other in enumerate(chosen) if other.source == hit.source)
    return first, passage.position


def _block(hit: Hit, remark: str = "") -> str:
    """Return a hit as the context shows it: where it is from, when, who, and its words."""
    day = f"{hit.at:%Y-%m-%d}" if hit.at else ""
    # A source that nobody named has its content's hash for a name, which costs tokens for nothing.
    named = hit.title or ("" if is_content_uid(hit.source or "") else hit.source)
    about = ", ".join(part for part in (named, day) if part)
    speaker = f"{hit.speaker}: " if hit.speaker else ""
    head = "; ".join(part for part in (about, remark) if part)
    return (f"({head}) " if head else "") + f"{speaker}{hit.text}"
