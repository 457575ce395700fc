"""Resources: nodes and sources of the space that a visitor may reach, by their addresses.

A node is `graphmem://{space}/nodes/{uid}`, a source `graphmem://{space}/sources/{name}`, each part
percent-encoded.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from mcp_types import (
    ListResourcesResult,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from graphmem.aio import AsyncMemory
from graphmem.core.uids import content_uid
from graphmem.errors import InvalidInput, NotFound
from graphmem_api.mcp.results import MAX_CHARS, Stored
from graphmem_api.mcp.visit import Visit
from graphmem_schemas import Passage

__all__ = ["list_resources", "list_templates", "read_resource"]

_SCHEME = "graphmem://"
_MAX_URI_CHARS = 16_000
_PAGE = 100


def list_templates(visit: Visit) -> list[ResourceTemplate]:
    """Return how the addresses of a visitor's space are built."""
    space = quote(visit.space, safe="")
    return [
        ResourceTemplate(
            name="node",
            title="Node",
            uri_template=f"{_SCHEME}{space}/nodes/{{uid}}",
            description="One node by its uid: a passage, a fact, an entity, an event, a source.",
            mime_type="application/json",
        ),
        ResourceTemplate(
            name="source",
            title="Source",
            uri_template=f"{_SCHEME}{space}/sources/{{name}}",
            description="What a document or a conversation said, verbatim, by its name.",
            mime_type="text/plain",
        ),
    ]


async def list_resources(visit: Visit, cursor: str | None) -> ListResourcesResult:
    """Return a page of the space's sources, by name.

    Raises:
        InvalidInput: The cursor is none.
    """
    async with visit.lend() as memory:
        page = await memory.sources(k=_PAGE, cursor=cursor)
    space = quote(visit.space, safe="")
    resources = [
        Resource(
            name=source.name,
            title=source.title,
            uri=f"{_SCHEME}{space}/sources/{quote(source.name, safe='')}",
            description=f"{source.kind} of {source.at.date()}" if source.at else source.kind,
            mime_type="text/plain",
        )
        for source in page.sources
    ]
    return ListResourcesResult(resources=resources, next_cursor=page.next)


async def read_resource(uri: str, visit: Visit) -> ReadResourceResult:
    """Return what is at an address.

    Raises:
        InvalidInput: It is no address of this server.
        NotFound: Nothing is there; so it is with every address of another space.
    """
    space, kind, name = _parts(uri)
    if space != visit.space:
        raise NotFound(f"there is no {uri[:200]!r} here; this is space {visit.space!r}")
    async with visit.lend() as memory:
        if kind == "nodes":
            text, mime = Stored.of(await memory.get(name)).model_dump_json(), "application/json"
        else:
            text, mime = await _told(memory, name), "text/plain"
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, text=text, mime_type=mime)])


def _parts(uri: str) -> tuple[str, str, str]:
    parts = uri.removeprefix(_SCHEME).split("/")
    known = len(uri) <= _MAX_URI_CHARS and uri.startswith(_SCHEME) and len(parts) == 3
    if not known or parts[1] not in ("nodes", "sources") or not parts[2]:
        raise InvalidInput(
            f"{uri[:200]!r} is no address here: give graphmem://<space>/nodes/<uid> or "
            "graphmem://<space>/sources/<name>, percent-encoded"
        )
    try:
        space, name = (unquote(part, errors="strict") for part in (parts[0], parts[2]))
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{uri[:200]!r} is not UTF-8 where it is percent-encoded") from error
    return space, parts[1], name


async def _told(memory: AsyncMemory, name: str) -> str:
    """Return what a source said, in order, as far as an answer may be long.

    Raises:
        NotFound: The space has no such source.
    """
    lines, length, cursor = list[str](), 0, None
    while length <= MAX_CHARS:
        try:
            page = await memory.evidence(content_uid("source", name), k=1_000, cursor=cursor)
        except NotFound:
            raise NotFound(
                f"there is no source {name[:80]!r} in space {memory.space!r}; the resources that "
                "are listed are its sources"
            ) from None
        for told in page.passages:
            lines.append(_said(told.passage))
            length += len(lines[-1]) + 1
        cursor = page.next
        if cursor is None:
            break
    text = "\n".join(lines)
    return text if len(text) <= MAX_CHARS else f"{text[:MAX_CHARS]}\n(there is more)"


def _said(passage: Passage) -> str:
    when = f"[{passage.at.isoformat()}] " if passage.at else ""
    return f"{when}{passage.speaker}: {passage.text}" if passage.speaker else passage.text
