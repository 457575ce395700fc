from __future__ import annotations

from hashlib import sha256
from importlib.resources import files

from graphmem.prompts.texts import read_prompt

# What was sent once is a key of kept answers: whoever changes a prompt gives it the next number.
TEXTS = {
    "answer-v1": "59510b6325eebb94",
    "same-v1": "109db7b7176b00dd",
    "distil-v1": "b76b28d2766eaa86",
    "extract-v1": "5386e588fefdf76b",
}


def test_a_prompt_changes_only_with_its_version() -> None:
    names = sorted(one.name for one in files("graphmem.prompts").iterdir())
    prompts = [name.removesuffix(".md") for name in names if name.endswith(".md")]
    found = {name: sha256(read_prompt(name).encode()).hexdigest()[:16] for name in prompts}
    assert found == TEXTS, "a prompt differs: give its file the next number, and add its hash here"


def test_a_prompt_says_which_it_is() -> None:
    for name in TEXTS:
        assert read_prompt(name).startswith(f"[{name}]\n")
