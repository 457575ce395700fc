"""Chats and runs as programs export them, in the shapes that they publish."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

SYSTEM = {"role": "system", "content": "You are helpful."}
WEATHER = [
    SYSTEM,
    {"role": "user", "content": "What is the weather in Rome?"},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c1", "type": "function",
         "function": {"name": "weather", "arguments": '{"city": "Rome", "days": 2}'}}]},
    {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
    {"role": "assistant", "content": "It is sunny."},
]  # fmt: skip
STEPS = [
    {"action": 'weather(city="Rome", days=2)', "agent": "assistant", "observation": "sunny"},
    {"action": "It is sunny.", "agent": "assistant"},
]


def said(content: Any) -> list[tuple[str | None, str]]:
    return [(message.speaker, message.text) for message in content.messages]


def test_messages_of_openai_are_a_conversation_without_instructions(tree: Any) -> None:
    rows = [SYSTEM, {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [{"type": "text", "text": "Hello"}]}]  # fmt: skip
    tree.write("list.json", rows)
    tree.write("object.json", {"messages": rows, "title": "Greeting", "created_at": 1700000000})
    tree.lines("lines.jsonl", rows)
    tree.lines("many.jsonl", [{"messages": rows, "id": "a"}, {"messages": rows}])
    by_name = {content.name: content for content in tree.contents()}
    assert set(by_name) == {
        "root/lines.jsonl", "root/list.json", "root/many.jsonl#a", "root/many.jsonl#2",
        "root/object.json",
    }  # fmt: skip
    assert all(said(c) == [("user", "Hi"), ("assistant", "Hello")] for c in by_name.values())
    assert by_name["root/object.json"].title == "Greeting"
    assert by_name["root/object.json"].at == datetime.fromtimestamp(1700000000, UTC)


def test_messages_with_calls_of_tools_are_a_run(tree: Any) -> None:
    tree.write("a.json", WEATHER)
    content = tree.content()
    assert content.run == {
        "task": "What is the weather in Rome?", "steps": STEPS, "outcome": "unknown",
        "source": "root/a.json",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("about", "outcome"),
    [({"outcome": "success"}, "success"), ({"resolved": False}, False), ({"score": 0.25}, 0.25),
     ({"status": "Failed"}, "failure"), ({"reward": 17}, "unknown")],
)  # fmt: skip
def test_the_outcome_of_a_run_is_what_its_row_says(tree: Any, about: Any, outcome: Any) -> None:
    tree.lines("a.jsonl", [{"messages": WEATHER, **about}])
    assert tree.content().run["outcome"] == outcome


def test_calls_of_one_tool_get_their_own_answers_in_order(tree: Any) -> None:
    rows = [{"role": "user", "content": "Add."}]
    for at in range(3):
        rows.append({"role": "assistant", "content": None,
                     "function_call": {"name": "add", "arguments": f'{{"n": {at}}}'}})  # fmt: skip
        rows.append({"role": "function", "name": "add", "content": str(at * 10)})
    tree.write("a.json", rows)
    steps = tree.content().run["steps"]
    assert [(s["action"], s["observation"]) for s in steps] == [
        ("add(n=0)", "0"), ("add(n=1)", "10"), ("add(n=2)", "20"),
    ]  # fmt: skip


def test_blocks_of_anthropic_and_items_of_responses_are_runs(tree: Any) -> None:
    ask = {"role": "user", "content": "What is the weather in Rome?"}
    arguments = {"city": "Rome", "days": 2}
    tree.write("blocks.json", [
        ask,
        {"role": "assistant", "content": [
            {"type": "tool_use", "id": "t", "name": "weather", "input": arguments}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "t",
             "content": [{"type": "text", "text": "sunny"}]}]},
        {"role": "assistant", "content": [{"type": "text", "text": "It is sunny."}]},
    ])  # fmt: skip
    tree.write("items.json", [
        ask,
        {"type": "function_call", "call_id": "k", "id": "fc", "name": "weather",
         "arguments": '{"city": "Rome", "days": 2}'},
        {"type": "function_call_output", "call_id": "k", "output": "sunny"},
        {"type": "message", "role": "assistant",
         "content": [{"type": "output_text", "text": "It is sunny."}]},
    ])  # fmt: skip
    for content in tree.contents():
        assert content.run["steps"] == STEPS


def test_messages_of_langchain_are_read_in_all_their_ways(tree: Any) -> None:
    call = {"name": "weather", "args": {"city": "Rome", "days": 2}, "id": "1"}
    plain = [
        {"type": "system", "content": "s"},
        {"type": "human", "content": "What is the weather in Rome?"},
        {"type": "ai", "content": "", "tool_calls": [call]},
        {"type": "tool", "content": "sunny", "tool_call_id": "1"},
        {"type": "ai", "content": "It is sunny."},
    ]
    names = {"system": "SystemMessage", "human": "HumanMessage", "ai": "AIMessage",
             "tool": "ToolMessage"}  # fmt: skip
    tree.write("plain.json", plain)
    tree.write("dicts.json", {"messages": [{"type": m["type"], "data": m} for m in plain]})
    tree.write("dumped.json", [
        {"lc": 1, "type": "constructor", "kwargs": m,
         "id": ["langchain", "schema", "messages", names[str(m["type"])]]} for m in plain
    ])  # fmt: skip
    for content in tree.contents():
        assert content.run["task"] == "What is the weather in Rome?"
        assert content.run["steps"] == STEPS


def test_a_tool_that_refused_is_told_by_its_reward(tree: Any) -> None:
    rows = [
        *WEATHER[:3],
        {"role": "tool", "tool_call_id": "c1", "content": "no", "status": "error"},
    ]
    tree.write("a.json", rows)
    assert tree.content().run["steps"][0]["reward"] == -1.0


def test_a_run_without_a_task_or_a_step_fails(tree: Any) -> None:
    tree.write("a.json", WEATHER[2:])
    assert "no task" in tree.problems()["root/a.json"]


def test_runs_of_our_own_shape_are_taken(tree: Any) -> None:
    tree.lines("a.jsonl", [{
        "task_id": 3, "goal": "look at the bowl", "success": False, "at": "2024-01-01",
        "steps": [{"action": "go", "observation": "done", "extra": 1}, "look"],
    }])  # fmt: skip
    content = tree.content()
    assert content.name == "root/a.jsonl#3"
    assert content.run == {
        "task": "look at the bowl", "outcome": False, "at": "2024-01-01T00:00:00+00:00",
        "steps": [{"action": "go", "observation": "done"}, {"action": "look"}],
        "source": "root/a.jsonl#3",
    }  # fmt: skip


def node(uid: str, parent: str | None, role: str, text: str, **message: Any) -> dict[str, Any]:
    return {"id": uid, "parent": parent, "children": [], "message": {
        "id": uid, "author": {"role": role}, "create_time": 1700000000.5,
        "content": {"content_type": "text", "parts": [text]}, **message}}  # fmt: skip


def test_of_a_chatgpt_export_the_branch_that_was_on_screen_is_read(tree: Any) -> None:
    hidden = {"is_visually_hidden_from_conversation": True}
    nodes = [
        {"id": "root", "message": None, "parent": None, "children": ["s"]},
        node("s", "root", "system", "be kind"),
        node("h", "s", "user", "profile", metadata=hidden),
        node("u", "h", "user", "Hello"),
        node("old", "u", "assistant", "old answer"),
        node("t", "u", "assistant", "search(x)", recipient="browser"),
        node("r", "t", "tool", "result"),
        node("new", "r", "assistant", "new answer"),
    ]
    tree.write("conversations.json", [{
        "title": "Greeting", "create_time": 1700000000, "conversation_id": "cc",
        "mapping": {str(n["id"]): n for n in nodes}, "current_node": "new",
    }])  # fmt: skip
    content = tree.content()
    assert content.name == "root/conversations.json#cc"
    assert content.title == "Greeting"
    assert said(content) == [("user", "Hello"), ("assistant", "new answer")]
    assert content.messages[0].ref == "u"


def test_a_circle_in_a_chatgpt_export_ends(tree: Any) -> None:
    nodes = {"a": node("a", "b", "user", "one"), "b": node("b", "a", "assistant", "two")}
    tree.write("a.json", [{"title": "x", "mapping": nodes, "current_node": "b", "id": "i"}])
    assert said(tree.content()) == [("user", "one"), ("assistant", "two")]


def test_a_chatgpt_conversation_without_words_is_a_failed_item_beside_good_ones(tree: Any) -> None:
    good = {"title": "x", "mapping": {"a": node("a", None, "user", "one")}, "id": "good"}
    tree.write("a.json", [{"title": "x", "mapping": {}, "id": "bad"}, good])
    problems = tree.problems()
    assert "no message" in problems["root/a.json#bad"]
    assert problems["root/a.json#good"] is None


def test_sessions_of_longmemeval_are_conversations(tree: Any) -> None:
    tree.write("a.json", [{
        "question_id": "q1", "question": "?", "answer": "secret",
        "haystack_session_ids": ["s_1", "s_2"],
        "haystack_dates": ["2023/05/30 (Tue) 23:40", "2023/06/01 (Thu) 01:02"],
        "haystack_sessions": [
            [{"role": "user", "content": "one"}, {"role": "assistant", "content": "two"}],
            [{"role": "user", "content": "three", "has_answer": True}],
        ],
    }])  # fmt: skip
    first, second = tree.contents()
    assert (first.name, second.name) == ("root/a.json#q1/s_1", "root/a.json#q1/s_2")
    assert first.at == datetime(2023, 5, 30, 23, 40, tzinfo=UTC)
    assert [message.ref for message in first.messages] == ["s_1_1", "s_1_2"]
    assert "secret" not in first.to_json() + second.to_json()


def test_sessions_of_locomo_are_conversations(tree: Any) -> None:
    tree.write("locomo10.json", [{
        "sample_id": "conv-26", "qa": [{"question": "?", "answer": "secret"}],
        "conversation": {
            "speaker_a": "Ann", "speaker_b": "Bob",
            "session_1_date_time": "1:56 pm on 8 May, 2023",
            "session_1": [
                {"speaker": "Ann", "dia_id": "D1:1", "text": "Hey!"},
                {"speaker": "Bob", "dia_id": "D1:2", "text": "Look.", "blip_caption": "a cat",
                 "img_url": ["http://x"]},
            ],
            "session_10_date_time": "12:09 am on 13 September, 2023",
            "session_10": [{"speaker": "Ann", "dia_id": "D10:1", "text": "Bye!"}],
            "session_11_date_time": "1:00 pm on 14 September, 2023",
        },
    }])  # fmt: skip
    first, second = tree.contents()
    assert (first.name, second.name) == (
        "root/locomo10.json#conv-26/session_1", "root/locomo10.json#conv-26/session_10",
    )  # fmt: skip
    assert said(first) == [("Ann", "Hey!"), ("Bob", "Look. [image: a cat]")]
    assert first.at == datetime(2023, 5, 8, 13, 56, tzinfo=UTC)
    assert second.at == datetime(2023, 9, 13, 0, 9, tzinfo=UTC)
    assert "secret" not in first.to_json()


def test_a_forced_format_is_used(tree: Any) -> None:
    tree.write("a.txt", '{"role": "user", "content": "Hi"}\n{"role": "user", "content": "Ho"}\n')
    assert said(tree.content(format="openai")) == [("user", "Hi"), ("user", "Ho")]
