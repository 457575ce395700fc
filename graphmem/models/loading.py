"""The models of one memory, each loaded when it is first needed."""

from __future__ import annotations

import threading

from graphmem.core.token_counts import TokenCounter, checked_counter
from graphmem.errors import InvalidInput
from graphmem.models.chat import check_llm, open_llm
from graphmem.models.registry import check_embedder
from graphmem.ports import LLM, Embedder, Encoder, Extractor

__all__ = ["LazyModels"]


class LazyModels:
    """Loads the embedder, the encoder, the extractor and the LLM once, on first use.

    Args:
        embedder: None or "minilm" for the shipped encoder, "sentence-transformers:<name>",
            "openai:<model>", or an object of the port.
        extractor: None or "spacy" for the shipped English pipeline, "spacy:<name>" for a spaCy
            pipeline of the user's own, or an object of the port.
        llm: None for none, "openai:<model>", or an object of the port.
        count_tokens: from a text to its tokens; None estimates them.

    Attributes:
        count_tokens: counts the tokens of a text, and checks what a given counter says.

    Raises:
        InvalidInput: A choice has none of these forms.
    """

    def __init__(
        self,
        embedder: str | Embedder | None = None,
        extractor: str | Extractor | None = None,
        llm: str | LLM | None = None,
        count_tokens: TokenCounter | None = None,
    ) -> None:
        check_embedder(embedder)
        check_llm(llm)
        if isinstance(extractor, str) and extractor.partition(":")[0] != "spacy":
            raise InvalidInput(
                f"unknown extractor {extractor!r}: use 'spacy' for the shipped English pipeline "
                "or 'spacy:<name>' for a spaCy pipeline that is installed"
            )
        self._embedder_choice, self._extractor_choice = embedder, extractor
        self._llm_choice = llm
        self.count_tokens = checked_counter(count_tokens)
        self._lock = threading.RLock()
        self._embedder: Embedder | None = None
        self._encoder: Encoder | None = None
        self._extractor: Extractor | None = None
        self._llm: LLM | None = None

    @property
    def embedder(self) -> Embedder:
        """The embedder of passages and questions."""
        with self._lock:
            if self._embedder is None:
                from graphmem.models.registry import open_embedder

                self._embedder = open_embedder(self._embedder_choice)
            return self._embedder

    @property
    def encoder(self) -> Encoder:
        """The small encoder whose token states the extractor reads."""
        with self._lock:
            if self._encoder is None:
                from graphmem.models.minilm import MiniLMEncoder

                own = self.embedder
                self._encoder = own if isinstance(own, MiniLMEncoder) else MiniLMEncoder()
            return self._encoder

    @property
    def extractor(self) -> Extractor:
        """The extractor of names, events and facts."""
        with self._lock:
            if self._extractor is None:
                self._extractor = self._open_extractor(self._extractor_choice)
            return self._extractor

    @property
    def llm(self) -> LLM | None:
        """Answers in words; None where nobody gave one."""
        with self._lock:
            if self._llm is None:
                self._llm = open_llm(self._llm_choice)
            return self._llm

    def _open_extractor(self, choice: str | Extractor | None) -> Extractor:
        if choice is not None and not isinstance(choice, str):
            return choice
        _, _, name = (choice or "spacy").partition(":")
        from graphmem.language.extractor import SpacyExtractor

        # The shipped pipeline encodes the windows of a text that is longer than one.
        return SpacyExtractor(name) if name else SpacyExtractor(encoder=self.encoder)
