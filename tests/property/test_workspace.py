"""Working memory, whatever is done in it: nothing leaks, and what an LLM may say is understood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.core.chat import ChatMessage, ask
from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.reading.rounds import MergeRow, PointRow, Round, UpdateRow
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM

QUESTION = "Where does Miguel live?"
NAMES = ["Ann", "Bob", "Miguel", "Sintra", "Rome", "Nobody"]
TEXTS = st.text(min_size=1, max_size=12)
POINTS = st.sampled_from(["p1", "p2", "p3", "p9"])
MEMBERS = st.lists(st.sampled_from(NAMES) | TEXTS, min_size=2, max_size=3).map(tuple)
NUMBERS = st.lists(st.integers(-1, 9), max_size=2).map(tuple)
ROUNDS = st.builds(
    Round,
    insert=st.lists(
        st.builds(PointRow, text=TEXTS, members=MEMBERS, kind=TEXTS, passages=NUMBERS), max_size=3
    ).map(tuple),
    update=st.lists(
        st.builds(
            UpdateRow, point=POINTS, text=TEXTS, members=MEMBERS | st.just(()), passages=NUMBERS
        ),
        max_size=2,
    ).map(tuple),
    merge=st.lists(
        st.builds(
            MergeRow,
            points=st.lists(POINTS, min_size=2, max_size=3, unique=True).map(tuple),
            text=TEXTS,
        ),
        max_size=2,
    ).map(tuple),
    next=st.sampled_from(["local", "explore", "stop"]),
    query=TEXTS | st.just(""),
)


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    with Memory(
        MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor(),
        clock=FixedClock(datetime(2024, 5, 1)),
    ) as memory:  # fmt: skip
        memory.add("Ann likes Miguel. Bob likes Miguel.", source="likes")
        memory.add("Miguel lives in Sintra. Ann lives in Rome.", source="homes")
        yield memory


def everything(memory: Memory, folder: Path) -> tuple[str, int]:
    path = folder / "all.jsonl"
    memory.export(path)
    return path.read_text("utf-8"), memory.stats().seq


@given(ROUNDS)
def test_whatever_the_schema_of_a_round_allows_is_understood(said: Round) -> None:
    llm = FakeLLM([said.model_dump_json()])
    answer = ask(llm.complete, [ChatMessage("user", "?")], Round)
    assert (answer.value, answer.dropped) == (said, ())


@given(st.lists(ROUNDS, max_size=3))
def test_whatever_an_llm_says_nothing_is_stored_and_every_point_is_of_the_memory(
    memory: Memory, tmp_path_factory: pytest.TempPathFactory, rounds: list[Round]
) -> None:
    folder = tmp_path_factory.mktemp("space")
    before = everything(memory, folder)
    llm = FakeLLM([said.model_dump_json() for said in rounds])
    with memory.workspace(QUESTION, llm=llm, rounds=3) as ws:
        ws.work()
        uids = {uid for point in ws.points for uid in (*point.uids, *point.evidence)}
        for uid in uids:
            assert memory.get(uid).uid == uid
        context = ws.read(300)
        assert context.n_tokens <= 300
        assert {citation.passage for citation in context.citations} <= set(ws.seen) | uids
    assert everything(memory, folder) == before


STEPS = st.tuples(
    st.sampled_from(["explore", "local", "work", "insert", "update", "merge", "remove", "read"]),
    st.lists(st.sampled_from(["p1", "p2", "p3", *NAMES]), max_size=3),
)


@given(st.lists(STEPS, max_size=8))
def test_whatever_is_done_in_it_nothing_is_stored_before_it_is_kept(
    memory: Memory, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, list[str]]]
) -> None:
    folder = tmp_path_factory.mktemp("space")
    before = everything(memory, folder)
    with memory.workspace(QUESTION, rounds=1) as ws:
        for step, named in steps:
            points = ws.points
            try:
                if step == "insert":
                    ws.insert(" ".join(named), named)
                elif step == "update":
                    ws.update((named or ["p1"])[0], members=named[1:] or None)
                elif step in ("merge", "remove"):
                    getattr(ws, step)(*named)
                else:
                    getattr(ws, step)()
            except (InvalidInput, NotFound):
                assert ws.points == points
    assert everything(memory, folder) == before
