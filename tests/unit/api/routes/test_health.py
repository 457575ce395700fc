"""Readiness is red while the store, a view or ingestion fails, and green again after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from graphmem.errors import ModelMissing, StoreBusy
from graphmem.stores.registry import open_store
from graphmem_api.app import create_app
from graphmem_api.inbox.inbox import InboxHealth
from graphmem_api.routes import health
from graphmem_api.routes.health import Health
from graphmem_api.service import Service
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces


def test_a_store_that_is_gone_makes_a_server_unready_but_not_dead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_READ_EVERY_S", 0.0)
    app = create_app(Settings(store=str(tmp_path / "a.db")))

    async def all_of_it() -> None:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            ready = await client.get("/health/ready")
            assert (ready.status_code, ready.json()["status"]) == (200, "ready")
            (tmp_path / "a.db").rename(tmp_path / "b.db")
            failing = await client.get("/health/ready")
            assert failing.status_code == 503
            assert failing.json() == {
                "status": "failing", "reasons": ["store: store_unavailable"],
            }  # fmt: skip
            assert (await client.get("/health/live")).json() == {"status": "live"}
            (tmp_path / "b.db").rename(tmp_path / "a.db")
            assert (await client.get("/health/ready")).status_code == 200
            text = (await client.get("/metrics")).text
            assert 'graphmem_requests_total{method="GET",route="/health/ready"' in text
            assert "graphmem_writes_waiting 0.0" in text

    asyncio.run(all_of_it())


def service(search: Callable[..., None], inbox: InboxHealth, *names: str) -> Service:
    @asynccontextmanager
    async def lend(space: str) -> AsyncIterator[Any]:
        async def searched(*_: object, **__: object) -> None:
            search(space) if names else search()

        yield SimpleNamespace(search=searched)

    spaces = SimpleNamespace(
        store=open_store("memory://"),
        latest=lambda n: [*(names or ("ann",))][:n],
        lend=lend,
        run=asyncio.to_thread,
        warming=SimpleNamespace(under_way=False),
    )
    return cast(
        Service, SimpleNamespace(spaces=spaces, inbox=SimpleNamespace(health=lambda: inbox))
    )


WELL = InboxHealth(True, None, 0, 0.0, 0)


def failing(error: Exception) -> Callable[[], None]:
    def search() -> None:
        raise error

    return search


def test_a_server_that_starts_is_not_ready_and_says_so() -> None:
    starting = service(lambda: None, WELL)
    cast(Any, starting.spaces.warming).under_way = True
    (said,) = asyncio.run(Health(starting).reasons())
    assert said.startswith("starting: ")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelMissing("no file at /secret/path"), ("views: model_missing",)),
        (RuntimeError("text of a memory"), ("views: defect",)),
        (StoreBusy("others"), ("views: store_busy",)),
        (TimeoutError(), ()),
    ],
)
def test_a_space_that_cannot_be_searched_is_told_without_its_name(
    error: Exception, said: tuple[str, ...]
) -> None:
    async def reasons() -> tuple[str, ...]:
        return await Health(service(failing(error), WELL)).reasons()

    assert asyncio.run(reasons()) == said


def test_what_fails_is_tried_again_and_what_is_well_only_now_and_then() -> None:
    errors: list[Exception] = [StoreBusy("others")] * 2
    n_searches = 0

    def search() -> None:
        nonlocal n_searches
        n_searches += 1
        if errors:
            raise errors.pop()

    async def all_of_it() -> list[int]:
        watched = Health(service(search, WELL))
        return [len(await watched.reasons()) for _ in range(6)]

    assert asyncio.run(all_of_it()) == [1, 1, 0, 0, 0, 0]
    assert n_searches == 3


def test_a_fault_is_not_over_while_nobody_can_say() -> None:
    errors: list[Exception | None] = [StoreBusy("others"), TimeoutError(), TimeoutError(), None]

    def search() -> None:
        if error := errors.pop(0):
            raise error

    async def all_of_it() -> list[int]:
        watched = Health(service(search, WELL))
        return [len(await watched.reasons()) for _ in range(5)]

    assert asyncio.run(all_of_it()) == [1, 1, 1, 0, 0]


def test_a_space_that_fails_where_another_is_well_is_no_fault_of_the_server(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def search(space: str) -> None:
        if space == "ann":
            raise IndexError("what she said")

    async def reasons() -> tuple[str, ...]:
        return await Health(service(search, WELL, "ann", "bob")).reasons()

    assert asyncio.run(reasons()) == ()
    assert "space 'ann' cannot be searched" in caplog.text


def test_a_server_whose_first_calls_all_fail_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def memory(*_: object) -> None:
        raise ModelMissing("no file")

    monkeypatch.setattr(Spaces, "_memory", memory)
    app = create_app(Settings(store=str(tmp_path / "a.db")))

    async def all_of_it() -> None:
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
        ):
            assert (await client.get("/v1/ann/stats")).status_code == 502
            failing = await client.get("/health/ready")
            assert failing.json()["reasons"] == ["views: model_missing"]

    asyncio.run(all_of_it())


def test_ingestion_that_stands_still_is_a_reason(caplog: pytest.LogCaptureFixture) -> None:
    stuck = InboxHealth(False, "space 'ann' is full", 7, 60.0, 0)

    async def reasons() -> tuple[str, ...]:
        return await Health(service(lambda: None, stuck)).reasons()

    (said,) = asyncio.run(reasons())
    assert said.startswith("ingestion: ")
    assert "full" not in said
    assert "space 'ann' is full" in caplog.text
