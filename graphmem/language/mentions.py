"""The mentions of a passage: names, dates and noun phrases, each with its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from graphmem.core.extraction import Mention
from graphmem.language.dates import find_dates
from graphmem.language.kinds import word_kinds
from graphmem.language.names import find_names, find_title, span_head
from graphmem.language.parse import Parse
from graphmem.language.phrases import argument_span, mention_heads
from graphmem.language.weights import Weights
from graphmem_schemas import EntityKind

__all__ = ["Nominals", "Span", "find_nominals", "mentions_of"]


_NOT_NAMES = frozenset("DATE TIME PERCENT MONEY QUANTITY ORDINAL CARDINAL LANGUAGE".split())


class Span(NamedTuple):
    """A name, date or noun phrase: tokens `start` to `end`, of which `head` is the main one."""

    start: int
    end: int
    head: int
    kind: EntityKind
    named: bool
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class Nominals:
    """All mentions of a parse.

    Attributes:
        spans: in text order.
        name_of: for each token inside a name or date, that span.
        by_head: the span that each head word stands for.
        topics: head words of the names that are the passage's title.
    """

    spans: tuple[Span, ...]
    name_of: dict[int, Span]
    by_head: dict[int, Span]
    topics: frozenset[int] = frozenset()

    def at(self, token: int) -> Span | None:
        """Return the name or date that a token is inside, or else what it is the head of."""
        return self.name_of.get(token) or self.by_head.get(token)


def find_nominals(parse: Parse, weights: Weights, title: str | None = None) -> Nominals:
    """Find names, dates and noun phrases, and say what kind each one is.

    Args:
        parse: of the passage.
        weights: of the kinds.
        title: of the passage: where it stands in the text, it is a name.
    """
    known = find_title(parse, title) if title else []
    titled = {token for start, end in known for token in range(start, end)}
    dates = [span for span in find_dates(parse) if titled.isdisjoint(range(*span))]
    taken = titled | {token for start, end in dates for token in range(start, end)}
    names = known + [
        (start, end)
        for start, end in _given_names(parse)
        if taken.isdisjoint(range(start, end)) and _nameable(parse, start, end)
    ]
    heads = {span_head(parse, start, end): (start, end) for start, end in names}
    proper = {token for start, end in (*names, *dates) for token in range(start, end)}
    common = [head for head in mention_heads(parse) if head not in proper]
    kinds = word_kinds(parse, weights, [*heads, *common])
    spans = [
        _span(parse, head, span, _kind_of_name(kinds[head]), named=True)
        for head, span in heads.items()
    ]
    spans += [_span(parse, span_head(parse, *span), span, "time", named=False) for span in dates]
    name_of = {token: span for span in spans for token in range(span.start, span.end)}
    phrases = [
        _span(parse, head, argument_span(parse, head), kinds[head], named=False) for head in common
    ]
    spans = sorted([*spans, *phrases], key=lambda span: (span.start, span.end))
    topics = frozenset(head for head, span in heads.items() if span in known)
    return Nominals(tuple(spans), name_of, {span.head: span for span in spans}, topics)


def _kind_of_name(kind: EntityKind) -> EntityKind:
    """A name that is no date may be a feast, an era or a title of anything."""
    return "unknown" if kind in ("time", "quantity") else kind


def _given_names(parse: Parse) -> list[tuple[int, int]]:
    """Return the names that a recogniser found, else those that the rules find."""
    if parse.entities is None:
        return find_names(parse)
    return [(start, end) for start, end, label in parse.entities if label not in _NOT_NAMES]


def _nameable(parse: Parse, start: int, end: int) -> bool:
    """Whether a span has a letter, and a capital one where the text has capitals."""
    text = parse.text[parse.starts[start] : parse.ends[end - 1]]
    return any(map(str.isalpha, text)) and (text != text.lower() or parse.text.islower())


def _span(
    parse: Parse, head: int, span: tuple[int, int], kind: EntityKind, *, named: bool
) -> Span:
    start, end = span
    return Span(start, end, head, kind, named, parse.surface(start, end))


def mentions_of(parse: Parse, nominals: Nominals) -> list[Mention]:
    """Return the spans as mentions with character offsets; bare numbers are left out."""
    return [
        Mention(
            parse.starts[span.start], parse.ends[span.end - 1], span.text, span.kind, span.named
        )
        for span in nominals.spans
        if span.named or span.kind != "quantity"
    ]
