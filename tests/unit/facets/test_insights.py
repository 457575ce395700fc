"""Insights and feedback through the public API, without the defects of peers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem_schemas import EDGE_KINDS, Edge, Insight, Node, Passage, Prescription, Query

START = datetime(2026, 1, 1, tzinfo=UTC)
TASK = "wash a cup"
GOOD = [
    ("go to sink 1", "At the sink 1, you see a cup 1."),
    ("take cup 1", "You hold it."),
    ("wash cup 1", "The cup 1 is clean."),
]
BAD = [
    ("go to shelf 2", "On the shelf 2, you see a cup 2."),
    ("break cup 2", "The cup 2 is gone."),
]


def open_memory(store: Any = None, space: str = "default", clock: Any = None) -> Memory:
    return Memory(
        store if store is not None else MemoryStore(),
        space=space,
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=clock or FixedClock(START, step=timedelta(seconds=1)),
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with open_memory() as opened:
        yield opened


def everything(memory: Memory) -> tuple[dict[str, Node], list[Edge]]:
    store, space = memory._store, memory.space
    labels = tuple(Node.registry)
    nodes = {n.uid: n for b in store.changes(space, 0, labels=labels) for n in b.nodes}
    edges = [e for b in store.changes(space, 0, kinds=EDGE_KINDS) for e in b.edges]
    return nodes, sorted(edges, key=lambda e: (e.kind, e.start, e.end))


def insights_of(memory: Memory) -> dict[str, Insight]:
    nodes, _ = everything(memory)
    return {n.text: n for n in nodes.values() if isinstance(n, Insight)}


def ends(memory: Memory, uid: str, kind: str) -> list[str]:
    return [e.end for e in everything(memory)[1] if e.start == uid and e.kind == kind]


def wash(memory: Memory, n_good: int, n_bad: int) -> None:
    for number in range(n_good):
        memory.add_run(TASK, GOOD, "success", source=f"good-{number}")
    for number in range(n_bad):
        memory.add_run(TASK, BAD, "failure", source=f"bad-{number}")


def test_an_insight_says_when_what_and_of_how_many(memory: Memory) -> None:
    wash(memory, 4, 2)
    texts = insights_of(memory)
    assert "when wash _, do go to _ → take _ → wash _, because 4 of 4 that did succeeded" in texts
    assert any(one.kind == "distinguish" and one.steps == ("wash _",) for one in texts.values())


def test_an_insight_leads_to_its_runs_and_to_the_words_of_their_steps(memory: Memory) -> None:
    wash(memory, 3, 1)
    (shared,) = [one for one in insights_of(memory).values() if one.kind == "do"]
    runs = [memory.get(uid) for uid in ends(memory, shared.uid, "SUPPORTED_BY")]
    assert [run.outcome for run in runs if isinstance(run, Query)] == ["success"] * 3
    assert (shared.alpha, shared.beta) == (4.0, 1.0)
    shown = [memory.get(uid) for uid in ends(memory, shared.uid, "EVIDENCED_BY")]
    texts = {passage.text for passage in shown if isinstance(passage, Passage)}
    assert texts == {f"{action}\n{seen}" for action, seen in GOOD}


def test_what_leads_to_failure_is_to_be_avoided_and_failures_speak_for_it(memory: Memory) -> None:
    wash(memory, 3, 3)
    (avoid,) = [
        one for one in insights_of(memory).values() if one.kind == "avoid" and "break" in one.text
    ]
    assert "3 of 3 that did failed" in avoid.text
    assert (avoid.alpha, avoid.beta) == (4.0, 1.0)


def test_nothing_is_pruned_by_failures_only_less_sure(memory: Memory) -> None:
    wash(memory, 3, 0)
    (before,) = [one for one in insights_of(memory).values() if one.kind == "do"]
    for number in range(3):
        memory.add_run(TASK, GOOD, "failure", source=f"unlucky-{number}")
        (after,) = [one for one in insights_of(memory).values() if one.kind == "do"]
        assert after.uid == before.uid
        assert (after.alpha, after.beta) == (4.0, 2.0 + number)


def test_the_lessons_are_the_same_in_whatever_order_runs_come() -> None:
    runs = [(GOOD, "success", "a"), (BAD, "failure", "b"), (GOOD, "success", "c")]
    found = set()
    for order in permutations(runs):
        with open_memory(clock=FixedClock(START)) as memory:
            for steps, outcome, name in order:
                memory.add_run(TASK, steps, outcome, source=name)
            nodes, edges = everything(memory)
            lessons = sorted(
                n.model_dump_json()
                for n in nodes.values()
                if n.label in ("Insight", "Prescription")
            )
            kept = [e.model_dump_json() for e in edges if e.kind not in ("SIMILAR",)]
            found.add((*lessons, *kept))
    assert len(found) == 1


def test_adding_then_deleting_a_run_leaves_lessons_as_they_were(memory: Memory) -> None:
    wash(memory, 2, 1)
    before = everything(memory)
    memory.add_run(TASK, GOOD[:1] + BAD[1:], "success", source="other")
    memory.add_run(TASK, BAD, "failure", source="bad-9")
    assert everything(memory) != before
    memory.delete(source="other")
    memory.delete(source="bad-9")
    assert everything(memory) == before


def test_lessons_go_with_their_last_run(memory: Memory) -> None:
    wash(memory, 2, 0)
    memory.delete(source="good-0")
    assert "Insight" not in memory.stats().nodes
    memory.delete(source="good-1")
    assert memory.stats().nodes == {}


def test_a_prescription_of_runs_counts_uses_and_successes(memory: Memory) -> None:
    wash(memory, 3, 0)
    memory.add_run(TASK, GOOD, "failure", source="unlucky")
    nodes, _ = everything(memory)
    (how,) = [n for n in nodes.values() if isinstance(n, Prescription)]
    assert (how.uses, how.successes) == (4, 3)
    assert how.steps == ("go to _", "take _", "wash _")
    assert memory.prescriptions("wash a pan").hits[0].uid == how.uid


def test_insights_fit_the_task_and_say_which_runs_speak(memory: Memory) -> None:
    wash(memory, 3, 1)
    for number in range(2):
        memory.add_run("sell a cup", GOOD[:2], "success", source=f"sale-{number}")
    recall = memory.insights("wash a shelf", k=2)
    assert {hit.title for hit in recall.hits} == {"wash _"}
    assert {step.kind for hit in recall.hits for step in hit.why} == {"SUPPORTED_BY"}
    assert all(abs(hit.score - sum(p.value for p in hit.parts)) < 1e-5 for hit in recall.hits)
    nothing = memory.insights("paint the town")
    assert nothing.hits == ()
    assert "consolidate" in (nothing.abstained or "")


def test_every_third_place_is_for_an_insight_that_few_have_tried(memory: Memory) -> None:
    wash(memory, 12, 6)
    cold_task = "wash and dry a cup"
    for number in range(2):
        memory.add_run(cold_task, GOOD[1:], "success", source=f"dry-{number}")
    hits = memory.insights(TASK, k=3).hits
    third = memory.get(hits[2].uid)
    assert isinstance(third, Insight)
    assert third.alpha + third.beta - 2 < 3
    assert not any(hit.title == third.when for hit in hits[:2])


def test_feedback_credits_exactly_what_was_used(memory: Memory) -> None:
    wash(memory, 3, 3)
    recall = memory.insights(TASK, k=3)
    used, *others = [hit.uid for hit in recall.hits]
    before = {uid: memory.get(uid) for uid in others}
    first = memory.get(used)
    assert others
    assert isinstance(first, Insight)
    memory.feedback(recall.id, [used], 1.0)
    after = memory.get(used)
    assert isinstance(after, Insight)
    assert (after.alpha, after.beta) == (first.alpha + 1, first.beta)
    assert {uid: memory.get(uid) for uid in others} == before


def test_the_same_feedback_twice_changes_nothing_and_another_replaces_it(memory: Memory) -> None:
    wash(memory, 3, 1)
    untouched = everything(memory)
    recall = memory.insights(TASK)
    used = [recall.hits[0].uid]
    first = memory.feedback(recall.id, used, "success")
    once = everything(memory)
    assert memory.feedback(recall.id, used, True).seq == 0
    assert everything(memory) == once
    memory.feedback(recall.id, used, 0.25)
    insight, before = memory.get(used[0]), untouched[0][used[0]]
    assert isinstance(insight, Insight)
    assert isinstance(before, Insight)
    assert (insight.alpha, insight.beta) == (before.alpha + 0.25, before.beta + 0.75)
    memory.delete(first.added["Query"][0])
    assert everything(memory) == untouched


def test_feedback_on_what_a_search_showed_is_kept_as_its_use(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="note")
    recall = memory.search("Where does Ann live?", k=1)
    receipt = memory.feedback(recall.id, [recall.hits[0].uid], "unknown")
    query = memory.get(receipt.added["Query"][0])
    assert isinstance(query, Query)
    assert (query.text, query.outcome) == ("Where does Ann live?", "unknown")
    assert ends(memory, query.uid, "USED") == [recall.hits[0].uid]


def test_feedback_on_a_prescription_counts_its_use(memory: Memory) -> None:
    memory.add_prescriptions([{"when": "washing a cup", "text": "Use soap."}])
    for outcome in (True, False):
        recall = memory.prescriptions("wash a cup")
        memory.feedback(recall.id, [recall.hits[0].uid], outcome)
    how = memory.get(recall.hits[0].uid)
    assert isinstance(how, Prescription)
    assert (how.uses, how.successes) == (2, 1)


def test_an_insight_with_feedback_outlives_a_change_of_what_runs_teach(memory: Memory) -> None:
    wash(memory, 2, 0)
    recall = memory.insights(TASK)
    memory.feedback(recall.id, [recall.hits[0].uid], False)
    for number in range(9):
        memory.add_run(TASK, GOOD[2:], "success", source=f"short-{number}")
    kept = memory.get(recall.hits[0].uid)
    assert isinstance(kept, Insight)
    assert kept.beta == 2.0


def test_feedback_for_what_was_never_shown_is_refused(memory: Memory) -> None:
    wash(memory, 3, 1)
    recall = memory.insights(TASK, k=1)
    before = everything(memory)
    used = [recall.hits[0].uid]
    with pytest.raises(NotFound, match="has shown no recall"):
        memory.feedback("0" * 32, used, True)
    with pytest.raises(InvalidInput, match="is a string"):
        memory.feedback(7, used, True)  # type: ignore[arg-type]
    for foreign in (["0" * 32], [3], [*used, "x"]):
        with pytest.raises(InvalidInput, match="was not shown"):
            memory.feedback(recall.id, foreign, True)
    with pytest.raises(InvalidInput, match="used is empty"):
        memory.feedback(recall.id, [], True)
    with pytest.raises(InvalidInput, match="must be a list"):
        memory.feedback(recall.id, used[0], True)
    for outcome in (2, -1, "fine", float("nan")):
        with pytest.raises(InvalidInput, match="outcome"):
            memory.feedback(recall.id, used, outcome)
    assert everything(memory) == before


def test_another_memory_cannot_speak_of_this_ones_recalls() -> None:
    store = MemoryStore(shared=True)
    with open_memory(store, "a") as one, open_memory(store, "b") as other:
        wash(one, 2, 0)
        recall = one.insights(TASK)
        with pytest.raises(NotFound):
            other.feedback(recall.id, [recall.hits[0].uid], True)
        assert other.insights(TASK).hits == ()
        assert other.stats().nodes == {}


def test_what_is_gone_since_it_was_shown_is_left_out(memory: Memory) -> None:
    memory.add("Ann lives in Rome.", source="note")
    recall = memory.search("Where does Ann live?", k=1)
    memory.delete(source="note")
    assert memory.feedback(recall.id, [recall.hits[0].uid], True).seq == 0
    assert memory.stats().nodes == {}


@pytest.mark.parametrize("home", ["sqlite", "memory"])
def test_insights_are_those_of_a_memory_opened_afterwards(home: str, tmp_path: Path) -> None:
    store: Any = tmp_path / "a.db" if home == "sqlite" else MemoryStore(shared=True)
    with open_memory(store) as memory:
        wash(memory, 3, 2)
        recall = memory.insights(TASK)
        memory.feedback(recall.id, [recall.hits[-1].uid], False)
        shown = [hit.model_dump() for hit in memory.insights(TASK).hits]
        with open_memory(store) as other:
            assert [hit.model_dump() for hit in other.insights(TASK).hits] == shown


def test_a_run_whose_end_is_known_later_is_counted_as_it_ended(memory: Memory) -> None:
    wash(memory, 2, 0)
    memory.add_run(TASK, GOOD, "success", source="late")
    memory.add_run(TASK, GOOD, "failure", source="late")
    (shared,) = [one for one in insights_of(memory).values() if one.kind == "do"]
    assert (shared.alpha, shared.beta) == (3.0, 2.0)


def test_the_ledger_keeps_the_last_ten_thousand() -> None:
    from graphmem.reading.shown import MAX_RECALLS, Shown
    from graphmem_schemas import Recall

    shown = Shown()
    for number in range(MAX_RECALLS + 1):
        shown.note(Recall(id=str(number), question="q"))
    assert shown.find("0") is None
    found = shown.find("1")
    assert found is not None
    assert found.question == "q"


def settled(memory: Memory) -> Any:
    from graphmem.writing.settle import settle_runs

    return settle_runs(memory._store, memory.space)


def test_settling_masks_what_later_runs_showed_to_be_a_thing(memory: Memory) -> None:
    unseen = [("go to sink 1", "The sink 1 is empty."), ("give up", "You stop.")]
    memory.add_run("wash a pan", unseen, "failure", source="early")
    wash(memory, 3, 0)
    memory.add_run("wash a pan", [("take pan 1", "a pan 1 is in hand"), *GOOD[2:]], True)
    assert {insight.beta for insight in insights_of(memory).values()} == {1.0}
    done = settled(memory)
    assert done.n_masked == 1
    early = memory.similar("wash a pan", k=1).hits[0]
    query = memory.get(early.uid)
    assert isinstance(query, Query)
    assert query.skeleton == "wash _"


def test_settling_unlearns_what_only_deleted_runs_showed(memory: Memory) -> None:
    unseen = [("find pan", "Here it is."), ("wash pan in sink 1", "The sink 1 is full.")]
    memory.add_run("wash a pan", unseen, "failure", source="early")
    settled(memory)
    before = everything(memory)
    memory.add_run(
        "wash a pan", [("take pan 1", "a pan 1 is in hand"), *GOOD[2:]], True, source="p"
    )
    assert settled(memory).n_masked == 1
    (early,) = (n for n in everything(memory)[0].values() if isinstance(n, Query)
                and n.outcome == "failure")  # fmt: skip
    assert (early.skeleton, early.steps[0]) == ("wash _", "find _")
    memory.delete(source="p")
    assert settled(memory).n_masked == 1
    assert everything(memory) == before
    assert settled(memory).seq == 0


def test_settling_twice_changes_nothing(memory: Memory) -> None:
    wash(memory, 3, 1)
    memory.add_run("wash a cup in water", GOOD, "success", source="d1")
    memory.add_run("wash a cup in water", GOOD, "success", source="d2")
    assert settled(memory).seq > 0
    once = everything(memory)
    assert settled(memory).seq == 0
    assert everything(memory) == once


def test_the_same_lesson_of_sorts_that_are_alike_keeps_lineage_and_all_evidence(
    memory: Memory,
) -> None:
    wash(memory, 3, 0)
    memory.add_run(TASK, GOOD, "failure", source="unlucky")
    for number in range(2):
        memory.add_run("wash a cup in water", GOOD, "success", source=f"d{number}")
    before = set(insights_of(memory))
    settled(memory)
    after = insights_of(memory)
    assert before <= set(after)
    (joined,) = [one for text, one in after.items() if text not in before]
    parents = set(ends(memory, joined.uid, "DERIVED_FROM"))
    assert parents == {one.uid for one in after.values() if one.kind == "do"} - {joined.uid}
    assert (joined.alpha, joined.beta) == (6.0, 2.0)
    assert set(ends(memory, joined.uid, "EVIDENCED_BY")) == {
        passage for parent in parents for passage in ends(memory, parent, "EVIDENCED_BY")
    }
    shown = memory.insights(TASK, k=9).hits
    assert len({tuple(memory.get(hit.uid).steps) for hit in shown}) == len(shown)  # type: ignore[attr-defined]


def test_feedback_on_a_joined_insight_survives_settling_again(memory: Memory) -> None:
    wash(memory, 3, 0)
    for number in range(2):
        memory.add_run("wash a cup in water", GOOD, "success", source=f"d{number}")
    settled(memory)
    recall = memory.insights(TASK, k=1)
    joined = memory.get(recall.hits[0].uid)
    assert isinstance(joined, Insight)
    assert joined.when == "wash _ / wash _ in water"
    memory.feedback(recall.id, [joined.uid], False)
    assert settled(memory).seq == 0
    memory.delete(source="d0")
    settled(memory)
    kept = memory.get(joined.uid)
    assert isinstance(kept, Insight)
    assert kept.beta == 2.0


def test_a_joined_insight_counts_what_it_rests_on_when_a_third_sort_joins(memory: Memory) -> None:
    wash(memory, 3, 0)
    for number in range(2):
        memory.add_run("wash a cup in water", GOOD, "success", source=f"d{number}")
    below = memory.insights("wash a cup in water", k=1)
    memory.feedback(below.id, [below.hits[0].uid], 0.75)
    settled(memory)
    recall = memory.insights(TASK, k=1)
    memory.feedback(recall.id, [recall.hits[0].uid], 0.75)
    for number in range(2):
        memory.add_run("wash a cup in hot water", GOOD, "success", source=f"h{number}")
    settled(memory)
    joined = [one for one in insights_of(memory).values() if " / " in one.when]
    counts = {one.when: (one.alpha, one.beta) for one in joined}
    assert counts == {
        "wash _ / wash _ in water": (1.75, 1.25),
        "wash _ / wash _ in hot water / wash _ in water": (8.75, 1.25),
    }
    for one in joined:
        edges = [e for e in everything(memory)[1] if e.start == one.uid]
        weights = sum(e.weight for e in edges if e.kind == "SUPPORTED_BY")
        assert one.alpha == 1.0 + weights
    assert settled(memory).seq == 0


def test_what_was_seen_again_lately_is_as_fresh_as_what_is_new() -> None:
    times = iter([START] * 40 + [START + timedelta(days=700)] * 40)
    with open_memory(clock=lambda: next(times)) as memory:
        wash(memory, 2, 0)
        first = memory.insights(TASK).hits[0]
        while next(times) == START:
            pass
        memory.add_run(TASK, GOOD, "success", source="again")
        again = memory.insights(TASK).hits[0]
        (insight,) = insights_of(memory).values()
    assert (insight.recorded_at, insight.last_at) == (START, START + timedelta(days=700))
    sure = [next(p.value for p in hit.parts if p.name == "sure") for hit in (first, again)]
    assert sure[1] > sure[0]


def test_a_sort_with_more_runs_than_are_looked_at_keeps_what_was_said(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("graphmem.writing.distil._MAX_RUNS", 4)
    wash(memory, 9, 2)
    (shared,) = [one for one in insights_of(memory).values() if one.kind == "do"]
    assert 4 <= shared.alpha - 1 <= 9
    assert len(ends(memory, shared.uid, "SUPPORTED_BY")) == shared.alpha - 1
    before = everything(memory)
    wash(memory, 9, 2)
    assert everything(memory) == before
