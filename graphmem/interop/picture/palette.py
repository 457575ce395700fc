"""Stylesheets of pictures that stand alone: many viewers of SVG know no variables of CSS."""

from __future__ import annotations

import re

__all__ = ["settled"]

_DARK = "@media (prefers-color-scheme: dark)"
_BLOCK = re.compile(r":root, svg \{(.*?)\}", re.DOTALL)
_VALUE = re.compile(r"--([\w-]+):\s*([^;]+);")
_USE = re.compile(r"var\(--([\w-]+)\)")


def settled(css: str) -> str:
    """Put the values of its variables into a stylesheet: once light, once for dark screens.

    Args:
        css: begins with a `:root, svg {…}` of variables, then the same inside a query for dark
            screens, as `theme.css` does; then rules.
    """
    light, dark = (dict(_VALUE.findall(block)) for block in _BLOCK.findall(css)[:2])
    rules = css[css.index("}\n}") + 3 :].strip()
    coloured = [rule for rule in re.findall(r"[^{}]+\{[^{}]*\}", rules) if "var(" in rule]
    at_night = "".join(_filled(rule, dark) for rule in coloured)
    return f"{_filled(rules, light)}\n{_DARK} {{{at_night}\n}}\n"


def _filled(rules: str, values: dict[str, str]) -> str:
    return _USE.sub(lambda used: values[used[1]], rules)
