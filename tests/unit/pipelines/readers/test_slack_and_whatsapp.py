"""Exports of Slack and WhatsApp: who said what and when, without the program's own lines."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.whatsapp import from_whatsapp

USERS = [
    {"id": "U1", "name": "ann", "profile": {"real_name": "Ann Lee", "display_name": "ann"}},
    {"id": "U2", "name": "bob", "real_name": "Bob"},
]


def day(tree: Any, rows: list[dict[str, Any]], name: str = "2024-01-05") -> None:
    tree.write("export/users.json", USERS)
    tree.write("export/channels.json", [{"id": "C1", "name": "general"}])
    tree.write(f"export/general/{name}.json", [{"type": "message", **row} for row in rows])


def said(content: Any) -> list[tuple[str | None, str]]:
    return [(message.speaker, message.text) for message in content.messages]


def test_a_day_of_a_channel_is_a_conversation_with_names(tree: Any) -> None:
    day(tree, [
        {"user": "U1", "ts": "1704450000.000100",
         "text": "Hi <@U2> &amp; <@U9|zoe>, see <http://x.org|this> in <#C1|general> <!here>"},
        {"user": "U9", "ts": "1704450001.0", "text": "ok"},
        {"subtype": "bot_message", "username": "Deploy", "ts": "1704450002.0", "text": "done"},
    ])  # fmt: skip
    content = tree.content()
    assert content.name == "root/export/general/2024-01-05.json"
    assert content.title == "#general"
    assert said(content) == [
        ("Ann Lee", "Hi @Bob & @zoe, see this (http://x.org) in #general @here"),
        ("U9", "ok"),
        ("Deploy", "done"),
    ]
    assert content.messages[0].at == datetime(2024, 1, 5, 10, 20, 0, 100, tzinfo=UTC)
    assert content.messages[0].ref == "1704450000.000100"


def test_answers_stand_below_what_they_answer(tree: Any) -> None:
    day(tree, [
        {"user": "U1", "ts": "10.0", "thread_ts": "10.0", "text": "question"},
        {"user": "U2", "ts": "11.0", "text": "other"},
        {"user": "U2", "ts": "12.0", "thread_ts": "10.0", "text": "answer"},
        {"user": "U2", "ts": "13.0", "thread_ts": "1.0", "text": "to yesterday"},
    ])  # fmt: skip
    assert [text for _, text in said(tree.content())] == [
        "question", "answer", "other", "to yesterday",
    ]  # fmt: skip


def test_files_and_attachments_are_named(tree: Any) -> None:
    day(tree, [
        {"user": "U1", "ts": "10.0", "text": "", "files": [{"name": "a.png", "mode": "hosted"}]},
        {"user": "U1", "ts": "11.0", "text": "See", "attachments": [{"text": "A quote"}]},
    ])  # fmt: skip
    assert [text for _, text in said(tree.content())] == ["[file: a.png]", "See\nA quote"]


def test_days_of_notices_alone_and_lists_of_the_export_are_passed_over(tree: Any) -> None:
    day(tree, [{"subtype": "channel_join", "user": "U1", "ts": "10.0", "text": "joined"}])
    assert tree.found() == []


def test_a_day_without_the_list_of_users_is_read(tree: Any) -> None:
    tree.write("general/2024-01-05.json", [{"type": "message", "user": "U1", "ts": "10.0",
                                            "text": "hi"}])  # fmt: skip
    assert said(tree.content()) == [("U1", "hi")]


def test_a_broken_day_is_a_failed_item(tree: Any) -> None:
    day(tree, [{"user": "U1", "ts": "10.0", "text": "hi"}])
    path = tree.folder / "export/general/2024-01-05.json"
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(InvalidInput, match="is no JSON"):
        tree.content()


ANDROID = """31/12/2023, 23:58 - Messages and calls are end-to-end encrypted.
31/12/2023, 23:58 - Ann created group "Trip"
31/12/2023, 23:59 - Ann: Happy
new year: all!
01/01/2024, 00:01 - Bob: <Media omitted>
01/01/2024, 00:02 - Bob: You too
"""
APPLE = (
    "[12/31/23, 11:59:59\u202fPM] Trip: \u200eMessages and calls are end-to-end encrypted.\n"
    "[12/31/23, 11:59:59\u202fPM] Ann: Happy\n"
    "\u200e[1/1/24, 12:00:05\u202fAM] Bob: \u200eimage omitted\n"
    "[1/1/24, 12:01:05\u202fAM] ~\u202fBob: You too\n"
)


def test_a_chat_of_android_is_read(tree: Any) -> None:
    tree.write("WhatsApp Chat with Trip.txt", ANDROID)
    content = tree.content()
    assert content.title == "Trip"
    assert said(content) == [("Ann", "Happy\nnew year: all!"), ("Bob", "You too")]
    assert [m.at for m in content.messages] == [
        datetime(2023, 12, 31, 23, 59, tzinfo=UTC), datetime(2024, 1, 1, 0, 2, tzinfo=UTC),
    ]  # fmt: skip


def test_a_chat_of_an_iphone_is_read(tree: Any) -> None:
    tree.write("_chat.txt", APPLE)
    content = tree.content()
    assert said(content) == [("Ann", "Happy"), ("~ Bob", "You too")]
    assert [m.at for m in content.messages] == [
        datetime(2023, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(2024, 1, 1, 0, 1, 5, tzinfo=UTC),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("1.2.24", "13.2.24"), (2024, 2, 1)),  # no month is the 13th
        (("1/2/24", "1/13/24"), (2024, 1, 2)),
        (("3/4/24", "4/3/24"), (2024, 3, 4)),  # as months first time does not run back
        (("3/4/24", "2/5/24"), (2024, 4, 3)),  # as days first it does not
        (("3/4/24", "3/4/24"), (2024, 4, 3)),  # nothing tells: as most of the world
        (("2024-03-04", "2024-03-05"), (2024, 3, 4)),
        (("2024/3/4", "2024/3/13"), (2024, 3, 4)),
    ],
)
def test_the_order_of_dates_is_told_by_the_whole_chat(
    dates: tuple[str, str], first: tuple[int, int, int]
) -> None:
    text = "".join(f"{date}, 10:00 - Ann: hi\n" for date in dates)
    at = from_whatsapp(text, "a.txt").messages[0].at
    assert at == datetime(*first, 10, tzinfo=UTC)


def test_the_caller_may_say_which_comes_first() -> None:
    text = "3/4/24, 10:00 - Ann: hi\n"
    assert from_whatsapp(text, "a", day_first=False).at == datetime(2024, 3, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("clock", "hour"),
    [("10:05", 10), ("12:05 am", 0), ("12:05 PM", 12), ("1:05 p.m.", 13), ("00:05", 0),
     ("10.05", 10), ("11:05\u202fPM", 23)],
)  # fmt: skip
def test_clocks(clock: str, hour: int) -> None:
    at = from_whatsapp(f"31/1/24, {clock} - Ann: hi", "a.txt").at
    assert at == datetime(2024, 1, 31, hour, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["", "no dates at all", "31/12/2023, 23:58 - Ann left", "31/12/23, 10:00 - Ann: \u200eaudio"],
)
def test_a_chat_in_which_nobody_says_a_word_fails(text: str) -> None:
    with pytest.raises(InvalidInput, match=r"no line|nobody"):
        from_whatsapp(text, "a.txt")


def test_dates_that_are_none_fail_with_the_date() -> None:
    text = "13/12/23, 10:00 - Ann: hi\n14/13/23, 10:00 - Ann: ho\n"
    with pytest.raises(InvalidInput, match="14/13/23 is no date"):
        from_whatsapp(text, "a.txt")


def test_a_diary_is_no_chat(tree: Any) -> None:
    tree.write("diary.txt", "2024-01-05\n\nToday we went to Rome.\n")
    assert tree.content().document.text.startswith("2024-01-05")
