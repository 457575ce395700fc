"""The tools: what each is for, and which method of the memory it calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar

from mcp_types import Tool as ToolCard
from mcp_types import ToolAnnotations

from graphmem.aio import AsyncMemory
from graphmem.errors import InvalidInput
from graphmem.writing.checks import check_moment
from graphmem_api.mcp.arguments import (
    AddMemory,
    Arguments,
    CypherQuery,
    DeleteMemory,
    GetContext,
    GetMemory,
    MemoryHistory,
    SearchMemories,
    input_schema,
    output_schema,
    read_arguments,
)
from graphmem_api.mcp.results import (
    Added,
    Deleted,
    Found,
    History,
    Packed,
    Result,
    SourceName,
    Stored,
    Table,
)
from graphmem_api.mcp.visit import Queue, Visit
from graphmem_api.settings import Limits
from graphmem_pipelines.jobs.contents import item_of
from graphmem_schemas import Document, Receipt, Source

__all__ = ["TOOLS", "Tool"]

A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True)
class Tool(Generic[A]):
    """A tool: how a host lists it, and what it does.

    Attributes:
        description: when to use it, and what comes back.
        result: what `run` returns.
        writes: whether it needs the scope for writing.
        destroys: whether it removes something.
        slow: whether it may take seconds.
        queued: does the same where changes wait for their turn: it needs no memory, and so holds
            none while it waits.
    """

    name: str
    title: str
    description: str
    arguments: type[A]
    result: type[Result]
    run: Callable[[AsyncMemory, A, Visit], Awaitable[Result]]
    writes: bool = False
    destroys: bool = False
    slow: bool = False
    queued: Callable[[Queue, A, Visit], Awaitable[Result]] | None = None

    def card(self, limits: Limits) -> ToolCard:
        """Return how a host lists it."""
        return ToolCard(
            name=self.name,
            title=self.title,
            description=self.description,
            input_schema=input_schema(self.arguments, limits),
            output_schema=self._output_schema,
            annotations=ToolAnnotations(
                title=self.title,
                read_only_hint=not self.writes,
                destructive_hint=self.destroys,
                # Adding what is there changes nothing, and what is gone cannot go again.
                idempotent_hint=True,
                open_world_hint=False,
            ),
        )

    async def call(self, visit: Visit, given: dict[str, Any] | None) -> Result:
        """Check the arguments of a call, and do it.

        Raises:
            GraphMemError: It cannot be done; the text says why.
        """
        asked = read_arguments(self.arguments, given, visit.limits)
        if self.queued is not None and visit.queue is not None:
            return await self.queued(visit.queue, asked, visit)
        async with visit.lend(slow=self.slow) as memory:
            return await self.run(memory, asked, visit)

    @cached_property
    def _output_schema(self) -> dict[str, Any]:
        return output_schema(self.result)


async def _add(memory: AsyncMemory, asked: AddMemory, visit: Visit) -> Result:
    _check(asked, visit.limits)
    content: Any = asked.model_dump(exclude_none=True)
    receipt = await memory.add(
        # As a document, so that no text is taken for the name of a file of the server.
        content["messages"] if asked.messages else Document(text=content["text"]),
        source=asked.source,
        at=asked.at,
        title=asked.title,
        progress=visit.progress,
    )
    nodes = [await memory.get(uid) for uid in receipt.sources]
    sources = [
        SourceName(uid=node.uid, name=node.name) for node in nodes if isinstance(node, Source)
    ]
    return Added.of(receipt, sources)


async def _add_queued(queue: Queue, asked: AddMemory, visit: Visit) -> Result:
    _check(asked, visit.limits)
    kind, content = "messages" if asked.messages else "text", asked.model_dump(exclude_none=True)
    # A long one takes a while to check.
    item = await asyncio.to_thread(item_of, 1, kind, content)
    if visit.progress is not None:
        visit.progress("waiting", 0, 1)
    told = await queue.add(item)
    if not isinstance(told, Receipt):
        return Added(changed=False, job=told.id)
    # Of one text there is one source.
    name = item.key.partition(":")[2]
    return Added.of(told, [SourceName(uid=uid, name=name) for uid in told.sources])


def _check(asked: AddMemory, limits: Limits) -> None:
    check_moment(asked.at)
    if (asked.text is None) == (asked.messages is None):
        raise InvalidInput("give either text or messages")
    if asked.messages is not None:
        n_chars = sum(len(turn.text) for turn in asked.messages)
        if n_chars > limits.text_chars:
            raise InvalidInput(
                f"messages: {n_chars:,} characters are too much for one call; give "
                f"{limits.text_chars:,} at most, and the rest in another call"
            )


async def _search(memory: AsyncMemory, asked: SearchMemories, _: Visit) -> Result:
    recall = await memory.search(
        asked.question, k=asked.k, as_of=asked.as_of, kinds=asked.kinds, mode=asked.mode
    )
    return Found.of(recall)


async def _context(memory: AsyncMemory, asked: GetContext, _: Visit) -> Result:
    packed = await memory.context(asked.question, budget=asked.budget, as_of=asked.as_of)
    return Packed.of(packed)


async def _get(memory: AsyncMemory, asked: GetMemory, _: Visit) -> Result:
    return Stored.of(await memory.get(asked.uid))


async def _history(memory: AsyncMemory, asked: MemoryHistory, _: Visit) -> Result:
    changes = await memory.history(asked.uid, entity=asked.entity, predicate=asked.predicate)
    return History.of(changes, asked.limit)


async def _delete(memory: AsyncMemory, asked: DeleteMemory, visit: Visit) -> Result:
    return Deleted.of(await visit.delete(memory, **_named(asked)))


async def _delete_queued(queue: Queue, asked: DeleteMemory, _: Visit) -> Result:
    return Deleted.of(await queue.delete(**_named(asked)))


def _named(asked: DeleteMemory) -> dict[str, str]:
    named: dict[str, str] = asked.model_dump(exclude_none=True)
    if len(named) != 1:
        raise InvalidInput("give exactly one of uid, source and entity: it says what is deleted")
    return named


async def _cypher(memory: AsyncMemory, asked: CypherQuery, visit: Visit) -> Result:
    # A visit reaches one space, whoever pays it.
    found = await memory.cypher(
        asked.statement,
        asked.parameters,
        limit=asked.limit,
        timeout_s=visit.limits.cypher_s,
        isolated=True,
    )
    return Table.of(found)


TOOLS: dict[str, Tool[Any]] = {
    tool.name: tool
    for tool in (
        Tool(
            "add_memory",
            "Remember",
            "Remember something for later conversations. Use it when the user tells something "
            "lasting about himself, his work, people, plans or preferences, decides something, or "
            "asks you to remember. Write full sentences with names instead of pronouns; give `at` "
            "where it was said on another day. Newer facts take the place of older ones by "
            "themselves: nothing needs to be deleted first. Do not add what this memory told you. "
            "Returns what is new, and which facts hold no more; it is on disk by then.",
            AddMemory,
            Added,
            _add,
            writes=True,
            slow=True,
            queued=_add_queued,
        ),
        Tool(
            "search_memories",
            "Search the memory",
            "Find what was said before: verbatim passages, or facts and events with `kinds`, best "
            "first, with uids, sources and dates. Use it before you say that you do not know "
            "something about the user or earlier work, and to find uids. Where `abstained` is "
            "there, the memory has no answer, and the hits are only the nearest.",
            SearchMemories,
            Found,
            _search,
        ),
        Tool(
            "get_context",
            "Recall for an answer",
            "Get the passages that answer one question, packed into a token budget with citations "
            "[1]. Use it when you are about to answer from memory, and cite what you use; use "
            "search_memories to look around or to find uids.",
            GetContext,
            Packed,
            _context,
        ),
        Tool(
            "get_memory",
            "Look at one memory",
            "Get one node whole by its uid: a passage, fact, entity, event or source. Use it "
            "after search_memories, memory_history or cypher_query gave a uid.",
            GetMemory,
            Stored,
            _get,
        ),
        Tool(
            "memory_history",
            "How it came to be",
            "Get how a fact came to be what it is, or all facts about a person, place or thing, "
            "oldest first, with those that hold no more. Use it for questions such as what was "
            "true before, since when, and what changed.",
            MemoryHistory,
            History,
            _history,
        ),
        Tool(
            "delete_memory",
            "Forget",
            "Delete a node, a source or an entity for good, with what rests on it alone. Use it "
            "only when the user asks to forget something; what has merely changed is corrected by "
            "adding the new fact. Passages that name a deleted entity stay, word for word: delete "
            "their sources too to forget them. Look at it with get_memory or search_memories "
            "first. Cannot be undone. Returns what was removed.",
            DeleteMemory,
            Deleted,
            _delete,
            writes=True,
            destroys=True,
            slow=True,
            queued=_delete_queued,
        ),
        Tool(
            "cypher_query",
            "Query the graph",
            "Run one read-only Cypher statement on the graph. Use it to count, list or join what "
            "search does not: labels Source, Passage, Event, Entity, Proposition, Concept, "
            "Prescription, Hyperedge, Query, Interaction, Insight; for example MATCH (p:Passage "
            "{space: $space})-[:PART_OF]->(s:Source {space: $space}) RETURN s.name, count(p). "
            "Bind every node of a pattern by {space: $space}.",
            CypherQuery,
            Table,
            _cypher,
            slow=True,
        ),
    )
}
"""By name, in the order in which they are listed."""
