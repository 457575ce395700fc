"""Chats as programs export them as JSON (ChatGPT, LongMemEval, LoCoMo) → conversations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from graphmem.errors import InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_pipelines.readers.messages import read_messages
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.said import Said, Told, conversation

__all__ = ["from_chatgpt", "from_locomo", "from_longmemeval"]

_SESSION = re.compile(r"^session_(\d+)$")
_CHATGPT_TEXTS = frozenset(("text", "multimodal_text", "code", "execution_output"))
_MAX_TITLE_CHARS = 300


def from_chatgpt(name: str, value: Mapping[str, Any]) -> Content:
    """Return the branch of a conversation that was on screen last, from its first message on.

    Left out are answers that were replaced, what the program told the model, tools, and
    what was hidden.

    Raises:
        InvalidInput: Nothing of it was said.
    """
    mapping = value.get("mapping")
    if not isinstance(mapping, Mapping):
        raise InvalidInput("the conversation has no mapping of messages")
    uid = value.get("current_node") or _last_leaf(mapping)
    said: list[Said] = []
    seen: set[str] = set()
    while isinstance(uid, str) and uid not in seen:
        seen.add(uid)
        node = mapping.get(uid)
        if not isinstance(node, Mapping):
            break
        message = _chatgpt_message(node.get("message"))
        if message:
            said.append(message)
        uid = node.get("parent")
    title = str(value.get("title") or "")[:_MAX_TITLE_CHARS] or None
    told = Told(title=title, at=read_moment(value.get("create_time")))
    return conversation(name, said[::-1], told)


def from_longmemeval(value: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[], Content]]]:
    """Yield the sessions of the haystack of a question; its answer is not read."""
    uids = _list(value.get("haystack_session_ids"))
    dates = _list(value.get("haystack_dates"))
    question = str(value.get("question_id") or "")
    for at, session in enumerate(_list(value.get("haystack_sessions"))):
        uid = str(uids[at]) if at < len(uids) else str(at + 1)
        moment = read_moment(dates[at]) if at < len(dates) else None
        said = [
            Said(m.role, m.text, m.name, at=m.at or moment, ref=f"{uid}_{number}")
            for number, m in enumerate(read_messages(_list(session)), start=1)
        ]
        yield f"{question}/{uid}".lstrip("/"), partial(conversation, "", said, Told(at=moment))


def from_locomo(value: Mapping[str, Any]) -> Iterator[tuple[str, Callable[[], Content]]]:
    """Yield the sessions of a sample, pictures as their captions; its questions are not read."""
    sample = _mapping(value.get("conversation", value))
    uid = str(value.get("sample_id", ""))
    found = [match for key in sample if (match := _SESSION.match(key))]
    for match in sorted(found, key=lambda match: int(match[1][:9])):
        moment = read_moment(sample.get(f"{match[0]}_date_time"))
        rows = _list(sample[match[0]])
        said = [_locomo_turn(row, moment) for row in rows if isinstance(row, Mapping)]
        if said:  # dates go on after the last session that was held
            yield f"{uid}/{match[0]}".lstrip("/"), partial(conversation, "", said, Told(at=moment))


def _locomo_turn(row: Mapping[str, Any], moment: Any) -> Said:
    text = str(row.get("text") or "")
    if row.get("blip_caption"):
        text = f"{text} [image: {row['blip_caption']}]".strip()
    dia_id = row.get("dia_id")
    return Said(str(row.get("speaker")), text, at=moment, ref=str(dia_id) if dia_id else None)


def _chatgpt_message(message: Any) -> Said | None:
    if not isinstance(message, Mapping):
        return None
    role = str(_mapping(message.get("author")).get("role"))
    hidden = _mapping(message.get("metadata")).get("is_visually_hidden_from_conversation")
    if role not in ("user", "assistant") or hidden or message.get("recipient", "all") != "all":
        return None
    content = _mapping(message.get("content"))
    if str(content.get("content_type")) not in _CHATGPT_TEXTS:
        return None
    parts = [_chatgpt_part(part) for part in _list(content.get("parts"))]
    text = "\n".join(filter(None, parts)) or str(content.get("text") or "")
    at = read_moment(message.get("create_time"))
    return Said(role, text, at=at, ref=str(message.get("id") or "")) if text.strip() else None


def _chatgpt_part(part: Any) -> str:
    """Return the words of a part; of what was spoken they are beside the sound."""
    if isinstance(part, str):
        return part
    said = part.get("text") if isinstance(part, Mapping) else None
    return said if isinstance(said, str) else ""


def _last_leaf(mapping: Mapping[str, Any]) -> str | None:
    leaves = [
        uid
        for uid, node in mapping.items()
        if isinstance(node, Mapping) and not node.get("children")
    ]
    return leaves[-1] if leaves else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
