"""The catalogue: named questions to the graph as Cypher texts with typed parameters.

One file a query in `exploration/`. Its head says what it answers, which parameters it takes and
which columns it returns:

    // question: What did we believe about an entity on a date?
    // param date: datetime — the date
    // param limit: integer = 20 — rows at most
    // columns: uid, text
    // portable: yes

A default of `now` is the moment at which the query is asked.

`$space` is always bound by the caller, and every node and edge of a text is filtered by it. For a
parameter `x` of the type `entity` or `concept`, a name or a uid, `$x_uids` are the nodes that may
be meant; the caller finds them. A text that names no uid says `n.uid >= ''` of its first node:
without that a server reads the nodes of all spaces. Where the two engines need other words,
`portable: no: why` says so, and `<name>.embedded.cypher` beside it has those for the embedded
projection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from graphmem_schemas.base import as_utc

__all__ = [
    "NAMED",
    "BadParameter",
    "Find",
    "Home",
    "Parameter",
    "ParameterType",
    "Query",
    "QueryError",
    "UnknownQuery",
    "Value",
    "find_query",
    "queries",
]

Home = Literal["neo4j", "embedded"]
ParameterType = Literal["string", "entity", "concept", "integer", "float", "datetime", "strings"]

Value = str | int | float | datetime | tuple[str, ...]
Find = Callable[[str, str], Iterable[str]]
"""Finds the uids of a label's nodes that have a name."""

NAMED: Mapping[ParameterType, str] = MappingProxyType({"entity": "Entity", "concept": "Concept"})
"""The types of parameters that name a node, with its label."""

_FOLDER = "exploration"
_NOW = "now"
_PARAMETER = re.compile(r"(?P<name>\w+): (?P<type>\w+)(?: = (?P<default>.+?))? — (?P<meaning>.+)")


class QueryError(ValueError):
    """A query cannot be run as it was asked for."""


class UnknownQuery(QueryError):
    """The catalogue has no query of that name."""


class BadParameter(QueryError):
    """A parameter is missing, unknown, or no value of its type."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a query.

    Attributes:
        default: what it is where it is not given; None where it must be.
    """

    name: str
    type: ParameterType
    meaning: str
    default: Value | None = None

    def convert(self, value: object) -> Value:
        """Return the value in the parameter's type; a string is read as one would type it.

        Raises:
            BadParameter: It is no such value.
        """
        try:
            return _CONVERT[self.type](value)
        except (ValueError, TypeError, OverflowError) as error:
            raise BadParameter(
                f"parameter {self.name} ({self.meaning}) must be {_SAY[self.type]}, not "
                f"{str(value)[:80]!r}"
            ) from error


