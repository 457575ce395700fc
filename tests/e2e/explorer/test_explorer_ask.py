"""Ask: a question, its context, and why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from graphmem import Memory
from graphmem.cli.demo_texts import read_questions

QUESTIONS = read_questions()
TWO_HOPS = QUESTIONS.asked[1]


def test_a_question_gets_its_context_and_the_reasons(
    look: Any, picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("ask")
    look.ask(TWO_HOPS.question)
    cited = page.locator(".packed li")
    assert cited.count() > 3
    assert any(word in page.locator(".packed").inner_text() for word in TWO_HOPS.words)
    # The second hop is what no word of the question names: the walk went over the foundation.
    expect(page.locator("svg.walk path.lit").first).to_be_attached()
    expect(page.locator("svg.walk .between").first).to_contain_text("Brandt Foundation")
    assert "Mara" in page.locator(".facts").first.inner_text()
    bars = page.get_by_role("table", name="Score parts of hit 1")
    assert bars.locator("tr").count() > 5
    assert bars.locator("rect").first.bounding_box()["width"] > 10
    expect(page.get_by_role("heading", name="Time:")).to_contain_text("ms")
    picture(page, "ask")


def test_a_citation_leads_to_its_passage(look: Any) -> None:
    page = look.page
    look.open("ask")
    look.ask(QUESTIONS.asked[0].question)
    first = page.locator(".packed li").first
    text = first.locator("p").inner_text()
    page.get_by_role("link", name="Citation 1: open its passage").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Node")
    said = page.locator(".said").inner_text().removeprefix("Passage").strip()
    assert said in text
    # What is told goes back the way it came.
    page.go_back()
    expect(page.get_by_label("Question", exact=True)).to_have_value(QUESTIONS.asked[0].question)
    expect(page.locator(".packed li").first).to_be_visible()


def test_a_passage_is_told_from_where_it_is_from(look: Any, store: Path) -> None:
    text = "Otis Bell keeps a list:\n\n[2] (twice) is what it says of owls."
    with Memory(store, space="titled") as memory:
        memory.add(text, source="notes (2nd ed., 1999)")
        memory.add("Otis Bell counts owls in Dunmore.", source="owls")
    look.open("ask")
    look.use("titled")
    look.ask("What does Otis Bell say of owls?")
    rows = look.page.locator(".packed li")
    rows.first.wait_for()
    told = {row.locator("small").inner_text(): row.locator("p").inner_text() for row in rows.all()}
    assert told["owls"] == "Otis Bell counts owls in Dunmore."
    assert "notes (2nd ed., 1999)" in told
    assert all(words and not words.startswith("(notes") for words in told.values())


def test_what_the_memory_does_not_know_it_says(look: Any) -> None:
    look.open("ask")
    look.ask(QUESTIONS.declined)
    expect(look.page.locator(".abstained")).to_contain_text("The memory abstains:")
    expect(look.page.locator(".dropped summary")).to_contain_text("the memory abstains")


def test_what_has_no_room_is_named(look: Any) -> None:
    page = look.page
    look.open("ask")
    page.get_by_label("Tokens").fill("100")
    look.ask(TWO_HOPS.question)
    dropped = page.locator(".dropped")
    expect(dropped.locator("summary")).to_contain_text("left out")
    dropped.locator("summary").click()
    assert dropped.get_by_role("link").count() > 1
    dropped.get_by_role("link", name="Ask with 4,000 tokens").click()
    expect(page.get_by_label("Tokens")).to_have_value("4000")
    expect(dropped).to_have_count(0)


def test_a_question_as_of_a_day_is_answered_for_that_day(look: Any) -> None:
    page = look.page
    look.open("ask")
    page.get_by_label("As of").fill("2025-04-01")
    look.ask("Where does Mara live now?")
    dates = page.locator(".packed small").all_inner_texts()
    assert dates
    assert not [text for text in dates if text.split()[-1] > "2025-04-01" and "202" in text]


def test_the_walk_can_be_shown_in_the_graph(
    look: Any, picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("ask")
    look.ask(TWO_HOPS.question)
    page.get_by_role("link", name="Show these in the graph").click()
    page.locator('.stage[data-settled="true"]').wait_for()
    expect(page.get_by_text("Around a few nodes.")).to_be_visible()
    picture(page, "walk")


@pytest.mark.parametrize("key", ["gm_secret-key"])
def test_a_key_is_sent_as_a_header_and_kept_nowhere_else(look: Any, key: str) -> None:
    page = look.page
    look.open("ask")
    page.get_by_text("Space and key").click()
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Use").click()
    look.requests.clear()
    look.expected.add(401)  # a server that asks for keys does not know this one
    page.get_by_label("Question", exact=True).fill("Where does Mara live?")
    with page.expect_request("**/context") as sent:
        page.get_by_role("button", name="Ask", exact=True).click()
    assert sent.value.headers["authorization"] == f"Bearer {key}"
    assert all(key not in request.url for request in look.requests)
    kept = page.evaluate("JSON.stringify([localStorage, document.cookie, location.href])")
    assert key not in kept
