from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.reading.arrange import rescored
from graphmem.reading.coverage import cover, with_replies
from graphmem.reading.manner import manner_of
from graphmem.reading.order import in_time
from graphmem_schemas import Hit, Passage, PathStep, Source

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "mode"),
    [
        ("What is my monthly budget?", "latest"),
        ("How many commits have been merged?", "latest"),
        ("Where do I live?", "latest"),
        ("What activities does Melanie partake in?", "all"),
        ("What does James do?", "latest"),
        ("Which bus does Ann take?", None),
        ("What status did Ann have then?", None),
        ("What class does Ann do?", "latest"),
        ("Which buses does Ann take?", "all"),
        ("What are the skills that Ann has learnt?", "all"),
        ("Which of the books have I read?", "all"),
        ("How many different shoe sizes did I mention across my sessions?", "all"),
        ("List all my allergies.", "all"),
        ("Can you summarize what I need for my will?", "all"),
        ("Can you summarize how my garden has developed?", "chronological"),
        ("In what order did I visit Rome and Oslo?", "chronological"),
        ("Which did I buy first, the lamp or the desk?", "chronological"),
        ("Who was it that I met first?", "chronological"),
        ("What is my first name?", "latest"),
        ("Where was the most recent retreat?", "latest"),
        ("When did I last time swim?", "latest"),
        ("What was Ann's last trip?", "latest"),
        ("Who was at my last meeting?", "latest"),
        ("What did Ann do on her last day?", None),
        ("What happened in my last two weeks?", None),
        ("What was her last name?", None),
        ("By when was I to file it at the latest?", None),
        ("What were their last names?", None),
        ("What were her last words?", None),
        ("When did I last see Bob?", "latest"),
        ("What was the last trip with Ines?", "latest"),
        ("What was the last restaurant that we tried?", "latest"),
        ("What is the last book I read?", "latest"),
        ("Where was our last holiday?", "latest"),
        ("When was I last at the dentist?", "latest"),
        ("Which restaurant did we try last?", "latest"),
        (
            "Which did we see last, Rome or Oslo?",
            "chronological",
        ),
        ("What have I read recently?", "latest"),
        ("Who missed the last bus to Rome?", None),
        ("How does the least recently used policy work?", None),
        ("Who was the recently elected mayor?", None),
        ("Was Ada last in the race?", None),
        ("Who sat in the last row with Ben?", None),
        ("What did we do on our last Friday?", None),
        ("What happened in the last week that I was there?", None),
        ("How long did it last in Rome?", None),
        ("Why did Ann move to Oslo?", None),
        ("How many days passed between the two meetings?", None),
        ("Who said that in order to leave one has to arrive?", None),
        ("", None),
    ],
)
def test_a_question_tells_how_it_wants_its_answer(question: str, mode: str | None) -> None:
    found = manner_of(question)
    assert found.mode == mode
    assert bool(found.why) == (mode is not None)


def test_the_request_goes_before_the_question() -> None:
    question = "What is my monthly budget?"
    assert manner_of(question, "latest") == manner_of(question)
    everything = manner_of(question, "all")
    assert (everything.mode, everything.before, everything.newer) == ("all", True, False)
    assert everything.stand is not None
    in_order = manner_of(question, "chronological")
    assert (in_order.in_time, in_order.stand, in_order.before) == (True, None, True)
    assert not manner_of("Why did Ann move?", "latest").newer
    assert manner_of("Why did Ann move?", "latest").last
    assert not manner_of(question, "latest").last
    assert not manner_of("Where was my last trip?", "all").last
    assert manner_of("Summarize my trips.", "chronological").replies


def test_no_source_has_many_before_the_others_have_some() -> None:
    scores = np.array([3.0, 2.9, 2.8, 2.7, 2.6, 0.0], np.float32)
    sources = np.array([1, 1, 1, 1, 2, 3], np.int32)
    assert cover(scores, sources, 0) == [0, 4, 1, 2, 3, 5]
    assert cover(scores, sources, 2) == [0, 1, 4, 2, 3, 5]
    assert cover(scores[:0], sources[:0], 5) == []


@given(
    st.lists(st.tuples(st.floats(-9, 9, width=32), st.integers(0, 4)), max_size=60),
    st.integers(0, 8),
)
def test_nothing_is_lost_and_the_best_stand(rows: list[tuple[float, int]], stand: int) -> None:
    scores = np.array(sorted((row[0] for row in rows), reverse=True), np.float32)
    found = cover(scores, np.array([row[1] for row in rows], np.int32), stand)
    assert sorted(found) == list(range(len(rows)))
    assert found[:stand] == list(range(min(stand, len(rows))))


def test_a_reply_comes_with_what_it_replies_to() -> None:
    assert with_replies([4, 1, 2, 3], {4: 3, 3: 4, 2: 7}) == [4, 3, 1, 2, 7]


def _hit(uid: str, score: float, why: tuple[PathStep, ...] = ()) -> Hit:
    return Hit(uid=uid, kind="passage", text=uid, score=score, why=why)


def test_scores_fall_and_say_why() -> None:
    found = rescored(
        [_hit("a", 1.0), _hit("b", 3.0), _hit("c", 2.0)], [3.0, 2.0, 1.0, 0.5], "coverage"
    )
    assert [(hit.uid, hit.score) for hit in found] == [("a", 3.0), ("b", 2.0), ("c", 1.0)]
    for hit, before in zip(found, (1.0, 3.0, 2.0), strict=True):
        (part,) = hit.parts
        assert part.name == "coverage"
        assert before + part.value == pytest.approx(hit.score)


def test_hits_stand_in_the_order_of_time_and_of_their_source() -> None:
    def passage(uid: str, source: str, position: int, at: datetime | None) -> Passage:
        return Passage(uid=uid, recorded_at=NOW, text=uid, source=source, position=position, at=at)

    days = [NOW + timedelta(days=n) for n in range(4)]
    passages = {
        p.uid: p
        for p in (
            passage("b", "s", 2, days[2]), passage("a", "s", 1, days[2]),
            passage("c", "t", 0, None), passage("d", "u", 0, None), passage("e", "s", 0, days[0]),
        )
    }  # fmt: skip
    sources = {"t": Source(uid="t", recorded_at=NOW, kind="conversation", name="t", at=days[1])}
    fact = _hit("fact", 9.0, (PathStep(start="fact", kind="EVIDENCED_BY", end="a", text=""),))
    hits = [_hit(uid, 1.0) for uid in ("d", "b", "a", "c", "e", "gone")]
    found = in_time([*hits, fact], passages, sources)
    assert [hit.uid for hit in found] == ["e", "c", "a", "fact", "b", "d", "gone"]
