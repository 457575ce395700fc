"""Where settings come from: flags win over the environment, that over a file, that over defaults.

The file is `graphmem.toml` in the working folder, or what `--config` or GRAPHMEM_CONFIG names. Its
keys are the names of the settings; those of the limits stand in a table `[limits]`. In the
environment the setting `port` is GRAPHMEM_PORT, and the limit `k` GRAPHMEM_LIMITS_K.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from graphmem.errors import InvalidInput, NotFound
from graphmem_api.settings import Limits, Settings

__all__ = ["FILE", "Held", "held", "masked"]

FILE = "graphmem.toml"
_LIMITS = "limits"
_PREFIX = "GRAPHMEM_"
# Of variables that are not the server's alone: what is no slip for a setting.
_OTHERS = ("config", "pictures", "prices", "views_dir")
# How near a variable is to a setting that it was meant for. Others may well have the prefix: a
# cluster gives a service named so GRAPHMEM_SERVICE_HOST.
_A_SLIP = 0.8


@dataclass(frozen=True, slots=True)
class Held:
    """What holds, and who said so.

    Attributes:
        origins: from the name of each setting, as "port" or "limits.k", to where it is from.
    """

    settings: Settings
    origins: Mapping[str, str]

    def rows(self) -> Iterator[tuple[str, object, str]]:
        """Yield the name, the value as it may be shown, and the origin of every setting."""
        values = _flat(self.settings.model_dump())
        for name, origin in self.origins.items():
            value = values[name]
            yield name, masked(value) if isinstance(value, str) else value, origin


def held(
    flags: Mapping[str, Any],
    config: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Held:
    """Put the settings together.

    Args:
        flags: by name, as "port"; None is one that was not given.
        config: file that `--config` names.
        environment: os.environ where None.

    Raises:
        NotFound: The named file is not there.
        InvalidInput: The file or the environment has a key that is no setting, or a value cannot
            be used.
    """
    env = os.environ if environment is None else environment
    origins = dict.fromkeys(_names(), "default")
    values: dict[str, Any] = {}
    for found, origin in (
        *_in_file(config or env.get("GRAPHMEM_CONFIG") or None),
        *_in_environment(env),
        *(({name: value}, "flag") for name, value in flags.items() if value is not None),
    ):
        values |= found
        origins |= dict.fromkeys(found, origin)
    return Held(_checked(values, origins), origins)


def masked(value: str) -> str:
    """Return a text without the login of a URL in it."""
    scheme, mark, rest = value.partition("://")
    return f"{scheme}://***@{rest.rpartition('@')[2]}" if mark and "@" in rest else value


def _names() -> list[str]:
    own = [name for name in Settings.model_fields if name != _LIMITS]
    return own + [f"{_LIMITS}.{name}" for name in Limits.model_fields]


def _flat(values: Mapping[str, Any]) -> dict[str, Any]:
    flat = {name: value for name, value in values.items() if name != _LIMITS}
    return flat | {f"{_LIMITS}.{name}": value for name, value in values[_LIMITS].items()}


def _in_file(config: str | None) -> Iterator[tuple[dict[str, Any], str]]:
    path = Path(config or FILE)
    if not path.is_file():
        if config:
            raise NotFound(f"there is no configuration file {config!r}")
        return
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except ValueError as error:  # of TOML and of UTF-8
        raise InvalidInput(f"{path} cannot be read as TOML: {error}") from error
    limits = found.pop(_LIMITS, {})
    if not isinstance(limits, dict):
        raise InvalidInput(f"{path}: {_LIMITS} must be a table: [{_LIMITS}]")
    flat = found | {f"{_LIMITS}.{name}": value for name, value in limits.items()}
    for name in flat:
        _require_known(name, str(path))
    yield flat, str(path)


def _require_known(name: str, where: str) -> None:
    known = _names()
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    near = near or [one for one in known if one.rpartition(".")[2] == name]
    hint = f"did you mean {near[0]!r}?" if near else "`graphmem config` lists those that are"
    raise InvalidInput(f"{where}: {name!r} is no setting; {hint}")


def _in_environment(env: Mapping[str, str]) -> Iterator[tuple[dict[str, Any], str]]:
    _require_no_slip(env)
    for name in _names():
        variable = _variable(name)
        # An empty variable is what an unset one leaves in many shells.
        if given := env.get(variable):
            many = isinstance(_default(name), tuple)
            parts = tuple(part.strip() for part in given.split(",") if part.strip())
            yield {name: parts if many else given}, f"environment {variable}"


def _variable(name: str) -> str:
    return _PREFIX + name.replace(".", "_").upper()


def _require_no_slip(env: Mapping[str, str]) -> None:
    """Refuse a variable that is no setting and was meant for one."""
    known = {_variable(name) for name in _names()} | {_PREFIX + one.upper() for one in _OTHERS}
    limits = _variable(f"{_LIMITS}.")
    for given in sorted(env):
        if not given.startswith(_PREFIX) or given in known or not env[given]:
            continue
        cutoff = 0.0 if given.startswith(limits) else _A_SLIP
        if near := difflib.get_close_matches(given, known, n=3, cutoff=cutoff):
            raise InvalidInput(
                f"the environment's {given} is no setting; did you mean {' or '.join(near)}? "
                "`graphmem config` lists all"
            )


def _default(name: str) -> object:
    table, _, limit = name.rpartition(".")
    fields = Limits.model_fields if table else Settings.model_fields
    return fields[limit].default


def _checked(values: Mapping[str, Any], origins: Mapping[str, str]) -> Settings:
    nested = {name: value for name, value in values.items() if "." not in name}
    limits = {name.partition(".")[2]: value for name, value in values.items() if "." in name}
    try:
        return Settings(**nested, limits=Limits(**limits))
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        name = name if name in origins else f"{_LIMITS}.{name}"
        given = first["input"]
        shown = masked(given) if isinstance(given, str) else given
        message = first["msg"].removeprefix("Value error, ")
        raise InvalidInput(f"{name}: {message}, not {shown!r} ({origins[name]})") from None
