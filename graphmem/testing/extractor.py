"""An extractor for tests: plain sentences in, predictable names, events and facts out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphmem.core.extraction import Argument, EventDraft, Extraction, Mention, PropositionDraft
from graphmem.ports import Encoding, ExtractionInput

__all__ = ["FakeExtractor"]

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]?")
_NAME = re.compile(r"\b[A-Z]\w*(?: [A-Z]\w*)*")
_FACT = re.compile(
    r"(?P<subject>[A-Z]\w*(?: [A-Z]\w*)*|I) (?P<negation>does not |do not )?"
    r"(?P<verb>lives? in|works? at|moved to|likes?|owns?|sold|drinks?|uses?|gave up|lived in|is) "
    r"(?P<object>[^.!?,]+)"
)
_LEMMAS = {
    "lives in": "live in", "works at": "work at", "moved to": "move to", "likes": "like",
    "lived in": "live in", "is": "be", "owns": "own", "sold": "sell",
    "drinks": "drink", "uses": "use", "gave up": "give up",
}  # fmt: skip


class FakeExtractor:
    """Finds capitalised names and facts of the form "Ann lives in Rome."."""

    name = "fake"
    needs_states = False

    def extract(
        self, inputs: Sequence[ExtractionInput], encodings: Sequence[Encoding]
    ) -> list[Extraction]:
        """Return one extraction a passage, in input order."""
        return [_extract(one) for one in inputs]


def _extract(passage: ExtractionInput) -> Extraction:
    text = passage.text
    spans = [m.span() for m in _SENTENCE.finditer(text) if m.group().strip()]
    mentions = tuple(
        Mention(m.start(), m.end(), m.group(), "unknown", named=True)
        for m in _NAME.finditer(text)
        if m.group() != "I"
    )
    facts = tuple(_fact(m, passage.speaker) for m in _FACT.finditer(text))
    events = tuple(
        EventDraft(start, end, text[start:end].strip(), tuple(
            Argument(m.name, "agent", named=True) for m in mentions if start <= m.start < end
        ))
        for start, end in spans
    )  # fmt: skip
    return Extraction("en", True, tuple(spans), mentions, events, facts)


def _fact(match: re.Match[str], speaker: str | None) -> PropositionDraft:
    subject, verb = match["subject"], match["verb"]
    if subject == "I" and speaker:
        subject = speaker
    obj = match["object"].strip()
    return PropositionDraft(
        subject=Argument(subject, "subject", named=True),
        predicate=_LEMMAS.get(verb, verb),
        object=Argument(obj, "object", named=obj[:1].isupper(), literal=not obj[:1].isupper()),
        negated=bool(match["negation"]),
        rule="fake",
        confidence=0.9,
        start=match.start(),
        end=match.end(),
        tense="past" if verb in ("moved to", "lived in", "sold", "gave up") else "present",
    )
