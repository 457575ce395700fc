"""Reads a Neo4j that another program has filled, and changes nothing in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any, LiteralString

from graphmem.stores.neo4j.address import parse_address
from graphmem.stores.neo4j.client import Client, Rows

__all__ = ["ForeignReader", "reading"]


class ForeignReader:
    """Runs statements in transactions that cannot write."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def __call__(self, statement: LiteralString, **parameters: Any) -> Rows:
        """Return all rows of one statement."""
        return self._client.patiently(lambda: self._client.read(statement, **parameters))


@contextmanager
def reading(target: str) -> Iterator[ForeignReader]:
    """Lend a reader of the Neo4j that the target names, as in `parse_address`.

    Raises:
        InvalidInput: The target is no URL of a Neo4j.
        StoreError: It cannot be reached, or refuses the login.
    """
    with closing(Client(parse_address(target))) as client:
        yield ForeignReader(client)
