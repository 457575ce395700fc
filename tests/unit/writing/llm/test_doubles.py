"""`consolidate` with an LLM, through the public interface."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.errors import CompletionFailed
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem.writing.llm.doubles import PAIRS_A_CALL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LTD, LIMITED = "Acme Data Systems Ltd", "Acme Data Systems Limited"
SHORT, LONG = "Caroline", "Caroline Reed"


def filled(llm: FakeLLM | None, *names: str) -> Memory:
    memory = Memory(
        MemoryStore(), embedder=FakeEmbedder(4_096), extractor=FakeExtractor(),
        clock=FixedClock(NOW), llm=llm,
    )  # fmt: skip
    passages = [
        {"id": str(n), "text": f"Yesterday {name} called."} for n, name in enumerate(names)
    ]
    rows = [{"id": str(n), "entities": [name]} for n, name in enumerate(names)]
    memory.add_extracted(passages, rows)
    return memory


def uid(memory: Memory, name: str) -> str:
    (found,) = memory._store.find(memory.space, "Entity", [f"={name.casefold()}"]).values()
    return found[0]


def said(*rows: tuple[int, bool]) -> dict[str, Any]:
    return {"pairs": [{"pair": n, "reason": f"so {n}", "same": same} for n, same in rows]}


def test_names_that_rules_leave_open_are_asked_about_in_one_call() -> None:
    llm = FakeLLM([said((1, True), (2, False), (9, True))])
    with filled(llm, SHORT, LONG, LTD, LIMITED, "Rome") as memory:
        receipt = memory.consolidate()
        assert receipt.merged == ((uid(memory, SHORT), uid(memory, LONG)),)
        assert [(one.same, one.reason) for one in receipt.judged] == [
            (True, "so 1"), (False, "so 2"),
        ]  # fmt: skip
        assert memory.consolidate().judged == ()
    (call,) = llm.calls
    assert call[0].content.startswith("[same-v1]\n")
    lines = call[1].content.splitlines()
    assert lines[:3] == [
        f'[1] "{SHORT}" (unknown) and "{LONG}" (unknown)',
        f"  {SHORT}: Yesterday {SHORT} called.…",
        f"  {LONG}: Yesterday {LONG} called.…",
    ]
    assert lines[3].startswith('[2] "Acme Data Systems L')


def test_a_merge_is_undone_as_every_other_and_not_asked_again() -> None:
    llm = FakeLLM([said((1, True))])
    with filled(llm, SHORT, LONG) as memory:
        assert memory.consolidate().merged
        memory.undo(SHORT, LONG)
        memory.add_extracted(
            [{"id": "n", "text": "Caroline Reed sang."}],
            [{"id": "n", "entities": [LONG], "triples": [[LONG, "sang", "a song"]]}],
        )
        assert not memory.consolidate().merged
    assert len(llm.calls) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("Ann", "Ann Lee", "Ann Poe"),
        ("Windows", "Windows 95"),
        ("Expo Centre North Hall 1", "Expo Centre North Hall 2"),
        ("Rome", "Oslo"),
    ],
)
def test_what_cannot_be_one_or_could_be_several_is_not_asked(names: tuple[str, ...]) -> None:
    llm = FakeLLM()
    with filled(llm, *names) as memory:
        assert not memory.consolidate().judged
    assert not llm.calls


def test_many_pairs_take_a_call_for_each_twenty() -> None:
    names = [f"Studio{'abcdefghij'[n // 10]}{'abcdefghij'[n % 10]}" for n in range(25)]
    llm = FakeLLM(lambda messages: said(*((n, True) for n in range(1, 21))))
    with filled(llm, *(name for one in names for name in (one, f"{one} {one[::-1]}"))) as memory:
        receipt = memory.consolidate()
    assert len(llm.calls) == 2
    assert llm.calls[0][1].content.count("\n[") == PAIRS_A_CALL - 1
    # Words that the fake embedder takes for one make a few pairs more.
    assert 25 <= len(receipt.judged) == len(receipt.merged) <= 30


def test_where_the_llm_does_not_answer_the_rest_is_done_and_a_note_says_so() -> None:
    llm = FakeLLM([CompletionFailed("the server is down")])
    with filled(llm, SHORT, LONG, "e mail", "email") as memory:
        receipt = memory.consolidate()
    assert len(receipt.merged) == 1
    assert receipt.notes == ("names were not compared any further: the server is down",)


def test_without_an_llm_nothing_is_asked() -> None:
    with filled(None, SHORT, LONG) as memory:
        receipt = memory.consolidate()
    assert "asking about doubles" not in receipt.stages
    assert not receipt.merged
