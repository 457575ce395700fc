"""Ingests with an LLM behind a real server that misbehaves, refuses, or is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from graphmem.core.usage import Usage
from graphmem.models.llm.limits import Limits
from graphmem.models.llm.prices import load_prices
from graphmem.stores.registry import open_store
from graphmem.testing.llm_faults import Faults
from graphmem.testing.llm_protocol import Demands
from graphmem.testing.llm_server import LLMServer
from graphmem_pipelines import ingest
from graphmem_pipelines.ingestion import preview
from graphmem_pipelines.jobs.asking import LLMChoice
from graphmem_pipelines.jobs.ingest import Ingest
from graphmem_pipelines.jobs.report import JobReport
from graphmem_pipelines.ledger.ledger import Ledger
from scripts.kill_jobs.tree import answer, make_tree

MODEL = "gpt-4o-mini"
KEY = "sk-of-a-test"
N_FILES = 30
# Sums of floats depend on their order.
TINY = 1e-12
# Answers here are short, and what one may take at its dearest is held back for each.
LIMITS = Limits(concurrency=8, backoff_s=0.001, tries=6, max_tokens=400, breaker_after=200)


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("GRAPHMEM_PRICES", raising=False)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files") / "tree"
    make_tree(folder, N_FILES)
    return folder


@pytest.fixture
def server() -> Iterator[LLMServer]:
    with LLMServer(answer) as server:
        yield server


def run(
    store: Path, tree: Path, url: str, limits: Limits = LIMITS, max_cost: float | None = None
) -> JobReport:
    choice = LLMChoice(f"openai:{MODEL}", url, limits, max_cost)
    return ingest(store, tree, llm=choice, workers=1)


def billed(server: LLMServer) -> float:
    """What the server would put on the bill, by the same prices."""
    price = load_prices().of(MODEL)
    assert price is not None
    return price.of(server.served().usage)


def cost_of(report: JobReport) -> float:
    assert report.spent.cost is not None
    return report.spent.cost


def facts(store: Path) -> dict[str, set[str]]:
    """What is said, by the name of the source that says it."""
    opened = open_store(store)
    try:
        nodes = {n.uid: n for b in opened.changes("default", 0, labels=("Source", "Proposition"))
                 for n in b.nodes}  # fmt: skip
        found: dict[str, set[str]] = {}
        for batch in opened.changes("default", 0, kinds=("EVIDENCED_BY",)):
            for edge in batch.edges:
                for uid in edge.sources:
                    name = str(getattr(nodes[uid], "name", uid))
                    found.setdefault(name, set()).add(str(getattr(nodes[edge.start], "text", "")))
        return found
    finally:
        opened.close()


def n_passages(store: Path) -> int:
    opened = open_store(store)
    try:
        return opened.count("default").nodes["Passage"]
    finally:
        opened.close()


def dropped_of(store: Path, job: str) -> dict[str, Mapping[str, int]]:
    ledger = Ledger(store.with_name(store.name + ".jobs"))
    try:
        return {item.key: item.dropped for item in ledger.items(job, ("applied",), limit=1000)}
    finally:
        ledger.close()


@pytest.mark.slow
@pytest.mark.parametrize("tries", [1, 6])
def test_at_30_percent_faults_all_is_stored_and_each_loss_is_told(
    tmp_path: Path, tree: Path, server: LLMServer, tries: int
) -> None:
    clean, store = tmp_path / "clean.db", tmp_path / "agent.db"
    assert run(clean, tree, server.url).ok
    limits = Limits(concurrency=8, backoff_s=0.001, tries=tries, max_tokens=400, breaker_after=500)
    faults = Faults(share=0.3, seed=tries, retry_after_s=0.01, slow_s=0.05)
    with LLMServer(answer, faults=faults) as bad:
        report = run(store, tree, bad.url, limits)
        assert sum(bad.served().faults.values()) > 8
        counted = billed(bad)
    assert report.state == "done"
    assert report.items["failed"] == report.items["skipped"] == 0
    assert n_passages(store) == n_passages(clean)
    wanted, found = facts(clean), facts(store)
    assert len(wanted) > N_FILES
    lacking = {name for name, said in wanted.items() if not said <= found.get(name, set())}
    told = {name for name, dropped in dropped_of(store, report.job).items() if dropped}
    assert lacking <= told
    # Models that refuse, or end amid a word, are not asked again.
    assert lacking
    if tries == 1:
        assert any("passages without an answer" in reason for reason in report.dropped)
    assert cost_of(report) >= counted - TINY


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0, 0.3])
def test_the_server_never_bills_more_than_the_limit(
    tmp_path: Path, tree: Path, share: float
) -> None:
    store = tmp_path / "agent.db"
    faults = Faults(share=share, retry_after_s=0.01, slow_s=0.05)
    with LLMServer(answer, faults=faults) as server:
        n_before, jobs = -1, set()
        for limit in (0.001, 0.002, 0.004):
            report = run(store, tree, server.url, max_cost=limit)
            jobs.add(report.job)
            assert (report.state, report.ok) == ("stopped", False)
            assert f"of ${limit:.4f} are spent" in str(report.error)
            assert billed(server) <= cost_of(report) + TINY
            assert cost_of(report) <= limit + TINY
            # What was paid for is stored, or kept for when its turn comes.
            assert server.served().n_answered > n_before
            n_before = server.served().n_answered
            assert report.items["applied"] == 0 or n_passages(store) == report.n_passages
        report = run(store, tree, server.url, max_cost=1.0)
        assert report.state == "done"
        assert {report.job} == jobs
        assert billed(server) <= cost_of(report) + TINY
        if not share:
            assert report.ok
            assert server.served().repeated == {}
            assert report.spent.cost == pytest.approx(billed(server))


@pytest.mark.slow
def test_answers_that_are_under_way_at_the_limit_are_kept(tmp_path: Path, tree: Path) -> None:
    store = tmp_path / "agent.db"
    with LLMServer(answer, delay_s=0.3) as server:
        report = run(store, tree, server.url, max_cost=0.005)
        assert report.state == "stopped"
        assert 0 < server.served().n_answered < N_FILES
        assert billed(server) <= cost_of(report) + TINY
        assert run(store, tree, server.url, max_cost=1.0).ok
        assert server.served().repeated == {}


@pytest.mark.slow
def test_the_preview_tells_the_calls_and_their_prompts(
    tmp_path: Path, tree: Path, server: LLMServer
) -> None:
    store = tmp_path / "agent.db"
    choice = LLMChoice(f"openai:{MODEL}", server.url, LIMITS)
    seen = preview(store, Ingest((str(tree),), llm=choice))
    assert not store.exists()
    assert server.served().n_requests == 0
    report = run(store, tree, server.url)
    assert (seen.n_items, seen.n_passages) == (report.items["applied"], report.n_passages)
    assert seen.n_calls == server.served().n_answered
    assert seen.usage.prompt_tokens == server.served().usage.prompt_tokens
    assert seen.cost is not None
    assert seen.cost > 0
    # What is done costs nothing any more.
    assert preview(store, Ingest((str(tree),), llm=choice)).usage == Usage()


@pytest.mark.slow
def test_endpoints_that_refuse_or_are_not_there(
    tmp_path: Path, tree: Path, server: LLMServer
) -> None:
    store = tmp_path / "agent.db"
    limits = Limits(concurrency=4, backoff_s=0.001, tries=2, breaker_after=3, breaker_open_s=60)

    def refused(url: str, why: str) -> None:
        report = run(store, tree, url, limits)
        assert (report.state, report.ok) == ("failed", False)
        assert why in str(report.error)
        assert KEY not in str(report)
        assert report.items["applied"] == 0
        assert "\n" not in str(report.error)

    refused("http://127.0.0.1:9/v1", "openai:gpt-4o-mini")
    server.demands = Demands(api_key="another")
    refused(server.url, "refuses the API key")
    server.demands = Demands(models=("llama",))
    refused(server.url, MODEL)
    server.demands = Demands(api_key=KEY, models=(MODEL,))
    assert run(store, tree, server.url, limits).ok
