"""What is done again, or to nothing, is said to have changed nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem_api.mcp.results import Deleted


@pytest.fixture
def memory() -> Iterator[Memory]:
    with Memory(MemoryStore(), space="s", embedder=FakeEmbedder()) as one:
        one.add_extracted(
            [{"id": "a", "text": "Step a."}], [{"id": "a", "triples": [("Ann", "likes", "Bo")]}]
        )
        yield one


def test_what_is_retired_or_merged_again(memory: Memory) -> None:
    (fact,) = memory.current("Ann")
    assert memory.retire(fact.uid).notes == ()
    assert memory.retire(fact.uid).notes == (f"nothing changed: {fact.uid} was retired before",)
    assert memory.merge("Ann", "Bo").notes == ()
    assert memory.merge("Ann", "Bo").notes == ("nothing changed: they were one before",)


def test_what_is_deleted_where_nothing_is(memory: Memory) -> None:
    assert memory.delete(space="s").notes == ()
    again = memory.delete(space="s")
    assert again.notes == ("there was nothing to delete",)
    assert Deleted.of(again).text() == "Nothing was deleted; there was nothing to delete."
