"""What kind of thing a word stands for, from the encoder's state of the word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np

from graphmem.language.parse import Parse
from graphmem.language.weights import Weights
from graphmem_schemas import EntityKind

__all__ = ["GROUPS", "LIVING", "female_odds", "word_kinds"]

LIVING = frozenset({"person", "animal"})
"""The kinds of whom it can be said how old they are, what they are called, and that they died."""
GROUPS = frozenset(
    "band board class club committee company couple crew crowd family group household jury "
    "orchestra panel party squad staff team".split()
)
"""These are several people: a number says how many, and none of them is meant alone."""


def word_kinds(parse: Parse, weights: Weights, words: Sequence[int]) -> dict[int, EntityKind]:
    """Return the likeliest kind of each of the words; numbers are quantities.

    Complexity: O(len(words) · n_kinds · 768), one matrix product.
    """
    if not words:
        return {}
    scores = parse.states[list(words)] @ weights.kind_coefficients.T + weights.kind_biases
    best = np.argmax(scores, axis=1).tolist()
    return {
        word: "quantity" if parse.tags[word] == "CD" else cast("EntityKind", weights.kinds[column])
        for word, column in zip(words, best, strict=True)
    }


def female_odds(parse: Parse, weights: Weights, words: Sequence[int]) -> dict[int, float]:
    """Return the log odds of "she" against "he" for each of the words."""
    if not words:
        return {}
    scores = parse.states[list(words)] @ weights.gender_coefficients[:-1]
    return dict(zip(words, (scores + weights.gender_coefficients[-1]).tolist(), strict=True))
