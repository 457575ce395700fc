"""Bars with intervals as SVG, a panel for each set: figures that can be compared at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Any

__all__ = ["Bar", "Panel", "bars_svg", "panels_of"]

_COLUMNS = 2
_LABEL, _BAR, _VALUE = 130.0, 220.0, 46.0
_ROW, _HEAD, _GAP = 17.0, 26.0, 22.0
_WIDE = _LABEL + _BAR + _VALUE
_STYLE = """
text{font:11px system-ui,sans-serif;fill:#222}.head{font-weight:600;font-size:12px}
.bar{fill:#b9c3cf}.first{fill:#2f6f9f}.axis{stroke:#999;stroke-width:.7}
.span{stroke:#222;stroke-width:1.1}
@media(prefers-color-scheme:dark){text{fill:#ddd}.bar{fill:#56616d}.first{fill:#5da3d6}
.span{stroke:#eee}.axis{stroke:#777}}
"""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        label: what it is of.
        value: 0 to 1.
        span: lowest and highest that it may be; None where that is not known.
    """

    label: str
    value: float
    span: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Bars that are compared with each other; the first is set off."""

    title: str
    bars: tuple[Bar, ...]


def panels_of(
    sets: Mapping[str, Mapping[str, Any]], rows: Sequence[str], k: int
) -> tuple[Panel, ...]:
    """Return a panel for each set of an ablation, with some of its rows.

    Args:
        sets: as `Ablation.sets`.
        rows: names of the rows.
        k: the cut-off.
    """
    panels = []
    for name, told in sets.items():
        bars = []
        for row in rows:
            measured = told["rows"][row]
            low, high = measured["interval"][str(k)]
            bars.append(Bar(row, measured["recall"][str(k)], (low, high)))
        panels.append(Panel(f"{name}, R@{k}", tuple(bars)))
    return tuple(panels)


def bars_svg(panels: Sequence[Panel]) -> str:
    """Draw panels side by side; the same figures give the same picture."""
    tallest = max((len(panel.bars) for panel in panels), default=0)
    high = _HEAD + tallest * _ROW + _GAP
    width = _COLUMNS * _WIDE + (_COLUMNS + 1) * _GAP
    height = ceil(len(panels) / _COLUMNS) * high + _GAP
    drawn = [
        _panel(
            panel,
            _GAP + (at % _COLUMNS) * (_WIDE + _GAP),
            _GAP / 2 + (at // _COLUMNS) * high,
        )
        for at, panel in enumerate(panels)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'role="img"><title>Shares of the gold that are found</title><style>{_STYLE}</style>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _panel(panel: Panel, x: float, y: float) -> str:
    left, top = x + _LABEL, y + _HEAD - 8
    bottom = top + len(panel.bars) * _ROW
    parts = [f'<text class="head" x="{x:.1f}" y="{y + 12:.1f}">{escape(panel.title)}</text>']
    for at, bar in enumerate(panel.bars):
        parts.append(_bar(bar, left, top + at * _ROW, "bar first" if at == 0 else "bar"))
    parts.append(_line("axis", (left, top), (left, bottom)))
    return "\n".join(parts)


def _bar(bar: Bar, left: float, top: float, style: str) -> str:
    middle, base = top + _ROW / 2, top + _ROW / 2 + 4
    parts = [
        f'<text x="{left - 6:.1f}" y="{base:.1f}" text-anchor="end">{escape(bar.label)}</text>',
        f'<rect class="{style}" x="{left:.1f}" y="{top + 2:.1f}" '
        f'width="{bar.value * _BAR:.1f}" height="{_ROW - 4:.1f}"/>',
        f'<text x="{left + _BAR + 8:.1f}" y="{base:.1f}">{100 * bar.value:.1f}</text>',
    ]
    if bar.span is not None:
        low, high = (left + share * _BAR for share in bar.span)
        parts.append(_line("span", (low, middle), (high, middle)))
    return "".join(parts)


def _line(style: str, start: tuple[float, float], end: tuple[float, float]) -> str:
    return (
        f'<line class="{style}" x1="{start[0]:.1f}" y1="{start[1]:.1f}" '
        f'x2="{end[0]:.1f}" y2="{end[1]:.1f}"/>'
    )
