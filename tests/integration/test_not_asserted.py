"""What a note only asks, plans, supposes or reports never becomes a fact of the graph."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from graphmem.language.extractor import SpacyExtractor
from graphmem.memory import Memory
from graphmem.models.minilm import MiniLMEncoder
from graphmem.stores.memory import MemoryStore
from graphmem.testing.fakes import FakeEmbedder
from graphmem_schemas import Entity, Event, Node, Proposition

LIVES = "Nadia lives in Oslo"
IDLE = [
    "Nadia will move to Paris next year.",
    "If Nadia moves to Paris, Omar will sing.",
    "Did Nadia move to Paris?",
    "Nadia wants to live in Paris.",
    "Nadia might live in Paris.",
    "Omar doubts that Nadia lives in Baku.",
    "Omar says that Nadia lives in Baku.",
    "Nadia almost married Tom.",
]


@pytest.fixture(scope="module")
def extractor() -> SpacyExtractor:
    return SpacyExtractor(encoder=MiniLMEncoder(threads=1))


@pytest.fixture
def memory(extractor: SpacyExtractor) -> Iterator[Memory]:
    with Memory(MemoryStore(), embedder=FakeEmbedder(), extractor=extractor) as opened:
        opened.add(f"{LIVES}.", source="first", at="2020-01-01")
        yield opened


def _nodes(memory: Memory) -> list[Node]:
    batches = memory._store.changes(memory.space, 0, labels=tuple(Node.registry))
    return [node for batch in batches for node in batch.nodes]


def _facts(memory: Memory) -> dict[str, Proposition]:
    return {node.text: node for node in _nodes(memory) if isinstance(node, Proposition)}


@pytest.mark.parametrize("text", IDLE)
def test_it_states_nothing_and_closes_nothing(memory: Memory, text: str) -> None:
    receipt = memory.add(text, source="second", at="2024-01-01")
    (fact,) = [fact for told, fact in _facts(memory).items() if told == LIVES]
    assert (fact.status, fact.valid_to) == ("current", None)
    assert receipt.superseded == ()
    assert list(_facts(memory)) == [LIVES]


def test_what_is_only_planned_can_still_be_found(memory: Memory) -> None:
    memory.add(IDLE[0], source="second", at="2024-01-01")
    told = {node.text for node in _nodes(memory) if isinstance(node, Event)}
    names = {node.name for node in _nodes(memory) if isinstance(node, Entity)}
    assert IDLE[0] in {f"{text.rstrip('.')}." for text in told}
    assert names == {"Nadia", "Oslo", "Paris"}


def test_a_common_noun_of_a_plan_becomes_no_entity(memory: Memory) -> None:
    memory.add("Nadia wants to buy a farm.", source="second", at="2024-01-01")
    names = {node.name for node in _nodes(memory) if isinstance(node, Entity)}
    assert names == {"Nadia", "Oslo"}


def test_what_came_true_does_close_the_older_fact(memory: Memory) -> None:
    memory.add("Nadia moved to Paris.", source="second", at="2024-01-01")
    facts = _facts(memory)
    assert facts[LIVES].status == "superseded"
    assert facts["Nadia moved to Paris"].status == "current"


def test_a_past_state_closes_nothing_and_has_no_facts_of_its_years(memory: Memory) -> None:
    memory.add("Nadia lived in Rome from 2010 to 2015.", source="second", at="2024-01-01")
    facts = _facts(memory)
    assert set(facts) == {LIVES, "Nadia lived in Rome"}
    assert facts[LIVES].status == "current"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Omar moved last week.", set()),
        ("Omar started on Monday.", set()),
        ("Omar visited Rome in May and left the next day.", {"Omar visited Rome"}),
        ("Omar was born in 1990.", {"Omar was born in 1990"}),
        ("Omar graduated in 2015.", {"Omar graduated in 2015"}),
        ("The party was postponed to Friday.", {"party was postponed to Friday"}),
        ("The trip took two weeks.", {"trip took two weeks"}),
    ],
)
def test_what_only_tells_when_is_kept_by_the_event_and_is_no_fact(
    memory: Memory, text: str, said: set[str]
) -> None:
    receipt = memory.add(text, source="note", at="2024-05-08")
    assert set(_facts(memory)) - {LIVES} == said
    assert any(node.happened_from for node in _nodes(memory) if isinstance(node, Event)) or said
    assert receipt.added["Event"]
