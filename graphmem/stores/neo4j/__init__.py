"""The server store: a Neo4j 5.26 or later that many processes and machines share."""

from graphmem.stores.neo4j.store import Neo4jStore

__all__ = ["Neo4jStore"]
