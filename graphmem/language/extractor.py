"""The default extractor: mentions, events and propositions of English text, without an LLM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graphmem.core.extraction import Extraction, Mention
from graphmem.errors import InvalidInput
from graphmem.language.detect import detect_language
from graphmem.language.edus import find_units
from graphmem.language.events import find_events
from graphmem.language.foreign import ForeignPipeline
from graphmem.language.lemmas import Lemmatizer
from graphmem.language.mentions import Nominals, find_nominals, mentions_of
from graphmem.language.parse import Parse
from graphmem.language.pipeline import MODEL_FOLDER, Pipeline
from graphmem.language.pronouns import is_somebody, resolve_pronouns
from graphmem.language.propositions.clauses import find_clauses
from graphmem.language.propositions.discourse import Discourse, Referent
from graphmem.language.propositions.drafts import find_propositions
from graphmem.language.sentences import sentence_offsets, surface_sentences
from graphmem.language.surface import capitalised_spans
from graphmem.language.timing import clause_times
from graphmem.language.weights import load_weights
from graphmem.language.windows import cut_windows, is_covered, join_windows, slice_encoding
from graphmem.ports import Encoder, Encoding, ExtractionInput

__all__ = ["SpacyExtractor"]


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    """A part of a passage; the encoding is None where it is not to be parsed."""

    start: int
    text: str
    language: str | None
    encoding: Encoding | None


class SpacyExtractor:
    """Implements the `Extractor` port on the pipeline that ships with graphmem.

    The same text gives the same extraction whatever else is in the call.

    Args:
        pipeline: name of an installed English spaCy pipeline; None is ours.
        encoder: encodes the rest of texts that are too long for one encoding; without it the
            rest gives names only.

    Raises:
        ModelMissing: A file of the pipeline is not there, or spaCy knows no such pipeline.
        NotSupported: The pipeline is not English, or has no tagger or parser.
    """

    needs_states = True

    def __init__(self, pipeline: str | None = None, encoder: Encoder | None = None) -> None:
        ours = Pipeline(MODEL_FOLDER)
        self._pipeline = ours if pipeline is None else ForeignPipeline(pipeline, ours.network)
        self._encoder = encoder
        self._weights = load_weights(MODEL_FOLDER / "heads.npz")
        self._lemmatize = Lemmatizer(MODEL_FOLDER / "lemmas.json")
        self.name = "spacy" if pipeline is None else f"spacy:{pipeline}"

    def extract(
        self, inputs: Sequence[ExtractionInput], encodings: Sequence[Encoding]
    ) -> list[Extraction]:
        """Return one extraction a passage, in input order; no passage affects another.

        Raises:
            InvalidInput: There are not as many encodings as inputs.
        """
        if len(inputs) != len(encodings):
            msg = f"{len(inputs)} passages came with {len(encodings)} encodings; give one each"
            raise InvalidInput(msg)
        windows = [self._windows(*pair) for pair in zip(inputs, encodings, strict=True)]
        parses = [[self._parse(window) for window in each] for each in windows]
        read = iter(
            self._english(
                [
                    (passage, parse)
                    for passage, parsed in zip(inputs, parses, strict=True)
                    for parse in parsed
                    if parse is not None
                ]
            )
        )
        return [
            join_windows(
                [
                    (window.start, _unparsed(window) if parse is None else next(read))
                    for window, parse in zip(each, parsed, strict=True)
                ]
            )
            for each, parsed in zip(windows, parses, strict=True)
        ]

    def _windows(self, passage: ExtractionInput, encoding: Encoding) -> list[_Window]:
        """Cut a passage into what the encoder sees at once: most often into one."""
        # A lone surrogate cannot be hashed; "?" keeps all offsets as they are.
        text = passage.text.encode("utf-8", "replace").decode("utf-8")
        if is_covered(text, encoding):
            return [_window(0, text, encoding)]
        return [self._part(text, span, encoding) for span in cut_windows(text)]

    def _part(self, text: str, span: tuple[int, int], encoding: Encoding) -> _Window:
        window = text[slice(*span)]
        part = slice_encoding(encoding, *span)
        if is_covered(window, part):
            return _window(span[0], window, part)
        if self._encoder is not None:
            return _window(span[0], window, self._encoder.encode([window])[0])
        # Without states the parser guesses; names by their capitals are better than that.
        return _Window(span[0], window, detect_language(window), None)

    def _parse(self, window: _Window) -> Parse | None:
        return self._pipeline.parse(window.text, window.encoding) if window.encoding else None

    def _english(self, texts: Sequence[tuple[ExtractionInput, Parse]]) -> list[Extraction]:
        """Read parsed texts, each stage all of them: what it needs stays in the caches."""
        weights = self._weights
        nominals = [find_nominals(parse, weights, said.title) for said, parse in texts]
        discourses = [
            self._discourse(said, parse, named)
            for (said, parse), named in zip(texts, nominals, strict=True)
        ]
        clauses = [find_clauses(discourse) for discourse in discourses]
        times = [
            clause_times(parse, each, said.at)
            for (said, parse), each in zip(texts, clauses, strict=True)
        ]
        read = list(zip(discourses, clauses, times, strict=True))
        propositions = [find_propositions(*each) for each in read]
        units = [find_units(parse, weights) for _, parse in texts]
        events = [
            find_events(discourse, each, unit, when)
            for (discourse, each, when), unit in zip(read, units, strict=True)
        ]
        return [
            Extraction(
                language="en",
                parsed=True,
                sentences=sentence_offsets(parse),
                mentions=_with_surface_names(parse.text, mentions_of(parse, named)),
                events=told,
                propositions=facts,
            )
            for (_, parse), named, told, facts in zip(
                texts, nominals, events, propositions, strict=True
            )
        ]

    def _discourse(self, said: ExtractionInput, parse: Parse, nominals: Nominals) -> Discourse:
        pronouns = resolve_pronouns(
            parse, nominals, self._weights, speaker=said.speaker, addressee=said.addressee
        )
        somebody = said.speaker if is_somebody(said.speaker) else None
        speaker = Referent(somebody, "person", True) if somebody else None
        return Discourse(parse, nominals, self._lemmatize, pronouns, speaker, said.at)


def _window(start: int, text: str, encoding: Encoding) -> _Window:
    language = detect_language(text)
    return _Window(start, text, language, encoding if language == "en" else None)


def _unparsed(window: _Window) -> Extraction:
    text = window.text
    spans = capitalised_spans(text)
    mentions = tuple(_surface_mention(text, start, end) for start, end in spans)
    return Extraction(window.language, False, surface_sentences(text), mentions)


def _surface_mention(text: str, start: int, end: int) -> Mention:
    return Mention(start, end, " ".join(text[start:end].split()), "unknown", True)


def _with_surface_names(text: str, mentions: list[Mention]) -> tuple[Mention, ...]:
    """Add the capitalised spans that no name or date of the parser overlaps."""
    taken = bytearray(len(text))
    for mention in mentions:
        if mention.named or mention.kind == "time":
            taken[mention.start : mention.end] = b"x" * (mention.end - mention.start)
    extra = [
        _surface_mention(text, start, end)
        for start, end in capitalised_spans(text)
        if not any(taken[start:end])
    ]
    return tuple(sorted([*mentions, *extra], key=lambda m: (m.start, m.end, not m.named)))
