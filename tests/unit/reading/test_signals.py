"""The features of candidates: their scales, their gates, and the weights by name."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import fields
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from graphmem.core.aside import Aside
from graphmem.core.lexical import Feature, PassageKind
from graphmem.errors import InvalidInput
from graphmem.ports import Float32
from graphmem.reading.evidence import Evidence
from graphmem.reading.pairs import PAIR_FEATURES, Pairs, summarise
from graphmem.reading.pieces import (
    MAX_PIECES,
    embed_ahead,
    embed_parts,
    in_parts,
    pieces,
    relation,
)
from graphmem.reading.ranker import PART_NAMES, Ranker, default_ranker
from graphmem.reading.signals import SIGNALS, signals_of
from graphmem.testing.fakes import FakeEmbedder

NAMES = [signal.name for signal in SIGNALS]


class _Pool(SimpleNamespace):
    def __len__(self) -> int:
        return int(self.size)


def evidence(n: int, seed: int = 0, **given: Any) -> Evidence:
    random = np.random.default_rng(seed)

    def table(*shape: int) -> Any:
        return random.normal(size=shape).astype(np.float32)

    values: dict[str, Any] = {
        "pool": _Pool(size=n), "words": np.abs(table(n, len(Feature))), "cosines": table(n, 4),
        "feedback": table(n), "around": table(n, 2), "windows": table(n, 3),
        "session_cosines": table(n), "visits": table(n), "asks_assistant": False,
        "collections": np.zeros(n, np.int64), **given,
    }  # fmt: skip
    known = {field.name for field in fields(Evidence)}
    return Evidence(**{name: value for name, value in values.items() if name in known})


def column(found: Any, name: str) -> list[float]:
    return cast("list[float]", found[:, NAMES.index(name)].tolist())


def test_that_each_signal_is_its_column_over_the_best_of_its_scale() -> None:
    given = evidence(30, seed=3)
    found = signals_of(given)
    for at, signal in enumerate(SIGNALS):
        raw: Any = signal.column(given)
        if signal.scale is not None:
            top = max(float(signal.scale(given).max()), 1e-6)
            raw = np.maximum(raw, np.float32(0)) / np.float32(top)
        assert found[:, at].tobytes() == np.ascontiguousarray(raw).tobytes(), signal.name


def test_that_what_is_scaled_is_0_to_1_where_the_scale_is_its_own() -> None:
    found = signals_of(evidence(40, seed=4))
    for at, signal in enumerate(SIGNALS):
        if signal.scale is signal.column:
            assert found[:, at].min() >= 0.0
            assert found[:, at].max() == 1.0


def test_that_no_positive_value_is_none_of_a_thing_and_no_division_by_it() -> None:
    nothing = np.zeros((5, len(Feature)), np.float32)
    found = signals_of(evidence(5, words=nothing, cosines=-np.ones((5, 3), np.float32)))
    assert column(found, "passage") == [0.0] * 5
    assert column(found, "dense") == [0.0] * 5


def test_that_no_candidates_have_no_signals() -> None:
    assert signals_of(evidence(0)).shape == (0, len(SIGNALS))


def test_that_did_you_say_looks_at_the_other_side() -> None:
    words = np.zeros((2, len(Feature)), np.float32)
    words[0, Feature.USER] = 1.0
    assert column(signals_of(evidence(2, words=words)), "user") == [1.0, 0.0]
    assert column(signals_of(evidence(2, words=words, asks_assistant=True)), "user") == [0.0, 1.0]


def test_that_the_answer_to_a_question_alone_has_the_cosine_of_what_asks() -> None:
    words = np.zeros((2, len(Feature)), np.float32)
    words[0, Feature.ANSWER] = 1.0
    cosines = np.full((2, 3), 0.5, np.float32)
    given = evidence(2, words=words, cosines=cosines, around=np.full((2, 2), 0.25, np.float32))
    assert column(signals_of(given), "dense answer") == [0.5, 0.0]


# Weights by name


def test_that_weights_come_back_from_json_as_they_were() -> None:
    ranker = default_ranker()
    again = Ranker.from_json(json.loads(json.dumps(ranker.to_json())))
    assert np.allclose(again.first, ranker.first, atol=1e-4)
    assert np.allclose(again.final, ranker.final, atol=1e-4)
    assert np.allclose(again.pair, ranker.pair, atol=1e-6)
    assert again.paired.tolist() == ranker.paired.tolist()


def test_that_a_sort_without_a_weight_gates_a_signal_off() -> None:
    given = {"first": {}, "final": {"NOTE": {"passage": 2.0}}, "pair": {}}
    ranker = Ranker.from_json(given)
    signals = np.ones((2, len(SIGNALS)), np.float32)
    kinds = np.array([PassageKind.NOTE, PassageKind.TITLED], np.intp)
    summaries = np.zeros((2, len(PART_NAMES) - len(SIGNALS)), np.float32)
    parts = ranker.parts(signals, summaries[:, : ranker.final.shape[1] - len(SIGNALS)], kinds)
    assert parts.sum(axis=1).tolist() == [2.0, 0.0]
    assert not ranker.paired.any()


# Pairs


def test_that_pairs_are_summed_up_as_by_hand() -> None:
    features = np.zeros((2, 3, len(PAIR_FEATURES)), np.float32)
    features[0, 1, 0], features[0, 2, 0] = 2.0, -1.0
    features[1, 0, 0], features[1, 2, 0] = 0.5, 1.0
    scores = np.array([0.0, -0.5, -2.0], np.float32)
    weights = np.zeros(len(PAIR_FEATURES) + 1, np.float32)
    weights[0], weights[-1] = 1.0, 0.25
    found = summarise(Pairs(np.array([0, 1], np.int64), features, scores), weights)

    def chance(logit: float) -> float:
        return float(1.0 / (1.0 + np.exp(-logit)))

    together = [
        np.log(1e-4 + chance(-20.0) + chance(0.75)),
        np.log(1e-4 + chance(2.25) + chance(-20.0)),
        np.log(1e-4 + chance(-0.75) + chance(1.25)),
    ]
    assert found[:, 0].tolist() == pytest.approx(together, abs=1e-5)
    assert found[:, 1].tolist() == pytest.approx([0.75 / 4, 2.25 / 4, 1.25 / 4])
    assert found[:, 2].tolist() == pytest.approx([2.25 / 4, 1.25 / 4, 1.75 / 4])
    assert found[:, 3].tolist() == [1.0, 1.0, 0.0]
    assert found[:, 4].tolist() == scores.tolist()
    mass = np.exp([2.25, -0.75]).sum(), np.exp([0.75, 1.25]).sum()
    shares = [np.exp(0.75) / mass[1], np.exp(2.25) / mass[0]]
    shares.append(np.exp(-0.75) / mass[0] + np.exp(1.25) / mass[1])
    assert found[:, 5].tolist() == pytest.approx(np.log(1e-4 + np.array(shares)), abs=1e-5)
    best = np.log([shares[0], shares[1], np.exp(1.25) / mass[1]]) / 4
    assert found[:, 6].tolist() == pytest.approx(best, abs=1e-5)


# Pieces


def test_that_a_question_is_cut_where_one_thing_ends() -> None:
    asked = "What county borders the county in which Johnnycake, West Virginia is located?"
    parts = pieces(asked)
    assert 1 < len(parts) <= MAX_PIECES
    known = set(re.findall(r"\w+", asked))
    assert all(set(re.findall(r"\w+", part)) <= known for part in parts)
    assert "Johnnycake" not in relation(asked)
    assert in_parts(asked) == [asked, relation(asked), *parts]


@pytest.mark.parametrize("asked", ["?", "the of and", "安妮住在哪里", "x", "of " * 500])
def test_that_a_question_of_nothing_is_still_one(asked: str) -> None:
    assert len(pieces(asked)) <= MAX_PIECES
    assert relation(asked)


def test_that_what_is_asked_twice_is_embedded_once() -> None:
    class Counting(FakeEmbedder):
        n_texts = 0

        def embed(self, texts: Any) -> Any:
            self.n_texts += len(texts)
            return super().embed(texts)

    embedder = Counting()
    asked = "where is it kept"
    parts = in_parts(asked)
    assert len(set(parts)) < len(parts)
    vectors = embed_parts(embedder, asked)
    assert vectors.tobytes() == FakeEmbedder().embed(parts).tobytes()
    assert embedder.n_texts == len(set(parts))


@pytest.mark.parametrize(
    "given",
    [
        {"first": {}, "final": {"NOTE": {"pasage": 1.0}}, "pair": {}},
        {"first": {"LETTER": {"passage": 1.0}}, "final": {}, "pair": {}},
        {"first": {}, "final": {}, "pair": {"lnk": 1.0}},
    ],
)
def test_that_a_weight_of_nothing_known_is_refused_by_name(given: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=r"'(pasage|LETTER|lnk)'"):
        Ranker.from_json(given)


class _Threads(FakeEmbedder):
    """Embeds so many texts at the same time, and says what it was asked for."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.threads = threads
        self.asked: list[list[str]] = []

    def embed(self, texts: Sequence[str]) -> Float32:
        self.asked.append(list(texts))
        return super().embed(texts)


@pytest.mark.parametrize("threads", [0, 1, 2, 8])
@pytest.mark.parametrize("asked", ["Who founded the band that Ann met in Rome?", "band", ""])
def test_that_parts_embedded_ahead_are_those_embedded_at_once(threads: int, asked: str) -> None:
    embedder = _Threads(threads)
    question, parts = embed_ahead(embedder, asked, Aside())
    wanted = embed_parts(FakeEmbedder(), asked)
    assert question.tobytes() == wanted[0].tobytes()
    assert parts().tobytes() == wanted.tobytes() == parts().tobytes()
    texts = [text for call in embedder.asked for text in call]
    assert sorted(texts) == sorted(set(in_parts(asked)))
    assert len(embedder.asked) == 1 or threads


def test_no_part_of_a_score_is_called_what_people_give() -> None:
    """Their feedback is the part `credit`; the signal is what no person has said."""
    assert "feedback" not in PART_NAMES
    assert {"pseudo feedback", "credit"} <= set(PART_NAMES)
