"""Node: evidence, history, and what can be done to it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect

from graphmem import Memory
from graphmem.cli.demo_texts import read_questions


def test_a_fact_shows_the_very_words_it_rests_on_and_what_became_of_it(
    look: Any, store: Any, picture: Callable[[Page, str], None]
) -> None:
    changed = read_questions().changed
    with Memory(store) as memory:
        states = memory.history(entity=changed.subject, predicate=changed.predicate)
    old = next(state.node for state in states if changed.was in getattr(state.node, "text", ""))
    page = look.page
    look.open(f"node/{old.uid}")
    mark = page.locator(".evidence mark").first
    expect(mark).to_contain_text(changed.was)
    quoted = page.locator(".evidence blockquote").first.inner_text()
    assert mark.inner_text() in quoted
    timeline = page.locator(".timeline li")
    expect(timeline.filter(has_text=changed.now).first).to_be_visible()
    expect(timeline.filter(has_text="superseded").first).to_be_visible()
    expect(page.locator(".near")).to_contain_text("SUPERSEDES")
    picture(page, "node")


def test_a_fact_is_retired(look: Any, scratch: dict[str, str]) -> None:
    page = look.page
    look.open("ask")
    look.use(scratch["space"])
    look.open(f"node/{scratch['fact']}")
    page.get_by_role("button", name="Retire").click()
    expect(page.locator(".facts")).to_contain_text("retired at")
    expect(page.get_by_role("button", name="Retire")).to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text("retired")


def test_deleting_asks_first_and_gives_a_receipt(
    look: Any, scratch: dict[str, str], picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("ask")
    look.use(scratch["space"])
    look.open(f"node/{scratch['source']}")
    page.get_by_role("button", name="Delete …").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("no way back")
    # Who only presses Enter keeps it.
    expect(dialog.get_by_role("button", name="Keep")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("region", name="Receipt")).to_have_count(0)

    page.get_by_role("button", name="Delete …").click()
    dialog.get_by_role("button", name="Delete").click()
    receipt = page.get_by_label("Receipt")
    expect(receipt).to_contain_text(re.compile(r"Commit \d+; cleared in .*graph"))
    expect(receipt.get_by_role("row", name="Passage")).to_contain_text("1")
    picture(page, "receipt")

    look.expected.add(404)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text(scratch["source"])
    look.open("ask")
    look.ask("Where does Ottoline keep bees?")
    assert "Sedgewick" not in page.locator(".packed").inner_text()


def test_two_entities_are_said_to_be_one_and_two_again(look: Any, scratch: dict[str, str]) -> None:
    page = look.page
    look.open("ask")
    look.use(scratch["space"])
    look.draw("graph")
    page.get_by_label("Find a node").fill("Ottoline Marsh")
    found = page.get_by_role("list", name="Found nodes").get_by_role("button")
    found.filter(has_text="Entity").first.click()
    page.get_by_role("region", name="Chosen node").get_by_role("link", name="Open").click()
    page.get_by_label("Another name or uid").fill("Barnaby Finch")
    page.get_by_role("button", name="Is the same").click()
    near = page.locator(".near")
    expect(near).to_contain_text("SAME_AS")
    page.get_by_role("button", name="Is not the same").click()
    expect(near).not_to_contain_text("SAME_AS")


def test_what_a_text_says_is_never_markup(look: Any, store: Any) -> None:
    text = "Zora Pell wrote <img src=x onerror=alert(1)> and <script>alert(2)</script> to Ivo."
    with Memory(store, space="markup") as memory:
        source = memory.add(text, source="<b>bold</b>").sources[0]
    page = look.page
    look.open("ask")
    look.use("markup")
    look.open(f"node/{source}")
    expect(page.locator(".evidence blockquote")).to_have_text(text)
    expect(page.locator(".said")).to_contain_text("<b>bold</b>")
    assert page.locator("main img, main script, main b").count() == 0


def test_what_is_no_node_is_said_so(look: Any) -> None:
    look.expected.add(404)
    look.open("node/nothing-of-that-name")
    expect(look.page.get_by_role("alert").first).to_contain_text("nothing-of-that-name")
