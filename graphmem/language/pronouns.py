"""What pronouns stand for, where that is safe: first and second person, he, she, it, they.

A third-person pronoun is resolved to the likeliest earlier mention by a small linear model of
pairs (after Soon, Ng and Lim 2001), and only where that is likely enough; else it is left.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from graphmem.core.terms import is_person, is_user
from graphmem.language.mentions import Nominals
from graphmem.language.parse import Parse
from graphmem.language.pronoun_features import (
    GROUPS,
    Candidate,
    echo,
    find_candidates,
    may_mean,
    pair_features,
)
from graphmem.language.propositions.discourse import Referent
from graphmem.language.weights import Weights

__all__ = [
    "OF_SEVERAL",
    "PRONOUN_MODELS",
    "allowed_candidates",
    "is_somebody",
    "is_third_person",
    "resolve_pronouns",
]

_SPEAKER = frozenset({"i", "me", "my", "mine", "myself"})
OF_SEVERAL = frozenset({"we", "us", "our", "ours", "ourselves"})
"""Of these the speaker is one: what several do, each does."""

_ADDRESSEE = frozenset({"you", "your", "yours", "yourself"})
PRONOUN_MODELS = {"he": 0, "she": 0, "it": 1, "they": 2}
# Log odds above which a pair is safe, by model; docs/language.md has precision and recall.
_BARS = (-0.25, -0.25, -0.25)
# A passage is mostly about its title: log odds that this is worth.
_TITLE_BONUS = 1.5


def resolve_pronouns(
    parse: Parse,
    nominals: Nominals,
    weights: Weights,
    *,
    speaker: str | None = None,
    addressee: str | None = None,
) -> dict[int, Referent]:
    """Return what each safely resolved pronoun stands for, by token.

    Complexity: O(pronouns · mentions within four sentences).
    """
    found = _persons(parse, speaker, addressee)
    pronouns = [
        token
        for token, word in enumerate(parse.lower)
        if word in GROUPS and is_third_person(parse, token)
    ]
    if pronouns:
        found.update(_third_persons(parse, nominals, weights, pronouns))
    return found


def _is_one_of(parse: Parse, token: int, speaker: str) -> bool:
    """Whether a word is "we" as somebody says it of what they do; "let us" asks for it."""
    asks = parse.lower[parse.heads[token]] == "let"
    return parse.lower[token] in OF_SEVERAL and not asks and is_somebody(speaker)


def is_somebody(speaker: str | None) -> bool:
    """Whether a speaker has a life of their own to tell of: an assistant has not."""
    return is_person(speaker) or is_user(speaker)


def is_third_person(parse: Parse, token: int) -> bool:
    """Whether a word is he, she, it or they in one of their forms."""
    return parse.lower[token] in GROUPS and parse.tags[token].startswith("PRP")


def _persons(parse: Parse, speaker: str | None, addressee: str | None) -> dict[int, Referent]:
    found: dict[int, Referent] = {}
    if speaker or addressee:
        for token, word in enumerate(parse.lower):
            if not parse.tags[token].startswith("PRP"):
                continue
            if speaker and (word in _SPEAKER or _is_one_of(parse, token, speaker)):
                found[token] = Referent(speaker, "person", True)
            elif addressee and word in _ADDRESSEE:
                found[token] = Referent(addressee, "person", True)
    return found


def _third_persons(
    parse: Parse, nominals: Nominals, weights: Weights, pronouns: Sequence[int]
) -> dict[int, Referent]:
    found: dict[int, Referent] = {}
    sentence_of = [
        number for number, (start, end) in enumerate(parse.sentences) for _ in range(start, end)
    ]
    waiting = find_candidates(parse, nominals, weights, sentence_of)
    seen: list[Candidate] = []
    at = 0
    for token in pronouns:
        while at < len(waiting) and waiting[at].token < token:
            seen.append(waiting[at])
            at += 1
        best = _best(parse, weights, seen, token, sentence_of[token], nominals.topics)
        if best is not None:
            found[token] = best.referent
            group = GROUPS[parse.lower[token]]
            seen.append(echo(best, token, sentence_of[token], group))
    return found


def allowed_candidates(
    parse: Parse, seen: Sequence[Candidate], token: int, sentence: int
) -> Iterator[tuple[Candidate, list[float]]]:
    """Yield what the pronoun may mean, the nearest first, with the features of the pair."""
    rank = 0
    for candidate in reversed(seen):
        distance = sentence - candidate.sentence
        if may_mean(parse, candidate, token, distance):
            yield candidate, pair_features(parse, candidate, token, distance, rank)
            rank += 1


def _best(
    parse: Parse,
    weights: Weights,
    seen: Sequence[Candidate],
    token: int,
    sentence: int,
    topics: frozenset[int],
) -> Candidate | None:
    pairs = list(allowed_candidates(parse, seen, token, sentence))
    if not pairs:
        return None
    model = PRONOUN_MODELS[GROUPS[parse.lower[token]]]
    coefficients = weights.pronoun_coefficients[model]
    scores = np.array([row for _, row in pairs], np.float32) @ coefficients[:-1]
    scores += [_TITLE_BONUS * (pair[0].referent.token in topics) for pair in pairs]
    best = int(np.argmax(scores))
    return pairs[best][0] if scores[best] + coefficients[-1] > _BARS[model] else None
