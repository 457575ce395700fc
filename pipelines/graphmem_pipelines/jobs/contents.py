"""What is in an item of a write: plain JSON from which it can be made again.

text, document  {"text", "title", "uri", "ref", "at", "source", "trust"}
messages        {"messages", "source", "at", "title", "trust"}
run             arguments of `Memory.add_run`
extracted       {"passages", "extractions", "trust"}
delete          arguments of `Memory.delete`
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from graphmem.errors import InvalidInput
from graphmem.writing.accept import SourceText, accept, accept_passages
from graphmem.writing.runs import accept_outcome, accept_run
from graphmem.writing.trust import with_trust
from graphmem_pipelines.ledger.rows import Item
from graphmem_schemas import Document

__all__ = ["TEXTS", "Content", "item_of", "texts_of"]

Content = Mapping[str, Any]

TEXTS = ("text", "document", "messages")
"""Kinds of items that are texts alone, so that many can be applied together."""

_OF_DOCUMENT = ("title", "uri", "ref", "at")


def item_of(n: int, kind: str, content: Content) -> Item:
    """Check what is to be added, and make an item of it.

    Args:
        n: its place in the job.
        kind: one of those above.
        content: plain JSON.

    Raises:
        InvalidInput: It cannot be used.
    """
    words = json.dumps(content, ensure_ascii=False)
    name = _checked_name(kind, content)
    # The number keeps apart what has one name: both are to be applied.
    return Item(n, f"{n}:{name}", None, kind, len(words), content=words)


def texts_of(kind: str, content: Content) -> list[SourceText]:
    """Make the texts of an item of one of the kinds of `TEXTS`.

    Raises:
        InvalidInput: It cannot be used.
    """
    source, at, title = content.get("source"), content.get("at"), content.get("title")
    if kind == "messages":
        texts = accept(content["messages"], source=source, at=at, title=title)
    else:
        # A document, since a bare text may be taken for the name of a file of this machine.
        given = {field: content[field] for field in _OF_DOCUMENT if content.get(field)}
        document = Document(text=content["text"], **given)
        texts = accept(document, source=source, at=None, title=None)
    return with_trust(texts, content.get("trust"))


def _checked_name(kind: str, content: Content) -> str:
    if kind == "delete":
        return ""  # what is gone is named nowhere
    if kind in TEXTS:
        return texts_of(kind, content)[0].name
    if kind == "run":
        ended = accept_outcome(content["outcome"], content.get("score"))
        given = {field: content.get(field) for field in ("agents", "source", "at")}
        return accept_run(content["task"], content["steps"], ended, **given).name
    texts = with_trust(accept_passages(content["passages"]), content.get("trust"))
    if not texts:
        raise InvalidInput("there are no passages: nothing to remember")
    return texts[0].name
