"""Which passages answer together: the pair model over the best candidates and all others.

Source: retrieval by pairs of passages, measured on MuSiQue, 2Wiki and HotpotQA; logistic
regression on what links two passages and what they cover together.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np
import numpy.typing as npt

from graphmem.core.kernels.pairs import PairInput, pair_features
from graphmem.core.lexical import MAX_QUERY_TERMS, Feature
from graphmem.core.mentions import Mentions, Said
from graphmem.ports import Float32, TextMatch, WalkGraph
from graphmem.reading.evidence import Evidence

__all__ = [
    "PAIR_FEATURES", "SUMMARIES", "PairGround", "Pairs", "pair_ground",
    "summarise", "tie",
]  # fmt: skip

PAIR_FEATURES = (
    "link", "said in source", "link is title", "covered together", "candidate adds",
    "source adds", "adds to pieces", "title link", "link is source's title", "link is asked",
    "candidate's score", "rank of source", "source's score", "candidate named",
)  # fmt: skip
SUMMARIES = (
    "together", "best partner", "best as source", "is source", "first score",
    "share of sources", "best share",
)  # fmt: skip
"""What the pairs of a candidate say about it, and its score of the first stage; the shares are
among all partners of a source, which mostly has but one."""

N_SOURCES = 20
# More than the sources: while weights are fitted, these change.
_N_LOOKED_THROUGH = 40
# A name that more passages mention is a hub: it says nothing about any of them.
_HUB_PASSAGES, _HUB_SHARE = 30, 0.05
_LOWEST, _SCALE = -12.0, 4.0
_NO_PAIR = -20.0
_LEAST = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """s sources and n candidates.

    Attributes:
        sources: (s,) positions among the candidates, best first.
        features: (s, n, len(PAIR_FEATURES)).
        scores: (n,) of the first stage, 0 for the best, down to -3.
    """

    sources: npt.NDArray[np.int64]
    features: Float32
    scores: Float32


@dataclass(frozen=True, slots=True, eq=False)
class PairGround:
    """What pairs are made of, for n candidates.

    Attributes:
        mentions: of the candidates.
        first: (t,) positions of those whose titles are looked for and that are looked through.
        said: how much is said with each mention, and with titles.
        rarity: (e,) ln(n / df) / ln n by entity, 0 for hubs.
        covered: (n,) bits of the question's terms.
        masses: (64,) the share of the question that each bit stands for.
        pieces: (n, p) cosines with the pieces of the question, 0 or more.
        named: (n,) how much of the question the title is, where it stands there as it is.
        paired: (n,) whether the candidate takes part.
    """

    mentions: Mentions
    first: npt.NDArray[np.int64]
    said: Said
    rarity: Float32
    covered: npt.NDArray[np.uint64]
    masses: npt.NDArray[np.float64]
    pieces: Float32
    named: Float32
    paired: npt.NDArray[np.bool_]


def pair_ground(
    evidence: Evidence,
    scores: Float32,
    paired: npt.NDArray[np.bool_],
    match: TextMatch,
    graph: WalkGraph,
) -> PairGround:
    """Return what ties candidates together. O(links of the candidates and of their names).

    Args:
        evidence: the candidates.
        scores: (n,) of the first stage.
        paired: (n,) which of them take part.
        match: what the question's words find.
        graph: who mentions what.
    """
    mentions = graph.mentions(evidence.pool.uids)
    first = np.argsort(-_only(scores, paired), kind="stable")[:_N_LOOKED_THROUGH]
    return PairGround(
        mentions=mentions,
        first=first,
        said=match.said(evidence.pool.rows, mentions, first),
        rarity=_rarity(mentions),
        covered=evidence.pool.evidence.covered,
        masses=_masses(match),
        pieces=np.ascontiguousarray(np.maximum(evidence.pieces, np.float32(0))),
        named=evidence.words[:, Feature.TITLE_EXACT],
        paired=paired,
    )


def tie(ground: PairGround, scores: Float32) -> Pairs:
    """Return the features of all pairs of one of the best candidates and any other.

    O(sources x (mentions + candidates)).

    Args:
        ground: what they are made of.
        scores: (n,) of the first stage.
    """
    chosen = _only(scores, ground.paired)
    n_sources = min(N_SOURCES, int(ground.paired.sum()))
    sources = np.argsort(-chosen, kind="stable")[:n_sources]
    said, mentions = ground.said, ground.mentions
    found = pair_features(
        PairInput(
            sources=sources,
            starts=mentions.starts,
            numbers=mentions.numbers,
            titled=mentions.titled,
            said=said.mentions,
            rarity=ground.rarity,
            asked=said.asked,
            titles=_rows_of(said.titles, ground.first, sources),
            by_titles=_rows_of(said.by_titles, ground.first, sources),
            title_rarity=said.rarity,
            covered=ground.covered,
            masses=ground.masses,
            pieces=ground.pieces,
        )
    )
    below = np.maximum(chosen - chosen.max(initial=-1e6), _LOWEST) / np.float32(_SCALE)
    n_found = found.shape[2]
    features = np.empty((*found.shape[:2], len(PAIR_FEATURES)), np.float32)
    features[..., :n_found] = found
    features[..., n_found] = below
    features[..., n_found + 1] = np.log1p(np.arange(n_sources))[:, None]
    features[..., n_found + 2] = below[sources][:, None]
    features[..., n_found + 3] = ground.named
    return Pairs(sources, features, below)


def summarise(pairs: Pairs, weights: Float32) -> Float32:
    """Return (n, len(SUMMARIES)) what the pairs of each candidate say about it.

    Args:
        pairs: from `tie`.
        weights: (len(PAIR_FEATURES) + 1,) of the logistic model, the bias last.
    """
    logits = pairs.features @ weights[:-1] + weights[-1]
    places = np.arange(len(pairs.sources))
    logits[places, pairs.sources] = _NO_PAIR
    chances = 1.0 / (1.0 + np.exp(-np.clip(logits, -30.0, 30.0)))
    as_source = logits.max(axis=1)
    out = np.zeros((logits.shape[1], len(SUMMARIES)), np.float32)
    out[:, 0] = np.log(_LEAST + chances.sum(axis=0))
    out[:, 1] = logits.max(axis=0) / _SCALE
    out[:, 2] = np.median(as_source) / _SCALE
    out[pairs.sources, 2] = as_source / _SCALE
    out[pairs.sources, 3] = 1.0
    out[:, 4] = pairs.scores
    shares = logits - _log_sums(logits)
    out[:, 5] = np.log(_LEAST + np.exp(shares).sum(axis=0))
    out[:, 6] = np.maximum(shares.max(axis=0), _LOWEST) / _SCALE
    return out


def _log_sums(logits: Float32) -> Float32:
    """Return (s, 1) ln of the sum over each row of what the logits are the logarithms of."""
    tops = logits.max(axis=1, keepdims=True)
    sums: Float32 = tops + np.log(np.exp(logits - tops).sum(axis=1, keepdims=True))
    return sums


def _only(scores: Float32, paired: npt.NDArray[np.bool_]) -> Float32:
    """Return the scores, those of the others far below."""
    return np.where(paired, scores, np.float32(-1e6)).astype(np.float32)


def _rows_of(
    table: Float32, first: npt.NDArray[np.int64], sources: npt.NDArray[np.int64]
) -> Float32:
    """Return (s, n) the table's rows of the sources, -1 for a source that it has not."""
    places = {at: place for place, at in enumerate(first.tolist())}
    known = np.array([places.get(at, -1) for at in sources.tolist()], np.int64)
    out = table[known] if len(table) else np.full((len(sources), table.shape[1]), -1.0)
    out[known < 0] = -1.0
    return np.ascontiguousarray(out, np.float32)


def _rarity(mentions: Mentions) -> Float32:
    """Return ln(n / df) / ln n for each entity, 0 for hubs."""
    n = max(mentions.n_passages, 3)
    counts = np.maximum(mentions.counts, 2)
    rarity = np.log(n / np.minimum(counts, n)) / log(n)
    return np.where(counts > max(_HUB_PASSAGES, _HUB_SHARE * n), 0.0, rarity).astype(np.float32)


def _masses(match: TextMatch) -> npt.NDArray[np.float64]:
    """Return the share of the question that each bit stands for."""
    masses = np.zeros(MAX_QUERY_TERMS)
    masses[: len(match.idfs)] = match.idfs
    return masses / (sum(match.idfs) + 1e-9)
