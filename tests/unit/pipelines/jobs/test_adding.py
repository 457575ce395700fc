"""A turn: what waits is applied in order, what fails fails alone, who stops leaves the rest."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from graphmem.errors import InvalidInput, StoreBusy, StoreFull
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import Plan, Progress
from graphmem.stores.memory import MemoryStore
from graphmem.testing.extractor import FakeExtractor
from graphmem.testing.fakes import FakeEmbedder
from graphmem.writing.accept import SourceText
from graphmem.writing.writer import Writer
from graphmem_pipelines.jobs.adding import MAX_DEATHS, Adding, Stopped
from graphmem_pipelines.jobs.again import run_again
from graphmem_pipelines.jobs.contents import item_of
from graphmem_pipelines.jobs.health import unfinished
from graphmem_pipelines.ledger.writes import Taken, Waiting, Write, WriteLedger
from graphmem_schemas import Receipt

MODELS = LazyModels(FakeEmbedder(), FakeExtractor())


class Log(MemoryStore):
    """Counts commits; has no room, or a defect, when it is told so."""

    def __init__(self) -> None:
        super().__init__()
        self.n_commits = 0
        self.fails: Exception | None = None

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        if self.fails:
            raise self.fails
        commit = super().apply(space, plan)
        self.n_commits += bool(commit.seq)
        return commit


class Bench:
    def __init__(self, path: Path) -> None:
        self.store, self.ledger = Log(), WriteLedger(path)
        self.stopping: Callable[[], bool] = lambda: False

    def keep(self, kind: str, *contents: dict[str, Any], alone: bool = False) -> str:
        items = tuple(item_of(n, kind, content) for n, content in enumerate(contents, start=1))
        (kept,) = self.ledger.keep([Write("s", items, alone, None, "d")], Waiting(10**6, 10**9))
        return kept.job

    def turn(self):  # type: ignore[no-untyped-def]
        adding = Adding(self.ledger, self.store, MODELS, self.memory, lambda: self.stopping())
        return adding.turn("s")

    def memory(self, space: str = "s") -> Memory:
        return Memory(self.store, space=space, embedder=FakeEmbedder(), extractor=FakeExtractor())

    def receipts(self, job: str) -> list[dict[str, Any]]:
        return [json.loads(part) for part in self.ledger.receipts(job)]

    def sources(self) -> list[str]:
        batches = self.store.changes("s", 0, labels=("Source",))
        return [node.name for batch in batches for node in batch.nodes]  # type: ignore[attr-defined]

    def error(self, job: str) -> str:
        (item,) = self.ledger.items(job, ("failed",))
        return item.error or ""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "jobs")


def test_texts_that_wait_are_few_commits(bench: Bench) -> None:
    jobs = [
        bench.keep("text", {"text": f"Alice lives in house {n}.", "source": f"n{n}"})
        for n in range(30)
    ]
    turned = bench.turn()
    assert sorted(turned.ended) == sorted(jobs)
    assert bench.store.n_commits < 10
    assert sorted(bench.sources()) == sorted(f"n{n}" for n in range(30))
    (receipt,) = bench.receipts(jobs[0])
    assert receipt["seq"] > 0
    assert len(receipt["sources"]) == 1


def test_who_waits_gets_a_receipt_of_his_own(bench: Bench) -> None:
    bench.keep("text", {"text": "Bob is here."})
    job = bench.keep("text", {"text": "Alice likes tea."}, alone=True)
    bench.turn()
    (receipt,) = bench.receipts(job)
    assert len(receipt["added"]["Passage"]) == 1


def test_every_kind_goes_its_way(bench: Bench) -> None:
    step = {"action": "open drawer", "observation": "a key"}
    bench.keep("run", {"task": "find a key", "steps": [step], "outcome": True, "source": "r"})
    given = [{"id": "p", "triples": [["Alice", "likes", "tea"]]}]
    passages = [{"id": "p", "text": "Alice likes tea."}]
    job = bench.keep("extracted", {"passages": passages, "extractions": given})
    talk = [{"speaker": "A", "text": "Hello Bob."}, {"speaker": "B", "text": "Hello Alice."}]
    bench.keep("messages", {"messages": talk, "source": "c"})
    bench.keep(
        "document", {"text": "A document.", "uri": "guide.md"}, {"text": "Two.", "ref": "2"}
    )
    bench.turn()
    assert sorted(bench.sources()) == ["2", "c", "guide.md", "p", "r"]
    assert "Proposition" in bench.receipts(job)[0]["added"]
    assert bench.ledger.queue().n_waiting == 0


def test_what_does_not_fit_fails_alone_with_its_reason(bench: Bench) -> None:
    good = {"text": "Alice is here.", "source": "a", "trust": 0.5}
    bad = {"text": "Bob is here.", "source": "a", "trust": 0.9}
    jobs = [bench.keep("text", good), bench.keep("text", bad), bench.keep("text", {"text": "C."})]
    assert len(bench.turn().ended) == 3
    assert "trust of 0.5" in bench.error(jobs[1])
    assert len(bench.sources()) == 2


def test_a_conversation_that_grows_while_it_waits_is_one(bench: Bench) -> None:
    turns = [{"speaker": "AB"[n % 2], "text": f"I am number {n}."} for n in range(6)]
    for n in (2, 4, 6):
        bench.keep("messages", {"messages": turns[:n], "source": "c"})
    bench.turn()
    other = Memory(MemoryStore(), space="s", embedder=FakeEmbedder(), extractor=FakeExtractor())
    for n in (2, 4, 6):
        other.add(turns[:n], source="c")
    assert bench.memory().stats().edges == other.stats().edges
    assert bench.memory().stats().nodes == other.stats().nodes


def test_a_defect_fails_what_met_it_and_not_the_queue(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    job = bench.keep("text", {"text": "Alice is here."}, alone=True)
    bench.store.fails = ZeroDivisionError("oops")
    bench.turn()
    assert "a defect of graphmem: ZeroDivisionError" in bench.error(job)
    assert "oops" not in bench.error(job)
    assert "oops" in caplog.text


def test_a_defect_that_one_of_a_group_brings_out_holds_up_no_other(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Writer.add

    def add(self: Writer, texts: Sequence[SourceText], progress: Progress) -> Receipt:
        if any("oops" in turn.text for text in texts for turn in text.turns):
            raise IndexError("oops")
        return real(self, texts, progress)

    monkeypatch.setattr(Writer, "add", add)
    kept = [bench.keep("text", {"text": f"{name} is here."}) for name in ("Alice", "oops", "Bob")]
    assert len(bench.turn().ended) == 3
    assert "a defect of graphmem: IndexError" in bench.error(kept[1])
    assert len(bench.sources()) == 2


def test_what_concerns_every_item_leaves_them_waiting(bench: Bench) -> None:
    bench.keep("text", {"text": "Alice is here."})
    bench.keep("text", {"text": "Bob is here."}, alone=True)
    bench.store.fails = StoreFull("no room left")
    for _ in range(MAX_DEATHS + 2):
        with pytest.raises(StoreFull):
            bench.turn()
    bench.store.fails = None
    assert len(bench.turn().ended) == 2
    assert bench.ledger.queue().n_failed == 0


def test_over_whatever_too_many_died_fails(bench: Bench) -> None:
    job = bench.keep("text", {"text": "Alice is here."})
    other = bench.keep("text", {"text": "Bob is here."})
    for _ in range(MAX_DEATHS):
        bench.ledger.take("s", 1, 10**9)
    assert bench.turn().ended == (job,)
    assert "processes died over it" in bench.error(job)
    assert bench.turn().ended == (other,)


def test_adding_again_what_was_applied_before_a_death_changes_nothing(bench: Bench) -> None:
    job = bench.keep("text", {"text": "Alice is here.", "source": "a"})
    bench.memory().add("Alice is here.", source="a")
    before = bench.store.newest("s")
    assert bench.turn().ended == (job,)
    assert bench.store.newest("s") == before


def test_who_is_to_stop_leaves_the_rest(bench: Bench) -> None:
    for n in range(3):
        bench.keep("text", {"text": f"Alice has {n}.", "source": f"n{n}"}, alone=True)
    answers = iter([False, True])
    bench.stopping = lambda: next(answers)
    with pytest.raises(Stopped):
        bench.turn()
    assert bench.sources() == ["n0"]
    bench.stopping = lambda: False
    assert bench.turn().n_items == 2
    assert bench.sources() == ["n0", "n1", "n2"]


def test_a_delete_comes_in_its_order(bench: Bench) -> None:
    bench.keep("text", {"text": "Alice is here.", "source": "a"})
    job = bench.keep("delete", {"source": "a"})
    bench.keep("text", {"text": "Bob is here.", "source": "b"})
    bench.turn()
    assert bench.sources() == ["b"]
    (receipt,) = bench.receipts(job)
    assert receipt["nodes"]["Source"] == 1


def test_a_delete_of_what_is_not_there_is_skipped_with_its_code_unless_it_only_waited(
    bench: Bench,
) -> None:
    job = bench.keep("delete", {"source": "a"})
    waited = bench.keep("delete", {"source": "a", "n_erased": 1})
    bench.turn()
    (item,) = bench.ledger.items(job, ("skipped",))
    assert item.code == "not_found"
    (receipt,) = bench.receipts(waited)
    assert receipt == {"seq": 0, "notes": ["what of it waited to be added is deleted"]}


def test_what_could_not_be_given_back_counts_as_no_death(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep("text", {"text": "Alice is here."})
    bench.store.fails = StoreFull("no room left")
    owed: list[Taken] = []

    def busy(*_: object) -> None:
        raise StoreBusy("others write")

    for _ in range(MAX_DEATHS + 1):
        with monkeypatch.context() as patch:
            patch.setattr(WriteLedger, "give_back", busy)
            adding = Adding(bench.ledger, bench.store, MODELS, bench.memory, owed=owed)
            with pytest.raises((StoreFull, StoreBusy)):
                adding.turn("s")
        adding._give_back()
    bench.store.fails = None
    (taken,) = bench.ledger.take("s", 1, 10**9)
    assert taken.n_deaths == 0


def test_a_long_text_ends_between_portions_and_nothing_of_it_is_there(bench: Bench) -> None:
    text = "\n\n".join(f"Paragraph {n} says that Alice met Bob in town {n}." for n in range(300))
    bench.keep("text", {"text": text, "source": "book"}, alone=True)
    answers = iter([False, False])
    bench.stopping = lambda: next(answers, True)
    with pytest.raises(Stopped):
        bench.turn()
    assert bench.sources() == []
    bench.stopping = lambda: False
    bench.turn()
    assert bench.sources() == ["book"]


def test_a_write_can_be_tried_again_without_a_server(bench: Bench, tmp_path: Path) -> None:
    job = bench.keep("text", {"text": "Alice is here.", "source": "a"})
    found = bench.ledger.find(job)
    assert found is not None
    bench.store.fails = ZeroDivisionError("oops")
    with bench.ledger.turn("s"), pytest.raises(StoreBusy, match="a server applies"):
        run_again(found, bench.store, WriteLedger(tmp_path / "jobs"), lambda _: None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("graphmem_pipelines.jobs.again.LazyModels", lambda *_: MODELS)
        report = run_again(found, bench.store, bench.ledger, lambda _: None)
        assert [one.reason[:8] for one in report.failures] == ["a defect"]
        (left,) = unfinished(bench.ledger)
        assert (left.job, left.n_failed) == (job, 1)
        bench.store.fails = None
        assert run_again(found, bench.store, bench.ledger, lambda _: None).ok
    assert unfinished(bench.ledger) == []
    assert bench.sources() == ["a"]


def test_a_write_that_waits_long_is_told_of_and_one_that_has_just_come_is_not(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.keep("text", {"text": "Alice is here."})
    assert unfinished(bench.ledger) == []
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 3600)
    (left,) = unfinished(bench.ledger)
    assert "is `graphmem serve` running?" in left.told


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"text": " "}),
        ("text", {"text": "a\x00b"}),
        ("text", {"text": "a", "trust": 2}),
        ("messages", {"messages": [{"text": ""}]}),
        ("run", {"task": "t", "steps": [], "outcome": True}),
        ("run", {"task": "t", "steps": [{"action": "a"}], "outcome": "maybe"}),
        ("extracted", {"passages": [], "extractions": []}),
        ("extracted", {"passages": [{"id": "p", "text": ""}], "extractions": []}),
    ],
)
def test_what_cannot_be_used_is_no_item(kind: str, content: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        item_of(1, kind, content)


def test_a_text_that_is_the_name_of_a_file_here_is_a_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret.txt").write_text("hush")
    monkeypatch.chdir(tmp_path)
    assert item_of(1, "text", {"text": "secret.txt"}).content == '{"text": "secret.txt"}'
