from xml.etree import ElementTree as ET

from graphmem.bench.chart import Bar, Panel, bars_svg, panels_of

SVG = "{http://www.w3.org/2000/svg}"
SETS = {
    "a & b": {
        "rows": {
            "graphmem": {"recall": {"5": 0.75}, "interval": {"5": (0.5, 1.0)}},
            "flat": {"recall": {"5": 0.5}, "interval": {"5": (0.25, 0.6)}},
            "dense": {"recall": {"5": 0.1}, "interval": {"5": (0.0, 0.2)}},
        }
    }
}


def test_panels_take_the_wanted_rows_in_order() -> None:
    (panel,) = panels_of(SETS, ("graphmem", "flat"), 5)
    assert panel == Panel(
        "a & b, R@5", (Bar("graphmem", 0.75, (0.5, 1.0)), Bar("flat", 0.5, (0.25, 0.6)))
    )


def test_bars_are_as_long_as_their_values() -> None:
    panels = panels_of(SETS, ("graphmem", "flat"), 5)
    picture = bars_svg([*panels, *panels, *panels])
    root = ET.fromstring(picture)
    first, second = (float(bar.get("width", "0")) for bar in root.findall(f"{SVG}rect")[:2])
    assert first == 1.5 * second
    assert len(root.findall(f"{SVG}rect")) == 6
    texts = [text.text for text in root.findall(f"{SVG}text")]
    assert {"a & b, R@5", "75.0", "50.0", "flat"} <= set(texts)
    assert len([line for line in root.findall(f"{SVG}line") if line.get("class") == "span"]) == 6
    assert bars_svg([*panels, *panels, *panels]) == picture


def test_bars_stay_inside() -> None:
    root = ET.fromstring(bars_svg([Panel("one", (Bar("x", 1.0),)), Panel("two", ())]))
    _, _, width, height = map(float, root.get("viewBox", "").split())
    for bar in root.findall(f"{SVG}rect"):
        assert float(bar.get("x", "0")) + float(bar.get("width", "0")) < width
        assert float(bar.get("y", "0")) + float(bar.get("height", "0")) < height
