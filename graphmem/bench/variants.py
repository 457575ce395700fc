"""The engine with one thing left out: what an ablation compares.

Weights of what is left out are set to 0 and the others stay as they are: what a refit would
regain is not counted (`scripts/fit_ranker.py` refits).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import numpy as np

from graphmem.bench.fewer import Unlinked, Unvectored, Unworded
from graphmem.bench.spaces import Remembering
from graphmem.reading.engine import Engine
from graphmem.reading.pairs import PAIR_FEATURES, SUMMARIES
from graphmem.reading.ranker import Ranker
from graphmem.reading.signals import SIGNALS

__all__ = ["FULL", "GROUPS", "VARIANTS", "WEIGHED", "Variant", "unlisted"]

WEIGHED = (*(signal.name for signal in SIGNALS), *SUMMARIES)
"""What has a weight in the last stage, in the order of its columns."""

FULL = "graphmem"

GROUPS: dict[str, frozenset[str]] = {
    "words": frozenset((
        "passage", "sentence", "pairs of terms", "coverage", "proper coverage", "rest coverage",
        "proper", "rarest",
    )),
    "windows and sessions": frozenset((
        "window", "session", "session best", "answer", "next", "coverage near", "dense next",
        "dense before", "dense answer", "dense session",
    )),
    "cosine": frozenset(("dense", "pseudo feedback")),
    "pieces and relation": frozenset(
        ("relation", "best piece", "mean piece", "adds to pieces")
    ),
    "joined windows": frozenset(("dense with question", "dense window", "dense wide window")),
    "titles": frozenset((
        "title share", "title exact", "candidate named", "link is title", "title link",
        "link is source's title",
    )),
    "answer types": frozenset(
        ("time wanted", "number wanted", "place wanted", "preference", "asks")
    ),
    "dates and months": frozenset(
        ("date", "near", "starts", "ends", "both", "overlap", "dated", "implied")
    ),
    "speakers and roles": frozenset(("speaker", "user", "first person", "length of speaker")),
    "shape": frozenset(("length", "length asked", "position", "sentences")),
}  # fmt: skip
"""Signals and features of pairs by what they are of."""

_OF_WALK = frozenset(("walk",))
_N_SIGNALS = len(SIGNALS)
# The first stage without a fitted weight: the shares of the best BM25 and of the best cosine,
# as sharp as the fitted scores are, so that the walk begins at few passages.
_UNFITTED = {"passage": 5.0, "dense": 5.0}
# Far below what a visit counts: orders those that the walk did not come to.
_TIE = 1e-3


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of an ablation.

    Attributes:
        name: what the row is called.
        apply: makes it of the whole engine.
    """

    name: str
    apply: Callable[[Engine, Remembering], Engine]


def unlisted() -> frozenset[str]:
    """Return the signals that are in no group: they are left out by no row of their own."""
    listed = frozenset[str]().union(_OF_WALK, *GROUPS.values())
    return frozenset(signal.name for signal in SIGNALS) - listed


def _without(names: Collection[str]) -> Callable[[Engine, Remembering], Engine]:
    def apply(engine: Engine, _: Remembering) -> Engine:
        return replace(engine, ranker=_zeroed(engine.ranker, names))

    return apply


def _zeroed(ranker: Ranker, names: Collection[str]) -> Ranker:
    kept = np.array([name not in names for name in WEIGHED], np.float32)
    in_pairs = [name not in names for name in (*PAIR_FEATURES, "bias")]
    return replace(
        ranker,
        first=ranker.first * kept[:_N_SIGNALS],
        final=ranker.final * kept,
        pair=ranker.pair * np.array(in_pairs, np.float32),
    )


def _first_stage(ranker: Ranker) -> Ranker:
    """Return the ranker that stops after the first stage."""
    final = np.zeros_like(ranker.final)
    final[:, :_N_SIGNALS] = ranker.first
    return replace(ranker, final=final)


def _without_words(engine: Engine, _: Remembering) -> Engine:
    return replace(engine, text=Unworded(engine.text))


def _without_cosine(engine: Engine, embedder: Remembering) -> Engine:
    return replace(engine, vectors=Unvectored(engine.vectors, embedder, of_question=True))


def _without_pieces(engine: Engine, embedder: Remembering) -> Engine:
    return replace(engine, vectors=Unvectored(engine.vectors, embedder, of_question=False))


def _without_walk(engine: Engine, _: Remembering) -> Engine:
    return replace(engine, walk=Unlinked(engine.walk, walks=False, mentions_any=True))


def _without_names(engine: Engine, _: Remembering) -> Engine:
    return replace(engine, walk=Unlinked(engine.walk, walks=True, mentions_any=False))


def _without_pairs(engine: Engine, _: Remembering) -> Engine:
    return replace(engine, ranker=_first_stage(engine.ranker))


def _without_links(engine: Engine, _: Remembering) -> Engine:
    graph = Unlinked(engine.walk, walks=False, mentions_any=False)
    return replace(engine, walk=graph, ranker=_first_stage(engine.ranker))


def _walk_alone(engine: Engine, _: Remembering) -> Engine:
    """Rank by Personalized PageRank from BM25 and cosine: what is left without fitted weights."""
    ranker = engine.ranker
    first = np.zeros_like(ranker.first)
    for name, weight in _UNFITTED.items():
        first[:, WEIGHED.index(name)] = weight
    final = np.zeros_like(ranker.final)
    final[:, WEIGHED.index("walk")] = 1.0
    final[:, WEIGHED.index("first score")] = _TIE
    paired = np.ones_like(ranker.paired)
    return replace(engine, ranker=replace(ranker, first=first, final=final, paired=paired))


VARIANTS: tuple[Variant, ...] = (
    Variant(FULL, lambda engine, _: engine),
    *(Variant(f"without {name}", _without(names)) for name, names in GROUPS.items()),
    Variant("no candidates by words", _without_words),
    Variant("no candidates by cosine", _without_cosine),
    Variant("no candidates by pieces", _without_pieces),
    Variant("without the walk", _without_walk),
    Variant("without names in pairs", _without_names),
    Variant("without pairs", _without_pairs),
    Variant("without the graph", _without_links),
    Variant("the walk alone", _walk_alone),
)
"""All rows, the whole engine first."""
