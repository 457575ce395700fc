"""Recipes as the ledger keeps them: plain JSON, without secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from graphmem_pipelines.engines.base import Recipe
from graphmem_pipelines.readers.content import ReaderOptions

__all__ = ["recipe_from_json", "recipe_to_json"]

# A ledger may be of a version that knew others.
_FIELDS = frozenset(one.name for one in fields(Recipe))


def recipe_to_json(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe as plain JSON; equal ones give equal JSON."""
    row = asdict(recipe)
    row["at"] = recipe.at.isoformat() if recipe.at else None
    return row


def recipe_from_json(row: Mapping[str, Any]) -> Recipe:
    """Rebuild what `recipe_to_json` wrote."""
    options = dict(row["options"])
    for name in ("include", "exclude"):
        options[name] = tuple(options[name])
    at = datetime.fromisoformat(row["at"]) if row["at"] else None
    known = {name: row[name] for name in row if name in _FIELDS}
    return replace(Recipe(**{**known, "options": ReaderOptions(**options)}), at=at)
