"""What tokens cost: a table that is shipped, and the user's own before it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graphmem.core.usage import Usage
from graphmem.errors import InvalidInput

__all__ = ["Price", "PriceTable", "load_prices"]

VARIABLE = "GRAPHMEM_PRICES"
_MAX_BYTES = 1_000_000
_A_MILLION = 1e6


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    prompt: float = Field(ge=0, allow_inf_nan=False)
    completion: float = Field(ge=0, allow_inf_nan=False)

    def of(self, usage: Usage) -> float:
        """Return what so many tokens cost, in US dollars."""
        return (
            usage.prompt_tokens * self.prompt + usage.completion_tokens * self.completion
        ) / _A_MILLION


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    written: str = ""
    models: dict[str, Price]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by the names of models.

    Attributes:
        prices: from a pattern (`*` and `?`, as in file names) to a price; those that come first
            in a table of the user's win over those that are shipped.
        written: when those that are shipped were looked up.
    """

    prices: tuple[tuple[str, Price], ...]
    written: str = ""

    def of(self, model: str) -> Price | None:
        """Return the price of a model; None where nobody knows it, which is not 0."""
        name = model.casefold()
        return next((p for pattern, p in self.prices if fnmatchcase(name, pattern)), None)


def load_prices(own: Path | str | Mapping[str, Price] | None = None) -> PriceTable:
    """Return the table that is shipped, with the user's own prices before it.

    Args:
        own: a JSON file, `{"models": {"my-model*": {"prompt": 0.1, "completion": 0.4}}}` in US
            dollars for a million tokens; or such prices; by default the file that the variable
            GRAPHMEM_PRICES names, if any.

    Raises:
        InvalidInput: The file is not there, or not such a table.
    """
    shipped = _shipped()
    if own is None:
        own = os.environ.get(VARIABLE) or None
    if own is None:
        return shipped
    first = dict(own) if isinstance(own, Mapping) else _read(Path(own)).models
    return PriceTable((*_ordered(first), *shipped.prices), shipped.written)


@lru_cache(maxsize=1)
def _shipped() -> PriceTable:
    text = files("graphmem.models.llm").joinpath("prices.json").read_text(encoding="utf-8")
    table = _File.model_validate_json(text)
    return PriceTable(_ordered(table.models), table.written)


def _ordered(models: Mapping[str, Price]) -> tuple[tuple[str, Price], ...]:
    """Put names before patterns, and long patterns before short ones: the closest match wins."""

    def closeness(item: tuple[str, Price]) -> tuple[bool, int, str]:
        return any(sign in item[0] for sign in "*?["), -len(item[0]), item[0]

    ordered = sorted(models.items(), key=closeness)
    return tuple((pattern.casefold(), price) for pattern, price in ordered)


def _read(path: Path) -> _File:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInput(f"the price table {path} has over {_MAX_BYTES:,} bytes")
        return _File.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise InvalidInput(f"the price table {path} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidInput(f"the price table {path} is wrong at {where}: {first['msg']}") from None
    except ValueError as error:
        raise InvalidInput(f"the price table {path} is no JSON: {error}") from None
