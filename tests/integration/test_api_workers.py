"""Several processes of one server: what one of them showed, each of them knows."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from scripts.kill_server.server import Server, free_port

pytestmark = pytest.mark.slow


def test_any_process_takes_feedback_on_what_another_showed(tmp_path: Path) -> None:
    server = Server(tmp_path / "a.db", free_port(), workers=2)
    try:
        server.wait()
        # A connection each, so that both are met.
        headers = {"Connection": "close"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=120) as http:
            body = {"text": "Ann keeps the red kite in the shed.", "source": "kite"}
            assert http.post("/v1/s/memories?wait=true", json=body).status_code == 201
            for n in range(8):
                asked = {"question": f"Where does Ann keep kite {n}?"}
                recall = http.post("/v1/s/search", json=asked).json()
                used = [recall["hits"][0]["uid"]]
                said = {"recall_id": recall["id"], "used": used, "outcome": True}
                # Another process may hear of it a moment later; on a busy machine, a long one.
                end = time.monotonic() + 120
                while (
                    answer := http.post("/v1/s/feedback", json=said)
                ).status_code == 404 and time.monotonic() < end:
                    pass
                assert answer.status_code == 200, answer.text
                theirs = http.post("/v1/t/feedback", json=said)
                assert theirs.status_code == 404
    finally:
        assert server.stop() == 0
    assert "Traceback" not in (tmp_path / "a.db.said").read_text()
