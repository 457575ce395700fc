"""A recall as one SVG: its context on the left, the reasons for it on the right."""

from __future__ import annotations

from html import escape

from graphmem.interop.picture.draw import printable, read_part
from graphmem.interop.picture.lettering import broken, cut
from graphmem.interop.picture.palette import settled
from graphmem.interop.picture.recall.bars import draw_bars
from graphmem.interop.picture.recall.told import (
    Cited,
    analysis,
    cited,
    dropped,
    origin,
    status_of,
    unwalked,
    walk_of,
)
from graphmem.interop.picture.recall.walk import Drawn, draw_walk
from graphmem_schemas import Context

__all__ = ["recall_svg"]

_WIDE, _MARGIN, _GAP = 1240.0, 30.0, 44.0
_COLUMN = (_WIDE - 2 * _MARGIN - _GAP) / 2
_FONT, _LINE = 13.0, 19.0
_MOST_LINES = 4
# So many hits with their scores at least; more where the context beside them is longer.
_SCORED, _BARS = 3, 6
_SCORED_TALL = 190.0
_MOST_DROPPED = 6


class _Column:
    """Shapes under each other, and how far down they reach."""

    def __init__(self, x: float, y: float) -> None:
        self.x, self.y = x, y
        self.parts: list[str] = []

    def line(
        self, text: str, style: str = "", *, indent: float = 0.0, size: float = _FONT
    ) -> None:
        """Write one line, cut where the column ends."""
        words = escape(printable(cut(text, size, _COLUMN - indent)))
        named = f' class="{style}"' if style else ""
        self.parts.append(
            f'<text{named} x="{self.x + indent:.1f}" y="{self.y + size:.1f}">{words}</text>'
        )
        self.y += size + 6.0

    def section(self, title: str) -> None:
        """Begin a part of the column."""
        self.y += 14.0
        self.line(title, "section", size=16.0)
        self.y += 4.0

    def rule(self) -> None:
        """Draw a line across the column."""
        ends = f'x1="{self.x:.1f}" x2="{self.x + _COLUMN:.1f}"'
        self.parts.append(f'<line class="rule" {ends} y1="{self.y:.1f}" y2="{self.y:.1f}"/>')
        self.y += 8.0

    def put(self, drawn: Drawn) -> None:
        """Set a drawing into the column."""
        self.parts.append(f'<g transform="translate({self.x:.1f} {self.y:.1f})">{drawn.svg}</g>')
        self.y += drawn.height


def recall_svg(context: Context) -> str:
    """Draw a recall; the same recall gives the same bytes.

    Args:
        context: what the memory packed for a question, with its recall.
    """
    head = _Column(_MARGIN, 18.0)
    head.line("graphmem", "quiet")
    for words in broken(context.recall.question, 21.0, _WIDE - 2 * _MARGIN, 2):
        head.parts.append(
            f'<text class="title" x="{_MARGIN}" y="{head.y + 20:.1f}">'
            f"{escape(printable(words))}</text>"
        )
        head.y += 29.0
    top = head.y + 6.0
    left, right = _Column(_MARGIN, top), _Column(_MARGIN + _COLUMN + _GAP, top)
    _context(left, context)
    _reasons(right, context, down_to=left.y)
    height = round(max(left.y, right.y) + 24.0)
    name = escape(printable(f"What the memory recalls for: {context.recall.question}"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDE:.0f}" height="{height}" '
        f'viewBox="0 0 {_WIDE:.0f} {height}" role="img" aria-label="{name}">\n'
        f"<style>\n{settled(read_part('recall/recall.css'))}</style>\n"
        f'<rect class="paper" width="{_WIDE:.0f}" height="{height}"/>\n'
        f'<rect class="band" width="{_WIDE:.0f}" height="{top:.0f}"/>\n'
        + "\n".join([*head.parts, *left.parts, *right.parts])
        + "\n</svg>\n"
    )


def _context(column: _Column, context: Context) -> None:
    column.section("Context")
    if context.abstained:
        for words in broken(f"The memory abstains: {context.abstained}", _FONT, _COLUMN, 3):
            column.line(words, "warning")
    else:
        column.line(status_of(context), "quiet")
    column.y += 4.0
    for row in cited(context):
        _passage(column, row)
    hits, why = dropped(context)
    if not hits:
        return
    column.section(f"{len(hits)} left out")
    column.line(why, "quiet")
    for hit in hits[:_MOST_DROPPED]:
        column.line(f"· {hit.text}")
    if len(hits) > _MOST_DROPPED:
        column.line(f"and {len(hits) - _MOST_DROPPED} more", "quiet")


def _passage(column: _Column, row: Cited) -> None:
    indent = 40.0
    column.rule()
    x, y = column.x, column.y
    column.parts.append(
        f'<g data-uid="{escape(row.uid)}"><rect class="chip" x="{x + 0.5:.1f}" y="{y + 0.5:.1f}" '
        f'width="28" height="23" rx="4"/><text class="chip-number" x="{x + 14.5:.1f}" '
        f'y="{y + 16.5:.1f}">{row.number}</text></g>'
    )
    if row.head:
        column.line(row.head, "head", indent=indent, size=11.0)
    for words in broken(row.text, _FONT, _COLUMN - indent, _MOST_LINES):
        column.line(words, indent=indent)
    column.y = max(column.y + 4.0, y + 32.0)


def _reasons(column: _Column, context: Context, down_to: float) -> None:
    recall = context.recall
    column.section("Why")
    for name, value in analysis(recall):
        column.line(name, "quiet")
        column.y -= _LINE
        column.line(value, indent=92.0)
    column.section("The walk: from where it began to what it found")
    walk = walk_of(recall)
    if why_not := unwalked(walk):
        column.line(why_not, "quiet")
    else:
        column.put(draw_walk(walk, _COLUMN))
    if recall.hits:
        column.section("Score parts of the best hits")
    for rank, hit in enumerate(recall.hits, 1):
        if rank > _SCORED and column.y + _SCORED_TALL > down_to:
            break
        column.rule()
        column.line(f"{rank}. {hit.score:.2f}  {hit.text}")
        column.line(origin(hit), "head", size=11.0)
        column.put(draw_bars(hit.parts, _COLUMN, _BARS))
        column.y += 8.0
