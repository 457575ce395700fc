"""A picture as pixels."""

from __future__ import annotations

from importlib import import_module

from graphmem.errors import MissingExtra, NotSupported

__all__ = ["png_of"]

_ZOOM = 2
# One of these is on most machines that have fonts at all.
_FONTS = (
    "DejaVu Sans", "Noto Sans", "Liberation Sans", "Segoe UI", "Helvetica Neue", "Arial",
    "Helvetica", "Roboto", "Ubuntu", "Cantarell", "FreeSans",
)  # fmt: skip
_PROBE = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">{}</svg>'
_LETTER = '<text y="9" font-family="{}">x</text>'


def png_of(svg: str) -> bytes:
    """Render an SVG as PNG, in the colours for light screens, two pixels a unit.

    Raises:
        MissingExtra: The renderer is not installed.
        NotSupported: The machine has no font that is known, so that no word could be read.
    """
    try:
        render = import_module("resvg_py").svg_to_bytes
    except ImportError as error:
        raise MissingExtra("png", "a picture as .png") from error
    # What it finds no font for, it leaves out without a word.
    blank = render(svg_string=_PROBE.format(""))
    letters = {name: _PROBE.format(_LETTER.format(name)) for name in _FONTS}
    font = next((name for name in _FONTS if render(svg_string=letters[name]) != blank), None)
    if font is None:
        raise NotSupported(
            f"a picture as .png needs one of the fonts {', '.join(_FONTS)}: install one "
            "(Debian: apt-get install fonts-dejavu-core), or write .svg or .html"
        )
    return bytes(render(svg_string=svg, zoom=_ZOOM, font_family=font, sans_serif_family=font))
