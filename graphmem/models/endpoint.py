"""An OpenAI-compatible server: how it is reached, and what its failures mean."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from graphmem.errors import GraphMemError, InvalidInput, MissingExtra, ModelError

if TYPE_CHECKING:
    import openai

__all__ = ["connect", "is_login_refused", "mapped", "shown", "without_login", "without_secret"]

_MAX_RETRIES = 3
_TIMEOUT_S = 60.0
_MAX_TEXT = 500
# Servers of one's own often want no key; the client of OpenAI does not start without one.
_NO_KEY = "none"


def connect(base_url: str | None, api_key: str | None, needed_for: str) -> openai.OpenAI:
    """Return a client; nothing is sent yet.

    Raises:
        MissingExtra: The package `openai` is not installed.
        InvalidInput: There is no key, and the server is OpenAI's own; or the URL is none.
    """
    try:
        import openai
    except ImportError as error:
        raise MissingExtra("llm", needed_for) from error
    url = base_url or os.environ.get("OPENAI_BASE_URL") or None
    if url is not None and urlsplit(url).scheme not in ("http", "https"):
        raise InvalidInput(f"{without_login(url)!r} is no base URL: give http://… or https://…")
    key = api_key or os.environ.get("OPENAI_API_KEY") or (_NO_KEY if url else None)
    try:
        return openai.OpenAI(
            base_url=url, api_key=key, max_retries=_MAX_RETRIES, timeout=_TIMEOUT_S
        )
    except openai.OpenAIError:
        raise InvalidInput("no API key: set OPENAI_API_KEY or give api_key=") from None


def mapped(
    error: openai.OpenAIError, name: str, key: str | None, failed: type[ModelError]
) -> GraphMemError:
    """Say what happened without the driver's text where that may quote the key.

    Args:
        error: the driver's.
        name: of the model, for the reader.
        key: which is not shown.
        failed: the error of a model that did not answer.
    """
    import openai

    if is_login_refused(error):
        return InvalidInput(f"{name}: the server refuses the API key; check it")
    text = shown(error, key)
    if isinstance(error, openai.RateLimitError):
        return failed(f"{name}: too many requests ({text}); try again later")
    if isinstance(error, openai.APIStatusError) and error.status_code < 500:
        return InvalidInput(f"{name}: the server refuses the request: {text}")
    return failed(f"{name} did not answer ({text}); try again later")


def is_login_refused(error: openai.OpenAIError) -> bool:
    """Whether the server knows no such key, or lets it do nothing."""
    import openai

    return isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError)


def shown(error: Exception, key: str | None) -> str:
    """Return what a driver says, without the key, and not the whole of a page."""
    return without_secret(str(error), key)


def without_secret(text: str, key: str | None) -> str:
    """Return a text on one line without the key, and not the whole of a page."""
    secret = key if key != _NO_KEY else None
    said = " ".join(text.split())
    return (said.replace(secret, "***") if secret else said)[:_MAX_TEXT]


def without_login(url: str) -> str:
    """Return a URL without what may be secret: user, password, and what follows the path."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, parts.path, "", "")).rstrip("/")
