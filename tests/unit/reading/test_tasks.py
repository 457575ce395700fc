"""What asks for something to be done has the form of it; all else asks to be told something."""

import pytest

from graphmem.reading.tasks import is_instruction


@pytest.mark.parametrize(
    "text",
    [
        "Book a table for two.",
        "Could you book me a table for two?",
        "Could you check what was sent to me lately?",
        "Write a poem about submarine sandwiches",
        "reset the router password now",
        "Like all songs in my library",
        "Please add milk to the list.",
        "I want you to cancel my order.",
        "I'd like to send it to my sister.",
        "I am on a vacation. Move my alarm to 40 minutes earlier.",
        "Once you are there, send her the report.",
        "Make requests to my roommates for the bill",
        "Can you help me plan my week?",
        "Find report.csv and move it",
    ],
)
def test_what_is_to_be_done_is_a_task(text: str) -> None:
    assert is_instruction(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alpine lakes",
        "Where does Mara live?",
        "what did Mara say",
        "Are both of the towns in Peru?",
        # What is to be told.
        "Can you list them?",
        "Can you tell me of the tables that were booked?",
        "Please tell me where Anna lives.",
        "Can you give me a quick summary of the options?",
        "I need to know where Anna lives.",
        "How would you suggest that I save it?",
        "What would you say of it?",
        # Keywords, titles and statements.
        "blood pressure medication usual dosage",
        "The capital of France",
        "quarterly revenue forecast of the subsidiary",
        "order number of the lamp",
        "Book club meeting place today",
        "Set theory basics for beginners",
        "Make and model of car",
        "Give Peace a Chance writer",
        "Where did the composer of Just Squeeze Me (But Please Don'T Tease Me) die?",
        "Richmond Kickers played for the third division league.",
        # Other languages.
        "Wo wohnt Anna in Berlin?",
        "¿Dónde vive Ana en Madrid?",
        "Où habite Anna depuis cinq ans?",
    ],
)
def test_what_is_to_be_told_or_only_named_is_no_task(text: str) -> None:
    assert not is_instruction(text)
