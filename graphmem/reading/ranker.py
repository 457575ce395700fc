"""The weights of the ranking, and the two linear stages that they are for.

`weights.json` is made by `scripts/fit_ranker.py`; what it was fitted on and what it reached
stands in `docs/quality.md`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from graphmem.core.lexical import PassageKind
from graphmem.errors import InvalidInput
from graphmem.ports import Float32
from graphmem.reading.pairs import PAIR_FEATURES, SUMMARIES
from graphmem.reading.signals import SIGNALS

__all__ = ["PART_NAMES", "WEIGHED_NAMES", "Ranker", "default_ranker"]

WEIGHED_NAMES: tuple[str, ...] = (*(signal.name for signal in SIGNALS), *SUMMARIES)
"""What has a weight in the last stage."""

PART_NAMES: tuple[str, ...] = (*WEIGHED_NAMES, "collection", "credit")
"""What a score is the sum of; the last only where feedback tells something of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ranker:
    """What each thing that is known of a passage counts for.

    Attributes:
        first: (kinds, len(SIGNALS)) the first stage, by the sort of passage.
        pair: (len(PAIR_FEATURES) + 1,) the logistic model of pairs, its bias last.
        final: (kinds, len(WEIGHED_NAMES)) the second stage.
        paired: (kinds,) the sorts of passages that are looked at in pairs.
    """

    first: Float32
    pair: Float32
    final: Float32
    paired: npt.NDArray[np.bool_]

    def first_scores(self, signals: Float32, kinds: npt.NDArray[np.intp]) -> Float32:
        """Return (n,) the scores of the first stage."""
        scores: Float32 = (signals * self.first[kinds]).sum(axis=1)
        return scores

    def parts(self, signals: Float32, summaries: Float32, kinds: npt.NDArray[np.intp]) -> Float32:
        """Return (n, len(WEIGHED_NAMES)) what the final scores are the sums of."""
        return np.concatenate([signals, summaries], axis=1) * self.final[kinds]

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> Ranker:
        """Make a ranker of what `to_json` returned.

        Raises:
            InvalidInput: There is a weight for something that nobody measures.
        """
        final = _table(given["final"], WEIGHED_NAMES)
        _check_names("feature of pairs", given["pair"], (*PAIR_FEATURES, "bias"))
        pair = [given["pair"].get(name, 0.0) for name in (*PAIR_FEATURES, "bias")]
        paired: npt.NDArray[np.bool_] = (final[:, len(SIGNALS) :] != 0).any(axis=1)
        return cls(
            first=_table(given["first"], WEIGHED_NAMES[: len(SIGNALS)]),
            pair=np.array(pair, np.float32),
            final=final,
            paired=paired,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the weights by name; those of 0 are left out."""
        return {
            "first": _named(self.first, WEIGHED_NAMES[: len(SIGNALS)]),
            "pair": dict(zip((*PAIR_FEATURES, "bias"), self.pair.tolist(), strict=True)),
            "final": _named(self.final, WEIGHED_NAMES),
        }


@cache
def default_ranker() -> Ranker:
    """Return the ranker that ships with graphmem."""
    text = files("graphmem.reading").joinpath("weights.json").read_text("utf-8")
    return Ranker.from_json(json.loads(text))


def _check_names(what: str, given: Iterable[str], known: Sequence[str]) -> None:
    """Refuse weights that would count for nothing without a word."""
    if unknown := sorted(set(given) - set(known)):
        raise InvalidInput(f"no {what} is called {unknown[0]!r}: these are {', '.join(known)}")


def _table(given: Mapping[str, Mapping[str, float]], names: tuple[str, ...]) -> Float32:
    _check_names("sort of passage", given, [kind.name for kind in PassageKind])
    for weights in given.values():
        _check_names("signal", weights, names)
    rows = [[given.get(kind.name, {}).get(name, 0.0) for name in names] for kind in PassageKind]
    return np.array(rows, np.float32)


def _named(table: Float32, names: tuple[str, ...]) -> dict[str, dict[str, float]]:
    return {
        kind.name: {
            name: round(value, 4)
            for name, value in zip(names, row, strict=True)
            if abs(value) > 5e-5
        }
        for kind, row in zip(PassageKind, table.tolist(), strict=True)
    }
