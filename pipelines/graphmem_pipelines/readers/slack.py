"""A day of a Slack channel → a conversation, answers below what they answer."""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from graphmem.errors import GraphMemError, InvalidInput
from graphmem_pipelines.readers.content import Content
from graphmem_pipelines.readers.moments import read_moment
from graphmem_pipelines.readers.opening import read_bytes
from graphmem_schemas import Message

__all__ = ["from_slack_day", "is_list_of_export", "is_silent"]

_LISTS = frozenset(
    "users channels groups dms mpims org_users integration_logs canvases file_conversations "
    "huddle_transcripts lists".split()
)
_MAX_USERS_BYTES = 200_000_000
_MAX_SPEAKER_CHARS = 200
_TOKEN = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
# What these say was done by somebody, and said by nobody.
_NOTICES = frozenset(
    ("channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name",
     "channel_archive", "channel_unarchive", "channel_convert_to_private", "group_join",
     "group_leave", "group_topic", "group_purpose", "group_name", "bot_add", "bot_remove",
     "pinned_item", "reminder_add", "tombstone", "channel_posting_permissions",
     "huddle_thread", "joiner_notification")
)  # fmt: skip


def from_slack_day(data: bytes, key: str, path: str | None) -> Content:
    """Return what was said in a channel on a day.

    Args:
        data: the file of the day.
        key: of the file; its folder is called as the channel is.
        path: of the file: names of users stand two folders up.

    Raises:
        InvalidInput: It is no list of messages, or nobody said a word.
    """
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"it is no JSON: {str(error)[:200]}") from error
    if not isinstance(rows, list):
        raise InvalidInput("it is no list of messages")
    names = _names(os.path.dirname(os.path.dirname(path))) if path else {}
    said = [row for row in rows if isinstance(row, dict) and _is_said(row)]
    messages = tuple(_message(row, names) for row in _threaded(said))
    messages = tuple(message for message in messages if message.text.strip())
    if not messages:
        raise InvalidInput("nobody said a word on that day")
    channel = key.split("/")[-2] if "/" in key else None
    return Content(key, messages=messages, title=f"#{channel}" if channel else None,
                   at=min((m.at for m in messages if m.at), default=None))  # fmt: skip


def is_list_of_export(path: str) -> bool:
    """Whether a file stands beside the channels of an export and holds nothing that was said."""
    folder, name = os.path.split(path)
    if name.removesuffix(".json") not in _LISTS:
        return False
    beside = [os.path.join(folder, f"{other}.json") for other in ("channels", "groups", "dms")]
    return os.path.exists(os.path.join(folder, "users.json")) and any(map(os.path.exists, beside))


def is_silent(data: bytes) -> bool:
    """Whether a day holds notices alone, such as who joined: nothing to remember, and no fault."""
    try:
        rows = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(rows, list) and not any(
        isinstance(row, dict) and _is_said(row) and (row.get("text") or row.get("files"))
        for row in rows
    )


def _is_said(row: Mapping[str, Any]) -> bool:
    return row.get("type") == "message" and str(row.get("subtype")) not in _NOTICES


def _threaded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sort by time, with the answers of a thread right after what opened it."""

    def place(row: Mapping[str, Any]) -> tuple[float, float]:
        own = _seconds(row.get("ts"))
        return _seconds(row.get("thread_ts")) or own, own

    opened = {str(row.get("ts")) for row in rows}
    # An answer to another day's message stands where it was said.
    return sorted(
        rows,
        key=lambda row: (
            place(row) if str(row.get("thread_ts")) in opened else (_seconds(row.get("ts")),) * 2
        ),
    )


def _message(row: Mapping[str, Any], names: Mapping[str, str]) -> Message:
    text = _plain(str(row.get("text") or ""), names)
    for extra in (*_list(row.get("attachments")), *_list(row.get("files"))):
        if isinstance(extra, Mapping):
            said = extra.get("text") or extra.get("fallback") or extra.get("title")
            if said and "mode" not in extra and _plain(str(said), names) not in text:
                text += f"\n{_plain(str(said), names)}"
            elif extra.get("name"):
                text += f"\n[file: {extra['name']}]"
    ts = row.get("ts")
    return Message(
        text=text.strip(),
        speaker=_speaker(row, names)[:_MAX_SPEAKER_CHARS],
        at=read_moment(ts),
        ref=str(ts) if ts else None,
    )


def _speaker(row: Mapping[str, Any], names: Mapping[str, str]) -> str:
    uid = str(row.get("user") or row.get("bot_id") or "")
    profile = row.get("user_profile") or row.get("bot_profile")
    profile = profile if isinstance(profile, Mapping) else {}
    said = (
        names.get(uid),
        profile.get("real_name"),
        row.get("username"),
        profile.get("name"),
        uid,
    )
    return next((str(name) for name in said if name), "unknown")


def _plain(text: str, names: Mapping[str, str]) -> str:
    """Return a message as people read it: names for users, labels for links."""

    def written(match: re.Match[str]) -> str:
        sign, target, label = match.groups()
        if sign == "@":
            return f"@{label or names.get(target, target)}"
        if sign == "#":
            return f"#{label or target}"
        if sign == "!":
            return f"@{label or target.split('^')[0]}"
        return f"{label} ({target})" if label and label != target else target

    return html.unescape(_TOKEN.sub(written, text))


def _names(folder: str) -> Mapping[str, str]:
    path = os.path.join(folder, "users.json")
    try:
        changed = os.stat(path, follow_symlinks=False).st_mtime_ns
    except OSError:
        return {}
    return _read_names(path, changed)


@lru_cache(maxsize=8)
def _read_names(path: str, changed: int) -> Mapping[str, str]:
    """Return the names of users, read once for all days of an export."""
    try:
        rows = json.loads(read_bytes(path, _MAX_USERS_BYTES))
    except (GraphMemError, ValueError, RecursionError):
        return {}  # who is who is not known then; what was said is
    return {
        str(row["id"]): name
        for row in _list(rows)
        if isinstance(row, Mapping) and row.get("id") and (name := _name(row))
    }


def _name(row: Mapping[str, Any]) -> str:
    profile = row.get("profile")
    profile = profile if isinstance(profile, Mapping) else {}
    found = (row.get("real_name"), profile.get("real_name"), profile.get("display_name"),
             row.get("name"))  # fmt: skip
    return next((str(name) for name in found if name), "")


def _seconds(said: Any) -> float:
    try:
        return float(said)
    except (TypeError, ValueError):
        return 0.0


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
