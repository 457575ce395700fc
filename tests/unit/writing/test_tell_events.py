"""Events in the graph: when and where they were, who had which role, what follows and causes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from graphmem.memory import Memory
from graphmem.testing.fakes import FixedClock
from graphmem_schemas import Edge, Event

NOW = datetime(2024, 1, 1, tzinfo=UTC)
TURNS = [
    ("Ann", "Bob visited Paris last summer. It was hot, so he swam."),
    ("Bob", "👍"),
    ("Ann", "Ann moved to Rome in May 2020."),
    ("Bob", "The engine failed because the pump broke."),
    ("Ann", "I went."),
]


def rows(memory: Memory) -> tuple[dict[str, Event], list[Edge]]:
    nodes: dict[str, Event] = {}
    edges: list[Edge] = []
    kinds = ("NEXT", "CAUSES", "ARGUMENT")
    for batch in memory._store.changes("default", 0, labels=("Event",), kinds=kinds):
        nodes |= {node.uid: node for node in batch.nodes if isinstance(node, Event)}
        edges += batch.edges
    return nodes, edges


def messages(turns: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"speaker": who, "text": text, "at": "2023-06-14"} for who, text in turns]


def chain(memory: Memory) -> list[tuple[str, str]]:
    events, edges = rows(memory)
    return sorted(
        (events[e.start].text, events[e.end].text)
        for e in edges
        if e.kind == "NEXT" and e.start in events
    )


def test_events_follow_each_other_across_neighbouring_passages() -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add(messages(TURNS), source="talk")
        assert chain(memory) == [
            ("Ann moved to Rome in May 2020.", "The engine failed"),
            ("Bob visited Paris last summer.", "It was hot,"),
            ("It was hot,", "so Bob swam."),
            ("The engine failed", "because the pump broke."),
            ("because the pump broke.", "Ann went."),
        ]


def test_a_conversation_told_turn_by_turn_gives_the_same_events(tmp_path: Path) -> None:
    with (
        Memory("memory://", clock=FixedClock(NOW)) as whole,
        Memory("memory://", clock=FixedClock(NOW)) as grown,
    ):
        whole.add(messages(TURNS), source="talk")
        for n in range(1, len(TURNS) + 1):
            grown.add(messages(TURNS[:n]), source="talk")
        assert rows(whole)[0] == rows(grown)[0]
        key = lambda e: (e.kind, e.start, e.end)  # noqa: E731
        assert sorted(rows(whole)[1], key=key) == sorted(rows(grown)[1], key=key)
        assert grown.add(messages(TURNS), source="talk").seq == 0


def test_an_event_has_its_time_its_place_and_all_roles() -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add(messages(TURNS), source="talk")
        events, edges = rows(memory)
        by_text = {event.text: event for event in events.values()}
        paris = by_text["Bob visited Paris last summer."]
        assert (paris.happened_from, paris.happened_to, paris.granularity) == (
            datetime(2022, 6, 1, tzinfo=UTC), datetime(2022, 9, 1, tzinfo=UTC), "season",
        )  # fmt: skip
        assert paris.told_at == datetime(2023, 6, 14, tzinfo=UTC)
        roles = {e.role for e in edges if (e.kind, e.end) == ("ARGUMENT", paris.place)}
        assert roles == {"patient place"}
        assert by_text["Ann moved to Rome in May 2020."].lookup_keys == ("m2020-05",)
        assert by_text["It was hot,"].lookup_keys == ("m2023-06",)


def test_causes_lead_from_cause_to_effect() -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add(messages(TURNS), source="talk")
        events, edges = rows(memory)
        caused = sorted(
            (events[e.start].text, events[e.end].text) for e in edges if e.kind == "CAUSES"
        )
        assert caused == [
            ("It was hot,", "so Bob swam."), ("because the pump broke.", "The engine failed"),
        ]  # fmt: skip


def test_taking_a_source_back_takes_its_events_along() -> None:
    with Memory("memory://", clock=FixedClock(NOW)) as memory:
        memory.add(messages(TURNS[2:3]), source="other")
        before = rows(memory)
        memory.add(messages(TURNS), source="talk")
        memory.delete(source="talk")
        assert rows(memory)[0] == before[0]
