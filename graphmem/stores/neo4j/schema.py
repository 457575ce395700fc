"""Constraints and indexes of a database, and how an older store becomes a newer one."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from typing import Any, LiteralString

from neo4j.exceptions import Neo4jError

from graphmem.errors import NotSupported, SchemaTooNew
from graphmem.stores.neo4j.address import Address
from graphmem.stores.neo4j.client import Client
from graphmem.stores.neo4j.rows import labels_with_keys
from graphmem_queries.texts import text
from graphmem_schemas import EDGE_KINDS, Node

__all__ = ["MIGRATIONS", "VECTOR_LABELS", "check_version", "index_vectors", "missing", "prepare"]

VECTOR_LABELS = ("Passage",)
"""Labels whose vectors are searched on the server."""

_OLDEST = (5, 26)
_AWAIT_S = 300
# What two processes that prepare the same database at once say to each other.
_THERE_ALREADY = (
    "Neo.ClientError.Schema.EquivalentSchemaRuleAlreadyExists",
    "Neo.ClientError.Schema.IndexAlreadyExists",
    "Neo.ClientError.Schema.ConstraintAlreadyExists",
    "Neo.ClientError.Schema.IndexWithNameAlreadyExists",
    "Neo.ClientError.Schema.ConstraintWithNameAlreadyExists",
)
_SINGLE = (
    "store_name", "meta_key", "space_name", "commit_seq", "commit_token", "key_uid",
    "contribution_source", "text_passage", "text_entity", "text_proposition", "text_event",
)  # fmt: skip


def _first() -> Iterator[LiteralString]:
    """Version 1. A label or kind that comes later gets its indexes when a store is opened."""
    for name in _SINGLE:
        yield text(f"schema/{name}")
    for label in Node.registry:
        for name in ("node_uid", "node_seq", "vector_seq"):
            yield text(f"schema/{name}", label=label)
    for label in labels_with_keys():
        yield text("schema/node_lookup", label=label)
    for kind in EDGE_KINDS:
        yield text("schema/edge_seq", kinds=(kind,))


def _second() -> Iterator[LiteralString]:
    """Version 2. The full text of passages knows their space, under another name."""
    yield text("schema/drop_text")


def _third() -> Iterator[LiteralString]:
    """Version 3. What thousands of sources say is written once each: an edge names the first."""
    yield text("schema/share")


# Migration i brings a database from version i to i + 1; each of its statements may run twice.
# Append; never change one that was released.
MIGRATIONS: tuple[Callable[[], Iterator[LiteralString]], ...] = (_first, _second, _third)


def check_version(agent: str, address: Address) -> None:
    """Refuse a server that lacks what the statements need.

    Args:
        agent: what the server calls itself, as "Neo4j/5.26.30".

    Raises:
        NotSupported: It is older than 5.26.
    """
    found = re.match(r"Neo4j/(\d+)\.(\d+)", agent)
    if found and (int(found[1]), int(found[2])) < _OLDEST:
        msg = f"{address} is {agent}, but graphmem needs Neo4j 5.26 or later; upgrade the server"
        raise NotSupported(msg)


def prepare(client: Client) -> str:
    """Make the database a store of this version, and return its identity.

    Raises:
        SchemaTooNew: A newer graphmem wrote it.
        GraphMemError: The server refused.
    """
    held = client.patiently(lambda: client.read(text("schema/version")))
    version = int(held[0][1]) if held else 0
    if version > len(MIGRATIONS):
        msg = (
            f"{client.address} has schema version {version}, but this graphmem knows versions up "
            f"to {len(MIGRATIONS)}; upgrade graphmem"
        )
        raise SchemaTooNew(msg)
    lacking = missing(client)
    for number, statements in enumerate(MIGRATIONS):
        for statement in statements():
            name = _index_name(statement)
            if name in lacking or (name is None and number >= version):
                _define(client, statement)
    if lacking or version < len(MIGRATIONS):
        _await_indexes(client)
        held = client.patiently(lambda: _mark(client))
    return str(held[0][0])


def _mark(client: Client) -> list[list[Any]]:
    identity, version = uuid.uuid4().hex, len(MIGRATIONS)
    return client.write(text("schema/mark"), identity=identity, version=version)


def missing(client: Client) -> set[str]:
    """Return the names of the constraints and indexes that are not there."""
    rows = client.patiently(lambda: client.read(text("schema/indexes")))
    there = {name for name, _, _ in rows}
    wanted = {_index_name(statement) for step in MIGRATIONS for statement in step()}
    return {name for name in wanted if name is not None and name not in there}


def _await_indexes(client: Client) -> None:
    """Wait until every index can be used."""
    client.patiently(lambda: client.read(text("schema/await"), timeout_s=_AWAIT_S))


def index_vectors(client: Client, label: str, dimension: int) -> None:
    """Have the server index the vectors of a label, if it does not.

    Where the store went over to another embedder, the old index makes room for one of the new
    dimension. A vector of another dimension than its index is kept, but not indexed.
    """
    key = f"vectors of {label}"
    ((known,),) = client.patiently(lambda: _read_meta(client, key))
    ((embedder,),) = client.patiently(lambda: _read_meta(client, "embedder"))
    if known is not None and known.partition(" of ")[2] == (embedder or ""):
        return
    if known is not None and known.partition(" ")[0] != str(dimension):
        _define(client, text("schema/drop_vector", label=label))
    config = {"vector.dimensions": dimension, "vector.similarity_function": "cosine"}
    _define(client, text("schema/vector", label=label), options={"indexConfig": config})
    _await_indexes(client)
    value = f"{dimension} of {embedder or ''}"
    client.patiently(lambda: client.write(text("store/write_meta"), key=key, value=value))


def _read_meta(client: Client, key: str) -> list[list[Any]]:
    return client.read(text("store/read_meta"), key=key) or [[None]]


def _define(client: Client, statement: LiteralString, **parameters: Any) -> None:
    """Run one statement on the schema; one at a time, since Neo4j mixes up those at once."""

    def once() -> None:
        try:
            client.write(statement, **parameters)
        except Neo4jError as error:
            if error.code not in _THERE_ALREADY:
                raise

    client.patiently(once)


def _index_name(statement: str) -> str | None:
    found = re.match(r"CREATE [A-Z ]+ (graphmem_\w+)", statement)
    return found[1] if found else None
