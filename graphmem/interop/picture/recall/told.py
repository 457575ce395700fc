"""What a picture of a recall tells: the cited passages, the walk, and what was left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from graphmem.core.origins import origin as where_from
from graphmem_schemas import Context, Hit, Recall

__all__ = [
    "Cited",
    "Place",
    "Role",
    "Walk",
    "analysis",
    "cited",
    "dropped",
    "origin",
    "status_of",
    "unwalked",
    "walk_of",
]

Role = Literal["seed", "between", "hit"]
_MOST_SEEDS, _MOST_HITS = 6, 8
_HEAD = re.compile(r"\(((?:[^()]|\([^()]*\))*)\) ")


@dataclass(frozen=True, slots=True)
class Cited:
    """One passage of the context.

    Attributes:
        head: where it is from, when, and whether it still holds, as the context says it.
        text: its words.
    """

    number: int
    uid: str
    head: str
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A node that the walk touched.

    Attributes:
        mass: share of the walk that began here, 0 to 1.
        rank: 1 is the best hit; 0: it is none.
    """

    uid: str
    text: str
    role: Role
    mass: float = 0.0
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Walk:
    """Places by uid, and the kinds of the edges that were taken between each two of them."""

    places: Mapping[str, Place] = field(default_factory=dict)
    steps: Mapping[tuple[str, str], str] = field(default_factory=dict)


def cited(context: Context) -> list[Cited]:
    """Take the packed text apart into its passages."""
    hits = {hit.uid: hit for hit in context.recall.hits}
    rows, start = [], 0
    for citation in context.citations:
        start += len(f"[{citation.number}] ")
        hit = hits.get(citation.passage)
        said = f"{hit.speaker}: {hit.text}" if hit and hit.speaker else hit.text if hit else ""
        at = context.text.find(said, start) if said else -1
        if at >= 0:
            # By its very words: some of them may look like the next citation.
            head, text = context.text[start:at].strip()[1:-1], said
            start = at + len(said)
        else:
            end = context.text.find(f"\n\n[{citation.number + 1}] ", start)
            end = end if end >= 0 else len(context.text)
            head, text = _parted(context.text[start:end])
            start = end
        rows.append(Cited(citation.number, citation.passage, head, text))
        start += len("\n\n")
    return rows


def _parted(block: str) -> tuple[str, str]:
    """Part what a block says of itself from its words, as what stands beside a hit is packed."""
    found = _HEAD.match(block)
    return (found[1], block[found.end() :]) if found else ("", block)


def status_of(context: Context) -> str:
    """Say how much was packed, and how sure the memory is."""
    n = len(context.citations)
    return (
        f"{n} passage{'' if n == 1 else 's'}, {context.n_tokens:,} tokens; "
        f"{context.recall.confidence:.0%} sure that the memory has an answer"
    )


def dropped(context: Context) -> tuple[list[Hit], str]:
    """Return the hits that the context does not hold, and why."""
    packed = {citation.passage for citation in context.citations}
    hits = [hit for hit in context.recall.hits if hit.uid not in packed]
    if context.abstained:
        return hits, "the memory abstains, so nothing is packed"
    return hits, "others told more for their tokens, or the budget was spent"


def walk_of(recall: Recall) -> Walk:
    """Return the first seeds and hits, and every way that is told between them."""
    rank = {hit.uid: n for n, hit in enumerate(recall.hits, 1)}
    places = {
        seed.uid: Place(seed.uid, seed.text, "seed", seed.mass, rank.get(seed.uid, 0))
        for seed in recall.trace.seeds[:_MOST_SEEDS]
    }
    told = [hit for n, hit in enumerate(recall.hits) if n < _MOST_HITS or hit.why]
    for hit in told:
        places.setdefault(hit.uid, Place(hit.uid, hit.text, "hit", rank=rank[hit.uid]))
    steps: dict[tuple[str, str], str] = {}
    for step in (step for hit in told for step in hit.why):
        for uid in (step.start, step.end):
            places.setdefault(uid, Place(uid, step.text, "between"))
        kinds = steps.get((step.start, step.end))
        if step.kind not in (kinds or "").split(" · "):
            steps[step.start, step.end] = f"{kinds} · {step.kind}" if kinds else step.kind
    return Walk(places, steps)


def unwalked(walk: Walk) -> str:
    """Say why there is no walk to draw; nothing where there is one."""
    if not walk.places:
        return "There was nothing to walk from."
    if not walk.steps:
        return "Nothing joins what is found: each was found for itself, so no way is drawn."
    return ""


def analysis(recall: Recall) -> list[tuple[str, str]]:
    """Return what was made of the question, by name."""
    trace = recall.trace
    return [
        ("Names", ", ".join(trace.names) or "none"),
        ("Words", ", ".join(trace.terms) or "none"),
        ("Ranking", f"{trace.mode}: {trace.mode_reason}" if trace.mode else "as scored"),
        (
            "Looked at",
            f"{trace.n_candidates:,} candidates; the walk took {trace.n_pushed:,} steps",
        ),
    ]


def origin(hit: Hit) -> str:
    """Say where a hit is from, in one line."""
    gone = ["no longer so"] if hit.superseded_by else []
    return " · ".join([*where_from([hit.kind, hit.title or hit.source], hit.at), *gone])
