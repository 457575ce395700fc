"""What a key of one space learns of others on a real server: not even how much they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from graphmem.core.uids import content_uid
from graphmem_api.access.keys import KeyFile
from tests.integration.test_api_access import Server, made, serving, wait_for


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    file = KeyFile(tmp_path_factory.mktemp("tenants") / "a.db.keys")
    return {
        "mine": made(file, "mine", "write", ["mine"]),
        "other": made(file, "other", "write", ["other"]),
        "boss": made(file, "boss", "admin", None),
        "folder": str(file.path.parent),
    }


@pytest.fixture(scope="module")
def server(tokens: dict[str, str]) -> Iterator[Server]:
    with serving(Path(tokens["folder"]), GRAPHMEM_PROXIES="127.0.0.1") as server:
        yield server


def of(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def added(server: Server, space: str, token: str, text: str) -> dict[str, Any]:
    answer = server.client.post(
        f"/v1/{space}/memories?wait=true", json={"text": text}, headers=of(token)
    )
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


def first_event(server: Server, space: str, token: str) -> str:
    path = f"/v1/{space}/events"
    with server.client.stream("GET", path, headers=of(token)) as stream:
        return next(line for line in stream.iter_lines() if line.startswith("data: "))


def test_no_number_tells_how_much_others_write(server: Server, tokens: dict[str, str]) -> None:
    seq = added(server, "mine", tokens["mine"], "Ann likes tea.")["seq"]
    for n in range(3):
        added(server, "other", tokens["other"], f"Bob saw {n} birds.")
    assert first_event(server, "mine", tokens["mine"]) == f'data: {{"seq": {seq}}}'
    assert added(server, "mine", tokens["mine"], "Ann bought a lamp.")["seq"] == seq + 1


def test_the_audit_log_has_the_address_of_who_calls_and_not_of_the_proxy(
    server: Server, tokens: dict[str, str]
) -> None:
    headers = {"X-Request-ID": "far", "X-Forwarded-For": "198.51.100.1, 192.0.2.7"}
    assert server.client.get("/v1/other/stats", headers=headers).status_code == 401
    lines = server.audited("far")
    assert [line["peer"] for line in lines if line["request"] == "far"] == ["192.0.2.7"]


def test_the_audit_log_says_what_was_deleted_by_uids(
    server: Server, tokens: dict[str, str]
) -> None:
    added(server, "mine", tokens["mine"], "Cleo plays the harp.")
    for what, name in (("source", "harps"), ("entity", "Cleo"), ("uid", "0" * 32)):
        headers = {**of(tokens["mine"]), "X-Request-ID": what}
        server.client.delete("/v1/mine/memories", params={what: name}, headers=headers)
    # A line is written after its answer was sent.
    lines = server.audited("source", "entity", "uid")
    found = {line["request"]: line for line in lines if line["method"] == "DELETE"}
    assert found["source"]["source"] == content_uid("source", "harps")
    assert found["entity"]["entity"] == content_uid("entity", "Cleo")
    assert found["uid"]["uid"] == "0" * 32
    assert all(line["path"] == "/v1/mine/memories" for line in found.values())
    assert "Cleo" not in json.dumps(lines)


def test_a_stream_ends_soon_after_its_key_was_revoked(
    server: Server, tokens: dict[str, str]
) -> None:
    file = KeyFile(server.folder / "a.db.keys")
    token = made(file, "short", "read", ["mine"])
    wait_for(lambda: server.client.get("/v1/mine/stats", headers=of(token)).status_code == 200)
    with server.client.stream("GET", "/v1/mine/events", headers=of(token)) as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: ready"
        file.revoke("short")
        # By itself it would last for half an hour.
        told = list(lines)
    assert "event: error" in told
    assert any('"unauthorized"' in line for line in told)


def test_only_who_may_read_all_spaces_hears_how_large_the_store_is(
    server: Server, tokens: dict[str, str]
) -> None:
    def stats(who: str) -> httpx.Response:
        return server.client.get("/v1/mine/stats", headers=of(tokens[who]))

    assert stats("boss").json()["store_bytes"] > 0
    assert stats("mine").json()["store_bytes"] == 0
