"""How wide words are, near enough, and where lines break: a picture is drawn without a font."""

from __future__ import annotations

from unicodedata import east_asian_width

__all__ = ["broken", "cut", "width_of"]

# Shares of the font's size, a little more than most sans-serif faces take.
_NARROW, _USUAL, _CAPITAL, _WIDE = 0.36, 0.62, 0.72, 0.95
_THIN = frozenset("iljtfrI.,;:'’|!()[]-· \"")
_BROAD = frozenset("mwMWQ@%—…")


def width_of(text: str, size: float) -> float:
    """Return about how wide a text is, in the unit of the font's size."""
    return size * sum(map(_share, text))


def cut(text: str, size: float, room: float) -> str:
    """Return a text in one line, ended with `…` where there is no room for all of it."""
    line = " ".join(text.split())
    if width_of(line, size) <= room:
        return line
    room -= width_of("…", size)
    end = 0
    while width_of(line[: end + 1], size) <= room:
        end += 1
    return line[:end].rstrip() + "…"


def broken(text: str, size: float, room: float, most: int) -> list[str]:
    """Break a text into at most so many lines; the last is cut where there is more."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        n = 1
        while n < len(words) and width_of(" ".join(words[: n + 1]), size) <= room:
            n += 1
        # A word that has no room in a line of its own is cut there.
        lines.append(cut(" ".join(words[:n]), size, room))
        words = words[n:]
    return [*lines, cut(" ".join(words), size, room)] if words else lines


def _share(letter: str) -> float:
    if letter in _THIN:
        return _NARROW
    if letter in _BROAD or east_asian_width(letter) in "WF":
        return _WIDE if letter in _BROAD else 1.0
    return _CAPITAL if letter.isupper() else _USUAL
