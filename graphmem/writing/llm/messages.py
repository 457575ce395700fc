"""What an LLM is asked about a segment."""

from __future__ import annotations

from graphmem.core.chat import ChatMessage
from graphmem.prompts.texts import read_prompt
from graphmem.writing.llm.segments import Segment
from graphmem.writing.segment import PassageDraft

__all__ = ["PROMPT", "messages_of"]

PROMPT = "extract-v1"
_MAX_NAME_CHARS = 200
# "Last Friday" is hard to tell from a bare date.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# A passage that writes the end mark itself must not end there: an unseen character breaks it.
_END, _NO_END = "</passage", "<\u2060/passage"


def messages_of(segment: Segment) -> list[ChatMessage]:
    """Return the question: the task, then the passages with who says them, when, about what."""
    told = "\n".join(_told(number, one) for number, one in enumerate(segment.passages, 1))
    return [ChatMessage("system", read_prompt(PROMPT)), ChatMessage("user", told)]


def _told(number: int, draft: PassageDraft) -> str:
    at = f"{draft.at.date().isoformat()}, a {_DAYS[draft.at.weekday()]}" if draft.at else None
    parts = {"title": draft.title, "speaker": draft.speaker, "at": at}
    named = "".join(f' {name}="{_plain(value)}"' for name, value in parts.items() if value)
    text = draft.text.replace(_END, _NO_END)
    return f'<passage n="{number}"{named}>\n{text}\n</passage>'


def _plain(value: str) -> str:
    """Return a name in one line that cannot end its place."""
    one_line = " ".join(value.split())[:_MAX_NAME_CHARS]
    return one_line.replace('"', "'").replace("<", "(").replace(">", ")")
