"""For everybody: axe-core's rules, the keyboard, narrow screens, dark and light."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

VIEWS = {
    "ask?q=Where+does+Mara+live+now%3F": ".packed li",
    "graph": ".canvas canvas.points",
    "cypher": "select[name=query]",
    "jobs": "details",
    "health": ".facts",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_serious_to_say(
    open_page: Callable[..., Any], audit: Callable[[Page], list[str]], scheme: str
) -> None:
    look = open_page(color_scheme=scheme)
    page = look.page
    found = []
    for view, there in VIEWS.items():
        look.open(view)
        page.locator(there).first.wait_for()
        found += [f"{view}: {line}" for line in audit(page)]
        if view.startswith("ask"):
            page.get_by_role("link", name="Citation 1: open its passage").click()
            page.locator(".facts").first.wait_for()
            found += [f"node: {line}" for line in audit(page)]
            page.get_by_role("button", name="Delete …").click()
            found += [f"dialog: {line}" for line in audit(page)]
            page.keyboard.press("Escape")
    assert found == []


def test_every_view_fits_a_narrow_screen(
    open_page: Callable[..., Any], picture: Callable[[Page, str], None]
) -> None:
    look = open_page(viewport={"width": 360, "height": 740})
    page = look.page
    for view, there in VIEWS.items():
        look.open(view)
        page.locator(there).first.wait_for()
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 360, view
        if view.startswith("ask"):
            picture(page, "narrow")


def test_one_gets_everywhere_with_the_keyboard(look: Any) -> None:
    page = look.page
    look.open("ask")
    page.get_by_label("Question", exact=True).wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.type("Where does Mara live now?")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Context")).to_be_visible()
    cite = page.get_by_role("link", name="Citation 1: open its passage")
    for _ in range(12):
        page.keyboard.press("Tab")
        if cite.evaluate("(link) => link === document.activeElement"):
            break
    expect(cite).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Node")
    # Where one has come is where one goes on from, and what a screen reader reads.
    expect(page.locator("main")).to_be_focused()


def test_colours_follow_the_system_and_the_switch(open_page: Callable[..., Any]) -> None:
    look = open_page(color_scheme="dark")
    page = look.page
    look.open("ask")
    paper = "getComputedStyle(document.body).backgroundColor"
    page.get_by_label("Question", exact=True).wait_for()
    dark = page.evaluate(paper)
    page.get_by_text("Space and key").click()
    page.get_by_label("Colours").select_option("light")
    light = page.evaluate(paper)
    assert light != dark
    page.reload()
    page.get_by_label("Question", exact=True).wait_for()
    assert page.evaluate(paper) == light
    page.emulate_media(color_scheme="light")
    page.get_by_text("Space and key").click()
    page.get_by_label("Colours").select_option("dark")
    assert page.evaluate(paper) == dark
