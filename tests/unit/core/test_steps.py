"""Steps as patterns, and which of them were for nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.steps import Done, contains, pattern_of, patterns, shared, wasted

STEPS = st.lists(st.sampled_from("abcd"), max_size=9).map(tuple)


def done(*pairs: tuple[str, str | None]) -> list[Done]:
    return [Done("agent", action, observation) for action, observation in pairs]


def test_thoughts_refusals_and_what_did_nothing_are_wasted() -> None:
    steps = done(
        ("go", "You see a cup."),
        ("think: hm", "OK."),
        ("open cup", "Nothing happens."),
        ("take cup", "You take it."),
        ("say hello", None),
    )
    assert wasted(steps) == [False, True, True, False, False]
    refused = Done("agent", "fly", "You see a bird.", reward=-1.0)
    assert wasted([refused]) == [True]


def test_an_error_is_no_waste_for_it_teaches() -> None:
    assert wasted(done(("call api", "Error 403: token expired"))) == [False]


def test_a_circle_is_wasted_but_coming_back_with_something_new_is_not() -> None:
    circle = done(("a", "x"), ("b", "y"), ("a", "x"), ("b", "y"), ("a", "x"))
    assert wasted(circle) == [False, False, False, True, True]
    on_the_way = done(("go home", "home"), ("take", "you hold it"), ("go home", "home"))
    assert wasted(on_the_way) == [False, False, False]
    two = [Done("ann", "wait", "x"), Done("bo", "wait", "x")]
    assert wasted(two) == [False, False]


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xy")), max_size=12))
def test_what_was_wasted_does_not_depend_on_what_came_later(steps: list[tuple[str, str]]) -> None:
    whole = wasted(done(*steps))
    for n in range(len(steps)):
        assert wasted(done(*steps[:n])) == whole[:n]


def test_patterns_are_without_things_and_each_run_of_one_is_once() -> None:
    assert pattern_of("take cup 1 from shelf 3\nnow", {"cup", "shelf"}) == "take _ from _"
    assert pattern_of("api.login(user='ann', pin=1234)", ()) == "api login user _ pin _"
    assert patterns(["go to x 1", "go to x 2", "", "stop"], {"x"}) == ("go to _", "stop")


@given(STEPS, STEPS)
def test_containing_is_being_a_subsequence(
    steps: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    at = 0
    for step in steps:
        if at < len(wanted) and step == wanted[at]:
            at += 1
    assert contains(steps, wanted) == (at == len(wanted))


@given(st.lists(STEPS, min_size=1, max_size=5))
def test_steps_that_all_share_are_in_every_run(runs: list[tuple[str, ...]]) -> None:
    common = shared(runs, runs[0], 1.0)
    # One step of each run may be matched to another copy of it in another alignment.
    assert set(common) <= set.intersection(*(set(run) for run in runs))
    assert contains(runs[0], common)


def test_a_step_that_most_share_is_kept() -> None:
    runs = [("a", "b", "c"), ("a", "c"), ("a", "b", "c"), ("a", "b"), ("a", "b", "c")]
    assert shared(runs, runs[0], 0.8) == ("a", "b", "c")
    assert shared(runs, runs[0], 0.9) == ("a",)
