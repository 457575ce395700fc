"""Third step of the picture: shapes, lines and names as SVG.

Each layer has its own shape as well as its own colour, so that nobody needs to tell colours
apart. Colours come from `theme.css`, in a light and a dark set.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from html import escape
from importlib.resources import files

from graphmem.interop.picture.layout import place
from graphmem.interop.picture.select import Graph
from graphmem_schemas import Edge, Entity, Event, Node, Passage, Proposition, Source

__all__ = ["Drawing", "draw", "looks_of", "printable", "read_part"]

_PULL = {"SUPERSEDES": 3.0, "SHORT_FOR": 2.0, "SUBJECT": 1.5, "OBJECT": 1.5, "MENTIONS": 0.7}
_FONT = {"Source": 12.0, "Entity": 11.0}
_MARGIN = 16.0
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawn graph.

    Attributes:
        svg: the content of an `<svg>` element: lines, then shapes, then names.
        box: left, top, width and height of what is drawn.
        uids: of the nodes in the order of their `data-i`.
    """

    svg: str
    box: tuple[float, float, float, float]
    uids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Looks:
    shape: str
    style: str
    radius: float
    name: str


def draw(graph: Graph) -> Drawing:
    """Lay a selected graph out and draw it; the same graph gives the same drawing."""
    uids = tuple(graph.nodes)
    row_of = {uid: row for row, uid in enumerate(uids)}
    degrees = Counter(uid for edge in graph.edges for uid in (edge.start, edge.end))
    looks = [looks_of(node, degrees[uid]) for uid, node in graph.nodes.items()]
    pairs = [(row_of[edge.start], row_of[edge.end]) for edge in graph.edges]
    weights = [_PULL.get(edge.kind, 0.4) for edge in graph.edges]
    at = place(len(uids), pairs, weights, [look.radius for look in looks])
    spots = [(round(float(x), 1), round(float(y), 1)) for x, y in at]
    parts = [
        _line(edge, start, end, spots)
        for edge, (start, end) in zip(graph.edges, pairs, strict=True)
    ]
    parts += [
        _shape(row, look, spots[row], uid)
        for row, (uid, look) in enumerate(zip(uids, looks, strict=True))
    ]
    parts += _names(looks, spots)
    return Drawing("\n".join(parts), _box(looks, spots), uids)


def looks_of(node: Node, degree: int) -> _Looks:
    """Say how a node of this kind, with so many edges, is drawn."""
    if isinstance(node, Source):
        return _Looks("square", "source", 9.0, printable(_short(node.title or node.name)))
    if isinstance(node, Entity):
        return _Looks("circle", "entity", min(4.0 + degree**0.5 * 1.4, 16.0), _short(node.name))
    if isinstance(node, Proposition):
        style = "fact" if node.status == "current" else f"fact {node.status}"
        return _Looks("diamond", style, 5.5, "")
    if isinstance(node, Event):
        return _Looks("triangle", "event", 5.0, "")
    if isinstance(node, Passage):
        return _Looks("circle", "passage", 3.2, "")
    return _Looks("circle", "other", 4.0, "")


def read_part(name: str) -> str:
    """Return one of the files that a picture is put together from."""
    return files("graphmem.interop.picture").joinpath(name).read_text(encoding="utf-8")


def _line(edge: Edge, start: int, end: int, spots: list[tuple[float, float]]) -> str:
    (x1, y1), (x2, y2) = spots[start], spots[end]
    # A slight bend keeps lines apart that would run through the same nodes.
    bend = 0.08
    mx, my = (x1 + x2) / 2 + (y2 - y1) * bend, (y1 + y2) / 2 - (x2 - x1) * bend
    return (
        f'<path class="e {edge.kind}" data-s="{start}" data-t="{end}" '
        f'd="M{x1} {y1}Q{mx:.1f} {my:.1f} {x2} {y2}"/>'
    )


