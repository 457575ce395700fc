"""Working memory of one question, through the public interface."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from graphmem.core.points import Point
from graphmem.errors import CompletionFailed, InvalidInput, NotFound
from graphmem.memory import Memory
from graphmem.reading.workspace import Workspace
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder, FixedClock
from graphmem.testing.llm import FakeLLM
from graphmem_schemas import Hyperedge, Receipt

QUESTION = "Where does the owner of Blue Studio live?"
NOTES = {
    "studio": "Ann works at Blue Studio. Ann likes Miguel Santos.",
    "owner": "Miguel Santos works at Blue Studio.",
    "home": "Miguel Santos lives in Sintra.",
    "dog": "Rex likes Bones.",
}


def memory_on(
    store: MemoryStore | str, space: str = "default", llm: FakeLLM | None = None
) -> Memory:
    clock = FixedClock(datetime(2024, 5, 1))
    return Memory(
        store,
        space=space,
        embedder=FakeEmbedder(),
        extractor=FakeExtractor(),
        clock=clock,
        llm=llm,
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with memory_on(MemoryStore()) as memory:
        for source, text in NOTES.items():
            memory.add(text, source=source)
        yield memory


def passage(memory: Memory, words: str) -> str:
    return memory.search(words).hits[0].uid


def entity(memory: Memory, name: str) -> str:
    (uid,) = memory._store.find(memory.space, "Entity", [f"={name.casefold()}"]).values()
    return uid[0]


def pair(ws: Workspace, text: str = "Ann and Miguel paint.") -> Point:
    return ws.insert(text, ["Ann", ("Miguel Santos", "agent")])


# Looking and thinking


def test_rules_find_what_the_question_does_not_name(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        assert ws.work() > 0
        told = " ".join(point.text for point in ws.points)
        assert "Miguel Santos lives in Sintra" in told
        assert "Rex" not in told
        assert all(len(point.uids) > 1 and point.evidence for point in ws.points)


def test_local_stays_around_the_points_and_explore_away_from_them(memory: Memory) -> None:
    with memory.workspace("Who works at Blue Studio?") as ws:
        assert ws.local() == ()
        first = ws.explore()
        assert first
        ws.insert("Miguel lives in Sintra.", ["Miguel Santos", "Sintra"],
                  evidence=[passage(memory, "Sintra")])  # fmt: skip
        near = {hit.text for hit in ws.local()}
        assert NOTES["owner"] in near
        assert not near & {NOTES["home"], NOTES["dog"]}  # known already, and not reached
        away = [hit.text for hit in ws.explore()]
        assert NOTES["home"] not in away
        assert away.index(NOTES["studio"]) < away.index(NOTES["owner"])


def test_what_links_lead_to_is_not_crowded_out_by_what_shares_words(memory: Memory) -> None:
    for number in range(30):
        memory.add(f"The owner of house {number} does live where Blue is.", source=f"h{number}")
    assert NOTES["home"] not in [hit.text for hit in memory.search(QUESTION, k=2).hits]
    with memory.workspace(QUESTION) as ws:
        ws.insert("Miguel Santos owns Blue Studio.", ["Miguel Santos", "Blue Studio"],
                  evidence=[passage(memory, NOTES["owner"])])  # fmt: skip
        assert {hit.text for hit in ws.local(k=2)} == {NOTES["home"], NOTES["studio"]}


def test_the_same_work_gives_the_same_points(memory: Memory) -> None:
    def worked() -> tuple[Point, ...]:
        with memory.workspace(QUESTION) as ws:
            ws.work()
            return ws.points

    assert worked() == worked()


def test_points_are_inserted_updated_merged_and_removed(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        one = pair(ws)
        two = ws.insert("They sing.", ["Ann", "Miguel Santos", "Blue Studio"], kind="hobby")
        three = ws.insert("Rex likes Bones.", ["Rex", "Bones"])
        one = ws.update(one.id, text="Ann and Miguel paint walls.")
        (merged,) = ws.merge()
        assert merged.text == "Ann and Miguel paint walls. They sing."
        assert merged.parents == (one, two)
        assert ws.points == (three, merged)
        (both,) = ws.merge(three.id, merged.id, text="All of it.")
        assert (both.text, ws.points) == ("All of it.", (both,))
        ws.remove(both.id)
        assert ws.points == ()


def test_evidence_that_is_not_named_is_what_names_the_members(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        assert pair(ws).evidence == ()
        ws.explore()
        assert pair(ws).evidence == (passage(memory, NOTES["studio"]),)


@pytest.mark.parametrize("who", ["p7", "", "p1 "])
def test_operations_touch_the_points_that_are_named_and_no_other(memory: Memory, who: str) -> None:
    with memory.workspace(QUESTION) as ws:
        before = (pair(ws), pair(ws, "They met."))
        for attempt in (
            lambda: ws.update(who, text="x"),
            lambda: ws.merge("p1", who),
            lambda: ws.remove("p1", who),
            lambda: ws.keep("p1", who),
        ):
            with pytest.raises(NotFound, match="p1, p2"):
                attempt()
        with pytest.raises(InvalidInput):
            ws.merge("p1")
        with pytest.raises(InvalidInput):
            ws.merge("p1", "p1")
        assert ws.points == before


# Reading out


def test_read_cites_the_passages_that_points_rest_on(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        context = ws.read(400)
        assert context.abstained is None
        number = next(
            c.number for c in context.citations if c.passage == passage(memory, NOTES["home"])
        )
        line = next(x for x in context.text.splitlines() if x.startswith("- Miguel Santos lives"))
        assert f"[{number}]" in line or f" {number}]" in line
        assert f"[{number}] " in context.text
        assert 0 < context.n_tokens <= 400


@pytest.mark.parametrize("budget", [1, 20, 60, 200])
def test_read_keeps_within_the_budget(memory: Memory, budget: int) -> None:
    with memory.workspace(QUESTION) as ws:
        ws.work()
        context = ws.read(budget)
        assert context.n_tokens <= budget
        assert bool(context.text) is (context.abstained is None)


def test_an_empty_memory_has_nothing_to_read() -> None:
    with memory_on(MemoryStore()) as memory, memory.workspace(QUESTION) as ws:
        assert (ws.work(), ws.points) == (0, ())
        context = ws.read()
        assert (context.text, context.citations) == ("", ())
        assert context.abstained


# Keeping, or vanishing without a trace


def everything(memory: Memory, folder: Path) -> tuple[str, int]:
    path = folder / "all.jsonl"
    memory.export(path)
    return path.read_text("utf-8"), memory.stats().seq


def test_what_is_not_kept_vanishes_without_a_trace(memory: Memory, tmp_path: Path) -> None:
    before = everything(memory, tmp_path)
    with memory.workspace(QUESTION) as ws:
        ws.work()
        pair(ws)
        ws.merge()
        ws.read()
    assert everything(memory, tmp_path) == before
    with memory.workspace(QUESTION) as again:
        assert again.points == ()
    for attempt in (ws.explore, ws.local, ws.work, ws.read, ws.keep, lambda: pair(ws)):
        with pytest.raises(InvalidInput, match="closed"):
            attempt()


def test_names_that_the_memory_does_not_know_are_never_made_up(memory: Memory) -> None:
    n_entities = memory.stats().nodes["Entity"]
    with memory.workspace(QUESTION) as ws:
        with pytest.raises(InvalidInput, match="Nobody"):
            ws.insert("Ann met Nobody.", ["Ann", "Nobody"])
        assert ws.points == ()
        assert ws.keep() == Receipt(seq=0)
    assert memory.stats().nodes["Entity"] == n_entities


def kept(memory: Memory, receipt: Receipt) -> list[Hyperedge]:
    nodes = [memory.get(uid) for uid in receipt.added.get("Hyperedge", ())]
    return [node for node in nodes if isinstance(node, Hyperedge)]


def test_two_over_the_same_members_coexist_also_when_reopened(tmp_path: Path) -> None:
    with memory_on(str(tmp_path / "m.db")) as memory:
        memory.add(NOTES["studio"], source="studio")
        with memory.workspace(QUESTION) as ws:
            ws.explore()
            pair(ws), pair(ws, "Ann and Miguel sing.")
            receipt = ws.keep()
            assert len(kept(memory, receipt)) == 2
            assert ws.keep().seq == 0
        before = kept(memory, receipt)
    with memory_on(str(tmp_path / "m.db")) as memory:
        assert kept(memory, receipt) == before
        for node in before:
            edges = memory._store.neighbours("default", [node.uid], ["MEMBER"])
            roles = {edge.end: edge.role for edge in edges}
            assert roles == {
                entity(memory, "Ann"): "member", entity(memory, "Miguel Santos"): "agent",
            }  # fmt: skip
            assert node.members == tuple(entity(memory, name) for name in ("Ann", "Miguel Santos"))


def test_what_was_merged_keeps_its_lineage_and_evidence(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        ws.explore()
        one, two = pair(ws), pair(ws, "They sing.")
        two = ws.update(two.id, evidence=[passage(memory, NOTES["owner"])])
        (merged,) = ws.merge(one.id, two.id)
        receipt = ws.keep()
    assert set(receipt.added["Hyperedge"]) == {p.hyperedge for p in (merged, one, two)}
    edges = memory._store.neighbours("default", [merged.hyperedge])
    ends = {(edge.kind, edge.end) for edge in edges if edge.start == merged.hyperedge}
    assert {("MERGED_FROM", one.hyperedge), ("MERGED_FROM", two.hyperedge)} <= ends
    assert {end for kind, end in ends if kind == "EVIDENCED_BY"} == {
        passage(memory, NOTES["studio"]), passage(memory, NOTES["owner"]),
    }  # fmt: skip


def test_facts_that_a_point_was_merged_from_are_its_members(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        ws.work()
        receipt = ws.keep()
        merged = [point for point in ws.points if point.parents]
        assert len(receipt.added["Hyperedge"]) == len(merged) > 0
    members = {uid for node in kept(memory, receipt) for uid in node.members}
    assert {memory.get(uid).label for uid in members} >= {"Entity", "Proposition"}


def test_a_kept_relation_comes_back_and_is_not_kept_twice(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        ws.explore()
        text = pair(ws, "Ann and Miguel share the owner of Blue Studio.").text
        ws.keep()
    with memory.workspace(QUESTION) as ws:
        ws.work(1)
        assert any(text in point.text for point in ws.points)
        ws.remove(*(point.id for point in ws.points if point.text != text))
        assert ws.keep().seq == 0


def test_a_kept_relation_is_found_by_a_search_for_such(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        ws.explore()
        pair(ws)
        (uid,) = ws.keep().added["Hyperedge"]
    (hit,) = memory.search("Who paints?", kinds=["hyperedge"]).hits
    assert (hit.uid, hit.kind, hit.text) == (uid, "hyperedge", "Ann and Miguel paint.")
    assert hit.why[0].end == passage(memory, NOTES["studio"])


def test_what_no_longer_holds_or_is_taken_back_becomes_no_point(memory: Memory) -> None:
    def told() -> str:
        with memory.workspace(QUESTION) as ws:
            ws.work()
            return " ".join(point.text for point in ws.points)

    assert "Miguel Santos lives in Sintra" in told()
    (old,) = memory.search("Miguel Santos Sintra", kinds=["proposition"]).hits[:1]
    memory.retire(old.uid)
    assert "Miguel Santos lives in Sintra" not in told()
    memory.add("Miguel Santos lives in Faro.", source="f", at="2023-01-01")
    memory.add("Miguel Santos lives in Evora.", source="e", at="2024-01-01")
    assert "Evora" in told()
    assert "Faro" not in told()


def test_what_cannot_be_kept_is_named_and_the_rest_goes_in(memory: Memory) -> None:
    with memory.workspace(QUESTION) as ws:
        bare = pair(ws)
        ws.explore()
        alone = ws.insert("Ann.", ["Ann"], evidence=[passage(memory, NOTES["studio"])])
        pair(ws, "They sing.")
        receipt = ws.keep()
    assert len(receipt.added["Hyperedge"]) == 1
    assert [row.index for row in receipt.rejected] == [0, 1]
    assert [
        one.id in row.reason for one, row in zip((bare, alone), receipt.rejected, strict=True)
    ] == [True, True]


def test_deleting_what_it_rests_on_takes_a_relation_along(memory: Memory) -> None:
    before = memory.stats()
    with memory.workspace(QUESTION) as ws:
        rests = [passage(memory, NOTES[name]) for name in ("studio", "owner")]
        ws.insert("They paint.", ["Ann", "Miguel Santos"], evidence=rests)
        (uid,) = ws.keep().added["Hyperedge"]
    memory.delete(rests[0])
    memory.add(NOTES["studio"], source="studio")
    assert memory.get(uid).uid == uid
    memory.delete(source="owner")
    with pytest.raises(NotFound):
        memory.get(uid)
    memory.add(NOTES["owner"], source="owner")
    assert memory.stats().nodes == before.nodes


def test_another_space_has_no_members_and_sees_no_points() -> None:
    store = MemoryStore()
    with memory_on(store, "a") as a, memory_on(store, "b") as b:
        a.add(NOTES["studio"], source="studio")
        b.add("Carl lives in Rome.", source="carl")
        for who in (entity(b, "Carl"), "Carl"):
            with a.workspace(QUESTION) as ws:
                with pytest.raises(InvalidInput, match="space 'a'"):
                    ws.insert("Ann met Carl.", ["Ann", who])
                with pytest.raises(InvalidInput, match="space 'a'"):
                    ws.insert(
                        "Ann.", ["Ann", "Blue Studio"], evidence=[b.search("Carl").hits[0].uid]
                    )
        with a.workspace(QUESTION) as ws:
            ws.explore()
            pair(ws)
            receipt = ws.keep()
        assert len(receipt.added["Hyperedge"]) == 1
        with b.workspace("Who is Ann, and who is Miguel Santos?") as ws:
            ws.work()
            assert not any("Ann" in point.text for point in ws.points)


def test_bad_members_are_errors_and_change_nothing(memory: Memory, tmp_path: Path) -> None:
    before = everything(memory, tmp_path)
    with memory.workspace(QUESTION) as ws:
        for members in (["Ann", ("Blue Studio", "boss")], [passage(memory, "Ann"), "Ann"],
                        ["Ann", 7], [("Ann",)], ["Ann", "😀"], []):  # fmt: skip
            with pytest.raises(InvalidInput):
                ws.insert("Something.", members)  # type: ignore[arg-type]
        for text, kind in (("", "x"), ("x", " ")):
            with pytest.raises(InvalidInput, match="blank"):
                ws.insert(text, ["Ann", "Blue Studio"], kind=kind)
        gone = pair(ws)
        ws.update(gone.id, evidence=[passage(memory, NOTES["dog"])])
        memory.delete(entity(memory, "Miguel Santos"))
        after = everything(memory, tmp_path)
        with pytest.raises(InvalidInput, match="members are"):
            ws.keep()
    assert everything(memory, tmp_path) == after
    assert after != before
    for arguments in ({"rounds": 0}, {"rounds": True}, {"llm": "gpt"}):
        with pytest.raises(InvalidInput):
            memory.workspace(QUESTION, **arguments)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput):
        memory.workspace(" ")


# With an LLM


def answer(**rows: object) -> dict[str, object]:
    return {"insert": [], "update": [], "merge": [], "next": "stop", "query": "", **rows}


def row(text: str, *members: str) -> dict[str, object]:
    return {"text": text, "members": members, "kind": "k", "passages": [1]}


def test_an_llm_is_called_once_a_round_and_told_what_there_is(memory: Memory) -> None:
    llm = FakeLLM(
        [
            answer(insert=[row("Ann works there.", "Ann", "Blue Studio")], next="local"),
            answer(
                update=[{"point": "p1", "text": "Ann is at work.", "members": [], "passages": []}]
            ),
        ]
    )
    with memory.workspace(QUESTION, llm=llm) as ws:
        assert ws.work() == 2
        (point,) = ws.points
    assert (point.text, len(point.members), ws.notes) == ("Ann is at work.", 2, [])
    assert len(llm.calls) == 2
    asked = llm.calls[1][-1].content
    assert QUESTION in asked
    assert "p1 (Ann, Blue Studio): Ann works there." in asked
    assert NOTES["home"] in asked


def test_a_part_of_an_answer_that_cannot_be_used_leaves_the_rest(memory: Memory) -> None:
    rows = [
        row("Ann works there.", "Ann", "Blue Studio"),
        row("Ghosts.", "Ann", "Nobody"),
        {"text": "", "members": []},
        row("Miguel works there.", "Miguel Santos", "Blue Studio"),
    ]
    broken = answer(
        insert=rows,
        update=[{"point": "p9", "text": "x", "members": [], "passages": []}],
        merge=[{"points": ["p1", "p2"], "text": "Both work there."}],
    )
    llm = FakeLLM([broken, broken])
    n_entities = memory.stats().nodes["Entity"]
    with memory.workspace(QUESTION, llm=llm) as ws:
        ws.work(1)
        assert [point.text for point in ws.points] == ["Both work there."]
        assert len(ws.notes) == 3
    assert len(llm.calls) == 2  # one call and one repair
    assert memory.stats().nodes["Entity"] == n_entities


def test_points_with_nobody_in_common_are_not_merged_for_an_llm(memory: Memory) -> None:
    said = answer(
        insert=[row("Ann.", "Ann", "Blue Studio"), row("Rex.", "Rex", "Bones")],
        merge=[{"points": ["p1", "p2"], "text": "All."}],
    )
    with memory.workspace(QUESTION, llm=FakeLLM([said])) as ws:
        ws.work(1)
        assert len(ws.points) == 2
        assert "no member in common" in ws.notes[0]


def test_where_an_llm_fails_the_rules_go_on(memory: Memory) -> None:
    with memory.workspace(QUESTION, llm=FakeLLM([CompletionFailed("busy"), "no", "no"])) as ws:
        ws.work(2)
        assert any("Sintra" in point.text for point in ws.points)
        assert [note.startswith("a round went by rules") for note in ws.notes] == [True, True]


def test_the_memorys_own_llm_is_asked_where_no_other_is_given() -> None:
    llm = FakeLLM([answer()])
    with memory_on(MemoryStore(), llm=llm) as memory:
        memory.add(NOTES["studio"])
        with memory.workspace(QUESTION) as ws:
            ws.work()
    assert len(llm.calls) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        lambda ws: ws.insert("x", 5), lambda ws: ws.insert("x", ["Ann"] * 501),
        lambda ws: ws.insert("x", "Ann"), lambda ws: ws.insert("x", {"Ann": "agent"}),
        lambda ws: ws.insert("x", ["Ann"], evidence=5),
        lambda ws: ws.insert("x", ["Ann"], evidence=[{}]),
        lambda ws: ws.insert("x" * 8_001, ["Ann"]),
        lambda ws: ws.update("p1", members=5), lambda ws: ws.update("p1", text="x" * 8_001),
        lambda ws: ws.update("p1", evidence=0), lambda ws: ws.update([], text="x"),
        lambda ws: ws.merge(["p1", "p2"]), lambda ws: ws.remove({}), lambda ws: ws.keep([]),
        lambda ws: ws.work(0), lambda ws: ws.work(False),
    ],
)  # fmt: skip
def test_what_is_of_the_wrong_type_or_too_much_is_refused(
    memory: Memory, wrong: Callable[[Workspace], object]
) -> None:
    with memory.workspace(QUESTION) as ws:
        point = pair(ws)
        with pytest.raises(InvalidInput):
            wrong(ws)
        assert ws.points == (point,)
