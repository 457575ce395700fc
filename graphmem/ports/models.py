"""What graphmem needs from whoever reads text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from graphmem.core.chat import ChatMessage
from graphmem.core.extraction import Extraction
from graphmem.core.token_counts import TokenCounter

__all__ = [
    "LLM",
    "Embedder",
    "Encoder",
    "Encoding",
    "ExtractionInput",
    "Extractor",
    "Float32",
    "Models",
    "Preloadable",
]


Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Encoding:
    """One encoder run over one text.

    Attributes:
        vector: (d,) float32 of unit length.
        states: (n_pieces, 768) float16: hidden states of layers 2 and 4 per word piece,
            without the special pieces.
        offsets: (n_pieces, 2) int32 character offsets of the pieces.
    """

    vector: Float32
    states: npt.NDArray[np.float16]
    offsets: npt.NDArray[np.int32]


class Embedder(Protocol):
    """Turns texts into vectors. The same text gives the same bits, whatever its neighbours."""

    name: str
    dimension: int

    def embed(self, texts: Sequence[str]) -> Float32:
        """Return (n, d) float32 rows of unit length, in input order."""
        ...


@runtime_checkable
class Preloadable(Protocol):
    """Something that can be loaded before it is needed, while another thread does other things."""

    def preload(self) -> None:
        """Load what the first use would wait for; doing it again does nothing."""
        ...


class Encoder(Embedder, Protocol):
    """An embedder whose run also yields the token states that a language pipeline reads.

    Attributes:
        threads: how many texts it encodes at the same time, 1 or more. `encode` of one text runs
            on the thread that calls it, and so many of them may call.
    """

    threads: int

    def encode(self, texts: Sequence[str]) -> list[Encoding]:
        """Return one encoding a text, in input order."""
        ...


@dataclass(frozen=True, slots=True)
class ExtractionInput:
    """One passage as an extractor sees it.

    Attributes:
        speaker: who says it: what "I" stands for.
        addressee: whom it is said to, where only one other person takes part.
        title: what the passage is about; names in it are known to be names.
        at: when it is said: from where "yesterday" counts.
    """

    text: str
    speaker: str | None = None
    addressee: str | None = None
    title: str | None = None
    at: datetime | None = None


class Extractor(Protocol):
    """Finds mentions, events and propositions in passages.

    Attributes:
        needs_states: whether it reads the encoder's token states; if not, `encodings` is empty.
    """

    name: str
    needs_states: bool

    def extract(
        self, inputs: Sequence[ExtractionInput], encodings: Sequence[Encoding]
    ) -> list[Extraction]:
        """Return one extraction a passage, in input order; no passage affects another."""
        ...


class LLM(Protocol):
    """Answers in words. Nothing needs one; with one, some things get better."""

    name: str

    def complete(self, messages: Sequence[ChatMessage], schema: Mapping[str, Any]) -> str:
        """Return the answer as it comes; `core.chat.ask` makes the best of it.

        Args:
            messages: in order; the last one is the user's.
            schema: JSON schema of the answer, as strict modes want it.

        Raises:
            InvalidInput: The key, the model or the request is refused.
            CompletionFailed: There is no answer.
        """
        ...


class Models(Protocol):
    """The models that read text; each is loaded when it is first asked for.

    The embedder and the encoder may be one object: then there is one run a passage.
    """

    @property
    def embedder(self) -> Embedder:
        """Makes the vectors of passages and questions."""
        ...

    @property
    def encoder(self) -> Encoder:
        """Makes the token states that the extractor reads."""
        ...

    @property
    def extractor(self) -> Extractor:
        """Finds names, events and facts."""
        ...

    @property
    def count_tokens(self) -> TokenCounter:
        """Counts tokens as whoever reads contexts does, or nearly."""
        ...

    @property
    def llm(self) -> LLM | None:
        """Answers in words; None where nobody gave one."""
        ...
