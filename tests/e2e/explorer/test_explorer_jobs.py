"""Jobs and health: what is under way, and how the server does."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Locator, Page, expect

from graphmem import Memory
from graphmem_pipelines.ledger.writes import WriteLedger

PATIENCE_S = 120


def begun(look: Any, space: str, documents: dict[str, str], **more: object) -> str:
    """Send documents by their refs, and return the path of the job that has them."""
    rows = [{"ref": ref, "text": text} for ref, text in documents.items()]
    answer = httpx.post(
        f"{look.base}/v1/{space}/memories", json={"documents": rows} | more, timeout=PATIENCE_S
    )
    assert answer.status_code == 202
    return answer.headers["location"]


def put_behind(look: Any) -> None:
    """Have the page be one in the background: it does not look again, and all comes by events."""
    look.page.add_init_script("Object.defineProperty(document, 'hidden', { get: () => true })")


def shown(look: Any, job: str) -> Locator:
    """Return a job as the page shows it."""
    found: Locator = look.page.get_by_role("listitem", name=f"job {job[-8:]}")
    return found


@contextmanager
def at_work(store: Path, space: str) -> Iterator[None]:
    """Have the server's writes of a space wait, as while another process applies some."""
    end = time.monotonic() + PATIENCE_S
    with (
        closing(WriteLedger(store.with_name(f"{store.name}.jobs"))) as ledger,
        ExitStack() as held,
    ):
        # The server may be about to end a turn of its own.
        while not held.enter_context(ledger.turn(space)):
            assert time.monotonic() < end
            time.sleep(0.05)
        yield


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


def test_what_failed_says_why_and_is_tried_again(
    look: Any, store: Path, scratch: dict[str, str]
) -> None:
    space = scratch["space"]
    two = {"bees": "Ottoline Marsh sells honey.", "mill": "Abel Quist runs the mill in Torsby."}
    job = begun(look, space, two, trust=0.5)
    put_behind(look)
    look.open("jobs")
    row = shown(look, job)
    expect(row).to_contain_text("2 of 2 items, 1 failed")
    row.get_by_text("What failed, and why").click()
    reason = "bees: source 'bees' has a trust of 1, not 0.5"
    expect(row.get_by_text(reason)).to_be_visible()
    expect(row).to_contain_text("(1 try)")
    with at_work(store, space):
        row.get_by_role("button", name="Retry").click()
        expect(row.locator(".kind")).to_have_text("running")
        expect(row).to_contain_text("1 of 2 items")
        expect(row).not_to_contain_text("failed")
    expect(row).to_contain_text("2 of 2 items, 1 failed")
    row.get_by_text("What failed, and why").click()
    expect(row.get_by_text(reason)).to_be_visible()
    # As the reason says. A delete by the server would take along what failed of the source.
    with Memory(store, space=space) as memory:
        memory.delete(source="bees")
    row.get_by_role("button", name="Retry").click()
    expect(row).to_contain_text("2 of 2 items")
    expect(row).not_to_contain_text("failed")
    expect(row.locator(".kind")).to_have_text("done")
    expect(row.get_by_role("button")).to_have_count(0)
    look.open("ask")
    look.use(space)
    look.ask("What does Ottoline Marsh sell?")
    expect(look.page.locator(".packed")).to_contain_text("honey")


def test_what_failed_can_be_given_up(look: Any, scratch: dict[str, str]) -> None:
    job = begun(look, scratch["space"], {"bees": "Ottoline Marsh sells honey."}, trust=0.5)
    look.open("jobs")
    row = shown(look, job)
    expect(row).to_contain_text("1 of 1 item, 1 failed")
    row.get_by_role("button", name="Cancel").click()
    expect(row.locator(".kind")).to_have_text("cancelled")
    expect(row).to_contain_text("cancelled by the user")
    expect(row.get_by_role("button", name="Retry")).to_be_visible()
    expect(row.get_by_role("button", name="Cancel")).to_have_count(0)


def test_what_waits_shows_as_it_goes_on_and_can_be_given_up(
    look: Any, store: Path, scratch: dict[str, str]
) -> None:
    space = scratch["space"]
    put_behind(look)
    with at_work(store, space):
        kept = begun(look, space, {"mill": "Abel Quist runs the mill.", "inn": "The inn is shut."})
        dropped = begun(look, space, {"fair": "The fair is in May."})
        look.open("jobs")
        stays, goes = shown(look, kept), shown(look, dropped)
        expect(stays.locator(".kind")).to_have_text("waiting")
        expect(stays).to_contain_text("0 of 2 items")
        goes.get_by_role("button", name="Cancel").click()
        expect(goes.locator(".kind")).to_have_text("cancelled")
        # Deleted while it waits: that item is through at once, and the rest waits on.
        named = {"source": "inn", "wait": "false"}
        gone = httpx.delete(f"{look.base}/v1/{space}/memories", params=named, timeout=PATIENCE_S)
        assert gone.status_code == 202
        expect(stays).to_contain_text("1 of 2 items")
        expect(stays.get_by_role("progressbar")).to_have_attribute("value", "1")
        expect(stays.locator(".kind")).to_have_text("running")
    expect(stays.locator(".kind")).to_have_text("done")
    expect(stays).to_contain_text("2 of 2 items")
    expect(goes.locator(".kind")).to_have_text("cancelled")


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
