"""How a target names a Neo4j server."""

from __future__ import annotations

import pytest

from graphmem.errors import InvalidInput
from graphmem.stores import registry
from graphmem.stores.neo4j.address import SCHEMES, Address, parse_address

ENVIRONMENT = {"NEO4J_USER": "u", "NEO4J_PASSWORD": "secret"}


@pytest.mark.parametrize(
    ("target", "environment", "expected"),
    [
        ("bolt://h", {}, Address("bolt://h:7687", None, None)),
        ("bolt+s://h:1/", {}, Address("bolt+s://h:1", None, None)),
        ("neo4j://a:b@h/db", {}, Address("neo4j://h:7687", ("a", "b"), "db")),
        ("neo4j://h?database=db", {}, Address("neo4j://h:7687", None, "db")),
        ("neo4j://p%40a:%2F%3Ab@h", {}, Address("neo4j://h:7687", ("p@a", "/:b"), None)),
        ("neo4j://:b@h", {}, Address("neo4j://h:7687", ("neo4j", "b"), None)),
        ("bolt://[::1]:5", {}, Address("bolt://[::1]:5", None, None)),
        ("neo4j://h", ENVIRONMENT, Address("neo4j://h:7687", ("u", "secret"), None)),
        ("neo4j://a:b@h", ENVIRONMENT, Address("neo4j://h:7687", ("a", "b"), None)),
        ("neo4j://a@h", ENVIRONMENT, Address("neo4j://h:7687", ("a", "secret"), None)),
        (
            "neo4j://h",
            {"NEO4J_USERNAME": "n", "NEO4J_PASSWORD": "p", "NEO4J_DATABASE": "d"},
            Address("neo4j://h:7687", ("n", "p"), "d"),
        ),
        ("neo4j", {"NEO4J_URI": "bolt://h:9"}, Address("bolt://h:9", None, None)),
        ("neo4j://", {"NEO4J_URI": "neo4j+s://h/d"}, Address("neo4j+s://h:7687", None, "d")),
        ("neo4j://h?policy=eu", {}, Address("neo4j://h:7687?policy=eu", None, None)),
        ("neo4j+s://h?ca=/c.pem", {}, Address("neo4j://h:7687", None, None, "/c.pem")),
    ],
)
def test_a_target_is_completed_by_the_environment(
    target: str, environment: dict[str, str], expected: Address
) -> None:
    assert parse_address(target, environment) == expected


@pytest.mark.parametrize(
    ("target", "match"),
    [
        ("neo4j", "NEO4J_URI"),
        ("neo4j://", "NEO4J_URI"),
        ("bolt://:secret@", "cannot be read"),
        ("bolt://u:secret@h:port", "port is a number"),
        ("http://u:secret@h", "cannot be read"),
        ("bolt://u:sec/ret@h", "cannot be read|port is a number"),
        ("neo4j://u:secret@h/a/b", "cannot be read"),
        ("bolt://u:secret@h?policy=eu", "unknown options .*policy"),
    ],
)
def test_a_target_that_is_none_is_refused_without_its_password(target: str, match: str) -> None:
    with pytest.raises(InvalidInput, match=match) as caught:
        parse_address(target, {})
    assert "sec" not in str(caught.value)


def test_an_address_never_shows_the_password() -> None:
    address = parse_address("neo4j://u:secret@h/d?policy=eu", {})
    assert "secret" not in repr(address) + str(address) + address.user
    assert str(address) == "neo4j://h:7687/d"


def test_every_scheme_is_known_to_the_registry() -> None:
    assert set(SCHEMES) <= set(registry.known_schemes())
