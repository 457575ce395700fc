"""The jobs over what is stored: extract, consolidate, re-embed, verify."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphmem.core.changes import Changes
from graphmem.core.uids import content_uid
from graphmem.errors import DimensionMismatch, InvalidInput
from graphmem.memory import Memory
from graphmem.models.llm.limits import Limits
from graphmem.models.seal import read_seal
from graphmem.ports import GraphReader
from graphmem.stores.beside import beside
from graphmem.testing.fakes import FakeEmbedder
from graphmem.testing.llm_server import LLMServer
from graphmem_pipelines.jobs import reembed as reembedding
from graphmem_pipelines.jobs.again import run_again
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.consolidate import Consolidate, run_consolidate
from graphmem_pipelines.jobs.extract import Extract, preview_extract, run_extract
from graphmem_pipelines.jobs.reembed import Reembed, run_reembed
from graphmem_pipelines.jobs.report import JobProgress, JobReport
from graphmem_pipelines.jobs.verify import Verify, run_verify
from scripts.kill_jobs.tree import answer

if TYPE_CHECKING:
    from tests.unit.pipelines.jobs.conftest import Home


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[LLMServer]:
    monkeypatch.setenv("OPENAI_API_KEY", "any")
    with LLMServer(answer) as server:
        yield server


def extract(home: Home, server: LLMServer, max_cost: float | None = None) -> JobReport:
    choice = LLMChoice("openai:gpt-4o-mini", server.url, max_cost=max_cost)
    asked = Extract(choice, hear=home.heard.append)
    return run_extract(asked, home.store, "default", home.ledger)


def facts(home: Home) -> list[str]:
    return sorted(
        node.text  # type: ignore[attr-defined]
        for batch in home.store.changes("default", 0, labels=("Proposition",))
        for node in batch.nodes
    )


def vectors(home: Home, space: str = "default") -> dict[str, bytes]:
    return {
        vector.uid: vector.values.tobytes()
        for batch in home.store.changes(space, 0, vectors=True)
        for vector in batch.vectors
    }


def test_an_llm_adds_to_what_is_stored_in_place(home: Home, server: LLMServer) -> None:
    (home.tree / "fay.txt").write_text("Fay Abel lives in Ghent. So they say.")
    home.ingest()
    before, kept = facts(home), vectors(home)
    n_passages = home.store.count("default").nodes["Passage"]
    report = extract(home, server)
    assert report.ok
    assert (report.kind, report.items["applied"], report.n_passages) == ("extract", 6, n_passages)
    assert (report.spent.n_calls, server.served().n_answered) == (6, 6)
    assert report.spent.cost is not None
    assert report.spent.cost > 0
    assert set(before) <= set(facts(home))
    assert any("Fay Abel" in fact and "Ghent" in fact for fact in facts(home))
    assert home.store.count("default").nodes["Passage"] == n_passages
    assert vectors(home) == kept
    # Once more costs nothing, and changes nothing.
    seq = home.store.seq("default")
    again = extract(home, server)
    assert again.job != report.job
    assert (again.spent.n_calls, again.spent.n_cached, again.spent.cost) == (0, 6, 0.0)
    assert server.served().n_answered == 6
    assert home.store.seq("default") == seq
    # What was read by no LLM is still what the folder holds.
    assert home.ingest().items["skipped"] == 6


def test_an_extract_stops_at_its_limit_and_goes_on_with_a_higher_one(
    home: Home, server: LLMServer
) -> None:
    home.ingest()
    report = extract(home, server, max_cost=0.0)
    assert (report.state, report.items["applied"]) == ("stopped", 0)
    assert "give a higher limit" in str(report.error)
    assert server.served().n_requests == 0
    still = run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)
    assert still.state == "stopped"
    more = run_again(
        home.ledger.job("last"), home.store, home.ledger, home.heard.append, max_cost=1.0
    )
    assert more.ok
    assert more.job == report.job
    assert server.served().repeated == {}


def test_an_extract_is_priced_before_it_is_run(home: Home, server: LLMServer) -> None:
    home.ingest()
    n_jobs = len(home.ledger.jobs())
    asked = Extract(LLMChoice("openai:gpt-4o-mini", server.url))
    seen = preview_extract(asked, home.store, "default")
    assert (seen.n_items, seen.n_passages, seen.n_calls, seen.n_failed) == (5, 5, 5, 0)
    assert seen.cost is not None
    assert 0 < seen.cost < 0.01
    assert len(home.ledger.jobs()) == n_jobs
    assert server.served().n_requests == 0
    assert extract(home, server).spent.n_calls == seen.n_calls


def test_a_job_goes_on_with_a_server_that_moved(home: Home, server: LLMServer) -> None:
    choice = LLMChoice("openai:gpt-4o-mini", "http://127.0.0.1:9/v1", Limits(tries=1))
    home.ingest()
    assert run_extract(Extract(choice), home.store, "default", home.ledger).state == "failed"
    left = home.ledger.job("last")
    report = run_again(left, home.store, home.ledger, home.heard.append, base_url=server.url)
    assert (report.ok, report.job, report.spent.n_calls) == (True, left.id, 5)
    plain = home.ledger.jobs()[-1]
    with pytest.raises(InvalidInput, match="asks no LLM: leave the base URL out"):
        run_again(plain, home.store, home.ledger, home.heard.append, base_url=server.url)


def test_what_was_deleted_meanwhile_is_passed_over(home: Home, server: LLMServer) -> None:
    home.ingest()
    extract(home, server, max_cost=0.0)
    with Memory(home.store) as memory:
        memory.delete(content_uid("source", "notes/ann.txt"))
    report = extract(home, server)
    assert report.ok
    assert (report.items["applied"], server.served().n_answered) == (5, 4)


def test_an_embedder_that_is_not_there(home: Home, server: LLMServer) -> None:
    choice = LLMChoice("openai:gpt-4o-mini", server.url)
    with pytest.raises(InvalidInput, match="no embedder is called 'magic'"):
        run_extract(Extract(choice, "magic"), home.store, "default", home.ledger)
    assert home.ledger.jobs() == []


def test_verify_finds_what_is_gone_or_not_whole(home: Home) -> None:
    home.ingest()
    report = run_verify(Verify(home.heard.append), home.store, "default", home.ledger)
    assert report.ok
    assert (report.kind, report.items["applied"], report.n_passages) == ("verify", 5, 5)
    with Memory(home.store) as memory:
        memory.delete(content_uid("source", "notes/ann.txt"))
    bo = passages_of(home, "notes/bo.md")
    home.store.apply("default", lambda _: Changes(remove_nodes=(bo[0],)))
    cy = passages_of(home, "notes/sub/cy.html")
    home.store.apply("default", lambda reader: without_vector(reader, cy[0]))
    found = run_verify(Verify(home.heard.append), home.store, "default", home.ledger)
    assert found.state == "done"
    assert {one.key: one.reason for one in found.failures} == {
        "notes/ann.txt": "the memory holds no such source any more",
        "notes/bo.md": "the source has no passage any more",
        "notes/sub/cy.html": "1 passages have no vector",
    }


def passages_of(home: Home, source: str) -> list[str]:
    uid = content_uid("source", source)
    links = home.store.neighbours("default", [uid], ("PART_OF",))
    return [link.start for link in links if link.end == uid]


def without_vector(reader: GraphReader, uid: str) -> Changes:
    """Put a passage anew without what hung on it but its source."""
    (node,) = reader.get("default", [uid])
    assert node is not None
    links = reader.neighbours("default", [uid], ("PART_OF",))
    return Changes(nodes=(node,), edges=tuple(links), remove_nodes=(uid,))


def test_verify_of_nothing_is_well(home: Home) -> None:
    report = run_verify(Verify(), home.store, "default", home.ledger)
    assert report.ok
    assert report.items["applied"] == 0


def test_consolidate_is_a_job(home: Home) -> None:
    home.ingest()
    asked = Consolidate(hear=home.heard.append)
    report = run_consolidate(asked, home.store, "default", home.ledger)
    assert (report.kind, report.ok, report.items["applied"]) == ("consolidate", True, 1)
    with pytest.raises(InvalidInput, match="begun anew"):
        run_again(home.ledger.job("last"), home.store, home.ledger, home.heard.append)


class Embedders:
    """Stands for `open_embedder`: a fake of 8 numbers, which stops after so many calls."""

    def __init__(self) -> None:
        self.left = sys.maxsize
        self.n_texts = 0

    def __call__(self, spec: str | None) -> Any:
        owner, fake = self, FakeEmbedder(8)

        class Counting:
            name, dimension = fake.name, fake.dimension

            def embed(self, texts: list[str]) -> Any:
                if not owner.left:
                    raise KeyboardInterrupt
                owner.left -= 1
                owner.n_texts += len(texts)
                return fake.embed(texts)

        return Counting()


@pytest.fixture
def embedders(monkeypatch: pytest.MonkeyPatch) -> Embedders:
    found = Embedders()
    monkeypatch.setattr(reembedding, "open_embedder", found)
    monkeypatch.setattr(reembedding, "_PORTION", 2)
    return found


def reembed(home: Home) -> JobReport:
    return run_reembed(Reembed("fake", home.heard.append), home.store, home.ledger)


def test_vectors_are_made_anew_and_switched(home: Home, embedders: Embedders) -> None:
    home.ingest()
    with Memory(home.store, space="other") as memory:
        memory.add("Zoe lives in Bonn.")
    old = vectors(home)
    report = reembed(home)
    assert report.ok
    assert report.items["applied"] == 2
    assert report.n_passages == embedders.n_texts == 6
    assert vectors(home).keys() == old.keys()
    for space in ("default", "other"):
        assert {len(raw) for raw in vectors(home, space).values()} == {8 * 4}
    assert read_seal(home.store) == "fake-8 (8 dimensions)"
    made = beside(home.store, ".vectors")
    assert made is not None
    assert not made.exists()
    with Memory(home.store, embedder=FakeEmbedder(8)) as memory:
        assert "Rome" in memory.search("Ann lives in Rome.").hits[0].text
    with pytest.raises(DimensionMismatch), Memory(home.store) as memory:
        memory.add("More.")


def test_who_stopped_while_vectors_are_made_searches_on_and_goes_on(
    home: Home, embedders: Embedders
) -> None:
    home.ingest()
    old = vectors(home)
    embedders.left = 1
    with pytest.raises(KeyboardInterrupt):
        reembed(home)
    assert vectors(home) == old
    assert home.ledger.job("last").state == "stopped"
    with Memory(home.store) as memory:
        assert memory.search("Where does Ann live?").hits
        memory.add("Gus lives in Lyon.")
    # A space of which the job has not heard.
    with Memory(home.store, space="late") as memory:
        memory.add("Zoe lives in Bonn.")
    embedders.left = sys.maxsize
    report = reembed(home)
    assert report.ok
    assert report.job == home.ledger.job("last").id
    assert len(home.ledger.jobs()) == 2
    # None of them was made twice.
    assert embedders.n_texts == 7
    for space in ("default", "late"):
        assert {len(raw) for raw in vectors(home, space).values()} == {8 * 4}


def test_who_stopped_amid_the_switch_ends_it(
    home: Home, embedders: Embedders, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.ingest()
    real, left = reembedding.replace_vectors, [1]

    def replaced(*given: Any) -> int:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return real(*given)

    monkeypatch.setattr(reembedding, "replace_vectors", replaced)
    monkeypatch.setattr(reembedding, "_SWITCHED_AT_ONCE", 2)
    with pytest.raises(KeyboardInterrupt):
        reembed(home)
    assert sorted({len(raw) for raw in vectors(home).values()}) == [8 * 4, 384 * 4]
    # Vectors of two sorts are there: nobody may search.
    memory = Memory(home.store)
    with pytest.raises(DimensionMismatch, match="are being made anew"):
        memory.search("Where does Ann live?")
    memory.close()
    left[0] = sys.maxsize
    report = reembed(home)
    assert report.ok
    assert embedders.n_texts == 5
    found = {uid: np.frombuffer(raw, dtype=np.float32) for uid, raw in vectors(home).items()}
    assert {len(row) for row in found.values()} == {8}


def test_a_re_embed_is_given_up_before_the_switch(home: Home, embedders: Embedders) -> None:
    home.ingest()
    old = vectors(home)

    def hear(progress: JobProgress) -> None:
        home.ledger.cancel(progress.job)

    asked = replace(Reembed("fake"), hear=hear)
    report = run_reembed(asked, home.store, home.ledger)
    assert report.state == "cancelled"
    assert vectors(home) == old
    with Memory(home.store) as memory:
        assert memory.search("Where does Ann live?").hits