def _shape(row: int, look: _Looks, spot: tuple[float, float], uid: str) -> str:
    x, y = spot
    r = round(look.radius, 1)
    head = f'class="n {look.style}" data-i="{row}"'
    title = f"<title>{escape(printable(look.name or uid))}</title>"
    if look.shape == "square":
        side = 2 * r
        return (
            f'<rect {head} x="{x - r:.1f}" y="{y - r:.1f}" width="{side}" height="{side}" '
            f'rx="3">{title}</rect>'
        )
    if look.shape == "diamond":
        points = f"{x},{y - r:.1f} {x + r:.1f},{y} {x},{y + r:.1f} {x - r:.1f},{y}"
        return f'<polygon {head} points="{points}">{title}</polygon>'
    if look.shape == "triangle":
        points = f"{x},{y - r:.1f} {x + r:.1f},{y + r:.1f} {x - r:.1f},{y + r:.1f}"
        return f'<polygon {head} points="{points}">{title}</polygon>'
    return f'<circle {head} cx="{x}" cy="{y}" r="{r}">{title}</circle>'


def _names(looks: list[_Looks], spots: list[tuple[float, float]]) -> list[str]:
    """Write names, the biggest nodes first; those without room are marked as minor."""
    taken: list[tuple[float, float, float, float]] = [
        (x - k.radius, y - k.radius, x + k.radius, y + k.radius)
        for k, (x, y) in zip(looks, spots, strict=True)
        if k.radius >= 7
    ]
    parts = []
    order = sorted(range(len(looks)), key=lambda row: (-looks[row].radius, row))
    for row in order:
        look, (x, y) = looks[row], spots[row]
        if not look.name:
            continue
        size = _FONT["Source" if look.shape == "square" else "Entity"] + look.radius / 5
        wide = len(look.name) * size * 0.56
        below = (x, y + look.radius + size)
        beside = x + look.radius + 4 + wide / 2, x - look.radius - 4 - wide / 2
        spot = next(
            (
                (mx, base)
                for mx, base in (
                    below,
                    (x, y - look.radius - 4),
                    (beside[0], y + size / 3),
                    (beside[1], y + size / 3),
                )
                if not any(_overlap(_room(mx, base, wide, size), other) for other in taken)
            ),
            None,
        )
        if spot is not None:
            taken.append(_room(*spot, wide, size))
        style = "name" if spot is not None else "name minor"
        parts.append(_name(row, look, *(spot or below), size, style))
    return parts


def _room(x: float, base: float, wide: float, size: float) -> tuple[float, float, float, float]:
    return (x - wide / 2, base - size, x + wide / 2, base + 3)


def _name(row: int, look: _Looks, x: float, base: float, size: float, style: str) -> str:
    kind = look.style.split()[0]
    return (
        f'<text class="{style} {kind}" data-i="{row}" x="{x:.1f}" y="{base:.1f}" '
        f'font-size="{size:.1f}">{escape(printable(look.name))}</text>'
    )


def _overlap(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _box(
    looks: list[_Looks], spots: list[tuple[float, float]]
) -> tuple[float, float, float, float]:
    """Return what holds all shapes and names."""
    if not spots:
        return (0.0, 0.0, 400.0, 300.0)
    halves = [max(look.radius, len(look.name) * 4.2) for look in looks]
    left = min(x - half for half, (x, _) in zip(halves, spots, strict=True)) - _MARGIN
    right = max(x + half for half, (x, _) in zip(halves, spots, strict=True)) + _MARGIN
    top = min(y for _, y in spots) - 2 * _MARGIN
    bottom = max(y for _, y in spots) + 2 * _MARGIN
    return (round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))


def _short(name: str, limit: int = 28) -> str:
    tail = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] if " " not in name else name
    tail = tail.removesuffix(".json").removesuffix(".md")
    return tail if len(tail) <= limit else tail[: limit - 1].rstrip() + "…"


def printable(text: str) -> str:
    """Drop what XML forbids."""
    return _UNPRINTABLE.sub("", text)
