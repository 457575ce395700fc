"""Graph: layers, time, what is around a node, and the keys that move it."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from graphmem import Memory
from graphmem.interop.whole import graph_of
from graphmem.stores.registry import open_store
from graphmem_schemas import Edge, Node, Passage, Proposition


@pytest.fixture(scope="module")
def held(store: Path) -> tuple[list[Node], list[Edge]]:
    """What the store really holds."""
    opened = open_store(str(store))
    try:
        nodes, edges = graph_of(opened, "default")
        return list(nodes), list(edges)
    finally:
        opened.close()


@pytest.fixture(scope="module")
def woven(store: Path) -> str:
    """A space with a relation of three members."""
    with Memory(store, space="woven") as memory:
        memory.add("Ada Quill met Bruno Hart and Cora Vale in Dunmore.", source="note")
        passage = memory.search("Who met Ada Quill?").hits[0].uid
        with memory.workspace("Who met whom?") as room:
            names = ("Ada Quill", "Bruno Hart", "Cora Vale")
            point = room.insert("Three met in Dunmore.", names, evidence=(passage,))
            room.keep(point.id)
    return "woven"


@pytest.fixture
def graph(drawn: Any) -> Page:
    """That page as it is at first."""
    page = drawn.page
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Clock").select_option("held")
    page.get_by_label("Moment").press("End")
    page.get_by_label("Find a node").fill("")
    page.locator(".canvas").press("0")
    return page


def tally(page: Page) -> tuple[int, int, int]:
    """What the slider says: believed, no longer, not yet."""
    text = page.locator(".time [role=status]").inner_text()
    now, past, later = (int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", text))
    return now, past, later


def test_all_of_the_space_is_drawn(
    graph: Page, held: tuple[list[Node], list[Edge]], picture: Callable[[Page, str], None]
) -> None:
    nodes, edges = held
    said = graph.locator(".stage [role=status]").inner_text()
    assert said.split("; ")[0] == f"{len(nodes):,} nodes, {len(edges):,} edges"
    picture(graph, "graph")


def test_a_layer_can_be_switched_off_and_on(
    graph: Page, held: tuple[list[Node], list[Edge]]
) -> None:
    page = graph
    count = Counter(node.label for node in held[0])
    assert sum(tally(page)) == len(held[0])
    before = page.locator(".canvas").screenshot()
    page.get_by_label("Events").uncheck()
    assert sum(tally(page)) == len(held[0]) - count["Event"]
    without = page.locator(".canvas").screenshot()
    assert without != before
    page.get_by_label("Events").check()
    assert sum(tally(page)) == len(held[0])


def test_the_slider_shows_what_was_believed(
    graph: Page, held: tuple[list[Node], list[Edge]], picture: Callable[[Page, str], None]
) -> None:
    page = graph
    for layer in ("Sources and passages", "Events", "Entities"):
        page.get_by_label(layer).uncheck()
    facts = [node for node in held[0] if isinstance(node, Proposition)]
    moments = sorted({at for node in held[0] for at in _ends(node)})
    slider = page.get_by_label("Moment")
    assert slider.get_attribute("aria-valuetext") == "today"
    assert slider.get_attribute("max") == str(len(moments))
    for key, place in (("Home", 0), ("PageUp", None), ("ArrowLeft", None), ("End", len(moments))):
        slider.press(key)
        at = int(slider.input_value()) if place is None else place
        expect(slider).to_have_value(str(at))
        if at == len(moments):
            break
        day = moments[at].date().isoformat()
        expect(slider).to_have_attribute("aria-valuetext", day)
        now, past, later = tally(page)
        assert (now, past, later) == _believed(facts, *held, moments[at])
    expect(slider).to_have_attribute("aria-valuetext", "today")
    n_past = sum(fact.status in ("superseded", "retired") for fact in facts)
    assert tally(page) == (len(facts) - n_past, n_past, 0)
    for box in page.get_by_role("checkbox").all():
        box.check()
    slider.fill(str(sum(at.date().isoformat() <= "2025-05-15" for at in moments)))
    expect(page.locator(".time [role=status]")).to_contain_text("not yet")
    picture(page, "time")


def _ends(node: Node) -> list[datetime]:
    fields = (
        ("valid_from", "valid_to")
        if isinstance(node, Proposition)
        else ("happened_from",) if getattr(node, "happened_from", None) else ("told_at", "at")
    )  # fmt: skip
    return [at for name in fields if (at := getattr(node, name, None)) is not None]


def _believed(
    facts: list[Proposition], nodes: list[Node], edges: list[Edge], at: datetime
) -> tuple[int, int, int]:
    """Count, apart from the explorer's own way, how facts stood at a moment of the world."""
    told = {node.uid: node.at for node in nodes if isinstance(node, Passage)}
    evidence = defaultdict[str, list[datetime | None]](list)
    for edge in edges:
        if edge.kind == "EVIDENCED_BY":
            evidence[edge.start].append(told[edge.end])
    counts = Counter[str]()
    for fact in facts:
        dates = evidence[fact.uid]
        known = [date for date in dates if date is not None]
        first = min(known) if known and len(known) == len(dates) else None
        start = fact.valid_from or first
        ended = fact.valid_to is not None and fact.valid_to <= at
        counts["later" if start and start > at else "past" if ended else "now"] += 1
    return counts["now"], counts["past"], counts["later"]


