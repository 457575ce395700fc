"""The facade's write half, with the reference store, fake models and a fixed clock."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from graphmem.core.changes import Changes, Commit, Counts
from graphmem.errors import DimensionMismatch, InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.ports import Plan, PlanReader
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Edge, Event, Node, Passage, Proposition, Receipt, Source

START = datetime(2026, 1, 1, tzinfo=UTC)


def open_memory(store: MemoryStore | None = None, space: str = "default") -> Memory:
    return Memory(
        store if store is not None else MemoryStore(),
        space=space,
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=FixedClock(START, step=timedelta(seconds=1)),
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


def nodes(memory: Memory) -> list[Node]:
    store, space = memory._store, memory.space
    return [n for b in store.changes(space, 0, labels=tuple(Node.registry)) for n in b.nodes]


def edges(memory: Memory) -> list[Edge]:
    store, space = memory._store, memory.space
    found = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return sorted(found, key=lambda e: (e.kind, e.start, e.end))


def facts(memory: Memory) -> dict[str, Proposition]:
    return {n.text: n for n in nodes(memory) if isinstance(n, Proposition)}


def test_text_becomes_evidence_events_entities_and_facts(memory: Memory) -> None:
    receipt = memory.add("Caroline lives in Lisbon. Tom likes Lisbon.", source="note-1")
    counts = memory.stats().nodes
    assert counts == {"Source": 1, "Passage": 1, "Entity": 3, "Event": 2, "Proposition": 2}
    assert {label: len(uids) for label, uids in receipt.added.items()} == counts
    assert receipt.changed
    kinds = {edge.kind for edge in edges(memory)}
    assert kinds == {
        "PART_OF", "MENTIONS", "EVIDENCED_BY", "ARGUMENT", "NEXT", "SUBJECT", "OBJECT",
    }  # fmt: skip


def test_every_fact_and_event_leads_to_the_words_it_rests_on(memory: Memory) -> None:
    text = "Hello there. Caroline lives in Lisbon."
    memory.add(text)
    spans = {
        e.start: text[slice(*e.span)] for e in edges(memory) if e.kind == "EVIDENCED_BY" and e.span
    }
    for node in nodes(memory):
        if isinstance(node, Proposition):
            assert spans[node.uid] == "Caroline lives in Lisbon"
        if isinstance(node, Event):
            assert spans[node.uid] == text[node.start : node.end]


def test_adding_twice_changes_nothing(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a")
    before = (nodes(memory), edges(memory), memory.stats())
    receipt = memory.add("Ann lives in Rome.", source="a")
    assert not receipt.changed
    assert (nodes(memory), edges(memory), memory.stats()) == before


def test_a_conversation_that_has_grown_adds_its_new_turns_in_their_place(memory: Memory) -> None:
    turns = [{"speaker": "Ann", "text": "I live in Rome."}, {"speaker": "Bo", "text": "Nice."}]
    memory.add(turns, source="chat")
    receipt = memory.add([*turns, {"speaker": "Ann", "text": "Thanks."}], source="chat")
    assert len(receipt.added["Passage"]) == 1
    passages = sorted(
        (n for n in nodes(memory) if isinstance(n, Passage)), key=lambda p: p.position
    )
    assert [(p.position, p.text) for p in passages] == [
        (0, "I live in Rome."), (1, "Nice."), (2, "Thanks."),
    ]  # fmt: skip
    steps = {(e.start, e.end) for e in edges(memory) if e.kind == "NEXT"}
    assert {(a.uid, b.uid) for a, b in pairwise(passages)} <= steps


def test_two_sources_support_one_fact(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a")
    receipt = memory.add("Ann lives in Rome. Truly.", source="b")
    fact = facts(memory)["Ann lives in Rome"]
    assert receipt.confirmed == {"Proposition": (fact.uid,)}
    subject = next(e for e in edges(memory) if e.kind == "SUBJECT" and e.start == fact.uid)
    assert subject.weight == 2.0


def test_a_newer_fact_closes_the_older_one_and_both_stay_readable(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a", at="2023-01-01")
    receipt = memory.add("Ann moved to Oslo.", source="b", at="2024-01-01")
    old, new = facts(memory)["Ann lives in Rome"], facts(memory)["Ann moved to Oslo"]
    assert (old.status, old.valid_to) == ("superseded", datetime(2024, 1, 1, tzinfo=UTC))
    assert (new.status, new.valid_to) == ("current", None)
    assert receipt.superseded == (old.uid,)
    assert [(c.what, c.node.uid) for c in memory.history(new.uid)] == [
        ("superseded", old.uid), ("current", new.uid),
    ]  # fmt: skip


def test_a_late_fact_lands_in_the_past_and_does_not_retire_the_present(memory: Memory) -> None:
    memory.add("Ann moved to Oslo.", source="b", at="2024-01-01")
    memory.add("Ann lives in Rome.", source="a", at="2023-01-01")
    assert facts(memory)["Ann moved to Oslo"].status == "current"
    assert facts(memory)["Ann lives in Rome"].status == "superseded"


def test_two_that_disagree_about_the_same_time_stand_side_by_side(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a")
    receipt = memory.add("Ann lives in Oslo.", source="b")
    assert {f.status for f in facts(memory).values()} == {"contradicted"}
    assert len(receipt.contradicted) == 2
    assert [e.kind for e in edges(memory) if e.kind.startswith("CONTRA")] == ["CONTRADICTS"]


def test_two_places_in_one_breath_are_no_contradiction(memory: Memory) -> None:
    memory.add("Ann lives in Lisbon. Ann lives in Alfama.", source="a", at="2024-01-01")
    assert {f.status for f in facts(memory).values()} == {"current"}


def test_what_was_lived_once_closes_nothing(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="a", at="2023-01-01")
    memory.add("Ann lived in Oslo.", source="b", at="2024-01-01")
    assert facts(memory)["Ann lives in Rome"].status == "current"


def test_other_people_and_other_relations_are_left_alone(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Ann likes Rome. Bo lives in Bonn.", source="a", at="2023-01-01")
    memory.add("Ann lives in Oslo. Ann likes Oslo.", source="b", at="2024-01-01")
    closed = {text for text, fact in facts(memory).items() if fact.status != "current"}
    assert closed == {"Ann lives in Rome"}


def test_deleting_a_source_undoes_its_add_exactly(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Bo likes Rome.", source="a", at="2023-01-01")
    before = (sorted(map(repr, nodes(memory))), edges(memory))
    memory.add("Ann moved to Oslo. Bo likes Rome. Cy works at Fram.", source="b", at="2024-01-01")
    receipt = memory.delete(source="b")
    assert (sorted(map(repr, nodes(memory))), edges(memory)) == before
    assert receipt.nodes["Source"] == 1
    assert receipt.nodes["Passage"] == 1


def test_deleting_a_passage_keeps_what_others_support(memory: Memory) -> None:
    memory.add([{"text": "Ann lives in Rome."}, {"text": "Ann lives in Rome. Bo is tall."}])
    first = next(n for n in nodes(memory) if isinstance(n, Passage) and n.position == 0)
    memory.delete(first.uid)
    assert "Ann lives in Rome" in facts(memory)
    assert memory.stats().nodes["Passage"] == 1


def test_an_add_after_the_last_passage_was_deleted_goes_on(memory: Memory) -> None:
    memory.add([{"text": "One Ann."}, {"text": "Two Bo."}], source="s")
    last = next(n for n in nodes(memory) if isinstance(n, Passage) and n.position == 1)
    memory.delete(last.uid)
    memory.add([{"text": "One Ann."}, {"text": "Three Cy."}], source="s")
    source = next(n for n in nodes(memory) if isinstance(n, Source))
    by_text = {n.text: n.uid for n in nodes(memory) if isinstance(n, Passage)}
    assert source.last_passage == by_text["Three Cy."]
    assert (by_text["One Ann."], by_text["Three Cy."]) in {
        (e.start, e.end) for e in edges(memory) if e.kind == "NEXT"
    }


def test_deleting_an_entity_takes_the_facts_about_it(memory: Memory) -> None:
    memory.add("Ann lives in Rome. Bo likes Bonn.")
    ann = next(n for n in nodes(memory) if getattr(n, "key", "") == "ann")
    memory.delete(ann.uid)
    assert set(facts(memory)) == {"Bo likes Bonn"}


def test_deleting_the_space_empties_it_and_no_other() -> None:
    store = MemoryStore()
    one, two = open_memory(store, "one"), open_memory(store, "two")
    one.add("Ann lives in Rome.")
    two.add("Bo lives in Bonn.")
    with pytest.raises(InvalidInput, match="open on space 'one'"):
        one.delete(space="two")
    one.delete(space="one")
    assert one.stats().nodes == {}
    assert two.stats().nodes["Proposition"] == 1


def test_what_is_not_there_is_said_to_be_not_there(memory: Memory) -> None:
    with pytest.raises(NotFound, match="no node 'abc' in space 'default'"):
        memory.get("abc")
    with pytest.raises(NotFound, match="no source 'x'"):
        memory.delete(source="x")
    with pytest.raises(InvalidInput, match="exactly one"):
        memory.delete()


def test_given_extractions_go_in_and_bad_rows_are_reported(memory: Memory) -> None:
    receipt = memory.add_extracted(
        [{"id": "p1", "text": "Marie Curie was born in Warsaw.", "title": "Marie Curie"}],
        [
            {
                "id": "p1",
                "entities": ["Warsaw"],
                "triples": [["Marie Curie", "born in", "Warsaw"]],
            },
            {"id": "nowhere", "entities": []},
            {"id": "p1", "triples": [["only", "two"]]},
            "nonsense",
        ],
    )
    assert [row.index for row in receipt.rejected] == [1, 2, 3]
    fact = facts(memory)["Marie Curie born in Warsaw"]
    assert fact.object is not None
    passage = next(n for n in nodes(memory) if isinstance(n, Passage))
    assert passage.ref == "p1"
    weights = {memory.get(e.end).key: e.weight for e in edges(memory) if e.kind == "MENTIONS"}  # type: ignore[attr-defined]
    assert weights == {"marie curie": 2.0, "warsaw": 1.0}


def test_a_short_name_is_linked_to_the_long_one_whichever_comes_first() -> None:
    for texts in (["Curie slept.", "Marie Curie woke."], ["Marie Curie woke.", "Curie slept."]):
        with open_memory() as memory:
            for text in texts:
                memory.add(text)
            links = [e for e in edges(memory) if e.kind == "SHORT_FOR"]
            assert [(memory.get(e.start).key, memory.get(e.end).key) for e in links] == [  # type: ignore[attr-defined]
                ("curie", "marie curie")
            ]


def test_emoji_names_are_no_entities_but_their_words_are_kept(memory: Memory) -> None:
    memory.add([{"speaker": "🦊", "text": "I live in Rome."}])
    assert memory.stats().nodes.get("Proposition", 0) == 0
    passage = next(n for n in nodes(memory) if isinstance(n, Passage))
    assert passage.speaker == "🦊"


def test_another_embedder_is_refused_and_the_way_out_named() -> None:
    store = MemoryStore()
    open_memory(store).add("Ann lives in Rome.")
    other = Memory(store, embedder=FakeEmbedder(16), extractor=FakeExtractor())
    with pytest.raises(DimensionMismatch, match="graphmem rebuild vectors"):
        other.add("Bo lives in Bonn.")


def counts(memory: Memory) -> Counts:
    return memory._store.count(memory.space)


@pytest.mark.parametrize("bad", ["", "\x00", [{"text": "ok"}, {"no": "text"}], "x\ud800"])
def test_bad_input_leaves_the_store_as_it_was(memory: Memory, bad: object) -> None:
    memory.add("Ann lives in Rome.")
    before = counts(memory)
    with pytest.raises(InvalidInput):
        memory.add(bad)  # type: ignore[arg-type]
    assert counts(memory) == before


def test_a_store_that_was_handed_over_is_left_open() -> None:
    store = MemoryStore()
    with open_memory(store) as one:
        one.add("Ann lives in Rome.")
    with open_memory(store) as two:
        assert two.stats().nodes["Passage"] == 1


def test_what_is_no_store_no_uid_and_no_name_is_refused(memory: Memory) -> None:
    with pytest.raises(InvalidInput, match="store must be a path"):
        Memory(5)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="a uid is a string"):
        memory.get([1])  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="name is a string"):
        memory.delete(source=["x"])  # type: ignore[arg-type]


def test_a_rebuild_that_was_stopped_halfway_is_refused_until_it_is_done() -> None:
    store = MemoryStore()
    memory = open_memory(store)
    memory.add("Ann lives in Rome. Bo lives in Bonn.")

    def stop(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        memory.rebuild("vectors", progress=stop)
    with pytest.raises(DimensionMismatch, match="being made anew"):
        memory.add("Cy lives in Oslo.")
    with pytest.raises(DimensionMismatch, match="being made anew"):
        memory.search("Where does Ann live?")
    assert memory.rebuild("vectors") == 1
    assert memory.search("Where does Ann live?").hits


def spans(memory: Memory) -> dict[str, tuple[int | None, int | None, str]]:
    def year(at: datetime | None) -> int | None:
        return at.year if at else None

    return {
        text: (year(fact.valid_from), year(fact.valid_to), fact.status)
        for text, fact in facts(memory).items()
    }


def test_taking_the_middle_of_a_chain_back_joins_its_ends(memory: Memory) -> None:
    for year, place in ((2020, "Oslo"), (2022, "Turin"), (2024, "Rome")):
        memory.add(f"Ann lives in {place}.", source=place, at=f"{year}-01-01")
    memory.delete(source="Turin")
    assert spans(memory) == {
        "Ann lives in Oslo": (2020, 2024, "superseded"),
        "Ann lives in Rome": (2024, None, "current"),
    }
    rome, oslo = facts(memory)["Ann lives in Rome"], facts(memory)["Ann lives in Oslo"]
    assert [(e.start, e.end) for e in edges(memory) if e.kind == "SUPERSEDES"] == [
        (rome.uid, oslo.uid)
    ]


def test_a_late_fact_is_put_between_its_neighbours(memory: Memory) -> None:
    for year, place in ((2020, "Oslo"), (2024, "Rome"), (2022, "Turin")):
        memory.add(f"Ann lives in {place}.", source=place, at=f"{year}-01-01")
    assert spans(memory) == {
        "Ann lives in Oslo": (2020, 2022, "superseded"),
        "Ann lives in Turin": (2022, 2024, "superseded"),
        "Ann lives in Rome": (2024, None, "current"),
    }
    assert len([e for e in edges(memory) if e.kind == "SUPERSEDES"]) == 2


def test_an_earlier_confirmation_moves_the_beginning_back(memory: Memory) -> None:
    memory.add("Ann lives in Oslo.", source="a", at="2022-01-01")
    receipt = memory.add("Ann lives in Oslo.", source="b", at="2020-01-01")
    assert spans(memory) == {"Ann lives in Oslo": (2020, None, "current")}
    assert receipt.confirmed == {"Proposition": (facts(memory)["Ann lives in Oslo"].uid,)}
    assert "Proposition" not in receipt.added


def test_what_was_lived_once_is_retired(memory: Memory) -> None:
    memory.add("Ann lived in Oslo.", source="a", at="2022-01-01")
    assert spans(memory) == {"Ann lived in Oslo": (None, 2022, "retired")}


def test_deleting_a_passage_joins_its_neighbours(memory: Memory) -> None:
    memory.add([{"text": f"Turn {n} of Ann."} for n in range(4)], source="s")
    turns = sorted((n for n in nodes(memory) if isinstance(n, Passage)), key=lambda p: p.position)
    memory.delete(turns[1].uid)
    memory.delete(turns[2].uid)
    passages = {turn.uid for turn in turns}
    assert [(e.start, e.end) for e in edges(memory) if e.kind == "NEXT" and e.end in passages] == [
        (turns[0].uid, turns[3].uid)
    ]


def test_more_that_is_extracted_from_a_stored_passage_is_added_once(memory: Memory) -> None:
    passages = [{"id": "p1", "text": "Marie Curie was born in Warsaw and lived in Paris."}]

    def give(obj: str) -> Receipt:
        rows = [{"id": "p1", "triples": [["Marie Curie", "knows", obj]], "statements": [obj]}]
        return memory.add_extracted(passages, rows)

    give("Warsaw")
    receipt = give("Paris")
    assert {label: len(uids) for label, uids in receipt.added.items()} == {
        "Entity": 1, "Event": 1, "Proposition": 1,
    }  # fmt: skip
    assert set(facts(memory)) == {"Marie Curie knows Warsaw", "Marie Curie knows Paris"}
    before = (nodes(memory), edges(memory))
    assert not give("Paris").changed
    assert (nodes(memory), edges(memory)) == before
    counts = memory.stats()
    assert (counts.nodes["Passage"], counts.nodes["Source"], counts.n_vectors) == (1, 1, 1)


def test_a_fact_that_very_many_state_is_confirmed_without_reading_them() -> None:
    class Counting(MemoryStore):
        n_edges = 0

        def apply(self, space: str, plan: Plan) -> Commit:
            def counted(reader: PlanReader) -> Changes:
                found = reader.neighbours

                def neighbours(*args: Any) -> list[Edge]:
                    edges = found(*args)
                    self.n_edges += len(edges)
                    return edges

                reader.neighbours = neighbours  # type: ignore[method-assign, assignment]
                return plan(reader)

            return super().apply(space, counted)

    store = Counting()
    with open_memory(store) as memory:
        memory.add("Ann lives in Rome.", source="old", at="2020-01-01")
        for day in range(1, 20):
            memory.add(
                "Ann lives in Oslo. Ann likes tea.", source=f"s{day}", at=f"2023-01-{day:02}"
            )
        store.n_edges = 0
        memory.add("Ann lives in Oslo. Ann likes tea.", source="new", at="2024-01-01")
        assert store.n_edges == 0
