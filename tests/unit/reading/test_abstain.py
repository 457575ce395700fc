"""Whether the memory knows: each sign has its say, and reasons name what is missing."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from graphmem.core.lexical import Feature
from graphmem.ports import TextMatch
from graphmem.reading.abstain import BAR, Signs, confidence_of, signs_of
from graphmem.reading.analyse import analyse
from graphmem.reading.decline import closest_thing, nothing_about
from graphmem.reading.rank import Ranked
from graphmem.reading.request import REQUEST, asked_for, asks_for_help, names_of

TALK = Signs(cosine=0.6, covered=0.7, gap=0.5, own=0.1, named=True, talks=True)
PAGES = Signs(cosine=0.6, covered=0.7, gap=0.5)


@pytest.mark.parametrize("signs", [TALK, PAGES])
def test_a_question_that_is_near_is_known_and_one_that_is_far_is_not(signs: Signs) -> None:
    assert confidence_of(signs) > BAR
    far = replace(signs, cosine=0.2, covered=0.1, gap=1.1)
    assert 0.0 < confidence_of(far) < BAR


@pytest.mark.parametrize(
    ("better", "worse"),
    [({"cosine": 0.7}, {"cosine": 0.3}), ({"own": 0.4}, {"own": -0.4}), ({"gap": 0.0}, {"gap": 1}),
     ({"focus": 1.0}, {"focus": 0.0}), ({"stranger": False}, {"stranger": True}),
     ({"helps": 0.6}, {"helps": 0.0})],
)  # fmt: skip
def test_each_sign_moves_the_score_its_way(better: dict[str, Any], worse: dict[str, Any]) -> None:
    assert confidence_of(replace(TALK, **better)) > confidence_of(replace(TALK, **worse))


def test_what_is_said_of_others_is_not_known_however_near() -> None:
    wrong = replace(TALK, cosine=0.8, covered=1.0, gap=0.0, own=-0.6)
    assert confidence_of(wrong) < BAR
    # Where nobody talks, nobody can be the wrong one.
    assert confidence_of(replace(wrong, talks=False)) > BAR


def test_one_rare_word_lacking_beside_all_others_tells_more_than_beside_few() -> None:
    lacking = replace(TALK, gap=0.9, named=False, own=0.0, cosine=0.9)
    assert confidence_of(replace(lacking, covered=0.8)) < confidence_of(
        replace(lacking, covered=0.4)
    )


def test_who_is_known_but_of_whom_nothing_near_is_said_is_not_enough() -> None:
    nothing = Signs(cosine=0.57, covered=0.0, gap=1.1, focus=0.0, named=True, talks=True)
    assert confidence_of(nothing) < BAR


@pytest.mark.parametrize(
    "task", ["Write a poem about submarine sandwiches", "Can you suggest a sandwich?"]
)
def test_what_nothing_is_about_is_not_known_though_help_is_wanted(task: str) -> None:
    far, near = (_signs_of(task, cosine, covered) for cosine, covered in ((0.17, 0), (0.5, 1)))
    assert confidence_of(far) < BAR < confidence_of(near)
    assert confidence_of(near) > confidence_of(replace(near, helps=0.0))
    assert confidence_of(_signs_of("Where is the sandwich?", 0.2, 0)) < BAR


def _signs_of(question: str, cosine: float, covered: int) -> Signs:
    match = SimpleNamespace(
        terms=("sandwich",), idfs=(2.0,), n_passages=14, speakers=(), titles=(),
        names_speaker=False, names=frozenset(),
    )  # fmt: skip
    words = SimpleNamespace(
        features=np.zeros((1, len(Feature)), np.float32), covered=np.array([covered], np.uint64)
    )
    pool = SimpleNamespace(evidence=words, rows=np.zeros(1, np.int64))
    ranked = SimpleNamespace(order=[0], pool=pool, cosines=np.array([cosine], np.float32))
    return signs_of(analyse(question), cast(TextMatch, match), cast(Ranked, ranked))[0]


@pytest.mark.parametrize("speaks", [True, False])
def test_who_speaks_is_no_stranger_among_however_many_people(speaks: bool) -> None:
    # Of many people none counts as the named one, and a name is a word like others.
    match = SimpleNamespace(
        terms=("ann", "move"), idfs=(2.0, 1.0), n_passages=14, speakers=(), titles=(),
        names_speaker=speaks, names=frozenset(),
    )  # fmt: skip
    words = SimpleNamespace(
        features=np.zeros((1, len(Feature)), np.float32), covered=np.array([2], np.uint64),
        covered_near=np.array([2], np.uint64),
    )  # fmt: skip
    pool = SimpleNamespace(evidence=words, rows=np.zeros(1, np.int64))
    ranked = SimpleNamespace(order=[0], pool=pool, cosines=np.array([0.5], np.float32))
    found, _ = signs_of(
        analyse("When did Ann move?"), cast(TextMatch, match), cast(Ranked, ranked)
    )
    assert found.stranger is not speaks


def test_documents_may_lack_a_rare_word() -> None:
    assert confidence_of(replace(PAGES, gap=1.1)) == confidence_of(PAGES)


@pytest.mark.parametrize(
    ("question", "phrase"),
    [("Which yoga pose did Maria learn?", {"yoga", "pose"}),
     ("What was the rationale behind choosing the API?", {"rational"}),
     ("What is my sister's address?", {"sister", "address"}),
     ("How many topics did we discuss?", set()), ("Where is the kite?", set())],
)  # fmt: skip
def test_the_thing_asked_for(question: str, phrase: set[str]) -> None:
    assert asked_for(question) == phrase


@pytest.mark.parametrize(
    ("question", "helps"),
    [("Any tips for a new guitar?", True), ("What should I cook tonight?", True),
     ("Like all songs in my library", True), ("zanzibar key", False), ("Who sang it?", False),
     ("What tips did she give?", False), ("The capital of France", False),
     ("Wo wohnt Anna in Berlin?", False), ("blood pressure medication dosage", False),
     ("Can you tell me about my projects?", False)],
)  # fmt: skip
def test_who_asks_for_help_is_told_from_who_asks_for_a_fact(question: str, helps: bool) -> None:
    assert asks_for_help(question) is helps


def test_a_name_is_not_the_first_word() -> None:
    assert names_of("Who is the king of Norway?") == {"norway"}
    assert names_of("Who resides there?") == frozenset()
    assert names_of("When did Øyvind meet Łukasz and Жанна?") == {"øyvind", "łukasz", "жанна"}
    assert names_of("How high was it in January on a Friday?") == frozenset()


def test_words_about_the_conversation_are_no_words_of_an_answer() -> None:
    assert {"throughout", "convers", "mention", "order"} <= REQUEST
    assert "pose" not in REQUEST


def test_a_reason_names_what_is_missing_in_the_words_of_the_question() -> None:
    question = "Did Melanie like the pottery, or the Painting?"
    assert nothing_about(question, {"potteri"}, ["Melanie"]) == "nothing about Melanie and pottery"
    told = nothing_about(question, {"potteri", "paint", "melani"}, [])
    assert told == "nothing about Melanie, pottery and Painting"
    told = nothing_about(question, {"potteri", "paint"}, ["Melanie"], together=True)
    assert told == "nothing about Melanie, pottery and Painting together"
    assert nothing_about(question, {"potteri"}, [], together=True) == "nothing about pottery"
    assert nothing_about(question, set(), []) == "nothing that answers the question"


def test_what_is_closest_has_a_name_and_a_day() -> None:
    at = datetime(2023, 5, 3, tzinfo=UTC)
    assert closest_thing("Caroline", at) == "; closest: Caroline, 3 May 2023"
    assert closest_thing("Guide", None) == "; closest: Guide"
    assert closest_thing(None, None) == ""
