"""`Neo4jStore`: the graph on a Neo4j server."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from threading import local
from typing import TypeVar

from graphmem.core.changes import ChangeBatch, Commit, Counts, EdgeKey
from graphmem.errors import GraphMemError, InvalidInput
from graphmem.ports import Capability, Plan
from graphmem.stores.neo4j.address import parse_address
from graphmem.stores.neo4j.check import problems
from graphmem.stores.neo4j.client import Client, Tracer
from graphmem.stores.neo4j.cypher import CypherServing
from graphmem.stores.neo4j.feed import Wanted, next_batch
from graphmem.stores.neo4j.paging import page, page_by_key, page_of_edges
from graphmem.stores.neo4j.reads import Neo4jReader, newest
from graphmem.stores.neo4j.schema import VECTOR_LABELS, check_version, index_vectors, prepare
from graphmem.stores.neo4j.serving import Serving
from graphmem.stores.neo4j.transaction import Transaction
from graphmem.stores.neo4j.writes import write
from graphmem_queries.texts import text
from graphmem_schemas import Edge, EdgeKind, Node

__all__ = ["Neo4jStore"]

_log = logging.getLogger("graphmem")

_T = TypeVar("_T")


class Neo4jStore(Serving, CypherServing):
    """Holds the graph in a database of a Neo4j server, 5.26 or later.

    A commit is on the server's disk before `apply` returns. Writers of one space take turns, on
    whatever machine they run; spaces do not wait for each other, and readers for nobody. The
    server may be stopped and started again meanwhile: what was under way goes on by itself, for
    up to a minute, and is done once.
    """

    capabilities: frozenset[Capability] = frozenset(
        {
            Capability.PERSISTENT,
            Capability.MANY_PROCESSES,
            Capability.SERVED,
            Capability.CYPHER,
            Capability.REMOTE,
        }
    )

    def __init__(self, target: str, *, tracer: Tracer | None = None) -> None:
        """Connect, and make the database a store where it is none yet.

        Args:
            target: `neo4j://[user:password@]host[:port][/database]`, also with bolt, +s, +ssc;
                "neo4j" for NEO4J_URI. What it leaves out comes from NEO4J_USER,
                NEO4J_PASSWORD and NEO4J_DATABASE.
            tracer: hears every statement with its parameters before it is sent.

        Raises:
            InvalidInput: The target cannot be read.
            StoreUnavailable: No Neo4j answers there, or it has no such database.
            StoreDenied: The login is refused, or its user lacks a right.
            NotSupported: The server is older than 5.26.
            SchemaTooNew: A newer graphmem wrote the database.
            StoreError: The server could not do it.
        """
        self.address = parse_address(target)
        self._client = Client(self.address)
        self._client.tracer = tracer
        self._planning = local()
        self._indexed: set[str] = set()
        try:
            check_version(self._client.patiently(self._client.server_agent), self.address)
            self.identity = prepare(self._client)
        except BaseException:
            self._client.close()
            raise
        self.views_folder: Path | None = _views_home() / self.identity

    def __repr__(self) -> str:
        return f"Neo4jStore({str(self.address)!r})"

    def get(self, space: str, uids: Sequence[str]) -> list[Node | None]:
        """Return the nodes in the order of `uids`; None for a uid that is not in the space."""
        return self._reading(lambda reader: reader.get(space, uids))

    def find(self, space: str, label: str, keys: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Return, for each key that some node of the label has, the sorted uids of those."""
        return self._reading(lambda reader: reader.find(space, label, keys))

    def neighbours(
        self, space: str, uids: Sequence[str], kinds: Sequence[EdgeKind] | None = None
    ) -> list[Edge]:
        """Return every edge that starts or ends at one of `uids`, each once, sorted by key."""
        return self._reading(lambda reader: reader.neighbours(space, uids, kinds))

    def count(self, space: str) -> Counts:
        """Count what the space holds, and say at which `seq`; reads counters, not rows."""
        return self._reading(lambda reader: reader.count(space))

    def seq(self, space: str) -> int:
        """Return the number of the space's newest commit; 0 for a space never written."""
        return self.newest(space)[0]

    def newest(self, space: str) -> tuple[int, str]:
        """Return the number and the mark of the space's newest commit; 0 and "" for none."""
        return self._client.patiently(lambda: newest(self._client.read, space))

    def token(self, space: str, seq: int) -> str | None:
        """Return the random mark of the space's commit; None where it made no such commit."""
        read = self._client.read
        rows = self._client.patiently(lambda: read(text("store/token"), space=space, seq=seq))
        return str(rows[0][0]) if rows else None

    def spaces(self) -> list[str]:
        """Return the sorted names of the spaces that hold a node."""
        rows = self._client.patiently(lambda: self._client.read(text("store/spaces")))
        return sorted(name for (name,) in rows)

    def read_meta(self, key: str) -> str | None:
        """Return a small fact that was written under the key, or None."""
        rows = self._client.patiently(lambda: self._client.read(text("store/read_meta"), key=key))
        return str(rows[0][0]) if rows else None

    def write_meta(self, key: str, value: str) -> None:
        """Keep a small fact about the whole store; the last one written stands."""
        self._refuse_within_plan()
        statement = text("store/write_meta")
        self._client.patiently(lambda: self._client.write(statement, key=key, value=value))
        # Another embedder may have another dimension.
        self._indexed.clear()

    def apply(self, space: str, plan: Plan) -> Commit:
        """Run `plan` on the current state and apply what it returns, atomically.

        Every attempt at one write bears the same mark, so that one whose end was not heard, as
        the server was killed meanwhile, is not made again if it was made.

        Raises:
            InvalidInput: The changes cannot be applied, or the plan writes by itself.
            StoreBusy: Other writers held the space, or the server had no room, for too long.
            StoreUnavailable: The server did not come back for a minute. Whether the last
                attempt was applied cannot be told then; doing it again changes nothing twice.
            StoreError: Nothing was applied.
        """
        self._refuse_within_plan()
        mark = secrets.token_hex(8)
        attempts: list[Transaction] = []
        commit = self._client.patiently(lambda: self._attempt(space, plan, mark, attempts))
        if commit.seq:
            self._index(attempts[-1].dimensions)
        return commit

    def _index(self, dimensions: Mapping[str, int]) -> None:
        """Have new sorts of vectors indexed.

        What was applied is on disk by then, so that trouble is logged and not raised; the next
        write with vectors tries again.
        """
        for label, dimension in dimensions.items():
            if label in VECTOR_LABELS and label not in self._indexed:
                try:
                    index_vectors(self._client, label, dimension)
                except GraphMemError as error:
                    _log.warning("vectors of %s are kept, but not indexed yet: %s", label, error)
                else:
                    self._indexed.add(label)

    def _attempt(self, space: str, plan: Plan, mark: str, attempts: list[Transaction]) -> Commit:
        with self._client.transaction() as transaction:
            work = Transaction(transaction.run, space, mark)
            attempts.append(work)
            if len(attempts) > 1 and (done := work.done_before()):
                return done
            self._planning.now = True
            try:
                changes = plan(work)
            finally:
                self._planning.now = False
            commit = write(work, changes)
            if commit.seq:
                transaction.commit()
        return commit

    def changes(
        self,
        space: str,
        after: int,
        *,
        labels: Sequence[str] = (),
        kinds: Sequence[EdgeKind] = (),
        vectors: bool = False,
    ) -> Iterator[ChangeBatch]:
        """Yield what changed after the watermark, in batches of bounded size, oldest first."""
        wanted = Wanted.of(labels, kinds, vectors)
        more = True
        while more:
            batch, more = self._client.patiently(
                partial(next_batch, self._client.read, space, after, wanted)
            )
            if batch is None:
                return
            yield batch
            after = batch.seq

    def page(
        self, space: str, labels: Sequence[str], after: str, limit: int
    ) -> tuple[list[Node], list[EdgeKey], str | None]:
        """Return the next nodes by uid, the edges that start at them, and where to go on."""
        read = self._client.read
        return self._client.patiently(lambda: page(read, space, labels, after, limit))

    def page_by_key(self, space: str, label: str, after: str, limit: int) -> list[Node]:
        """Return the nodes of a label whose key comes next, in the order of their keys."""
        read = self._client.read
        return self._client.patiently(lambda: page_by_key(read, space, label, after, limit))

    def page_of_edges(
        self, space: str, uid: str, kinds: Sequence[EdgeKind] | None, after: EdgeKey, limit: int
    ) -> list[Edge]:
        """Return the edges at a node that come next after a key, in the order of their keys."""
        read = self._client.read
        return self._client.patiently(lambda: page_of_edges(read, space, uid, kinds, after, limit))

    def close(self) -> None:
        """Release every resource; closing twice is fine."""
        self._client.close()

    def check(self) -> list[str]:
        """Return what is wrong with the store as sentences; none for a sound one.

        Complexity: reads the whole store.
        """
        return problems(self._client)

    @property
    def size_bytes(self) -> int:
        """0: a server does not say how much room a database takes."""
        return 0

    def _reading(self, work: Callable[[Neo4jReader], _T]) -> _T:
        return self._client.patiently(lambda: work(Neo4jReader(self._client.read)))

    def _refuse_within_plan(self) -> None:
        if getattr(self._planning, "now", False):
            msg = "a plan wrote to its store; let it return everything that is to change"
            raise InvalidInput(msg)


def _views_home(environment: Mapping[str, str] | None = None) -> Path:
    """Return where views of server stores are kept on this machine."""
    env = os.environ if environment is None else environment
    if given := env.get("GRAPHMEM_VIEWS_DIR"):
        return Path(given).absolute()
    cache = env.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "graphmem" / "views"