def test_what_the_memory_knew_goes_by_its_own_clock(graph: Page) -> None:
    page = graph
    today = tally(page)
    page.get_by_label("Clock").select_option("known")
    assert tally(page) == today
    page.get_by_label("Moment").press("Home")
    now, past, later = tally(page)
    assert now >= 1
    assert past == 0
    assert now + later == sum(today)
    assert page.get_by_label("Moment").get_attribute("aria-valuetext") >= f"{datetime.now(UTC):%Y}"


def test_a_node_is_found_chosen_and_expanded(look: Any) -> None:
    page = look.page
    look.draw("graph")
    page.get_by_label("Find a node").fill("Brandt Foundation")
    page.get_by_role("list", name="Found nodes").get_by_role("button").first.click()
    chosen = page.get_by_role("region", name="Chosen node")
    expect(chosen.get_by_role("heading")).to_contain_text("Brandt Foundation")
    uid = chosen.get_by_role("link", name="Open").get_attribute("href").split("/")[-1]

    look.draw(f"graph?around={uid}&lit={uid}")
    expect(page.get_by_text("Around a few nodes.")).to_be_visible()
    few = _n_nodes(page)
    page.get_by_label("Find a node").fill("Mara")
    page.get_by_role("list", name="Found nodes").get_by_role("button").first.click()
    page.get_by_role("button", name="Expand").click()
    expect(page.locator(".stage [role=status]")).not_to_contain_text(f"{few} nodes")
    assert _n_nodes(page) > few
    page.get_by_role("link", name="Show all").click()
    expect(page.get_by_text("Around a few nodes.")).to_have_count(0)


def test_what_one_looks_at_stays_where_it_is_when_it_is_expanded(look: Any) -> None:
    page = look.page
    look.draw("graph")
    page.get_by_label("Find a node").fill("Brandt Foundation")
    page.get_by_role("list", name="Found nodes").get_by_role("button").first.click()
    chosen = page.get_by_role("region", name="Chosen node")
    uid = chosen.get_by_role("link", name="Open").get_attribute("href").split("/")[-1]
    look.draw(f"graph?around={uid}", settled=True)
    few = _n_nodes(page)
    page.get_by_label("Find a node").fill("Mara")
    page.get_by_role("list", name="Found nodes").get_by_role("button").first.click()
    said = chosen.get_by_role("heading").inner_text()
    canvas = page.locator(".canvas")
    # The view went to what was found, so that it is in the middle; from there it is moved.
    canvas.press("ArrowRight")
    page.get_by_role("button", name="Expand").click()
    expect(page.locator(".stage [role=status]")).not_to_contain_text(f"{few} nodes")
    page.locator('.stage[data-settled="true"]').wait_for()
    box = canvas.bounding_box()
    canvas.click(position={"x": 2, "y": 2})
    expect(chosen).to_have_count(0)
    canvas.click(position={"x": box["width"] / 2 - 80, "y": box["height"] / 2})
    expect(chosen.get_by_role("heading")).to_have_text(said)


