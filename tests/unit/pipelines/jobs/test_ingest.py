"""Ingests: what is done is done once, what is not is told, and nothing is begun in vain."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from graphmem.core.uids import content_uid
from graphmem.errors import EngineLost, InvalidInput, NotFound, StoreBusy, StoreFull
from graphmem.memory import Memory
from graphmem.models.llm.limits import Limits
from graphmem.models.seal import break_seal, read_seal, write_seal
from graphmem.ports import Plan
from graphmem.stores.sqlite import SqliteStore
from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.engines.registry import EngineChoice
from graphmem_pipelines.jobs.again import run_again
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.health import unfinished
from graphmem_pipelines.jobs.ingest import Ingest, preview_ingest, run_ingest
from graphmem_pipelines.jobs.report import JobProgress
from graphmem_pipelines.ledger.ledger import Ledger
from graphmem_pipelines.readers.content import ReaderOptions

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from graphmem_pipelines.engines.base import Outcome
    from graphmem_pipelines.ledger.rows import Item
    from tests.unit.pipelines.jobs.conftest import Home, InProcess

KEYS = ["ann.txt", "bo.md", "rows.csv#1", "rows.csv#2", "sub/cy.html"]


def test_what_is_in_a_folder_is_in_the_memory(home: Home) -> None:
    report = home.ingest()
    assert report.ok
    assert (report.kind, report.state, report.error, report.notes) == ("ingest", "done", None, ())
    assert home.states() == dict.fromkeys(KEYS, "applied")
    assert home.sources() == KEYS
    assert report.n_passages == home.store.count("default").nodes["Passage"]
    assert home.store.count("default").nodes["Proposition"] >= 5
    assert unfinished(home.ledger) == []
    last = home.heard[-1]
    assert isinstance(last, JobProgress)
    assert (last.n_items, last.n_done, last.n_failed, last.eta_s) == (5, 5, 0, 0.0)


def test_what_is_unchanged_is_skipped(home: Home) -> None:
    home.ingest()
    (home.tree / "bo.md").write_text("# Bo\n\nBo lives in Graz.")
    (home.tree / "new.txt").write_text("Flo lives in Bath.")
    report = home.ingest()
    assert report.ok
    changed = {"bo.md": "applied", "new.txt": "applied"}
    assert home.states() == {**dict.fromkeys(KEYS, "skipped"), **changed}
    assert home.ingest().items["skipped"] == 6
    # Another way of making them is another result.
    assert home.ingest(recipe=Recipe(trust=0.5)).items["applied"] == 6


def test_what_was_deleted_from_the_memory_is_wanted_again(home: Home) -> None:
    home.ingest()
    with Memory(home.store) as memory:
        memory.delete(content_uid("source", "notes/ann.txt"))
    assert "ann.txt" not in home.sources()
    home.ingest()
    assert home.states() == {**dict.fromkeys(KEYS, "skipped"), "ann.txt": "applied"}
    assert home.sources() == KEYS


def test_what_cannot_be_read_fails_alone_and_can_be_tried_again(home: Home) -> None:
    broken = home.tree / "broken.docx"
    broken.write_bytes(b"PK\x03\x04 no document")
    report = home.ingest()
    assert (report.state, report.ok) == ("done", False)
    assert [one.key for one in report.failures] == ["notes/broken.docx"]
    assert home.states() == {**dict.fromkeys(KEYS, "applied"), "broken.docx": "failed"}
    (left,) = unfinished(home.ledger)
    assert (left.job, left.n_failed) == (report.job, 1)
    broken.write_text("Gus lives in Lyon.")
    again = run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)
    # It is still taken for what it was listed as.
    assert not again.ok
    broken.unlink()
    (home.tree / "broken.txt").write_text("Gus lives in Lyon.")
    assert home.ingest().ok
    assert "broken.txt" in home.sources()


def test_what_is_empty_is_skipped_and_told(home: Home) -> None:
    (home.tree / "empty.txt").write_bytes(b"")
    (home.tree / "blank.md").write_bytes(b"\xef\xbb\xbf \n\n")
    for _ in range(2):
        report = home.ingest()
        assert report.ok
        assert report.notes == ("empty, so they were skipped: 2",)
        assert (home.states()["empty.txt"], home.states()["blank.md"]) == ("skipped", "skipped")
    reasons = {item.key: item.error for item in home.ledger.items(report.job, ("skipped",))}
    assert reasons["notes/empty.txt"] == reasons["notes/blank.md"] == "it is empty"
    (home.tree / "empty.txt").write_text("Flo lives in Bath.")
    assert home.ingest().items["applied"] == 1
    nothing = home.ingest("-", stdin=io.StringIO("\n"))
    assert (nothing.ok, nothing.items["skipped"]) == (True, 1)


def test_a_file_that_vanishes_after_it_was_listed(home: Home) -> None:
    home.engine.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        home.ingest()
    (home.tree / "bo.md").unlink()
    report = home.ingest()
    assert (report.state, report.ok) == ("done", False)
    (failure,) = report.failures
    assert failure.key == "notes/bo.md"
    assert "is no longer there" in failure.reason
    assert home.sources() == [key for key in KEYS if key != "bo.md"]


def test_a_file_that_changes_after_it_was_listed_is_known_as_it_was_read(home: Home) -> None:
    listed = (home.tree / "bo.md").read_text()
    home.engine.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        home.ingest()
    (home.tree / "bo.md").write_text("# Bo\n\nBo lives in Graz.")
    assert home.ingest().ok
    assert home.ingest().items["skipped"] == 5
    # As it was listed it has never been read.
    (home.tree / "bo.md").write_text(listed)
    report = home.ingest()
    assert (report.items["applied"], report.items["skipped"]) == (1, 4)


@pytest.mark.parametrize("at", [1, 3, 5])
def test_who_is_interrupted_goes_on_there(home: Home, at: int) -> None:
    home.engine.stop_at = at
    with pytest.raises(KeyboardInterrupt):
        home.ingest()
    job = home.ledger.job("last")
    assert (job.state, job.error) == ("stopped", "interrupted; the same command goes on from here")
    # What was read before is kept.
    assert home.ledger.totals(job.id).items["applied"] == at - 1
    seq = home.store.seq("default")
    report = home.ingest()
    assert report.ok
    assert report.job == job.id
    assert "went on with what was listed on" in report.notes[0]
    assert home.states() == dict.fromkeys(KEYS, "applied")
    assert home.store.seq("default") == seq + 1


@pytest.mark.parametrize("reason", [EngineLost("the cluster is gone"), OSError("odd")])
def test_what_concerns_every_item_ends_the_job(home: Home, reason: Exception) -> None:
    home.engine.stop_at, home.engine.reason = 3, reason
    if isinstance(reason, EngineLost):
        report = home.ingest()
        assert (report.error, report.ok) == ("the cluster is gone", False)
    else:
        with pytest.raises(OSError, match="odd"):
            home.ingest()
        assert home.ledger.job("last").error == "a defect of graphmem: OSError: odd"
    job = home.ledger.job("last")
    assert job.state == "failed"
    assert home.ledger.totals(job.id).items["applied"] == 2
    (left,) = unfinished(home.ledger)
    assert "3 items wait and nobody works on them" in left.told
    assert home.ingest().job == job.id
    assert home.sources() == KEYS


class FullStore(SqliteStore):
    """Has no room for the second commit, and for none after it until it gets some."""

    left = 1

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        if self.left == 0:
            raise StoreFull("no room left on the disk")
        self.left -= 1
        return super().apply(space, plan)


def test_a_store_without_room_stops_the_job_and_it_goes_on_later(home: Home) -> None:
    for n in range(40):
        (home.tree / f"more{n:02}.txt").write_text(f"Person{n} lives in Rome.")
    home.store.close()
    home.store = store = FullStore(home.store.path)
    report = home.ingest()
    assert (report.state, report.error) == ("failed", "no room left on the disk")
    assert report.items["applied"] == len(home.sources()) == 32
    assert report.items["pending"] + report.items["extracting"] == 13
    store.left = 100
    again = home.ingest()
    assert again.ok
    assert (again.job, again.items["applied"]) == (report.job, 45)
    assert len(home.sources()) == 45


class SwitchingStore(SqliteStore):
    """Somebody begins to re-embed it after the first commit."""

    sealed: str | None = None

    def apply(self, space: str, plan: Plan):  # type: ignore[no-untyped-def]
        commit = super().apply(space, plan)
        if self.sealed is None:
            self.sealed = read_seal(self)
            break_seal(self, "another")
        return commit


def test_a_store_that_changes_its_embedder_stops_the_job(home: Home) -> None:
    for n in range(40):
        (home.tree / f"more{n:02}.txt").write_text(f"Person{n} lives in Rome.")
    home.store.close()
    home.store = store = SwitchingStore(home.store.path)
    report = home.ingest()
    assert report.state == "failed"
    assert "are being made anew" in str(report.error)
    assert (report.items["failed"], report.items["applied"], len(home.sources())) == (0, 32, 32)
    write_seal(store, store.sealed)
    assert home.ingest().ok
    assert len(home.sources()) == 45


def test_one_process_at_a_time_works_on_a_job(home: Home) -> None:
    other = Ledger(home.store.path.with_name("agent.db.jobs"))
    home.engine.stop_at = 2
    with pytest.raises(KeyboardInterrupt):
        home.ingest()
    with other.held(other.job("last").id):
        with pytest.raises(StoreBusy, match="another process works on the job"):
            home.ingest()
        with pytest.raises(StoreBusy):
            run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)
    other.close()
    assert home.ingest().ok


def test_who_waited_does_not_begin_what_is_done(home: Home) -> None:
    stale = home.ledger.begin("ingest", "default", home.asked().settings, "f")
    assert stale.state == "scanning"
    first = run_again(stale, home.store, home.ledger, home.heard.append)
    assert first.items["applied"] == 5
    again = run_again(stale, home.store, home.ledger, home.heard.append)
    assert (again.job, again.items["applied"], again.items["skipped"]) == (first.job, 5, 0)


def test_a_job_is_given_up_from_outside_and_taken_up_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(80):
        (home.tree / f"more{n:02}.txt").write_text(f"Person{n} lives in Rome.")
    other = Ledger(home.store.path.with_name("agent.db.jobs"))

    plain = home.engine.read

    def read(engine: InProcess, tasks: Iterable[Item]) -> Generator[Outcome]:
        for outcome in plain(engine, tasks):
            if outcome.n == 10:
                other.cancel(other.job("last").id)
            yield outcome

    report = home.ingest()
    assert report.ok
    (home.tree / "ann.txt").write_text("Ann lives in Graz.")
    for n in range(80):
        (home.tree / f"more{n:02}.txt").write_text(f"Person{n} lives in Oslo.")
    with monkeypatch.context() as patch:
        patch.setattr(home.engine, "read", read)
        cancelled = home.ingest()
    other.close()
    assert (cancelled.state, cancelled.error) == ("cancelled", "cancelled by the user")
    # What was at hand is stored.
    assert cancelled.items["applied"] == 32
    assert unfinished(home.ledger) == []
    again = run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)
    assert again.ok
    assert again.items["applied"] == 81


def test_a_job_that_is_given_up_while_it_is_listed(home: Home) -> None:
    for n in range(210):
        (home.tree / f"more{n:03}.txt").write_text(f"Person{n} lives in Rome.")
    other = Ledger(home.store.path.with_name("agent.db.jobs"))
    listed: list[int] = []

    def hear(progress: JobProgress) -> None:
        listed.append(progress.n_items)
        other.cancel(progress.job)

    asked = replace(home.asked(), hear=hear)
    cancelled = run_ingest(asked, home.store, "default", home.ledger)
    other.close()
    assert (cancelled.state, cancelled.error) == ("cancelled", "cancelled by the user")
    assert len(listed) == 1
    assert listed[0] <= 200
    assert sum(cancelled.items.values()) == 0
    # Who wants it after all has all of it.
    again = run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)
    assert (again.job, again.items["applied"]) == (cancelled.job, 215)


def test_two_texts_on_stdin_are_two_jobs(home: Home) -> None:
    home.engine.stop_at = 1
    with pytest.raises(KeyboardInterrupt):
        home.ingest("-", stdin=io.StringIO("Ann lives in Rome."))
    report = home.ingest("-", stdin=io.StringIO("Bo lives in Oslo."))
    assert report.ok
    assert len(home.ledger.jobs()) == 2
    (source,) = home.sources()
    assert source.startswith("stdin-")
    with Memory(home.store) as memory:
        assert "Oslo" in memory.search("Where does Bo live?").hits[0].text
    # What was listed is in the ledger, and can be gone on with.
    old = home.ledger.jobs()[1]
    assert run_again(old, home.store, home.ledger, home.heard.append).ok
    assert len(home.sources()) == 2
    same = home.ingest("-", stdin=io.StringIO("Bo lives in Oslo."))
    assert same.items["skipped"] == 1
    named = home.ingest("-", stdin=io.StringIO("Cy lives in Bath."), source="today")
    assert named.ok
    assert home.sources()[2:] == ["today"]
    with pytest.raises(InvalidInput, match="source 'today' names what comes on stdin"):
        home.ingest(source="today")


def test_folders_of_one_name_are_told_apart_whenever_they_come(home: Home, tmp_path: Path) -> None:
    one, two = tmp_path / "a" / "docs", tmp_path / "b" / "docs"
    for folder, town in ((one, "Rome"), (two, "Oslo")):
        folder.mkdir(parents=True)
        (folder / "ann.txt").write_text(f"Ann lives in {town}.")
    for paths in ((one,), (two,), (one, two), (two, one), (two / "ann.txt",)):
        seen = preview_ingest(home.asked(*paths), home.store, "default", home.ledger)
        report = home.ingest(*paths)
        assert report.ok
        assert report.items["applied"] == seen.n_items == (paths in ((one,), (two,)))
        if len(paths) == 2:  # the newest one knows it all
            home.ledger.forget(home.ledger.jobs()[-1].id)
    assert home.sources() == ["b/docs/ann.txt", "docs/ann.txt"]
    # Each space names its own.
    asked = home.asked(two)
    assert run_ingest(asked, home.store, "other", home.ledger).items["applied"] == 1
    assert home.states() == {"docs/ann.txt": "applied"}


def test_what_makes_no_sense_leaves_no_job(home: Home) -> None:
    choice = EngineChoice("dask")
    for problem, more in [
        ("no engine is called 'dask'", {"engine": choice}),
        ("workers is -1", {"engine": EngineChoice(n_workers=-1)}),
        ("unknown extractor 'magic'", {"recipe": Recipe(extractor="magic")}),
        ("no embedder is called 'magic'", {"recipe": Recipe(embedder="magic")}),
        ("trust is a number from 0", {"recipe": Recipe(trust=1.5)}),
        ("there is no format 'odt'", {"recipe": Recipe(options=ReaderOptions(format="odt"))}),
    ]:
        with pytest.raises(InvalidInput, match=problem):
            home.ingest(**more)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="there is no file or folder"):
        home.ingest(home.tree / "none")
    with pytest.raises(InvalidInput, match="no LLM is called 'claude'"):
        LLMChoice("claude")
    with pytest.raises(InvalidInput, match="holds a login"):
        LLMChoice("openai:stub", "http://me:secret@host/v1")
    assert home.ledger.jobs() == []
    assert home.sources() == []


def test_a_preview_keeps_nothing(home: Home) -> None:
    (home.tree / "broken.docx").write_bytes(b"PK\x03\x04 no document")
    asked = home.asked(llm=LLMChoice("openai:gpt-4o-mini", "http://127.0.0.1:9/v1"))
    seen = preview_ingest(asked, home.store, "default", home.ledger)
    assert (seen.n_items, seen.n_failed, seen.n_passages) == (6, 1, 5)
    assert [one.key for one in seen.failures] == ["notes/broken.docx"]
    assert home.ledger.jobs() == []
    assert home.sources() == []
    assert seen.n_calls == 5
    assert seen.cost is not None
    assert 0 < seen.cost < 0.01
    unknown = replace(asked, llm=LLMChoice("openai:nobody-knows", "http://127.0.0.1:9/v1"))
    assert preview_ingest(unknown, home.store, "default", home.ledger).cost is None
    plain = preview_ingest(home.asked(), home.store, "default", home.ledger)
    assert (plain.n_calls, plain.cost) == (0, 0.0)


def test_a_preview_of_what_is_under_way_tells_what_is_left(home: Home) -> None:
    home.engine.stop_at = 4
    with pytest.raises(KeyboardInterrupt):
        home.ingest()
    seen = preview_ingest(home.asked(), home.store, "default", home.ledger)
    assert seen.n_items == 2
    assert home.ledger.job("last").state == "stopped"
    assert home.ingest().items["applied"] == 5


def test_settings_survive_the_ledger(home: Home) -> None:
    recipe = Recipe(
        embedder="openai:e", extractor="spacy:de", trust=0.25,
        at=datetime(2024, 5, 1, tzinfo=UTC),
        options=ReaderOptions(include=("*.md",), exclude=("x",), fields={"text": "body"},
                              format="csv", hidden=True, day_first=True),
    )  # fmt: skip
    llm = LLMChoice("openai:gpt-4o-mini", "http://h/v1", Limits(3, requests_per_minute=7), 1.5)
    asked = Ingest((str(home.tree),), recipe, EngineChoice("ray", 3, "auto"), llm)
    job = home.ledger.begin("ingest", "s", asked.settings, "f")
    again = Ingest.from_settings(home.ledger.job(job.id).settings)
    assert replace(again, hear=asked.hear) == asked
    row = job.settings["recipe"]
    old = Ingest.from_settings({**job.settings, "recipe": {**row, "title": None}})
    assert old.recipe == recipe
    # Who reads, and within which limits, makes no other job of it.
    other = replace(asked, engine=EngineChoice(), llm=replace(llm, limits=Limits(), max_cost=None))
    assert other.request == asked.request
    assert replace(asked, llm=None).request != asked.request
