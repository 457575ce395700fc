"""Handing out all edges of a space as plain rows, for a view that takes them in at once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

from graphmem.core.changes import EdgeRow, EdgeTerms
from graphmem.errors import StoreCorrupt
from graphmem.stores.sqlite.reads import (
    joined_sources,
    named_sources,
    sources_beyond,
    space_id,
)
from graphmem.stores.sqlite.rows import decode_attributes

__all__ = ["edge_rows"]

_BATCH_ROWS = 20_000
# What an edge says, as it is written: attributes and sources, and its id where these are not all.
_Written = tuple[str | None, str, int | None]


def edge_rows(
    connection: sqlite3.Connection, space: str, kinds: Sequence[str]
) -> Iterator[list[EdgeRow]]:
    """Yield the edges of the kinds within the connection's transaction, by their last commit.

    Raises:
        StoreCorrupt: An edge cannot be read.

    Complexity: reads each edge once; holds the uid of every node of the space, which is a
    third quicker than looking both ends of an edge up.
    """
    held = space_id(connection, space)
    terms = dict(connection.execute("SELECT id, name FROM term"))
    wanted = ",".join(str(i) for i, name in terms.items() if name in kinds)
    if held is None or not wanted:
        return
    uids = dict(connection.execute("SELECT id, uid FROM node WHERE space = ?", (held[0],)))
    cursor = connection.execute(
        "SELECT kind, start_node, end_node, attributes, sources, CASE WHEN n_beyond THEN id END"
        " FROM edge INDEXED BY edge_by_seq"
        f" WHERE space = ? AND kind IN ({wanted}) ORDER BY seq",
        (held[0],),
    )
    while rows := cursor.fetchmany(_BATCH_ROWS):
        said = _terms_of(connection, {row[3:] for row in rows})
        try:
            yield [
                (terms[kind], uids[start], uids[end], said[attributes, sources, wide])
                for kind, start, end, attributes, sources, wide in rows
            ]
        except KeyError as error:
            msg = f"an edge names node {error}, which is gone; `graphmem doctor` says more"
            raise StoreCorrupt(msg) from error


def _terms_of(
    connection: sqlite3.Connection, written: Iterable[_Written]
) -> dict[_Written, EdgeTerms]:
    pairs = list(written)
    named = named_sources(connection, {sources for _, sources, _ in pairs})
    beyond = sources_beyond(connection, [wide for *_, wide in pairs if wide])
    found: dict[_Written, EdgeTerms] = {}
    for attributes, sources, wide in pairs:
        shares = joined_sources(named.get(sources), beyond.get(wide or 0))
        if shares is None:
            msg = f"an edge's sources {sources[:40]!r} are gone; `graphmem doctor` says more"
            raise StoreCorrupt(msg)
        said = decode_attributes(attributes)
        found[attributes, sources, wide] = EdgeTerms(tuple(shares), tuple(shares.values()), **said)
    return found