def test_the_graph_comes_back_with_the_graphics_that_the_browser_had_taken_away(
    look: Any,
) -> None:
    page = look.page
    look.draw("graph", settled=True)
    canvas = page.locator(".canvas")
    # Edges are drawn when the view is at rest.
    whole = at_rest(canvas)
    page.evaluate("""() => {
        const gl = document.querySelector("canvas.points").getContext("webgl2");
        window.graphics = gl.getExtension("WEBGL_lose_context");
        window.graphics.loseContext();
    }""")
    told = page.get_by_role("alert").filter(has_text="graphics")
    expect(told).to_be_visible()
    assert at_rest(canvas) < 0.8 * whole  # the names are there still
    page.evaluate("() => window.graphics.restoreContext()")
    expect(told).to_have_count(0)
    assert at_rest(canvas) == pytest.approx(whole, rel=0.05)


def at_rest(canvas: Locator) -> int:
    """How much there is to see: the size of a picture, once it is the same twice."""
    sizes = [0, len(canvas.screenshot())]
    while sizes[-1] != sizes[-2]:
        canvas.page.wait_for_timeout(500)
        sizes.append(len(canvas.screenshot()))
    return sizes[-1]


def _n_nodes(page: Page) -> int:
    said = page.locator(".stage [role=status]").inner_text()
    return int(said.split(" nodes")[0].replace(",", ""))


def test_keys_move_the_view(graph: Page) -> None:
    page = graph
    canvas = page.locator(".canvas")
    seen = [canvas.screenshot()]
    for key in ("ArrowRight", "+"):
        canvas.press(key)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => "
                      "requestAnimationFrame(done)))")  # fmt: skip
        seen.append(canvas.screenshot())
        assert seen[-1] != seen[-2]


def test_a_hyperedge_has_a_hull(look: Any, woven: str) -> None:
    page = look.page
    look.open("ask")
    look.use(woven)
    look.draw("graph", settled=True)
    painted = """() => {
        const canvas = document.querySelector("canvas.hulls");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        return data.reduce((sum, value, n) => sum + (n % 4 === 3 && value > 0 ? 1 : 0), 0);
    }"""
    assert page.evaluate(painted) > 500
    page.get_by_label("Hyperedges").uncheck()
    page.wait_for_function(f"() => ({painted})() === 0")


def test_the_mouse_chooses_moves_and_zooms(look: Any) -> None:
    page = look.page
    look.draw("graph", settled=True)
    page.get_by_label("Find a node").fill("Brandt Foundation")
    page.get_by_role("list", name="Found nodes").get_by_role("button").first.click()
    chosen = page.get_by_role("region", name="Chosen node")
    expect(chosen).to_be_visible()
    canvas = page.locator(".canvas")
    box = canvas.bounding_box()
    middle = {"x": box["width"] / 2, "y": box["height"] / 2}
    canvas.click(position={"x": 2, "y": 2})
    expect(chosen).to_have_count(0)
    # The view went to what was found, so that it is in the middle.
    canvas.click(position=middle)
    expect(chosen.get_by_role("heading")).to_contain_text("Brandt Foundation")
    at = box["x"] + middle["x"], box["y"] + middle["y"]
    page.mouse.move(*at)
    page.mouse.down()
    page.mouse.move(at[0] + 100, at[1] + 60, steps=4)
    page.mouse.up()
    page.mouse.move(at[0] + 100, at[1] + 60)
    page.mouse.wheel(0, -300)
    canvas.click(position={"x": middle["x"] + 100, "y": middle["y"] + 60})
    expect(chosen.get_by_role("heading")).to_contain_text("Brandt Foundation")


def test_time_and_layers_ask_the_server_nothing(graph: Page, drawn: Any) -> None:
    drawn.requests.clear()
    slider = graph.get_by_label("Moment")
    for key in ("Home", "PageUp", "ArrowRight", "End"):
        slider.press(key)
    graph.get_by_label("Events").uncheck()
    graph.get_by_label("Clock").select_option("known")
    graph.evaluate("() => new Promise(requestAnimationFrame)")
    assert [request.url for request in drawn.requests] == []
