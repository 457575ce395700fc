"""Cypher: statements, named questions, errors."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect


def test_a_statement_gives_a_table_and_a_graph(
    look: Any, picture: Callable[[Page, str], None]
) -> None:
    page = look.page
    look.open("cypher")
    page.get_by_role("button", name="Run").click()
    rows = page.get_by_role("region", name="Rows")
    expect(rows.get_by_role("row")).to_have_count(26)
    expect(page.locator("main")).to_contain_text("25 rows")
    picture(page, "cypher")
    href = rows.get_by_role("link").first.get_attribute("href")
    page.get_by_role("link", name=re.compile(r"Show \d+ nodes in the graph")).click()
    expect(page.locator(".canvas canvas.points")).to_be_visible()
    assert href.removeprefix("#/node/") in page.url


def test_a_named_question_is_asked(look: Any) -> None:
    page = look.page
    look.open("cypher")
    form = page.get_by_role("form", name="Named questions")
    form.get_by_label("Named question").select_option("believed_now")
    form.get_by_role("textbox").first.fill("Mara")
    form.get_by_role("button", name="Ask by name").click()
    expect(page.get_by_role("region", name="Rows")).to_contain_text("Mara")


def test_what_cannot_be_run_is_explained(look: Any) -> None:
    page = look.page
    look.open("cypher")
    look.expected.add(422)
    for statement, said in (("MATCH (n RETURN n", "RETURN"), ("MATCH (n) DELETE n", "read")):
        page.get_by_label("Statement").fill(statement)
        page.get_by_label("Statement").press("Control+Enter")
        expect(page.locator(".failure")).to_contain_text(said)
        expect(page.get_by_role("region", name="Rows")).to_have_count(0)
