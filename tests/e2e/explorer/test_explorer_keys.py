"""The explorer on a server with keys: of one space, to read only, expired, wrong, none."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

QUESTION = "Where does Mara live now?"
KEPT = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage}, document.cookie, location.href,
    await caches.keys(), (await indexedDB.databases()).map(({ name }) => name),
])"""
POLLS = 5_000


@pytest.fixture
def visit(open_page: Callable[..., Any], locked: Any) -> Callable[..., Any]:
    """Open the explorer with one of the keys; statuses that are foreseen may be given."""

    def one(key: str, space: str = "default", *, foreseen: tuple[int, ...] = ()) -> Any:
        look = open_page(locked.base)
        look.expected.update(foreseen)
        look.open("ask")
        look.use(space, locked.tokens[key])
        return look

    return one


def test_a_key_of_one_space_has_all_views_of_it(visit: Callable[..., Any], locked: Any) -> None:
    look = visit("tenant", foreseen=(403,))  # once, for the server's metrics
    page = look.page
    look.ask(QUESTION)
    assert page.locator(".packed li").count() > 3
    page.get_by_role("link", name="Citation 1: open its passage").click()
    expect(page.get_by_role("heading", name="Evidence")).to_be_visible()
    look.draw("graph")
    expect(page.locator(".stage [role=status]")).to_contain_text("nodes")
    look.open("cypher")
    page.get_by_label("Statement").fill("MATCH (e:Entity {name: 'Mara'}) RETURN e")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("region", name="Rows")).to_contain_text("Mara")
    look.open("jobs")
    page.get_by_text("Remember a text").click()
    page.get_by_label("Text", exact=True).fill("Otis Bell lives in Dunmore.")
    page.get_by_role("button", name="Remember", exact=True).click()
    expect(page.locator(".jobs .kind").first).to_have_text("done")
    look.open("health")
    expect(page.get_by_text("The server is ready")).to_be_visible()
    expect(page.get_by_text("so for a key of all spaces")).to_be_visible()
    expect(page.get_by_role("alert").filter(has_text="key")).to_have_count(0)
    page.wait_for_timeout(2 * POLLS + 500)
    look.open("ask")
    look.open("health")
    expect(page.get_by_text("so for a key of all spaces")).to_be_visible()
    asked = [request.url for request in look.requests if request.url.endswith("/metrics")]
    assert len(asked) == 1
    denied = [row for row in locked.denied() if row["key"] == "tenant"]
    assert [row["path"] for row in denied] == ["/metrics"]


def test_a_key_of_another_space_is_refused_and_asks_no_more(
    visit: Callable[..., Any], locked: Any
) -> None:
    look = visit("other", foreseen=(403,))
    page = look.page
    look.open("health")
    expect(page.get_by_role("alert").filter(has_text="space").first).to_be_visible()
    page.wait_for_timeout(500)
    look.requests.clear()
    page.wait_for_timeout(POLLS + 1_000)
    assert {request.url.partition("/v1/")[0] for request in look.requests} == {
        f"{locked.base}/health/ready"
    }
    look.open("graph")
    expect(page.get_by_role("alert").filter(has_text="space").first).to_be_visible()
    assert page.locator(".canvas").count() == 0


def test_a_key_to_read_is_told_what_it_may_not(visit: Callable[..., Any], locked: Any) -> None:
    look = visit("reader", foreseen=(403,))
    page = look.page
    look.ask(QUESTION)
    page.get_by_role("link", name="Citation 1: open its passage").click()
    said = page.locator(".said").inner_text()
    page.get_by_role("button", name="Delete …").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="scope 'write'").first).to_be_visible()
    page.reload()
    expect(page.locator(".said")).to_have_text(said, use_inner_text=True)
    look.open("jobs")
    page.get_by_text("Remember a text").click()
    page.get_by_label("Text", exact=True).fill("Otis Bell lives in Dunmore.")
    page.get_by_role("button", name="Remember", exact=True).click()
    expect(page.get_by_role("alert").filter(has_text="scope 'write'").first).to_be_visible()
    # What was typed is still there.
    expect(page.get_by_label("Text", exact=True)).to_have_value("Otis Bell lives in Dunmore.")


@pytest.mark.parametrize("key", ["expired", "wrong"])
def test_a_key_that_does_not_hold_says_so_and_is_not_tried_on(
    visit: Callable[..., Any], key: str
) -> None:
    look = visit(key, foreseen=(401,))
    page = look.page
    page.get_by_label("Question", exact=True).fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    alert = page.get_by_role("alert").filter(has_text="Set a key").first
    expect(alert).to_be_visible()
    look.open("jobs")
    expect(alert).to_be_visible()
    look.requests.clear()
    page.wait_for_timeout(POLLS + 1_000)
    assert [request.url for request in look.requests if "/v1/" in request.url] == []


def test_who_has_no_key_is_shown_where_to_set_one(
    open_page: Callable[..., Any], locked: Any
) -> None:
    look = open_page(locked.base)
    look.expected.add(401)
    page = look.page
    look.open("graph")
    told = page.get_by_role("alert").filter(has_text="This server asks for a key").first
    expect(told).to_be_visible()
    expect(page.locator(".failure")).to_have_count(0)
    told.get_by_role("button", name="Space and key").click()
    expect(page.get_by_label("API key")).to_be_focused()
    page.get_by_label("API key").fill(locked.tokens["reader"])
    page.keyboard.press("Enter")
    expect(page.locator(".stage [role=status]")).to_contain_text("nodes")
    expect(told).to_have_count(0)


def test_a_key_that_is_revoked_meanwhile_is_not_tried_on(
    visit: Callable[..., Any], locked: Any
) -> None:
    look = visit("leaver", foreseen=(401,))
    page = look.page
    look.open("health")
    expect(page.get_by_text("Commits")).to_be_visible()
    locked.keys.revoke("leaver")
    expect(page.get_by_role("alert").filter(has_text="Set a key").first).to_be_visible()
    expect(page.get_by_text("Commits")).to_have_count(0)
    page.wait_for_timeout(1_000)
    look.requests.clear()
    page.wait_for_timeout(POLLS + 1_000)
    assert {request.url for request in look.requests} == {f"{look.base}/health/ready"}


def test_signing_out_leaves_nothing(visit: Callable[..., Any], locked: Any) -> None:
    look = visit("operator", foreseen=(401,))
    page, token = look.page, locked.tokens["operator"]
    look.ask(QUESTION)
    look.open("health")
    expect(page.get_by_role("heading", name="Mean milliseconds")).to_be_visible()
    local, session, *others = json.loads(page.evaluate(KEPT))
    assert set(local) <= {"graphmem-space", "graphmem-theme"}
    assert session == {"graphmem-key": token}
    assert others == ["", page.url, [], []]
    assert all(token not in request.url for request in look.requests)
    page.get_by_text("Space and key").first.click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert").filter(has_text="Set a key").first).to_be_visible()
    expect(page.get_by_text("Commits")).to_have_count(0)
    kept = page.evaluate(KEPT)
    assert token not in kept
    assert json.loads(kept)[1] == {}
    assert token not in page.content()
    page.go_back()
    expect(page.get_by_role("alert").filter(has_text="Set a key").first).to_be_visible()
    assert page.locator(".packed li").count() == 0
    page.get_by_text("Space and key").first.click()
    expect(page.get_by_label("API key")).to_have_value("")
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
