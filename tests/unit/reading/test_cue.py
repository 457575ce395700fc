"""Recall by who, when and where, on texts that were read by the shipped pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.core.changes import Changes
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FixedClock
from graphmem_schemas import Edge, Entity, Event, Node, Passage, Recall, Source

NOW = datetime(2023, 6, 20, 12, tzinfo=UTC)
TURNS = [
    ("Caroline", "Last Friday I went to Rome with Sam.", "2023-06-14"),
    ("Melanie", "Nice! I visited Paris in May 2022.", "2023-06-14"),
    ("Caroline", "I will go to Oslo next month. My dog Rex was ill because he ate a cake.",
     "2023-06-15"),
    ("Melanie", "Caroline Smith called me yesterday.", "2023-06-16"),
]  # fmt: skip


@pytest.fixture(scope="module")
def memory() -> Iterator[Memory]:
    with Memory("memory://", clock=FixedClock(NOW)) as opened:
        opened.add(
            [{"speaker": who, "text": text, "at": at} for who, text, at in TURNS], source="talk"
        )
        yield opened


def told(recall: Recall) -> list[tuple[str, str | None]]:
    return [(hit.text, hit.when) for hit in recall.hits]


ROME = ("Caroline went to Rome with Sam.", "2023-06-09")
OSLO = ("Caroline will go to Oslo next month.", "2023-07")
PARIS = ("Melanie visited Paris in May 2022.", "2022-05")
CALL = ("Caroline Smith called Melanie yesterday.", "2023-06-15")


@pytest.mark.parametrize(
    ("cue", "events"),
    [
        ({"entity": "sam"}, [ROME]),
        ({"entity": "Caroline", "mode": "chronological"}, [ROME, CALL, OSLO]),
        ({"entity": "Caroline"}, [OSLO, CALL, ROME]),
        ({"entity": "Caroline", "mode": "latest"}, [CALL]),
        ({"entity": "Caroline", "as_of": "2023-06-10"}, [ROME]),
        ({"entity": "Caroline", "k": 1}, [OSLO]),
        ({"entity": "Melanie", "time": "May 2022"}, [PARIS]),
        ({"place": "Paris", "time": "2022"}, [PARIS]),
        ({"place": "Rome"}, [ROME]),
        ({"entity": "Sam", "place": "Rome", "time": ("2023-06-01", "2023-06-30")}, [ROME]),
        ({"time": "2022-05"}, [PARIS]),
        ({"time": "next month"}, [OSLO]),
    ],
)  # fmt: skip
def test_what_is_recalled_fits_all_cues(memory: Memory, cue: dict[str, Any], events: Any) -> None:
    assert told(memory.recall(**cue)) == events


def test_what_has_no_date_of_its_own_is_of_the_time_when_it_was_told(memory: Memory) -> None:
    found = told(memory.recall(time="2023-06-15", mode="chronological"))
    assert ("because he ate a cake.", None) in found
    assert CALL in found
    assert ROME not in found


def test_what_goes_on_is_found_at_any_time_since() -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add("Bob has lived in Rome since 2019.", source="s", at="2023-06-01")
        for cue in ({"time": "2021-03"}, {"entity": "Bob", "time": "last week"}):
            assert [hit.when for hit in memory.recall(**cue).hits] == ["2019-01-01/.."]  # type: ignore[arg-type]
        assert memory.recall(time="2018").abstained


@pytest.mark.parametrize("at", [datetime.min, datetime(9999, 12, 31, 23, 59, 59), datetime.max])
def test_what_was_told_in_the_first_or_the_last_moment_is_recalled(at: datetime) -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add("Lena lives in Graz.", source="s", at=at)
        cues: list[dict[str, Any]] = [{}, {"as_of": at}, {"mode": "chronological"}]
        for cue in cues:
            assert memory.recall(entity="Lena", **cue).hits, cue
        # What is of the very last microsecond has no moment after it, and so no width.
        for time in (at, at.date()):
            assert bool(memory.recall(entity="Lena", time=time).hits) == (at != datetime.max)


def test_a_hit_says_where_it_is_from_and_why(memory: Memory) -> None:
    (hit,) = memory.recall(entity="Sam").hits
    assert (hit.kind, hit.source, hit.speaker) == ("event", "talk", "Caroline")
    assert [(step.kind, step.text) for step in hit.why] == [
        ("ARGUMENT", "Sam"), ("EVIDENCED_BY", TURNS[0][1]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cue", "reason"),
    [
        ({"entity": "Zed"}, "nothing in this memory is named 'Zed'"),
        ({"entity": "Sam", "place": "Zed"}, "nothing in this memory is named 'Zed'"),
        ({"entity": "Caroline", "time": "1999"}, "no event is known that fits"),
    ],
)
def test_where_nothing_fits_it_abstains_with_a_reason(
    memory: Memory, cue: dict[str, Any], reason: str
) -> None:
    recall = memory.recall(**cue)
    assert recall.hits == ()
    assert reason in (recall.abstained or "")


@pytest.mark.parametrize(
    ("cue", "problem"),
    [
        ({}, "needs a cue"), ({"entity": ""}, "blank"), ({"entity": 5}, "string"),
        ({"time": "soon"}, "names no time"), ({"time": "2023-13"}, "no date that exists"),
        ({"time": "2023-02-30"}, "no date that exists"), ({"time": 5}, "names no time"),
        ({"time": ("2023", "2020")}, "ends before it begins"), ({"time": (None, None)}, "pair"),
        ({"time": "9999-12-31T23:59:59-12:00"}, "leaves the years 1 to 9999"),
        ({"time": "0001-01-01T00:00:00+12:00"}, "leaves the years 1 to 9999"),
        ({"time": "9999"}, "leaves the years 1 to 9999"),
        ({"time": ("2023",)}, "pair"), ({"entity": "Sam", "mode": "first"}, "mode"),
        ({"entity": "Sam", "k": 0}, "k is 0"), ({"entity": "Sam", "as_of": "never"}, "as_of|at "),
    ],
)  # fmt: skip
def test_a_cue_that_cannot_be_used_is_refused(
    memory: Memory, cue: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidInput, match=problem):
        memory.recall(**cue)


def test_feedback_may_speak_of_what_was_recalled(memory: Memory) -> None:
    recall = memory.recall(entity="Sam")
    assert memory.feedback(recall.id, [recall.hits[0].uid], True).seq > 0


def test_one_space_recalls_nothing_of_another() -> None:
    store = MemoryStore()
    for space, who in (("a", "Ann"), ("b", "Bob")):
        with Memory(store, space=space, clock=FixedClock(NOW)) as memory:
            memory.add(f"{who} visited Rome in May 2020.", source="s")
    with Memory(store, space="a", clock=FixedClock(NOW)) as memory:
        assert [hit.text for hit in memory.recall(place="Rome").hits] == [
            "Ann visited Rome in May 2020."
        ]
        assert memory.recall(entity="Bob").abstained
        assert len(memory.recall(time="2020").hits) == 1


def hub(n_events: int) -> tuple[list[Node], list[Edge]]:
    nodes: list[Node] = [
        Source(uid="s", recorded_at=NOW, name="s", kind="document"),
        Passage(uid="p", recorded_at=NOW, source="s", position=0, text="All of it."),
        Entity(uid="hub", recorded_at=NOW, name="Hub", key="hub", kind="person"),
    ]  # fmt: skip
    edges = [Edge(kind="PART_OF", start="p", end="s", sources={"s": 1.0})]
    for number in range(n_events):
        month = datetime(2000 + number % 20, 1 + number % 12, 1, tzinfo=UTC)
        uid = f"e{number:05}"
        nodes.append(
            Event(uid=uid, recorded_at=NOW, passage="p", text=f"Event {number}", start=0, end=1,
                  happened_from=month, happened_to=month, granularity="month")
        )  # fmt: skip
        for kind, end in (("EVIDENCED_BY", "p"), ("ARGUMENT", "hub")):
            edges.append(Edge(kind=kind, start=uid, end=end, sources={"s": 1.0}, role="agent"))  # type: ignore[arg-type]
    return nodes, edges


class CountingStore(MemoryStore):
    """Counts how many nodes are asked for."""

    n_read = 0

    def get(self, space: str, uids: Any) -> Any:
        self.n_read += len(uids)
        return super().get(space, uids)


def test_of_a_hub_only_the_asked_months_are_read() -> None:
    store = CountingStore()
    nodes, edges = hub(10_000)
    store.apply("default", lambda _: Changes(nodes=tuple(nodes), edges=tuple(edges)))
    with Memory(store, clock=FixedClock(NOW)) as memory:
        store.n_read = 0
        found = memory.recall(entity="Hub", time="2005-06", k=1_000)
        # Every 60th event is of that month.
        assert len(found.hits) == len([n for n in range(10_000) if n % 60 == 5])
        assert store.n_read < 600
        assert len(memory.recall(entity="Hub", k=1_000).hits) == 1_000
