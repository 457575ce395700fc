"""Instructions that a text states, and what only looks like one."""

from __future__ import annotations

import pytest

from graphmem.language.instructions import instructions

STATED = [
    ("To reset the router, hold the button.", "reset the router", "hold the button", None),
    ("If the API returns 429, wait and retry.", "the API returns 429", "wait and retry", None),
    ("When paying by card, please check the balance.", "paying by card",
     "please check the balance", None),
    ("Restart the server after you change the config.", "after you change the config",
     "Restart the server", None),
    ("You should always back up the data before you upgrade.", "before you upgrade",
     "You should always back up the data", None),
    ("Never send your password to anyone.", "send your password to anyone",
     "Never send your password to anyone", None),
    ("Do not use the lift if there is a fire.", "there is a fire", "Do not use the lift", None),
    ("Avoid calling the service in a loop.", "calling the service in a loop",
     "Avoid calling the service in a loop", None),
    ("Call the bank unless the card is new.", "Call the bank", "Call the bank",
     "the card is new"),
]  # fmt: skip
NOT_STATED = [
    "To be honest, I think so.",
    "To my surprise, call centers work.",
    "If I were you, I would go.",
    "If he comes, we go home.",
    "Did you check the balance when you paid?",
    "I never saw this coming.",
    "Don't give up, buddy!",
    "When I was young, we walked to school.",
    "She told him to open the door.",
    "Let me know if you need anything.",
    "CREATE INDEX IF NOT EXISTS byday ON t (day);",
    "",
]


@pytest.mark.parametrize(("text", "when", "do", "when_not"), STATED)
def test_an_instruction_says_when_and_what(
    text: str, when: str, do: str, when_not: str | None
) -> None:
    (found,) = instructions(text)
    assert (found.when, found.text, found.when_not) == (when, do, when_not)
    assert text[found.start : found.end] == text


@pytest.mark.parametrize("text", NOT_STATED)
def test_what_is_no_instruction_is_none(text: str) -> None:
    assert instructions(text) == ()


def test_a_list_under_a_heading_has_its_steps_in_order() -> None:
    text = "Hello.\n## How to bake bread:\n1. Mix the flour.\n2. Let it rest.\n\nTo eat, cut it."
    bread, eat = instructions(text)
    assert (bread.when, bread.steps) == ("bake bread", ("Mix the flour.", "Let it rest."))
    assert text[bread.start : bread.end].endswith("2. Let it rest.")
    assert (eat.when, eat.text) == ("eat", "cut it")


def test_offsets_are_those_of_the_sentence_within_the_text() -> None:
    text = "The router is old.\nIf it hangs, restart it. It is fine then."
    (found,) = instructions(text)
    assert text[found.start : found.end] == "If it hangs, restart it."
