"""What a server says on stderr: one line an event, for people or as JSON."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from graphmem_api.observe.masking import without_secrets

__all__ = ["FIELDS", "set_up_logs"]

FIELDS = "fields"
"""Where a record carries what it is about, by name."""
_LOGGERS = ("graphmem", "uvicorn")


def set_up_logs(*, as_json: bool) -> None:
    """Have all that a server's process says go to stderr, without secrets."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if as_json else _Plain())
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
    logging.getLogger("graphmem").setLevel(logging.INFO)
    # That it starts and ends is told by whoever starts it.
    logging.getLogger("uvicorn").setLevel(logging.WARNING)


class _Plain(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S")
        fields = getattr(record, FIELDS, {})
        words = [record.getMessage(), *(f"{k}={v}" for k, v in fields.items() if v is not None)]
        text = f"{at} {record.levelname.lower()} {' '.join(words)}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return without_secrets(text)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "at": at,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return without_secrets(json.dumps(line, default=str))
