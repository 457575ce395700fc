"""The two losses: a listwise softmax over candidates, and logistic regression over pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

__all__ = ["Ranking", "fit_listwise", "fit_logistic"]

Float = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]


class Ranking(NamedTuple):
    """The candidates of one question.

    Attributes:
        features: (n, f).
        gold: (n,) which of them answer.
        weight: of the question.
    """

    features: Float
    gold: Bools
    weight: float


def fit_listwise(rankings: Sequence[Ranking], l2: float) -> npt.NDArray[np.float64]:
    """Return (f,) weights under which each gold candidate is likely among those that are not.

    Minimises the mean of -ln softmax(score of a gold candidate, among it and all that are not
    gold) over the gold of a question, plus l2 |w|², by L-BFGS. Cao et al. 2007, "Learning to
    Rank: From Pairwise Approach to Listwise Approach", but that the gold of one question does
    not compete: all of it is wanted.
    """
    known = [one for one in rankings if one.gold.any()]
    features = np.concatenate([one.features for one in known]).astype(np.float32)
    starts = np.cumsum([0, *(len(one.gold) for one in known)])[:-1]
    question = np.repeat(np.arange(len(known)), [len(one.gold) for one in known])
    weights = np.array([one.weight for one in known])
    gold = np.concatenate([one.gold for one in known])
    wanted = np.flatnonzero(gold)
    asked = question[wanted]
    counts = (weights / np.bincount(asked))[asked]
    total = weights.sum()

    def loss(w: Float) -> tuple[float, Float]:
        scores = (features @ w.astype(np.float32)).astype(np.float64)
        scores -= np.maximum.reduceat(scores, starts)[question]
        odds = np.exp(scores)
        against = np.add.reduceat(np.where(gold, 0.0, odds), starts)
        mass = odds[wanted] + against[asked]
        slope = odds * np.bincount(asked, counts / mass)[question]
        slope[wanted] = counts * (odds[wanted] / mass - 1.0)
        value = (counts * (np.log(mass) - scores[wanted])).sum() / total + l2 * (w @ w)
        return value, (features.T @ slope.astype(np.float32)) / total + 2 * l2 * w

    return _minimum(loss, np.zeros(features.shape[1]))


def fit_logistic(
    features: Float, answers: Bools, weights: Float, l2: float
) -> npt.NDArray[np.float64]:
    """Return (f + 1,) weights of a logistic model on standardised features, the bias last."""
    means, spreads = features.mean(axis=0), features.std(axis=0) + 1e-6
    scaled = np.c_[(features - means) / spreads, np.ones(len(features))].astype(np.float32)
    shares = (weights * len(weights) / weights.sum()).astype(np.float32)
    target = answers.astype(np.float32)

    def loss(w: Float) -> tuple[float, Float]:
        logits = scaled @ w.astype(np.float32)
        chances = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
        likely = np.log(np.where(answers, chances, 1 - chances) + 1e-9)
        slope = (scaled.T @ (shares * (chances - target))).astype(np.float64)
        slope[:-1] += 2 * l2 * w[:-1]
        return float(-(shares * likely).sum() + l2 * (w[:-1] @ w[:-1])), slope

    found = _minimum(loss, np.zeros(scaled.shape[1]))
    raw = found[:-1] / spreads
    return np.append(raw, found[-1] - raw @ means)


def _minimum(loss: object, start: Float) -> npt.NDArray[np.float64]:
    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 200})
    weights: npt.NDArray[np.float64] = found.x
    return weights
