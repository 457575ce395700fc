"""`graphmem show QUESTION --out recall.html`: one file, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from graphmem import Memory
from graphmem.cli.app import run
from graphmem.cli.demo_texts import read_questions

QUESTIONS = read_questions()
TWO_HOPS = QUESTIONS.asked[1]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_the_page_stands_alone(
    browser: Browser, store: Path, tmp_path: Path, audit: Callable[[Page], list[str]],
    picture: Callable[[Page, str], None], scheme: str, width: int,
) -> None:  # fmt: skip
    file = tmp_path / "recall.html"
    assert run(["show", TWO_HOPS.question, "--out", str(file), "--store", str(store)]) == 0
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    errors: list[str] = []
    asked: list[Request] = []
    page.on("pageerror", lambda error: errors.append(f"{error}"))
    page.on("console", lambda message: errors.append(message.text))
    page.on("request", lambda request: asked.append(request))
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_have_text(TWO_HOPS.question)
    assert any(word in page.locator("ol").inner_text() for word in TWO_HOPS.words)
    expect(page.locator("g.place.between.on")).to_contain_text("Brandt Foundation")
    expect(page.locator("path.lit").first).to_be_attached()
    assert page.locator("details[open] rect").count() > 5
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    assert audit(page) == []
    page.get_by_role("link", name="cited as").first.click()
    assert page.url.startswith(f"{file.as_uri()}#cited-")
    page.evaluate("scrollTo(0, 0)")
    if (scheme, width) == ("light", 1280):
        picture(page, "recall")
    page.close()
    assert errors == []
    assert {request.url.partition("#")[0] for request in asked} == {file.as_uri()}


def test_it_tells_what_the_context_does(browser: Browser, store: Path, tmp_path: Path) -> None:
    file = tmp_path / "recall.html"
    words = ["--budget", "120", "--as-of", "2025-05-01"]
    assert run(["show", TWO_HOPS.question, "-o", str(file), *words, "--store", str(store)]) == 0
    with Memory(store) as memory:
        context = memory.context(TWO_HOPS.question, budget=120, as_of="2025-05-01")
    page = browser.new_page()
    page.goto(file.as_uri())
    uids = [row.get_attribute("data-uid") for row in page.locator("ol > li").all()]
    assert uids == [citation.passage for citation in context.citations]
    left_out = [hit.text for hit in context.recall.hits if hit.uid not in uids]
    page.get_by_text("left out:").click()
    told = page.locator("details", has_text="left out:").locator("li")
    assert told.all_inner_texts() == left_out
    page.close()
