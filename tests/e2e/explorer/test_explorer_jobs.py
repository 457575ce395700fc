"""Jobs and health: what is under way, and how the server does."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def test_a_text_is_remembered_and_its_job_followed(
    look: Any, picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("ask")
    look.use("workshop")
    look.open("jobs")
    page.get_by_text("Remember a text").click()
    page.get_by_label("Text", exact=True).fill("Linnea Holt repairs clocks in Arvika.")
    page.get_by_label("Name of its source").fill("clocks")
    page.get_by_role("button", name="Remember").click()
    job = page.locator(".jobs > li").filter(has_text="in workshop").first
    expect(job).to_contain_text("done")
    expect(job).to_contain_text("1 of 1 item")
    picture(page, "jobs")
    look.open("ask")
    look.ask("What does Linnea Holt repair?")
    expect(page.locator(".packed")).to_contain_text("clocks")


def test_what_waits_shows_as_it_goes_on_and_can_be_given_up(look: Any) -> None:
    """The server's answers are played here: a real write is over before one can press a button."""
    page = look.page
    job = {
        "id": "0198a-job-7", "kind": "add", "space": "default", "state": "running", "items": 4,
        "done": 1, "failed": 1, "created_at": "2026-01-02T03:04:05Z",
        "updated_at": "2026-01-02T03:04:05Z", "finished_at": None, "error": None,
    }  # fmt: skip
    item = {"n": 1, "name": "bad.md", "kind": "text", "state": "failed", "attempts": 2,
            "error": "it cannot be read"}  # fmt: skip
    seen: list[str] = []

    def played(route: Any) -> None:
        path = route.request.url.split("/v1/jobs")[-1].split("?")[0]
        seen.append(f"{route.request.method} {path}")
        if path.endswith("/events"):
            further = job | {"done": 3}
            text = f": hello\n\nevent: progress\ndata: {json.dumps(further)}\n\n"
            route.fulfill(body=text, content_type="text/event-stream")
        elif path.endswith("/items"):
            route.fulfill(json={"items": [item], "next": None})
        elif path.endswith(("/retry", "/cancel")):
            state = "running" if path.endswith("/retry") else "cancelled"
            route.fulfill(json=job | {"state": state, "failed": 0})
        else:
            route.fulfill(json={"jobs": [job], "next": None})

    page.route("**/v1/jobs**", played)
    look.open("jobs")
    shown = page.get_by_role("listitem", name="job 8a-job-7")
    expect(shown).to_contain_text("3 of 4 items, 1 failed")
    expect(shown.get_by_role("progressbar")).to_have_attribute("value", "3")
    shown.get_by_text("What failed, and why").click()
    expect(shown).to_contain_text("bad.md: it cannot be read (2 tries)")
    shown.get_by_role("button", name="Cancel").click()
    expect(shown).to_contain_text("cancelled")
    assert "POST /0198a-job-7/cancel" in seen


def test_health_tells_counts_growth_lag_and_latencies(
    look: Any, picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("ask")
    look.ask("Where does Mara live now?")
    look.open("health")
    expect(page.get_by_text("The server is")).to_contain_text("ready")
    expect(page.get_by_role("table", name="Nodes")).to_contain_text("Proposition")
    expect(page.get_by_role("img", name=re.compile(r"\d+ sources"))).to_be_visible()
    expect(page.locator(".facts").first).to_contain_text("Index lag")
    latencies = page.get_by_role("table", name="Requests")
    expect(latencies).to_contain_text("/context")
    stages = page.get_by_role("table", name="Milliseconds of each stage of a search")
    expect(stages.get_by_role("row").first).to_be_visible()
    picture(page, "health")
