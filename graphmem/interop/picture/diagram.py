"""A few nodes as boxes that can be read, joined by arrows that say what they mean."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from html import escape

import numpy as np

from graphmem.interop.picture.draw import printable, read_part
from graphmem.interop.picture.layout import Float64, place
from graphmem.interop.picture.palette import settled
from graphmem.interop.picture.select import Graph
from graphmem_schemas import Interaction, Node, Prescription, Proposition, Source

__all__ = ["diagram_svg"]

_FONT, _LINE, _CHARS, _MAX_LINES = 11.0, 14.0, 27, 3
_WIDE = _CHARS * _FONT * 0.54
_PADDING, _GAP = 9.0, 34.0
_MARGIN = 12.0
_ROUNDS = 200


@dataclass(frozen=True, slots=True)
class _Box:
    """One node: what is written in it, and half its size."""

    style: str
    label: str
    lines: tuple[str, ...]
    half_width: float
    half_height: float


def diagram_svg(graph: Graph, caption: str) -> str:
    """Draw a small graph as one SVG file; the same graph gives the same bytes.

    Args:
        graph: up to about 40 nodes; with more it is hard to read.
        caption: read out in place of the drawing.
    """
    boxes = [_box(node) for node in graph.nodes.values()]
    row_of = {uid: row for row, uid in enumerate(graph.nodes)}
    pairs = [(row_of[edge.start], row_of[edge.end]) for edge in graph.edges]
    at = _apart(place(len(boxes), pairs, [1.0] * len(pairs), [60.0] * len(boxes)), boxes)
    arrows = []
    for (start, end), kinds in _said(graph, row_of).items():
        ends = _border(at, boxes, start, end), _border(at, boxes, end, start)
        arrows.append(_arrow(kinds, *ends))
    shapes = [_shape(box, *spot) for box, spot in zip(boxes, at.tolist(), strict=True)]
    left, top, width, height = _bounds(at, boxes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} {top} {width} {height}" '
        f'role="img" aria-label="{escape(printable(caption))}">\n'
        f"<style>\n{settled(read_part('theme.css') + read_part('diagram.css'))}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" markerUnits="userSpaceOnUse" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f'<rect class="paper" x="{left}" y="{top}" width="{width}" height="{height}"/>\n'
        + "\n".join([*arrows, *shapes])
        + "\n</svg>\n"
    )


def _box(node: Node) -> _Box:
    text = printable(" ".join(_text_of(node).split()))
    lines = textwrap.wrap(text, _CHARS) or [printable(node.uid)[:_CHARS]]
    if len(lines) > _MAX_LINES:
        lines[_MAX_LINES - 1 :] = [lines[_MAX_LINES - 1][: _CHARS - 1] + "…"]
    style = node.label.casefold()
    if isinstance(node, Proposition) and node.status != "current":
        style += " gone"
    widest = max(len(line) for line in (*lines, node.label)) * _FONT * 0.54
    half = min(widest, _WIDE) / 2 + _PADDING
    return _Box(style, node.label, tuple(lines), half, (len(lines) + 1) * _LINE / 2 + 4)


def _text_of(node: Node) -> str:
    if isinstance(node, Source):
        return node.title or node.name
    if isinstance(node, Interaction):
        return f"{node.agent}: {node.action}"
    if isinstance(node, Prescription):
        return f"when {node.when}: {node.text}"
    return str(getattr(node, "text", None) or getattr(node, "name", None) or node.uid)


def _apart(at: Float64, boxes: list[_Box]) -> Float64:
    """Move boxes off each other, along the axis on which they overlap least."""
    if not boxes:
        return at
    half = np.array([[box.half_width + _GAP, box.half_height + _GAP / 2] for box in boxes])
    at = at.copy()
    # Two in one place part by their order.
    rows = np.arange(len(at))
    by_order = np.sign(rows[:, None] - rows[None, :])[..., None]
    for _ in range(_ROUNDS):
        apart = at[:, None] - at[None, :]
        over = half[:, None] / 2 + half[None, :] / 2 - np.abs(apart) / 2
        clash = (over > 0).all(axis=2) & ~np.eye(len(at), dtype=bool)
        if not clash.any():
            break
        sideways = over[..., 0] < over[..., 1]
        sign = np.where(apart == 0, by_order, np.sign(apart))
        push = sign * over * np.stack([sideways, ~sideways], axis=2) * clash[..., None]
        at += push.sum(axis=1) * 0.5
    return np.round(at, 1)


def _border(at: Float64, boxes: list[_Box], row: int, towards: int) -> tuple[float, float]:
    """Return where the line to another box leaves this one."""
    x, y = at[row].tolist()
    dx, dy = (at[towards] - at[row]).tolist()
    scale = max(abs(dx) / boxes[row].half_width, abs(dy) / boxes[row].half_height, 1e-9)
    return round(x + dx / scale, 1), round(y + dy / scale, 1)


def _said(graph: Graph, row_of: dict[str, int]) -> dict[tuple[int, int], list[str]]:
    """Return what each arrow says: edges between the same two boxes share one."""
    said: dict[tuple[int, int], list[str]] = {}
    for edge in graph.edges:
        role = edge.role if edge.kind in ("ARGUMENT", "MEMBER") else None
        pair = row_of[edge.start], row_of[edge.end]
        said.setdefault(pair, []).append(f"{edge.kind} {role}" if role else edge.kind)
    return said


def _arrow(kinds: list[str], start: tuple[float, float], end: tuple[float, float]) -> str:
    x, y = (start[0] + end[0]) / 2, (start[1] + end[1]) / 2
    said = " · ".join(kinds)
    return (
        f'<path class="e {kinds[0].split()[0]}" d="M{start[0]} {start[1]}L{end[0]} {end[1]}" '
        f'marker-end="url(#tip)"/><text class="kind" x="{x:.1f}" y="{y:.1f}">'
        f"{escape(printable(said))}</text>"
    )


def _shape(box: _Box, x: float, y: float) -> str:
    left, top = x - box.half_width, y - box.half_height
    lines = "".join(
        f'<text x="{x:.1f}" y="{top + (n + 2) * _LINE:.1f}">{escape(line)}</text>'
        for n, line in enumerate(box.lines)
    )
    return (
        f'<g class="box {box.style}"><rect x="{left:.1f}" y="{top:.1f}" rx="5" '
        f'width="{2 * box.half_width:.1f}" height="{2 * box.half_height:.1f}"/>'
        f'<text class="label" x="{x:.1f}" y="{top + _LINE:.1f}">{box.label}</text>{lines}</g>'
    )


def _bounds(at: Float64, boxes: list[_Box]) -> tuple[float, float, float, float]:
    if not boxes:
        return 0.0, 0.0, 200.0, 100.0
    half = np.array([[box.half_width, box.half_height] for box in boxes])
    low = (at - half).min(axis=0) - _MARGIN
    size = (at + half).max(axis=0) + _MARGIN - low
    left, top = np.round(low, 1).tolist()
    width, height = np.round(size, 1).tolist()
    return left, top, width, height
