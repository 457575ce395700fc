"""A recall as a picture: what is cited, walked and left out; texts stay texts."""

from __future__ import annotations

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphmem.interop.picture.draw import read_part
from graphmem.interop.picture.lettering import broken, cut, width_of
from graphmem.interop.picture.palette import settled
from graphmem.interop.picture.recall.figure import recall_svg
from graphmem.interop.picture.recall.page import recall_html
from graphmem.interop.picture.recall.told import cited, dropped, walk_of
from graphmem_schemas import Citation, Context, Hit, PathStep, Recall, ScorePart, Seed, Trace

NOW = datetime(2025, 6, 8, tzinfo=UTC)
_SVG = "{http://www.w3.org/2000/svg}"


def _context(text: str = "I work for the Foundation.", title: str = "chat") -> Context:
    hits = (
        Hit(uid="p1", kind="passage", text=text, score=2.0, title=title, speaker="Mara", at=NOW,
            parts=(ScorePart(name="walk", value=2.5), ScorePart(name="age", value=-0.5))),
        Hit(uid="p2", kind="passage", text="Its director is Samuel.", score=1.0, title="paper",
            why=(PathStep(start="p1", kind="MENTIONS", end="e1", text="the Foundation"),
                 PathStep(start="e1", kind="MENTIONS", end="p2", text="the Foundation"))),
        Hit(uid="p3", kind="passage", text="It rains.", score=0.1),
    )  # fmt: skip
    trace = Trace(seeds=(Seed(uid="p1", label="Passage", text=text, mass=0.9),), n_pushed=7)
    recall = Recall(id="r", question="Who directs it?", hits=hits, trace=trace, confidence=0.8)
    packed = (
        f"[1] ({title}, 2025-06-08) Mara: {text}\n\n"
        "[2] (paper (2nd ed.)) It was founded in 1961. [3] is no citation.\n\n"
        "[3] (paper) Its director is Samuel."
    )
    cites = [
        Citation(number=n, passage=uid, source=uid) for n, uid in enumerate(["p1", "n1", "p2"], 1)
    ]
    return Context(text=packed, citations=tuple(cites), n_tokens=30, recall=recall)


def test_the_packed_text_is_taken_apart_into_what_it_cites() -> None:
    rows = [(row.number, row.uid, row.head, row.text) for row in cited(_context())]
    assert rows == [
        (1, "p1", "chat, 2025-06-08", "Mara: I work for the Foundation."),
        (2, "n1", "paper (2nd ed.)", "It was founded in 1961. [3] is no citation."),
        (3, "p2", "paper", "Its director is Samuel."),
    ]


def test_words_that_look_like_a_citation_are_none() -> None:
    rows = cited(_context("He wrote:\n\n[2] (paper) Owls."))
    assert rows[0].text == "Mara: He wrote:\n\n[2] (paper) Owls."
    assert rows[1].text == "It was founded in 1961. [3] is no citation."


def test_the_walk_goes_from_seeds_over_what_lies_between_to_hits() -> None:
    walk = walk_of(_context().recall)
    roles = [(place.uid, place.role, place.rank) for place in walk.places.values()]
    assert roles == [("p1", "seed", 1), ("p2", "hit", 2), ("p3", "hit", 3), ("e1", "between", 0)]
    assert walk.steps == {("p1", "e1"): "MENTIONS", ("e1", "p2"): "MENTIONS"}


def test_what_is_left_out_is_told_with_the_reason() -> None:
    context = _context()
    hits, why = dropped(context)
    assert [hit.uid for hit in hits] == ["p3"]
    assert "budget" in why
    silent = context.model_copy(update={"abstained": "nothing", "citations": (), "text": ""})
    hits, why = dropped(silent)
    assert len(hits) == 3
    assert "abstains" in why


def test_the_figure_shows_places_ways_and_bars() -> None:
    root = ElementTree.fromstring(recall_svg(_context()))
    places = [group.get("class") for group in root.iter(f"{_SVG}g") if group.get("class")]
    assert places == ["place seed on", "place hit on", "place hit", "place between on"]
    assert len([path for path in root.iter(f"{_SVG}path") if path.get("class") == "lit"]) == 2
    bars = {rect.get("class"): float(rect.get("width", "0")) for rect in root.iter(f"{_SVG}rect")}
    assert bars["more"] == pytest.approx(5 * bars["less"], rel=0.01)


@pytest.mark.parametrize(
    "text",
    ["</style><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "@@style@@",
     "bell \x07 here", "]]>&amp;"],
)  # fmt: skip
def test_text_from_the_memory_stays_text(text: str) -> None:
    shown = "".join(letter for letter in text if letter.isprintable())
    for context in (_context(text), _context(title=text)):
        svg = ElementTree.fromstring(recall_svg(context))
        assert any(shown in (item.text or "") for item in svg.iter(f"{_SVG}text"))
        page = recall_html(context)
        assert "<script" not in page
        assert "<img" not in page
        assert page.count("<style>") == 1
        assert "default-src 'none'" in page


def test_nothing_to_show_is_shown_as_nothing() -> None:
    recall = Recall(id="r", question="Who?", abstained="the memory is empty")
    context = Context(text="", abstained="the memory is empty", recall=recall)
    for drawn in (recall_svg(context), recall_html(context)):
        assert "the memory is empty" in drawn
        assert "There was nothing to walk from." in drawn


def test_where_nothing_joins_what_is_found_no_walk_is_drawn() -> None:
    context = _context()
    hits = tuple(hit.model_copy(update={"why": ()}) for hit in context.recall.hits)
    alone = context.model_copy(update={"recall": context.recall.model_copy(update={"hits": hits})})
    for draw in (recall_svg, recall_html):
        assert "Nothing joins what is found" in draw(alone)
        assert 'class="place' not in draw(alone)
        assert "Nothing joins" not in draw(context)


@pytest.mark.parametrize(
    "css",
    [read_part("theme.css"), read_part("theme.css") + read_part("diagram.css"),
     read_part("recall/recall.css")],
)  # fmt: skip
def test_a_stylesheet_that_stands_alone_has_no_variables(css: str) -> None:
    alone = settled(css)
    assert "var(" not in alone
    assert "--" not in alone
    light, dark = alone.split("@media (prefers-color-scheme: dark)")
    assert light.count("{") == light.count("}")
    assert dark.count("{") == dark.count("}")
    assert "fill:" in light
    assert "fill:" in dark


@given(st.text(max_size=200), st.floats(min_value=40, max_value=400), st.integers(1, 5))
def test_lines_fit_their_room(text: str, room: float, most: int) -> None:
    lines = broken(text, 13.0, room, most)
    assert len(lines) <= most
    assert all(width_of(line, 13.0) <= room for line in lines)
    assert width_of(cut(text, 13.0, room), 13.0) <= room
    if len(lines) < most and not any(line.endswith("…") for line in lines):
        assert " ".join(lines).split() == text.split()
