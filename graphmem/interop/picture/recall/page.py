"""A recall as one page, without a script and without a request."""

from __future__ import annotations

from html import escape

from graphmem.interop.picture.draw import printable, read_part
from graphmem.interop.picture.recall.bars import draw_bars
from graphmem.interop.picture.recall.told import (
    analysis,
    cited,
    dropped,
    origin,
    status_of,
    unwalked,
    walk_of,
)
from graphmem.interop.picture.recall.walk import Drawn, draw_walk
from graphmem_schemas import Context, Hit, Recall

__all__ = ["recall_html"]

_WIDE = 620.0
_MOST_CHARS = 90


def recall_html(context: Context) -> str:
    """Make one self-contained page of a recall; the same recall gives the same bytes.

    Args:
        context: what the memory packed for a question, with its recall.
    """
    recall = context.recall
    numbers = {citation.passage: citation.number for citation in context.citations}
    filled = {
        "question": _said(recall.question),
        "theme": read_part("recall/recall.css"),
        "style": read_part("recall/page.css"),
        "status": _status(context),
        "cited": _cited(context),
        "dropped": _dropped(context),
        "analysis": "".join(
            f"<dt>{name}</dt><dd>{_said(value)}</dd>" for name, value in analysis(recall)
        ),
        "walk": _walk(recall, numbers),
        "scored": "\n".join(_scored(hit, n, numbers) for n, hit in enumerate(recall.hits, 1)),
        "time": _time(recall),
    }
    # One pass over the template, so that a text that holds a mark is left as it is.
    pieces = read_part("recall/page.html").split("@@")
    return "".join(piece if n % 2 == 0 else filled[piece] for n, piece in enumerate(pieces))


def _said(text: str) -> str:
    return escape(printable(text))


def _status(context: Context) -> str:
    if context.abstained:
        return (
            f'<p class="abstained"><strong>The memory abstains:</strong> '
            f"{_said(context.abstained)}</p>"
        )
    return f'<p class="quiet">{status_of(context)}</p>'


def _cited(context: Context) -> str:
    return "\n".join(
        f'<li id="cited-{row.number}" data-uid="{escape(row.uid)}"><span class="cite">{row.number}'
        f"</span><div><small>{_said(row.head)}</small><p>{_said(row.text)}</p></div></li>"
        for row in cited(context)
    )


def _dropped(context: Context) -> str:
    hits, why = dropped(context)
    if not hits:
        return ""
    rows = "".join(f"<li>{_said(hit.text)}</li>" for hit in hits)
    return f"<details><summary>{len(hits)} left out: {why}</summary><ul>{rows}</ul></details>"


def _walk(recall: Recall, numbers: dict[str, int]) -> str:
    walk = walk_of(recall)
    if why_not := unwalked(walk):
        return f'<p class="quiet">{why_not}</p>'
    drawn = draw_walk(walk, _WIDE, {uid: f"#cited-{number}" for uid, number in numbers.items()})
    # It holds links, so it is no single image to a screen reader.
    svg = _svg(drawn, 'role="group" aria-label="Places of the walk"')
    return f'<div class="scroll" tabindex="0" role="region" aria-label="The walk">{svg}</div>'


def _scored(hit: Hit, rank: int, numbers: dict[str, int]) -> str:
    text = hit.text if len(hit.text) <= _MOST_CHARS else f"{hit.text[:_MOST_CHARS].rstrip()}…"
    number = numbers.get(hit.uid)
    where = f'<a href="#cited-{number}">cited as {number}</a>' if number else "left out"
    bars = _svg(draw_bars(hit.parts, _WIDE), f'role="img" aria-label="{_parts(hit)}"')
    return (
        f"<details{' open' if rank == 1 else ''}><summary>{rank}. {hit.score:.2f} {_said(text)}"
        f'</summary><p class="quiet">{_said(origin(hit))} · {where}</p>'
        f"{bars if hit.parts else ''}</details>"
    )


def _parts(hit: Hit) -> str:
    return escape(", ".join(f"{part.name} {part.value:.3f}" for part in hit.parts))


def _svg(drawn: Drawn, about: str) -> str:
    box = f"0 0 {drawn.width:.0f} {drawn.height:.0f}"
    return f'<svg viewBox="{box}" {about}>\n{drawn.svg}\n</svg>'


def _time(recall: Recall) -> str:
    """Write what each stage took, from the moments at which they ended."""
    ends = sorted(recall.trace.timings_ms.items(), key=lambda item: item[1])
    total = recall.trace.timings_ms.get("total")
    before, said = 0.0, []
    for name, end in ends:
        if name != "total":
            said.append(f"{_said(name)} {end - before:.1f} ms")
            before = end
    if total is not None:
        said.append(f"in all {total:.1f} ms")
    return ", ".join(said) or "not taken"
