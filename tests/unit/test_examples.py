"""The example texts are as long, as dated and as connected as the demo says."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from graphmem_schemas import Message

ROOT = files("graphmem_examples")
ARTICLES = {item.name: item.read_text(encoding="utf-8") for item in (ROOT / "articles").iterdir()}
SESSIONS: dict[str, list[dict[str, Any]]] = {
    item.name: json.loads(item.read_text(encoding="utf-8"))
    for item in (ROOT / "conversation").iterdir()
}
QUESTIONS = json.loads((ROOT / "questions.json").read_text(encoding="utf-8"))


def test_the_conversation_is_long_and_its_turns_are_messages_in_order() -> None:
    assert len(SESSIONS) >= 5
    turns = [turn for name in sorted(SESSIONS) for turn in SESSIONS[name]]
    assert len(turns) >= 120
    messages = [Message.model_validate(turn) for turn in turns]
    moments = [message.at for message in messages if message.at]
    assert len(moments) == len(messages)
    assert moments == sorted(moments)
    assert len({turn["ref"] for turn in turns}) == len(turns)
    assert len({message.speaker for message in messages}) >= 4


def test_the_articles_are_articles() -> None:
    assert 4 <= len(ARTICLES) <= 5
    for name, text in ARTICLES.items():
        assert 600 <= len(text.split()) <= 1200, name
        assert text.startswith("# "), name


def test_every_question_has_evidence_that_holds_its_answer() -> None:
    said = {turn["ref"]: turn["text"] for turns in SESSIONS.values() for turn in turns}
    assert len(QUESTIONS["questions"]) == 8
    for row in QUESTIONS["questions"]:
        evidence = " ".join(said.get(ref) or ARTICLES[ref] for ref in row["evidence"])
        assert [words for words in row["in_the_words"] if words not in evidence] == []


def test_people_appear_in_more_than_one_text() -> None:
    texts = [*ARTICLES.values(), *(json.dumps(turns) for turns in SESSIONS.values())]
    for name in ("Mara", "Devi", "Hanna", "Jonas", "Northlight", "Pryce"):
        assert sum(name in text for text in texts) >= 3, name