@dataclass(frozen=True, slots=True)
class Query:
    """One question with its text.

    Attributes:
        question: what it answers, in one line.
        portable: whether one text serves both homes.
        why: why not, where it does not.
        texts: the text for each home.
    """

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    columns: tuple[str, ...]
    portable: bool
    why: str
    texts: Mapping[Home, str]

    def text(self, home: Home) -> str:
        """Return the text for a home."""
        return self.texts[home]

    def bind(self, given: Mapping[str, Any], find: Find) -> dict[str, Value]:
        """Return a value for each parameter; for one that names a node, the uids it may be.

        Args:
            given: the caller's values.
            find: tells the uids of a name; what is given may be a uid itself.

        Raises:
            BadParameter: One is missing, unknown, or no value of its type.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        if unknown := sorted(set(given) - set(known)):
            raise BadParameter(
                f"query {self.name} has no parameter {unknown[0]!r}; it has "
                f"{', '.join(known) or 'none'}"
            )
        bound: dict[str, Value] = {}
        for name, parameter in known.items():
            value = given.get(name, parameter.default)
            if value is None:
                raise BadParameter(
                    f"query {self.name} needs the parameter {name}: {parameter.meaning}"
                )
            converted = parameter.convert(value)
            if label := NAMED.get(parameter.type):
                uids = (str(converted), *find(label, str(converted)))
                bound[f"{name}_uids"] = tuple(dict.fromkeys(uids))
            else:
                bound[name] = converted
        return bound


@cache
def queries() -> Mapping[str, Query]:
    """Return all queries by name, sorted."""
    folder = files("graphmem_queries").joinpath(_FOLDER)
    texts = {
        path.name.removesuffix(".cypher"): path.read_text("utf-8")
        for path in folder.iterdir()
        if path.name.endswith(".cypher")
    }
    names = sorted(name for name in texts if "." not in name)
    found = {name: _parse(name, texts[name], texts.get(f"{name}.embedded")) for name in names}
    return MappingProxyType(found)


def find_query(name: str) -> Query:
    """Return a query by its name.

    Raises:
        UnknownQuery: There is none.
    """
    query = queries().get(name)
    if query is None:
        near = [known for known in queries() if str(name)[:4].casefold() in known]
        hint = f"; near: {', '.join(near[:5])}" if near else ""
        raise UnknownQuery(
            f"there is no query {str(name)[:80]!r} in the catalogue{hint}; `graphmem queries`, or "
            "GET queries of a server, lists all"
        )
    return query


def _parse(name: str, text: str, embedded: str | None) -> Query:
    head: dict[str, str] = {}
    parameters = []
    for line in text.splitlines():
        key, colon, said = line.removeprefix("// ").partition(": ")
        if not line.startswith("// ") or not colon:
            continue
        if key.startswith("param "):
            parameters.append(_parameter(f"{key.removeprefix('param ')}: {said}"))
        else:
            head[key] = said
    portable, _, why = head["portable"].partition(": ")
    if portable not in ("yes", "no") or (portable == "no") != bool(why):
        raise ValueError(f"{name}: say `portable: yes`, or `portable: no: why`")
    served = _body(text)
    texts: dict[Home, str] = {"neo4j": served, "embedded": _body(embedded) if embedded else served}
    return Query(
        name=name,
        question=head["question"],
        parameters=tuple(parameters),
        columns=tuple(head["columns"].split(", ")),
        portable=portable == "yes",
        why=why,
        texts=MappingProxyType(texts),
    )


def _parameter(line: str) -> Parameter:
    found = _PARAMETER.fullmatch(line)
    if found is None or found["type"] not in get_args(ParameterType):
        raise ValueError(f"cannot read the parameter {line!r}")
    kinds: dict[str, ParameterType] = {kind: kind for kind in get_args(ParameterType)}
    bare = Parameter(found["name"], kinds[found["type"]], found["meaning"])
    if found["default"] is None:
        return bare
    # `now` is not the moment at which the catalogue is read.
    default = _NOW if found["default"] == _NOW else bare.convert(found["default"])
    return replace(bare, default=default)


def _body(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("//")).strip()


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise TypeError
    return int(value)


def _float(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError
    return float(value)


def _datetime(value: object) -> datetime:
    if value == _NOW:
        return datetime.now(UTC)
    return as_utc(value if isinstance(value, datetime) else datetime.fromisoformat(_string(value)))


def _strings(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    if not isinstance(value, list | tuple):
        raise TypeError
    return tuple(_string(one) for one in value)


_CONVERT: dict[ParameterType, Callable[[object], Value]] = {
    "string": _string,
    "entity": _string,
    "concept": _string,
    "integer": _integer,
    "float": _float,
    "datetime": _datetime,
    "strings": _strings,
}
_SAY: dict[ParameterType, str] = {
    "string": "a text",
    "entity": "a name or a uid",
    "concept": "a name or a uid",
    "integer": "a whole number",
    "float": "a number",
    "datetime": "a date or a moment such as 2023-05-01 or 2023-05-01T10:00:00Z, or now",
    "strings": "texts, separated by commas",
}
