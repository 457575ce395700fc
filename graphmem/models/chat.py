"""From the word that a user writes to an LLM: the one place where a client is put together.

cache → tries, rate, breaker → budget and meter of each try → transport
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphmem.errors import InvalidInput
from graphmem.ports import LLM

if TYPE_CHECKING:
    from graphmem.models.llm.cache import ResponseCache
    from graphmem.models.llm.client import LLMClient
    from graphmem.models.llm.limits import Limits
    from graphmem.models.llm.meter import Meter

__all__ = ["check_llm", "open_client", "open_llm"]

_FORMS = "'openai:<model>' or an object with the LLM protocol"


def check_llm(spec: str | LLM | None) -> None:
    """Check the form of a choice, without loading anything.

    Raises:
        InvalidInput: No LLM is called so, or the object is none.
    """
    if spec is None:
        return
    if isinstance(spec, str):
        kind, _, model = spec.partition(":")
        if kind != "openai" or not model:
            raise InvalidInput(f"no LLM is called {spec!r}: give {_FORMS}")
    elif not hasattr(spec, "complete"):
        raise InvalidInput(f"{type(spec).__name__} is no LLM, it has no complete: give {_FORMS}")


def open_client(
    spec: str | LLM,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    limits: Limits | None = None,
    cache: ResponseCache | None = None,
    meter: Meter | None = None,
) -> LLMClient:
    """Return a client of the LLM that `spec` names or is; nothing is sent yet.

    Args:
        spec: "openai:<model>", or an object of the port.
        base_url: of the server; by default the variable OPENAI_BASE_URL, else OpenAI itself.
        api_key: by default the variable OPENAI_API_KEY. It is never written anywhere.
        limits: how much may be asked, and how patiently; None is the default of each.
        cache: of answers; None keeps none. It stays the caller's to close.
        meter: counts what is spent, and keeps to its budget where it has one.

    Raises:
        InvalidInput: The spec has none of these forms, there is no key, or there is a budget and
            nobody can say what a call costs.
        MissingExtra: The package `openai` is not installed.
    """
    from graphmem.models.llm.client import AnyLLM, LLMClient
    from graphmem.models.llm.limits import Limits
    from graphmem.models.llm.openai_chat import OpenAIChat

    check_llm(spec)
    limits = limits or Limits()
    transport: AnyLLM | OpenAIChat
    if isinstance(spec, str):
        transport = OpenAIChat(
            spec.partition(":")[2],
            base_url,
            api_key,
            timeout_s=limits.timeout_s,
            max_tokens=limits.max_tokens,
        )
    elif base_url is not None or api_key is not None:
        raise InvalidInput("base_url and api_key go with 'openai:<model>', not with an object")
    else:
        transport = AnyLLM(spec, limits.max_tokens)
    return LLMClient(transport, limits=limits, cache=cache, meter=meter)


def open_llm(
    spec: str | LLM | None,
    *,
    base_url: str | None = None,
    api_key: str | None = None,
    limits: Limits | None = None,
    cache: ResponseCache | None = None,
    meter: Meter | None = None,
) -> LLM | None:
    """Return the LLM that `spec` names, or `spec` itself where it is one, or is None.

    Args:
        spec: "openai:<model>", an object of the port, or None.
        base_url: this and the others are as `open_client` takes them; where one of them is given,
            an object is put into a client as well.
        api_key: see there.
        limits: see there.
        cache: see there.
        meter: see there.

    Raises:
        InvalidInput: See `open_client`.
        MissingExtra: The package `openai` is not installed.
    """
    check_llm(spec)
    nothing_given = all(one is None for one in (base_url, api_key, limits, cache, meter))
    if spec is None or (not isinstance(spec, str) and nothing_given):
        return spec
    return open_client(
        spec, base_url=base_url, api_key=api_key, limits=limits, cache=cache, meter=meter
    )
