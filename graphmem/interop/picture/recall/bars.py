"""Parts of a score as bars from a middle line, the largest first."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from graphmem.interop.picture.recall.walk import Drawn
from graphmem_schemas import ScorePart

__all__ = ["draw_bars"]

_ROW, _NAME, _NUMBER = 19.0, 190.0, 60.0


def draw_bars(parts: Sequence[ScorePart], width: float, most: int | None = None) -> Drawn:
    """Draw so many of the largest parts, and how many there are beyond them.

    Args:
        parts: of one hit's score.
        width: of the drawing, in pixels.
        most: None draws all of them.
    """
    ranked = sorted(parts, key=lambda part: (-abs(part.value), part.name))
    shown = ranked[:most]
    half = (width - _NAME - _NUMBER) / 2
    scale = half / max([1e-9, *(abs(part.value) for part in shown)])
    middle = _NAME + half
    rows = []
    for n, part in enumerate(shown):
        long, y = abs(part.value) * scale, n * _ROW
        left, style = (middle - long, "less") if part.value < 0 else (middle, "more")
        rows.append(
            f'<text x="0" y="{y + 13:.1f}">{escape(part.name)}</text>'
            f'<rect class="{style}" x="{left:.1f}" y="{y + 3:.1f}" width="{long:.1f}" '
            f'height="11"/><text class="number" x="{width:.1f}" y="{y + 13:.1f}">'
            f"{part.value:.3f}</text>"
        )
    tall = len(shown) * _ROW
    if shown:
        rows.append(
            f'<line class="middle" x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{tall:.1f}"/>'
        )
    if len(ranked) > len(shown):
        rest = f"and {len(ranked) - len(shown)} smaller parts"
        rows.append(f'<text class="note" x="0" y="{tall + 12:.1f}">{rest}</text>')
        tall += _ROW
    return Drawn("\n".join(rows), width, tall)
