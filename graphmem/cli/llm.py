"""`graphmem llm check`: what an endpoint of an LLM supports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from graphmem.cli.output import emit
from graphmem.cli.session import Session

if TYPE_CHECKING:
    from graphmem.models.llm.prices import Price
    from graphmem.models.llm.probe import FormFound, ProbeResult

__all__ = ["check"]

_FORMS = {"json_schema": "strict json_schema", "json_object": "json_object", "text": "plain text"}


def check(
    session: Session,
    llm: Annotated[str, typer.Argument(help="openai:<model>, of any server that speaks it.")],
    base_url: Annotated[
        str | None, typer.Option(help="Of the server. [default: OPENAI_BASE_URL, else OpenAI]")
    ] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="Seconds that an answer may take.")] = 60,
) -> None:
    """Find out by a few small calls what an LLM's endpoint supports; the key is OPENAI_API_KEY."""
    from graphmem.errors import CompletionFailed
    from graphmem.models.chat import check_llm
    from graphmem.models.llm.prices import load_prices
    from graphmem.models.llm.probe import probe

    check_llm(llm)
    model = llm.partition(":")[2]
    price = load_prices().of(model)
    result = probe(model, base_url, timeout_s=timeout)
    if result.best is None:
        raise CompletionFailed(f"{llm} answers, but never with the JSON that it is asked for")
    payload = {"llm": llm, **asdict(result), "price": price.model_dump() if price else None}
    emit(session, payload, lambda: _lines(llm, result, price))


def _lines(llm: str, result: ProbeResult, price: Price | None) -> Iterator[str]:
    yield f"{llm} can be used, with {_FORMS[str(result.best)]}"
    yield from (_line(_FORMS[one.form], _degree(one), one.found) for one in result.forms)
    yield _line("usage", "yes" if result.says_usage else "no", _usage(result))
    yield _line("temperature 0", "yes" if result.temperature else "no", "")
    yield _line("limit to answers", "yes" if result.limit else "no", result.limit or "")
    yield _line("small call", f"{result.latency_s:.2f} s", "")
    yield _line("price", *_price(price))


def _degree(one: FormFound) -> str:
    return "yes" if one.kept else "nearly" if one.read else "no"


def _line(what: str, found: str, more: Any) -> str:
    return f"  {what:<20} {found:<8} {more}".rstrip()


def _usage(result: ProbeResult) -> str:
    return "the server tells it" if result.says_usage else "tokens are estimated"


def _price(price: Price | None) -> tuple[str, str]:
    if price is None:
        return "unknown", "name it in a table of your own (GRAPHMEM_PRICES) to limit costs"
    return "known", f"${price.prompt:g} in, ${price.completion:g} out for a million tokens"
