"""The store of a command and its ledger, for the length of a block."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.ports import GraphStore
    from graphmem_pipelines.ledger.ledger import Ledger

__all__ = ["BaseUrl", "Concurrency", "LedgerFile", "MaxCost", "opened", "opened_store"]

LedgerFile = Annotated[
    str | None,
    typer.Option("--ledger", envvar="GRAPHMEM_LEDGER", help="File of the ledger.", metavar="FILE"),
]
BaseUrl = Annotated[
    str | None, typer.Option(help="Of its server; the key is OPENAI_API_KEY.", metavar="URL")
]
Concurrency = Annotated[int, typer.Option(min=1, help="Calls of it at the same time.")]
MaxCost = Annotated[
    float | None, typer.Option(min=0, help="US dollars to spend at most; then it stops.")
]


@contextmanager
def opened(
    session: Session, choice: str | None, *, create: bool = False
) -> Iterator[tuple[GraphStore, Ledger]]:
    """Open the store, which must be there, and its ledger.

    Args:
        session: names the store.
        choice: file of the ledger; None is the store's own.
        create: whether a ledger that is not there may be made.
    """
    from graphmem_pipelines.ledger.where import open_ledger

    with opened_store(session) as store:
        book = open_ledger(store, choice, create=create)
        try:
            yield store, book
        finally:
            book.close()


@contextmanager
def opened_store(session: Session) -> Iterator[GraphStore]:
    """Open the store alone, which must be there."""
    from graphmem.stores.registry import open_store

    session.require_store()
    store = open_store(session.store)
    try:
        yield store
    finally:
        store.close()
