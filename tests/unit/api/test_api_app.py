"""An app ends by one moment, which is counted from the signal on."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from graphmem_api import app as apps
from graphmem_api.inbox.inbox import Inbox
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces

SHUTDOWN_S = 500.0


@pytest.mark.parametrize("applied", [True, False])
def test_all_that_ends_has_one_end(
    applied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    kept_open: list[bool] = []
    left: list[int] = []
    close_inbox, close_spaces = Inbox.close, Spaces.close

    async def inbox_closes(self: Inbox, seconds: float) -> bool:
        given.append(seconds)
        return await close_inbox(self, seconds) and applied

    async def spaces_close(self: Spaces, seconds: float, *, in_use: bool) -> bool:
        given.append(seconds)
        kept_open.append(in_use)
        return await close_spaces(self, seconds, in_use=in_use)

    monkeypatch.setattr(Inbox, "close", inbox_closes)
    monkeypatch.setattr(Spaces, "close", spaces_close)
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    settings = Settings(store=str(tmp_path / "a.db"), shutdown_s=SHUTDOWN_S)
    app: Any = apps.create_app(settings, lambda: left.append(1))

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0.1)  # calls that were begun take their time

    try:
        asyncio.run(serve())
    finally:
        signal.signal(signal.SIGTERM, before)
    # Each has what those before it have left.
    assert SHUTDOWN_S - 0.05 >= given[0] >= given[1]
    assert (kept_open, left) == ([not applied], [1] * (not applied))


def test_a_slash_too_many_leads_nobody_to_another_address(tmp_path: Path) -> None:
    app = apps.create_app(Settings(store=str(tmp_path / "a.db")))
    with TestClient(app, "http://localhost", follow_redirects=False) as client:
        for path in ("/v1/t2/search/", "/v1/t2/memories/", "/mcp/"):
            answer = client.post(path, json={"question": "Who?"})
            assert answer.status_code == 404, path
            assert "location" not in answer.headers
        assert client.get("/v1/jobs/").status_code == 404
        assert client.get("/explorer").headers["location"] == "explorer/"
        assert client.get("/explorer/").status_code == 200
