"""An OpenAI-compatible server: how it is reached, and what its failures mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmem.errors import GraphMemError, InvalidInput, MissingExtra, ModelError

if TYPE_CHECKING:
    import openai

__all__ = ["connect", "mapped"]

_MAX_RETRIES = 3
_TIMEOUT_S = 60.0


def connect(base_url: str | None, api_key: str | None, needed_for: str) -> openai.OpenAI:
    """Return a client; nothing is sent yet.

    Raises:
        MissingExtra: The package `openai` is not installed.
        InvalidInput: There is no key.
    """
    try:
        import openai
    except ImportError as error:
        raise MissingExtra("llm", needed_for) from error
    try:
        return openai.OpenAI(
            base_url=base_url, api_key=api_key, max_retries=_MAX_RETRIES, timeout=_TIMEOUT_S
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

    if isinstance(error, (openai.AuthenticationError, openai.PermissionDeniedError)):
        return InvalidInput(f"{name}: the server refuses the API key; check it")
    text = str(error).replace(key, "***") if key else str(error)
    if isinstance(error, openai.RateLimitError):
        return failed(f"{name}: too many requests ({text}); try again later")
    if isinstance(error, openai.APIStatusError) and error.status_code < 500:
        return InvalidInput(f"{name}: the server refuses the request: {text}")
    return failed(f"{name} did not answer ({text}); try again later")
