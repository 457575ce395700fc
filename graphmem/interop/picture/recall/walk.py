"""The walk as a drawing in columns: where it began, what it went over, what it came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from graphmem.interop.picture.draw import printable
from graphmem.interop.picture.lettering import cut
from graphmem.interop.picture.recall.told import Place, Role, Walk

__all__ = ["Drawn", "draw_walk"]

_COLUMNS: tuple[tuple[Role, str], ...] = (
    ("seed", "began at"),
    ("between", "went over"),
    ("hit", "came to"),
)
_HEAD, _ROW, _TALL = 22.0, 46.0, 37.0
_FONT = 11.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """The content of an `<svg>` element, and its size."""

    svg: str
    width: float
    height: float


def draw_walk(walk: Walk, width: float, links: Mapping[str, str] | None = None) -> Drawn:
    """Draw a walk; the ways that it took are lit.

    Args:
        walk: at most about 20 places a column can be read.
        width: of the drawing, in pixels.
        links: where a place leads to, by its uid.
    """
    columns = [
        (title, [place for place in walk.places.values() if place.role == role])
        for role, title in _COLUMNS
    ]
    box = width * 0.29
    step = (width - box) / (len(columns) - 1)
    at = {
        place.uid: (n * step, _HEAD + row * _ROW)
        for n, (_, places) in enumerate(columns)
        for row, place in enumerate(places)
    }
    lit = {uid for pair in walk.steps for uid in pair}
    parts = [
        f'<text class="head" x="{n * step:.0f}" y="12">{title}</text>'
        for n, (title, _) in enumerate(columns)
    ]
    parts += [_line(at[a], at[b], box, kinds) for (a, b), kinds in walk.steps.items()]
    for place in walk.places.values():
        drawn = _box(place, *at[place.uid], box, place.uid in lit)
        link = (links or {}).get(place.uid)
        parts.append(f'<a href="{link}">{drawn}</a>' if link else drawn)
    rows = max((len(places) for _, places in columns), default=0)
    return Drawn("\n".join(parts), width, _HEAD + rows * _ROW)


def _box(place: Place, x: float, y: float, wide: float, lit: bool) -> str:
    notes = [
        f"{place.mass:.0%} of the walk" if place.mass else "",
        f"hit {place.rank}" if place.rank else "",
    ]
    text, note = printable(place.text), ", ".join(filter(None, notes))
    return (
        f'<g class="place {place.role}{" on" if lit else ""}"><title>{escape(text)}</title>'
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{_TALL}" rx="5"/>'
        f'<text x="{x + 8:.1f}" y="{y + 15:.1f}">{escape(cut(text, _FONT, wide - 16))}</text>'
        f'<text class="note" x="{x + 8:.1f}" y="{y + 30:.1f}">{note}</text></g>'
    )


def _line(a: tuple[float, float], b: tuple[float, float], box: float, kinds: str) -> str:
    """Draw a way from the right side of one box to the left side of the other."""
    (x1, y1), (x2, y2) = sorted((a, b))
    y1, y2 = y1 + _TALL / 2, y2 + _TALL / 2
    if x1 == x2:  # in one column: around its right side
        x1 = x2 = x1 + box
        ends = f"{x1 + 30:.1f} {y1:.1f} {x2 + 30:.1f} {y2:.1f}"
    else:
        x1 += box
        bend = max(20.0, (x2 - x1) / 2)
        ends = f"{x1 + bend:.1f} {y1:.1f} {x2 - bend:.1f} {y2:.1f}"
    return (
        f'<path class="lit" d="M{x1:.1f} {y1:.1f}C{ends} {x2:.1f} {y2:.1f}">'
        f"<title>{escape(kinds)}</title></path>"
    )
