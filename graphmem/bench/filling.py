"""Fills a memory with one group of a set, as its user would have added it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from graphmem.bench.sets import Row, articles, documents, extracted, sessions
from graphmem.errors import InvalidInput
from graphmem.memory import Memory
from graphmem.models.loading import LazyModels
from graphmem.ports import GraphStore
from graphmem.writing.checks import check_text
from graphmem_schemas import Conversation, GivenExtraction

__all__ = ["fill_group"]


def fill_group(
    store: GraphStore,
    group: str,
    given_rows: Sequence[Row],
    models: LazyModels,
    given: Sequence[GivenExtraction] | None = None,
    report: Callable[[str], None] = lambda _: None,
) -> Memory:
    """Return the memory of a group: a source a session, articles whole, the rest singly.

    Args:
        store: where to.
        group: its name is the space's.
        given_rows: of the group; blank ones are left out.
        models: encoder and extractor.
        given: what somebody else extracted; None for our own extraction.
        report: hears what is left out.
    """
    rows = tuple(row for row in given_rows if _says_something(row))
    if len(rows) < len(given_rows):
        report(f"{group}: {len(given_rows) - len(rows)} blank rows are left out")
    extractor = models.extractor if given is None else None
    memory = Memory(store, space=group, embedder=models.embedder, extractor=extractor)
    if given is not None:
        known = {row.id for row in rows}
        memory.add_extracted(extracted(rows), [one for one in given if one.id in known])
        return memory
    held = [
        Conversation(messages=tuple(said), source=name) for name, said in sessions(rows).items()
    ]
    if held:
        memory.add(held)
    whole, rest = articles(rows)
    for article in whole:
        memory.add(article.parts, source=article.source, title=article.title)
    if texts := documents(rest):
        memory.add(texts)
    return memory


def _says_something(row: Row) -> bool:
    try:
        check_text(row.text, row.id)
    except InvalidInput:
        return False
    return True
