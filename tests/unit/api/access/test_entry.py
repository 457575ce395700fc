"""What stands before the routes, on a small app of its own."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request

from graphmem.stores.registry import open_store
from graphmem_api.access.gate import Gate
from graphmem_api.access.guard import Everywhere, Reader, Space, Writer, told
from graphmem_api.access.headers import SAFE
from graphmem_api.access.keys import KeyFile
from graphmem_api.access.protect import protect
from graphmem_api.access.rates import Rates
from graphmem_api.problems import add_problems
from graphmem_api.settings import Limits, Settings


def small_app(settings: Settings) -> FastAPI:
    app = FastAPI()
    add_problems(app)
    protect(app, settings)
    app.state.gate = Gate(settings, open_store("memory://"))

    @app.get("/v1/{space}/read")
    async def read(space: Space, _: Reader) -> dict[str, str]:
        return {"space": space}

    @app.post("/v1/{space}/write")
    async def write(request: Request, space: Space, _: Writer) -> dict[str, int]:
        told(request, uid="u1")
        return {"n": len(await request.body())}

    @app.post("/v1/{space}/message")
    async def message(request: Request, space: Space, _: Reader) -> None:
        told(request, denied=True)

    @app.get("/all")
    async def everything(_: Everywhere) -> None:
        return None

    @app.get("/broken")
    async def broken(_: Reader) -> None:
        raise RuntimeError("the text of a memory")

    return app


def call(
    app: FastAPI, method: str, path: str, peer: str = "127.0.0.1", **more: Any
) -> httpx.Response:
    async def called() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 1234))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            return await client.request(method, path, **more)

    return asyncio.run(called())


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(keys=str(tmp_path / "keys"), limits=Limits(body_bytes=1024))


@pytest.fixture
def app(settings: Settings) -> FastAPI:
    return small_app(settings)


def test_every_answer_has_safe_headers_and_an_id(app: FastAPI) -> None:
    for path in ("/v1/a/read", "/no", "/broken", "/v1/a/write", "/v1/" + "x" * 300 + "/read"):
        answer = call(app, "GET", path)
        assert {name: answer.headers[name] for name in SAFE} == SAFE, path
        assert len(answer.headers["X-Request-ID"]) == 32
        assert "access-control-allow-origin" not in answer.headers


def test_an_id_of_plain_characters_is_taken_and_no_other(app: FastAPI) -> None:
    for given, kept in (("trace-1.a_B", True), ("x" * 65, False), ("a b", False), ("é", False),
                        ("gmk_0123456789ab_" + "s" * 43, False)):  # fmt: skip
        answer = call(app, "GET", "/v1/a/read", headers={"X-Request-ID": given.encode("utf-8")})
        assert (answer.headers["X-Request-ID"] == given) == kept


def test_a_defect_is_a_problem_that_tells_nothing_of_its_cause(
    app: FastAPI, caplog: pytest.LogCaptureFixture
) -> None:
    answer = call(app, "GET", "/broken")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "the text" not in answer.text
    assert answer.json()["detail"].endswith(answer.headers["X-Request-ID"])


def test_a_body_has_its_bounds_said_or_not(app: FastAPI) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            yield b"x" * 500

    assert call(app, "POST", "/v1/a/write", content=b"x" * 1024).json() == {"n": 1024}
    for body in (b"x" * 1025, chunks()):
        answer = call(app, "POST", "/v1/a/write", content=body)
        assert answer.status_code == 413
        assert answer.json()["code"] in ("body_too_large", "request_entity_too_large")


def test_pages_of_elsewhere_get_in_where_they_are_named(tmp_path: Path) -> None:
    page = "https://app.example"
    keys = KeyFile(tmp_path / "keys")
    token, _ = keys.create("ann", ["read"], ["a"])
    app = small_app(Settings(keys=str(keys.path), origins=(page,)))
    asks = {"Origin": page, "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "authorization"}  # fmt: skip
    allowed = call(app, "OPTIONS", "/v1/a/read", headers=asks)
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Origin"]) == (200, page)
    assert "access-control-allow-credentials" not in allowed.headers
    refused = call(
        app, "OPTIONS", "/v1/a/read", headers={**asks, "Origin": "https://evil.example"}
    )
    assert "access-control-allow-origin" not in refused.headers
    bearer = {"Authorization": f"Bearer {token}", "Origin": page}
    answer = call(app, "GET", "/v1/a/read", headers=bearer)
    assert answer.headers["Access-Control-Allow-Origin"] == page
    assert call(app, "GET", "/v1/a/read", headers={"Origin": page}).status_code == 401


@pytest.mark.parametrize(
    "name",
    ["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id", "last-event-id",
     "x-request-id", "traceparent", "tracestate"],
)  # fmt: skip
def test_pages_may_send_the_headers_of_the_servers_protocols(tmp_path: Path, name: str) -> None:
    page = "https://app.example"
    app = small_app(Settings(keys=str(tmp_path / "keys"), origins=(page,)))
    asks = {"Origin": page, "Access-Control-Request-Method": "POST"}
    allowed = call(
        app, "OPTIONS", "/mcp", headers={**asks, "Access-Control-Request-Headers": name}
    )
    assert allowed.status_code == 200, allowed.text
    assert name in allowed.headers["Access-Control-Allow-Headers"].lower().split(", ")
    refused = call(
        app, "OPTIONS", "/mcp", headers={**asks, "Access-Control-Request-Headers": "x-other"}
    )
    assert refused.status_code == 400


def test_pages_may_read_what_tells_them_how_to_go_on(tmp_path: Path) -> None:
    page = "https://app.example"
    app = small_app(Settings(keys=str(tmp_path / "keys"), origins=(page,)))
    answer = call(app, "GET", "/v1/a/read", headers={"Origin": page})
    told_of = answer.headers["Access-Control-Expose-Headers"].split(", ")
    for name in ("Mcp-Session-Id", "X-Request-ID", "WWW-Authenticate", "Idempotency-Replayed"):
        assert name in told_of


def test_a_key_for_some_spaces_is_not_for_what_concerns_all(settings: Settings) -> None:
    file = KeyFile(Path(str(settings.keys)))
    some, _ = file.create("some", ["admin"], ["a"])
    every, _ = file.create("every", ["read"], None)
    app = small_app(settings)
    for token, status in ((some, 403), (every, 200)):
        bearer = {"Authorization": f"Bearer {token}"}
        assert call(app, "GET", "/all", headers=bearer).status_code == status


def test_a_client_is_told_from_others_behind_a_proxy_that_is_trusted(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys")
    keys.create("ann", ["read"], ["a"])
    given = {"keys": str(keys.path), "limits": Limits(wrong_keys=1)}
    app = small_app(Settings(proxies=("10.0.0.0/8",), **given))  # type: ignore[arg-type]

    def status(peer: str, forwarded: str) -> int:
        headers = {
            "Authorization": f"Bearer gmk_{'0' * 12}_{'s' * 43}",
            "X-Forwarded-For": forwarded,
        }
        return call(app, "GET", "/v1/a/read", peer, headers=headers).status_code

    assert [status("10.0.0.7", "192.0.2.1") for _ in range(2)] == [401, 429]
    assert status("10.0.0.8", "203.0.113.5, 192.0.2.1, 10.0.0.9") == 429
    # Neither what a client wrote himself nor what comes from elsewhere is believed.
    assert [status("10.0.0.7", f"192.0.2.{n}, 192.0.2.2") for n in (1, 9)] == [401, 429]
    assert [status("198.51.100.1", f"192.0.2.{n}") for n in (3, 4)] == [401, 429]
    assert [line["peer"] for line in audited(Settings(**given))][::2] == [  # type: ignore[arg-type]
        "192.0.2.1", "192.0.2.1", "192.0.2.2", "198.51.100.1",
    ]  # fmt: skip


def test_without_keys_a_proxy_lets_in_its_own_machine_only(tmp_path: Path) -> None:
    app = small_app(Settings(keys=str(tmp_path / "keys"), proxies=("127.0.0.1",)))
    assert call(app, "GET", "/v1/a/read").status_code == 200
    forwarded = {"X-Forwarded-For": "192.0.2.1"}
    assert call(app, "GET", "/v1/a/read", headers=forwarded).status_code == 403


def test_a_proxy_is_an_address_or_a_network() -> None:
    assert Settings(proxies=("10.0.0.1", "10.1.2.3/8")).proxies == ("10.0.0.1/32", "10.0.0.0/8")
    with pytest.raises(ValueError, match="does not appear to be"):
        Settings(proxies=("proxy.example",))


def test_the_log_names_whose_key_holds_no_more_or_comes_too_often(settings: Settings) -> None:
    file = KeyFile(Path(str(settings.keys)))
    ann, ann_key = file.create("ann", ["read"], ["a"])
    file.revoke("ann")
    bo, bo_key = file.create("bo", ["read"], ["a"])
    app = small_app(settings.model_copy(update={"limits": Limits(per_minute=1)}))
    for token, statuses in ((ann, [401]), (bo, [200, 429]), (bo[:-3] + "xyz", [401])):
        bearer = {"Authorization": f"Bearer {token}"}
        found = [call(app, "GET", "/v1/a/read", headers=bearer).status_code for _ in statuses]
        assert found == statuses
    assert [(line["status"], line["key"], line["key_id"]) for line in audited(settings)] == [
        (401, "ann", ann_key.id), (429, "bo", bo_key.id), (401, None, None),
    ]  # fmt: skip


def test_messages_that_are_denied_are_bounded_as_denied_calls_are(settings: Settings) -> None:
    """They are answered with 200, and are written down as what was turned away."""
    app = small_app(settings)
    app.state.gate.audit._denied = Rates(3)
    for _ in range(10):
        assert call(app, "POST", "/v1/a/message").status_code == 200
    assert len(audited(settings)) == 3


def audited(settings: Settings) -> list[dict[str, Any]]:
    lines = Path(f"{settings.keys}.audit").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_a_call_is_answered_while_others_hold_the_keys(settings: Settings) -> None:
    file = KeyFile(Path(str(settings.keys)))
    token, _ = file.create("ann", ["read"], ["a"])
    app = small_app(settings)

    def read() -> int:
        app.state.gate._ring._read.at -= 1  # long enough ago for another look
        bearer = {"Authorization": f"Bearer {token}"}
        return call(app, "GET", "/v1/a/read", headers=bearer).status_code

    assert read() == 200
    file.revoke("ann")
    with closing(sqlite3.connect(file.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read() == 200
    assert read() == 401


def test_keys_that_cannot_be_read_let_nobody_in(settings: Settings) -> None:
    app = small_app(settings)
    Path(str(settings.keys)).write_bytes(b"damaged" * 500)
    app.state.gate._ring._read.at = float("-inf")
    answer = call(app, "GET", "/v1/a/read")
    assert answer.status_code == 503
    assert str(settings.keys) not in answer.text
