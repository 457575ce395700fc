"""Given facts that say themselves when they hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from graphmem.core.validity import Validity
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Proposition, Receipt


def year(number: int) -> datetime:
    return datetime(number, 1, 1, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=FakeExtractor()) as opened:
        yield opened


def tell(memory: Memory, key: str, at: str, *triples: dict[str, Any]) -> Receipt:
    passages = [{"id": key, "text": f"Text {key}.", "at": at}]
    return memory.add_extracted(passages, [{"id": key, "triples": list(triples)}])


def fact(
    obj: str, start: str | None = None, end: str | None = None, **more: Any
) -> dict[str, Any]:
    said = {"subject": "Ann", "predicate": "live in", "object": obj, **more}
    return said | {k: v for k, v in (("valid_from", start), ("valid_to", end)) if v}


def facts(memory: Memory) -> list[tuple[str, int | None, int | None, str]]:
    feed = memory._store.changes("default", 0, labels=("Proposition",))
    found = [n for batch in feed for n in batch.nodes if isinstance(n, Proposition)]
    return sorted(
        (
            (n.text, n.valid_from and n.valid_from.year, n.valid_to and n.valid_to.year, n.status)
            for n in found
        ),
        key=str,
    )


def test_a_fact_holds_from_and_to_what_is_given(memory: Memory) -> None:
    tell(
        memory, "a", "2023-01-01", fact("Rome", "2001-01-01", "2005-01-01", text="Ann was in Rome")
    )
    assert facts(memory) == [("Ann was in Rome", 2001, 2005, "superseded")]


def test_given_and_told_facts_share_one_timeline(memory: Memory) -> None:
    tell(memory, "a", "2023-01-01", fact("Rome", "2001-01-01"))
    memory.add("Ann lives in Oslo.", source="b", at="2010-01-01")
    assert (
        facts(memory)
        == [
            ("Ann lives in Oslo", 2010, None, "current"),
            ("Ann live in Rome", 2001, 2010, "superseded"),
        ][::-1]
    )
    # The passage is of 2023, and yet the fact began in 2001, whatever else goes.
    memory.delete(source="b")
    assert facts(memory) == [("Ann live in Rome", 2001, None, "current")]


def test_a_fact_that_came_back_is_two_facts(memory: Memory) -> None:
    tell(memory, "a", "2023-01-01", fact("Rome", "2001-01-01", "2003-01-01"))
    tell(memory, "b", "2023-01-01", fact("Rome", "2010-01-01"))
    assert facts(memory) == [
        ("Ann live in Rome", 2001, 2003, "superseded"),
        ("Ann live in Rome", 2010, None, "current"),
    ]


def test_an_end_without_a_beginning(memory: Memory) -> None:
    tell(memory, "a", "2023-01-01", fact("Rome", None, "2003-01-01"))
    assert facts(memory) == [("Ann live in Rome", None, 2003, "superseded")]


def test_an_end_that_is_learnt_later_ends_the_same_fact(memory: Memory) -> None:
    first = tell(memory, "a", "2023-01-01", fact("Rome", "2001-01-01"))
    later = fact("Rome", "2001-01-01", "2004-01-01", retired_at="2024-05-01")
    receipt = tell(memory, "a", "2023-01-01", later)
    assert receipt.superseded == first.added["Proposition"]
    assert facts(memory) == [("Ann live in Rome", 2001, 2004, "superseded")]
    node = memory.get(receipt.superseded[0])
    assert isinstance(node, Proposition)
    assert node.retired_at == datetime(2024, 5, 1, tzinfo=UTC)
    assert tell(memory, "a", "2023-01-01", later).seq == 0


def test_a_fact_that_ends_before_it_begins_is_rejected(memory: Memory) -> None:
    receipt = tell(memory, "a", "2023-01-01", fact("Rome", "2005-01-01", "2001-01-01"))
    assert "before valid_from" in receipt.rejected[0].reason
    assert facts(memory) == []


@pytest.mark.parametrize(
    "validity",
    [Validity(), Validity(year(2001)), Validity(None, year(2)), Validity(year(1), year(9999))],
)
def test_an_interval_is_read_as_it_was_written(validity: Validity) -> None:
    assert Validity.parse(validity.text) == validity


@pytest.mark.parametrize("text", [None, "", "agent", "a/b", "2001-01-01", "../", "/"])
def test_other_roles_are_no_intervals(text: str | None) -> None:
    assert Validity.parse(text) is None
