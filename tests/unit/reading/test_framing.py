from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.reading.analyse import analyse
from graphmem.reading.framing import subject_of, without_now


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        (
            "Can you list the order in which I brought up different aspects of my garden "
            "throughout our conversations, in order? Mention ONLY and ONLY five items.",
            "my garden?",
        ),
        ("Could you please give me a quick summary of how my garden grew?", "my garden grew?"),
        ("Summarize the roses I planted over time.", "the roses I planted."),
        ("In what order did I plant the roses?", "did I plant the roses?"),
        ("Walk me through the order in which I mentioned tools.", "tools."),
    ],
)
def test_the_request_is_taken_off(question: str, subject: str) -> None:
    assert subject_of(question) == subject


@pytest.mark.parametrize(
    "question",
    [
        "What did we discuss about roses?",
        "Did I mention a dog?",
        "Who ordered the summary of the trial?",
        "Can you list the order?",
        "Which film of the sequence is the oldest?",
        "",
    ],
)
def test_other_questions_stay_as_they_are(question: str) -> None:
    assert subject_of(question) == question


@given(st.text(max_size=300))
def test_something_is_always_asked(text: str) -> None:
    assert subject_of(text).strip() or not text.strip()


def test_who_is_asked_to_answer_is_not_who_is_asked_about() -> None:
    for question in ("Can you list my tools?", "What would you suggest for my garden?"):
        assert not analyse(question).asks_assistant
    for question in ("What did you suggest?", "Which tools have you listed?", "You told me what?"):
        assert analyse(question).asks_assistant


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Where do I live now?", "Where do I live?"),
        ("Where do I live at the moment?", "Where do I live?"),
        ("Do we still have Netflix?", "Do we have Netflix?"),
        ("Does Ana still live in Rome?", "Does Ana live in Rome?"),
        ("Who doesn't work here any more?", "Who doesn't work here?"),
        ("What do I do from now on?", "What do I do?"),
        ("What is playing now on Netflix?", "What is playing on Netflix?"),
        # These stay as they are.
        ("What changed between then and now?", "What changed between then and now?"),
        ("What do these days have in common?", "What do these days have in common?"),
        ("Do I have any more meetings?", "Do I have any more meetings?"),
        ("What can I do now that I'm home?", "What can I do now that I'm home?"),
        ("Who starred in Apocalypse Now?", "Who starred in Apocalypse Now?"),
        ("What still life did Mum paint?", "What still life did Mum paint?"),
        ("Now?", "Now?"),
    ],
)
def test_now_is_no_word_of_an_answer(question: str, asked: str) -> None:
    assert without_now(question) == asked
